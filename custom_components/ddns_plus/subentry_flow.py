"""The flow that adds a hostname to an account, or changes one."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)

from .account import AccountCoordinator
from .const import CONF_HOSTNAME, CONF_SETTINGS, LOGGER
from .core.errors import DdnsError
from .core.hostname import Hostname
from .exceptions import FormError, InvalidFormError
from .hostname_form import HostnameForm
from .store import DATA_STORE


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
            self._offered = await self._async_offered(account)
        reconfigures = step_id == "reconfigure"
        form = HostnameForm(
            hass=self.hass,
            provider=type(account.provider),
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
                    return await self._async_change(form, hostname, data)
                return self.async_create_entry(
                    title=hostname.unicode, data=data, unique_id=hostname.fqdn
                )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                form.schema(error), user_input or form.suggested()
            ),
            errors={error.field: error.key} if error else None,
            description_placeholders={
                "account": entry.title,
                **(error.placeholders if error else {}),
            },
        )

    async def _async_change(
        self, form: HostnameForm, hostname: Hostname, data: Mapping[str, Any]
    ) -> SubentryFlowResult:
        """Take a change over; only what the record consists of makes it be sent again."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        store = self.hass.data[DATA_STORE]
        account = store.account(entry.entry_id)
        state = account.hostname(subentry.subentry_id).released()
        if any(
            data[key] != subentry.data[key] for key in (CONF_HOSTNAME, CONF_SETTINGS)
        ):
            state = state.reset()
        await store.async_set_account(
            entry.entry_id, account.with_hostname(subentry.subentry_id, state)
        )
        if data == subentry.data:
            # nothing changed, but the person wants it tried again
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_update_and_abort(
            entry,
            subentry,
            title=hostname.unicode,
            data=data,
            unique_id=hostname.fqdn,
        )

    async def _async_offered(self, account: AccountCoordinator) -> tuple[Hostname, ...]:
        """Return what the account offers; the form works without it."""
        try:
            return tuple(await account.provider.hostnames() or ())
        except DdnsError as err:
            LOGGER.debug("%s does not list its hostnames: %s", account.name, err)
            return ()
