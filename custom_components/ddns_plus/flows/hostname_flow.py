"""The flow that adds a hostname to an account, or changes one."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.util import dt as dt_util

from ..account.coordinator import AccountCoordinator
from ..account.settings_change import async_change_state, changed_hostname
from ..core.engine.decide import settled_account
from ..core.engine.state import AccountState
from ..core.hostname import Hostname
from .errors import FormError, InvalidFormError
from .fields import errors_in
from .hostname_form import HostnameForm, async_offered


class HostnameSubentryFlow(ConfigSubentryFlow):
    """Adds or changes one hostname."""

    _offered: tuple[Hostname, ...] | None = None

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Add a hostname."""
        return await self._async_step("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a hostname."""
        return await self._async_step("reconfigure", user_input)

    async def _async_step(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        """Show the form until what was filled in can be taken."""
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        account: AccountCoordinator = entry.runtime_data
        if self._offered is None:
            self._offered = await _async_offered(account)
        reconfigures = step_id == "reconfigure"
        form = HostnameForm(
            hass=self.hass,
            provider=type(account.provider),
            connected=account.provider,
            offered=self._offered,
            entry=entry,
            subentry=self._get_reconfigure_subentry() if reconfigures else None,
        )
        error: FormError | None = None
        if user_input is not None:
            try:
                [(hostname, data)] = form.read(user_input).items()
            except InvalidFormError as err:
                error = err.shown
            else:
                if reconfigures:
                    return await self._async_change(hostname, data)
                return self.async_create_entry(
                    title=hostname.unicode, data=data, unique_id=hostname.fqdn
                )
        schema = form.schema(user_input, error)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema, form.values(user_input)
            ),
            errors=errors_in(schema, error),
            description_placeholders={
                "account": entry.title,
                **form.placeholders(error),
            },
        )

    async def _async_change(
        self, hostname: Hostname, data: Mapping[str, Any]
    ) -> SubentryFlowResult:
        """Take a change over, and let the hostname try again."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        key = subentry.subentry_id

        def change(account: AccountState) -> AccountState:
            state = changed_hostname(account.hostname(key), subentry.data, data)
            return account.with_hostname(key, state)

        await async_change_state(self.hass, entry, change)
        try:
            return self.async_update_and_abort(
                entry,
                subentry,
                title=hostname.unicode,
                data=data,
                unique_id=hostname.fqdn,
            )
        finally:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)


async def _async_offered(account: AccountCoordinator) -> tuple[Hostname, ...]:
    """Return what an account offers, unless its provider is to be left alone."""
    now = dt_util.utcnow()
    if settled_account(account.state, now).left_alone(now):
        return ()
    return await async_offered(account.provider)
