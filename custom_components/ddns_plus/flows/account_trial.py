"""Trial of an account's settings: one real update, and the server's answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_ADDRESS
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..account.failures import explained
from ..account.provider import async_send
from ..connection.coordinator import async_get_connection
from ..connection.source_trial import async_first_look
from ..const import BOTH_FAMILIES, CONF_HOSTNAME
from ..core.address import Address, Family, parse_address, publishable
from ..core.errors import DdnsError
from ..core.provider import Provider
from ..core.provider_info import Exchange, ProviderInfo, Update
from ..entries import async_connection_entries
from .errors import FormError, InvalidFormError, form_error
from .fields import allowed_numbers, one_hostname, schema_of, settings_from
from .step import show_form

CONF_FAMILY = "family"
_EXAMPLE = "home.example.com"
_NOTHING = "–"


async def async_present_addresses(
    hass: HomeAssistant, before: Mapping[Family, Address]
) -> Mapping[Family, Address]:
    """Return the present public addresses; without a connection, ask for them once.

    `before` is the result of the previous call.
    """
    if not async_connection_entries(hass):
        return before or await async_first_look(hass)
    if (connection := async_get_connection(hass, None)) is None:
        return {}
    return {
        family: address
        for family in Family
        if (address := connection.observation(family).address) is not None
    }


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """The request of a trial with its answer, and the first error if it failed."""

    exchange: Exchange
    error: DdnsError | None

    def placeholders(self, hass: HomeAssistant) -> dict[str, str]:
        """Return the placeholders of the steps that show the answer."""
        exchange, error = self.exchange, self.error
        status = _NOTHING if exchange.status is None else str(exchange.status)
        texts = {
            "method": exchange.method,
            "url": _as_code(exchange.url),
            "status": status,
            "answer": _as_code(exchange.answer) or _NOTHING,
        }
        if error is not None:
            texts["error_code"] = _as_code(error.code)
            texts["error_detail"] = _as_code(explained(hass, error))
        return texts


@dataclass(frozen=True, slots=True)
class TrialForm:
    """The form of a trial: a hostname, and the addresses for it.

    `addresses` are the present public addresses.
    """

    hass: HomeAssistant
    provider: Provider
    addresses: Mapping[Family, Address]

    def show(
        self,
        flow: ConfigFlow,
        values: Mapping[str, Any] | None,
        error: FormError | None = None,
    ) -> ConfigFlowResult:
        """Show the form with the values typed."""
        info = self.provider.info
        placeholders = {
            "provider": info.name,
            "example": _EXAMPLE,
            **allowed_numbers(info.hostname_fields),
        }
        schema = trial_schema(info, self.addresses)
        return show_form(flow, "trial", schema, values, error, placeholders)

    async def async_send(self, user_input: Mapping[str, Any]) -> TrialAnswer | None:
        """Send the update of a filled-in form; return None if nothing had to be sent.

        Raises InvalidFormError if nothing could be sent.
        """
        before = self.provider.latest_exchange
        results = await async_send(self.provider, self._updates(user_input))
        errors = [result for result in results if isinstance(result, DdnsError)]
        error = errors[0] if errors else None
        exchange = self.provider.latest_exchange
        if exchange is not None and exchange is not before:
            return TrialAnswer(exchange, error)
        if error is None:
            return None
        info = self.provider.info
        fields = {item.key: item for item in info.hostname_fields} | {CONF_HOSTNAME: 0}
        shown = form_error(self.hass, error, fields)
        placeholders = {**shown.placeholders, "provider": info.name}
        raise InvalidFormError(shown.field, shown.key, **placeholders)

    def _updates(self, user_input: Mapping[str, Any]) -> Sequence[Update]:
        """Return the updates of a filled-in form. Raises InvalidFormError."""
        provider, text = self.provider, user_input[CONF_HOSTNAME]
        hostname = one_hostname(CONF_HOSTNAME, text)
        if (problem := provider.check_hostname(hostname)) is not None:
            raise InvalidFormError(CONF_HOSTNAME, problem, value=text)
        settings = settings_from(provider.info.hostname_fields, user_input, kept={})
        choice = user_input[CONF_FAMILY]
        updates = [
            Update(
                hostname=hostname,
                family=family,
                address=self._address(family, user_input, both=choice == BOTH_FAMILIES),
                settings=settings,
            )
            for family in Family
            if choice in (family.value, BOTH_FAMILIES)
        ]
        if (conflict := provider.conflict(hostname, settings)) is not None:
            raise InvalidFormError(
                conflict.field, conflict.code, value=hostname.unicode
            )
        return updates

    def _address(
        self, family: Family, user_input: Mapping[str, Any], *, both: bool
    ) -> Address:
        """Return the address to send: the typed one, else the present one."""
        text = str(user_input.get(CONF_ADDRESS) or "").strip()
        if not text:
            if (present := self.addresses.get(family)) is None:
                raise InvalidFormError(CONF_ADDRESS, "trial_address_unknown")
            return present
        if both:
            raise InvalidFormError(CONF_ADDRESS, "trial_address_for_both")
        try:
            address = parse_address(text, family)
        except ValueError:
            address = None
        if address is None or not publishable(address):
            raise InvalidFormError(CONF_ADDRESS, "trial_address_malformed", value=text)
        return address


def trial_schema(info: ProviderInfo, addresses: Mapping[Family, Address]) -> vol.Schema:
    """Return the form of a trial; the preset family has a known address if any has."""
    families = [family for family in Family if family in info.families]
    choices = [family.value for family in families]
    ready = [family.value for family in families if family in addresses]
    if info.pairs_families:
        choices.append(BOTH_FAMILIES)
        ready = ready if len(ready) < len(families) else [BOTH_FAMILIES]
    choice = SelectSelectorConfig(
        options=choices,
        translation_key=CONF_FAMILY,
        mode=SelectSelectorMode.DROPDOWN,
    )
    default = (ready or choices)[0]
    return schema_of(
        info.hostname_fields,
        {
            vol.Required(CONF_HOSTNAME): TextSelector(),
            vol.Required(CONF_FAMILY, default=default): SelectSelector(choice),
            vol.Optional(CONF_ADDRESS): TextSelector(),
        },
    )


def _as_code(text: str) -> str:
    """Return a text that is safe between backticks in Markdown."""
    return text.replace("`", "'")
