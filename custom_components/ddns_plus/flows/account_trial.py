"""Steps that try an account's settings: one real update, and what the server answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_ADDRESS
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..account.provider import async_send
from ..connection.coordinator import async_get_connection
from ..connection.source_trial import async_first_look
from ..const import CONF_HOSTNAME
from ..core.address import Address, Family, parse_address, publishable
from ..core.errors import DdnsError
from ..core.hostname import Hostname, InvalidHostnameError
from ..core.provider import Provider
from ..core.provider_info import Exchange, ProviderInfo, Result, Update
from ..entries import connections
from .account_form import AccountForm
from .errors import FormError, InvalidFormError, form_error
from .fields import allowed_numbers, errors_in, schema_of, settings_from

CONF_FAMILY = "family"
_BOTH = "both"
_EXAMPLE = "home.example.com"
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class AccountTyped:
    """What was typed into the form of an account, and in which step."""

    step_id: str
    form: AccountForm
    values: Mapping[str, Any] = field(repr=False)


class AccountTrialFlow(ConfigFlow):
    """A flow with the form of an account, whose settings can be tried."""

    _typed: AccountTyped
    _connected: Provider
    _go_on: str
    _tried: Mapping[str, Any] | None = None
    _seen: Mapping[Family, Address] = MappingProxyType({})
    _texts: dict[str, str]

    async def _async_offer_trial(
        self, provider: Provider, go_on: str
    ) -> ConfigFlowResult:
        """Offer to try settings, where only that tells whether they are right.

        `go_on` is the step that follows when they need not be tried, or were.
        """
        self._connected, self._go_on = provider, go_on
        if provider.info.tries_in_flow:
            return await self.async_step_try_account()
        result: ConfigFlowResult = await getattr(self, f"async_step_{go_on}")()
        return result

    async def async_step_try_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to try the settings."""
        return self.async_show_menu(
            step_id="try_account",
            menu_options=["trial", self._go_on, "change_settings"],
        )

    async def async_step_trial(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take what to update, and send that one request."""
        provider, known = self._connected, await self._async_known()
        error: FormError | None = None
        if user_input is not None:
            self._tried = user_input
            before = provider.latest_exchange
            try:
                results = await async_send(provider, self._updates(user_input, known))
            except InvalidFormError as err:
                error = err.shown
            else:
                exchange = provider.latest_exchange
                if exchange is not None and exchange is not before:
                    return await self._async_show_exchange(exchange, results)
                error = self._unsent(results)
        schema = trial_schema(provider.info, known)
        return self.async_show_form(
            step_id="trial",
            data_schema=self.add_suggested_values_to_schema(schema, self._tried or {}),
            errors=errors_in(schema, error),
            description_placeholders={
                "provider": provider.info.name,
                "example": _EXAMPLE,
                **allowed_numbers(provider.info.hostname_fields),
                **(error.placeholders if error else {}),
            },
        )

    async def async_step_change_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form of the account again, with what was typed."""
        typed = self._typed
        return await self._async_show_account(
            typed.step_id, typed.form, typed.values, None
        )

    async def _async_show_account(
        self,
        step_id: str,
        form: AccountForm,
        user_input: Mapping[str, Any] | None,
        error: FormError | None,
    ) -> ConfigFlowResult:
        """Show the form of an account; what was typed in before is still there."""
        schema = form.schema()
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema, form.values(user_input)
            ),
            errors=errors_in(schema, error),
            description_placeholders=await form.async_placeholders(error),
        )

    async def _async_known(self) -> Mapping[Family, Address]:
        """Return the present public addresses; before there is a connection one looks."""
        if connections(self.hass):
            connection = async_get_connection(self.hass, None)
            self._seen = {
                family: address
                for family in Family
                if connection is not None
                and (address := connection.observation(family).address) is not None
            }
        elif not self._seen:
            self._seen = await async_first_look(self.hass)
        return self._seen

    def _updates(
        self, user_input: Mapping[str, Any], known: Mapping[Family, Address]
    ) -> Sequence[Update]:
        """Return what to send. Raises InvalidFormError."""
        provider = self._connected
        text = user_input[CONF_HOSTNAME]
        try:
            hostname = Hostname.parse(text)
        except InvalidHostnameError as err:
            raise InvalidFormError(
                CONF_HOSTNAME, err.problem.value, value=text
            ) from err
        if (problem := provider.check_hostname(hostname)) is not None:
            raise InvalidFormError(CONF_HOSTNAME, problem, value=text)
        settings = settings_from(provider.info.hostname_fields, user_input, kept={})
        choice = user_input[CONF_FAMILY]
        updates = [
            Update(
                hostname=hostname,
                family=family,
                address=_address(
                    family, user_input, known.get(family), both=choice == _BOTH
                ),
                settings=settings,
            )
            for family in Family
            if choice in (family.value, _BOTH)
        ]
        if (misfit := provider.misfit(hostname, settings)) is not None:
            raise InvalidFormError(misfit.field, misfit.code, value=hostname.unicode)
        return updates

    def _unsent(self, results: Sequence[Result]) -> FormError | None:
        """Return why nothing was sent."""
        info = self._connected.info
        fields = {item.key: item for item in info.hostname_fields} | {CONF_HOSTNAME: 0}
        for result in results:
            if isinstance(result, DdnsError):
                shown = form_error(result, fields)
                return FormError(
                    field=shown.field,
                    key=shown.key,
                    placeholders={**shown.placeholders, "provider": info.name},
                )
        return None

    async def _async_show_exchange(
        self, exchange: Exchange, results: Sequence[Result]
    ) -> ConfigFlowResult:
        """Show what was sent and answered, and whether that counts as success."""
        errors = [result for result in results if isinstance(result, DdnsError)]
        status = _NOTHING if exchange.status is None else str(exchange.status)
        self._texts = {
            "method": exchange.method,
            "url": _as_code(exchange.url),
            "status": status,
            "answer": _as_code(exchange.answer) or _NOTHING,
        }
        if not errors:
            return await self.async_step_trial_succeeded()
        self._texts["error_code"] = _as_code(errors[0].code)
        self._texts["error_detail"] = _as_code(errors[0].said) or _NOTHING
        return await self.async_step_trial_failed()

    async def async_step_trial_succeeded(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what was answered, and that it counts as success."""
        return self.async_show_menu(
            step_id="trial_succeeded",
            menu_options=[self._go_on, "trial", "change_settings"],
            description_placeholders=self._texts,
        )

    async def async_step_trial_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what was answered, and why it does not count as success."""
        return self.async_show_menu(
            step_id="trial_failed",
            menu_options=["change_settings", "trial", self._go_on],
            description_placeholders=self._texts,
        )


def trial_schema(info: ProviderInfo, known: Mapping[Family, Address]) -> vol.Schema:
    """Return the form: a hostname, and which address to give it, a known one at best."""
    families = [family for family in Family if family in info.families]
    choices = [family.value for family in families]
    ready = [family.value for family in families if family in known]
    if info.pairs_families:
        choices.append(_BOTH)
        ready = ready if len(ready) < len(families) else [_BOTH]
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


def _address(
    family: Family,
    user_input: Mapping[str, Any],
    known: Address | None,
    *,
    both: bool,
) -> Address:
    """Return the address to send: the one typed in, or the present one."""
    text = str(user_input.get(CONF_ADDRESS) or "").strip()
    if not text:
        if known is None:
            raise InvalidFormError(CONF_ADDRESS, "trial_address_unknown")
        return known
    if both:
        raise InvalidFormError(CONF_ADDRESS, "trial_address_for_both")
    try:
        address = parse_address(text, family)
    except ValueError as err:
        raise InvalidFormError(
            CONF_ADDRESS, "trial_address_malformed", value=text
        ) from err
    if not publishable(address):
        raise InvalidFormError(CONF_ADDRESS, "trial_address_malformed", value=text)
    return address


def _as_code(text: str) -> str:
    """Return a text that stays within the quotation marks of code in Markdown."""
    return text.replace("`", "'")
