"""Flow that adds a hostname to an account, or changes one."""

from collections.abc import Mapping, Sequence
from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
    UnknownEntry,
    UnknownSubEntry,
)
from homeassistant.util import dt as dt_util

from ..account.coordinator import AccountCoordinator
from ..account.first_update import FirstUpdate
from ..account.provider import async_offered
from ..account.settings_change import async_changing, changed_hostname
from ..const import CONF_HOSTNAME
from ..core.engine.clock import clock_corrected
from ..core.engine.state import AccountState
from ..core.errors import InvalidField
from ..core.hostname import Hostname
from .errors import InvalidFormError, form_error
from .first_update import async_update_of_hostname, replaced
from .hostname_checks import check_hostnames
from .hostname_form import HostnameForm


class HostnameSubentryFlow(ConfigSubentryFlow):
    """Adds or changes one hostname."""

    _offered: Sequence[Hostname] | None = None

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Add a hostname."""
        return await self._async_step(user_input, None)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a hostname."""
        try:
            subentry = self._get_reconfigure_subentry()
        except UnknownEntry, UnknownSubEntry:
            return self.async_abort(reason="hostname_gone")
        return await self._async_step(user_input, subentry)

    async def _async_step(
        self, user_input: dict[str, Any] | None, subentry: ConfigSubentry | None
    ) -> SubentryFlowResult:
        """Show the form until its values are accepted."""
        try:
            entry = self._get_entry()
        except UnknownEntry:
            return self.async_abort(reason="hostname_gone")
        if entry.state is not ConfigEntryState.LOADED:
            # a reload that runs is over in a moment: what was typed is not lost
            async with entry.setup_lock:
                pass
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        account: AccountCoordinator = entry.runtime_data
        if self._offered is None:
            self._offered = await _async_offered(account)
        form = HostnameForm(
            hass=self.hass,
            provider=type(account.provider),
            connected=account.provider,
            offered=self._offered,
            entry=entry,
            subentry=subentry,
        )
        if user_input is None:
            return form.show(self)
        try:
            draft = form.read(user_input)
            check_hostnames(form, draft)
        except InvalidFormError as err:
            return form.show(self, user_input, err.shown)
        [(hostname, data)] = draft.subentries().items()
        if subentry is not None:
            first = None
            if form.has_new_secret(draft):
                first = await async_update_of_hostname(
                    self.hass, entry, replaced(subentry, data), account.provider
                )
            error = None if first is None else first.error
            if isinstance(error, InvalidField) and error.field in form.field_keys:
                fields = dict.fromkeys(form.field_keys)
                return form.show(self, user_input, form_error(self.hass, error, fields))
            return await self._async_change(subentry, hostname, data, first)
        return self.async_create_entry(
            title=hostname.unicode, data=data, unique_id=hostname.fqdn
        )

    async def _async_change(
        self,
        subentry: ConfigSubentry,
        hostname: Hostname,
        data: Mapping[str, Any],
        first: FirstUpdate | None,
    ) -> SubentryFlowResult:
        """Save a changed hostname with the answer to its update; reload its account."""
        key, stored = subentry.subentry_id, subentry.data
        before = Hostname(stored[CONF_HOSTNAME]).unicode
        changes: dict[str, Any] = {
            # a name of a person's own is kept
            "title": hostname.unicode if subentry.title == before else subentry.title,
            "data": data,
            "unique_id": hostname.fqdn,
        }
        same = all(getattr(subentry, name) == new for name, new in changes.items())

        def change(state: AccountState) -> AccountState:
            changed = changed_hostname(state.hostname(key), stored, data)
            state = state.with_hostname(key, changed)
            return state if first is None else first.recorded(state)

        try:
            entry = self._get_entry()
            async with async_changing(self.hass, entry, change, same=same):
                return self.async_update_and_abort(entry, subentry, **changes)
        except UnknownEntry, UnknownSubEntry:
            return self.async_abort(reason="hostname_gone")


async def _async_offered(account: AccountCoordinator) -> Sequence[Hostname]:
    """Return the hostnames or zones of an account, none while its provider must rest."""
    now = dt_util.utcnow()
    if clock_corrected(account.state, now).left_alone(now):
        return ()
    return await async_offered(account.provider)
