"""Form of a provider account: for a new account, its settings, or new credentials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..account.provider import async_create_provider, fault_in
from ..const import LOGGER
from ..core.errors import DdnsError
from ..core.hostname import Hostname
from ..core.provider import Provider
from ..core.provider_info import ErrorAbout, Field, FieldKind, Settings
from ..texts import async_load_texts, option_text, provider_help
from .errors import FormError, InvalidFormError, form_error
from .fields import examples, own_words, schema_of, secrets_in, settings_from, suggested
from .step import show_form

CONF_REMOVE = "remove"


class Check(StrEnum):
    """When a provider shows whether an account's settings are right."""

    AT_ONCE = "at_once"
    TRIAL = "trial"
    FIRST_UPDATE = "first_update"

    @classmethod
    def of(cls, provider: type[Provider]) -> Check:
        """Return the check of a provider."""
        if provider.verifies:
            return cls.AT_ONCE
        return cls.TRIAL if provider.info.tries_in_flow else cls.FIRST_UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountForm:
    """The form of an account.

    `stored` are the settings of an existing account. `credentials_only` leaves out all
    fields but the credentials.
    """

    hass: HomeAssistant
    provider: type[Provider]
    stored: Settings | None = None
    credentials_only: bool = False

    @property
    def step_id(self) -> str:
        """Return the step that shows the form."""
        if self.stored is None:
            return "account"
        return "reauth_confirm" if self.credentials_only else "reconfigure"

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the fields of the form."""
        fields = self.provider.info.fields
        if self.credentials_only:
            return tuple(field for field in fields if _is_credential(field))
        return fields

    def schema(self) -> vol.Schema:
        """Return the schema; an empty secret keeps the stored one unless it was refused."""
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
        """Return the stored secrets that may be removed: an empty field keeps them."""
        stored = secrets_in(self.fields, self.stored or {})
        return [
            field.key
            for field in self.fields
            if field.key in stored and not field.required
        ]

    async def async_show(
        self,
        flow: ConfigFlow,
        user_input: Mapping[str, Any] | None = None,
        error: FormError | None = None,
    ) -> ConfigFlowResult:
        """Show the form with the values typed, else with the stored ones.

        A typed secret is shown again, a stored one never.
        """
        if user_input is None:
            user_input = suggested(self.fields, self.stored or {})
        placeholders = await self._async_placeholders()
        return show_form(
            flow, self.step_id, self.schema(), user_input, error, placeholders
        )

    async def _async_placeholders(self) -> dict[str, str]:
        info = self.provider.info
        await async_load_texts(self.hass)
        said = (
            option_text(self.hass, "check", Check.of(self.provider)),
            option_text(self.hass, f"provider_{info.slug}", "notes"),
        )
        return {
            "provider": info.name,
            "credentials_help": provider_help(self.hass, info.slug),
            "credentials_url": info.credentials_url,
            "check": "\n\n".join(filter(None, said)),
            **own_words(self.fields),
            **examples(self.fields),
        }

    def read(self, user_input: Mapping[str, Any]) -> Settings:
        """Return the settings of a filled-in form, without asking the provider.

        Raises InvalidFormError.
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
            # the provider refused the stored ones
            kept = {key: value for key, value in kept.items() if key not in needed}
            needed = {}
        settings = others | settings_from(fields, user_input, kept=kept)
        wrong = self.provider.check_settings(settings)
        if not wrong:
            return settings
        # drop stored optional secrets that conflict with the new settings
        fitting = {key: kept[key] for key in kept if key in needed or key not in wrong}
        for fewer in (fitting, needed):
            without = others | settings_from(fields, user_input, kept=fewer)
            if not self.provider.check_settings(without):
                return without
        key, error = next(iter(wrong.items()))
        secret = key in secrets_in(self.provider.info.fields, settings)
        value = "" if secret else str(settings.get(key, ""))
        if isinstance(error, ErrorAbout):
            value = error.word
        raise InvalidFormError(key, error, value=value)

    async def async_verified(self, settings: Settings) -> Provider:
        """Return the connected provider. Raises InvalidFormError if it refuses."""
        provider = await async_create_provider(self.hass, self.provider, settings)
        try:
            with provider.redacting():
                await provider.verify()
        except DdnsError as err:
            shown = form_error(
                self.hass, err, {field.key: field for field in self.fields}
            )
        except Exception as err:  # noqa: BLE001 - a fault of the provider's code is no error of the user
            place = fault_in(err)
            LOGGER.error("%s cannot be checked: %s", provider.info.name, place)
            shown = FormError(
                field="base", key="unknown", placeholders={"error_code": place}
            )
        else:
            return provider
        # outside the handlers: a chained exception may carry secrets
        raise InvalidFormError(shown.field, shown.key, **shown.placeholders)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """An accepted form of an account.

    It holds the values `typed`, the settings read from them, and the provider connected
    with those. `offered` are the hostnames or zones that the provider lists.
    """

    form: AccountForm
    typed: Mapping[str, Any] = field(repr=False)
    settings: Settings = field(repr=False)
    connected: Provider
    offered: Sequence[Hostname] = ()

    @property
    def next_step(self) -> str:
        """Return the step after the trial."""
        return "hostnames" if self.form.stored is None else "save_account"


def _is_credential(field: Field) -> bool:
    """Return True if a field authenticates, and does not identify or locate."""
    if field.kind is FieldKind.BOOLEAN or not field.credential:
        return False
    return field.secret or not (field.identity or field.advanced)
