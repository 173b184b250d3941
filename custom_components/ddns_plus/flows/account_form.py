"""The form of a provider account: when it is added, changed, or its credentials are refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..account.provider import async_create_provider, fault_in
from ..const import LOGGER
from ..core.errors import DdnsError
from ..core.provider import Provider
from ..core.provider_info import Field, FieldKind, ProviderInfo, Settings
from ..texts import async_load_texts, option_text, provider_help
from .errors import FormError, InvalidFormError, form_error
from .fields import own_words, schema_of, secrets_in, settings_from, suggested

CONF_REMOVE = "remove"


class Check(StrEnum):
    """When it turns out whether an account's settings are right."""

    AT_ONCE = "at_once"
    TRIAL = "trial"
    FIRST_UPDATE = "first_update"

    @classmethod
    def of(cls, info: ProviderInfo) -> Check:
        """Return when a provider tells."""
        if info.verifies:
            return cls.AT_ONCE
        return cls.TRIAL if info.tries_in_flow else cls.FIRST_UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountForm:
    """The form of an account.

    `stored` are the settings of an account that exists. `credentials_only` asks for
    nothing but what proves who the account is.
    """

    hass: HomeAssistant
    provider: type[Provider]
    stored: Settings | None = None
    credentials_only: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return what is asked for."""
        fields = self.provider.info.fields
        if self.credentials_only:
            return tuple(field for field in fields if _is_credential(field))
        return fields

    def schema(self) -> vol.Schema:
        """Return the form; a secret is kept when it is left empty, unless it was refused."""
        keeps = self.stored is not None and not self.credentials_only
        last: dict[vol.Marker, Any] = {}
        if keeps and (options := self._removable):
            config = SelectSelectorConfig(
                options=options,
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key=CONF_REMOVE,
            )
            last[vol.Optional(CONF_REMOVE, default=list)] = SelectSelector(config)
        return schema_of(self.fields, extra_last=last, keep_secrets=keeps)

    @property
    def _removable(self) -> list[str]:
        """Return the stored secrets that may be emptied: an empty field keeps them."""
        stored = secrets_in(self.fields, self.stored or {})
        return [
            field.key
            for field in self.fields
            if field.key in stored and not field.required
        ]

    def values(self, user_input: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what to show in the form: what was typed, else what is set now.

        A secret is given back to the person who has just typed it, never from the store.
        """
        if user_input is not None:
            return dict(user_input)
        return suggested(self.fields, self.stored or {})

    async def async_placeholders(self, error: FormError | None) -> dict[str, str]:
        """Return what the texts of the form and of its error are filled with."""
        info = self.provider.info
        await async_load_texts(self.hass)
        return {
            "provider": info.name,
            "credentials_help": provider_help(self.hass, info.slug),
            "credentials_url": info.credentials_url,
            "check": option_text(self.hass, "check", Check.of(info)),
            **own_words(self.fields),
            **(error.placeholders if error else {}),
        }

    def read(self, user_input: Mapping[str, Any]) -> Settings:
        """Return the settings that a filled-in form stands for.

        Raises InvalidFormError for what cannot be right; asks nobody.
        """
        stored, fields = self.stored or {}, self.fields
        asked = {field.key for field in fields}
        others = {key: value for key, value in stored.items() if key not in asked}
        removed = user_input.get(CONF_REMOVE, ())
        kept = {
            key: value
            for key, value in secrets_in(fields, stored).items()
            if key not in removed
        }
        needed = secrets_in([field for field in fields if field.required], stored)
        if self.credentials_only:
            # what was refused must be given anew
            kept = {key: value for key, value in kept.items() if key not in needed}
            needed = {}
        settings = others | settings_from(fields, user_input, kept=kept)
        wrong = self.provider.check_settings(settings)
        if not wrong:
            return settings
        # an optional secret goes when it is in the way, or with what it belonged to
        fitting = {key: kept[key] for key in kept if key in needed or key not in wrong}
        for fewer in (fitting, needed):
            without = others | settings_from(fields, user_input, kept=fewer)
            if not self.provider.check_settings(without):
                return without
        key, error = next(iter(wrong.items()))
        secret = key in secrets_in(self.provider.info.fields, settings)
        value = "" if secret else str(settings.get(key, ""))
        raise InvalidFormError(key, error, value=value)

    async def async_verified(self, settings: Settings) -> Provider:
        """Return the connected provider; raises InvalidFormError if it refuses."""
        provider = await async_create_provider(self.hass, self.provider, settings)
        try:
            await provider.verify()
        except DdnsError as err:
            fields = {field.key: field for field in self.fields}
            shown = form_error(err, fields)
        except Exception as err:  # noqa: BLE001 - a provider's fault must not look like the person's
            place = fault_in(err)
            LOGGER.error("%s cannot be checked: %s", provider.info.name, place)
            shown = FormError(
                field="base", key="unknown", placeholders={"error_code": place}
            )
        else:
            return provider
        # outside of the handlers: a chained exception would carry the provider's
        raise InvalidFormError(shown.field, shown.key, **shown.placeholders)


def _is_credential(field: Field) -> bool:
    """Return whether a field proves who the account is, not who it is or where."""
    if field.kind is FieldKind.BOOLEAN or not field.credential:
        return False
    return field.secret or not (field.identity or field.advanced)
