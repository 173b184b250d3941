"""Flows that fix an issue of an account."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.config_entries import UnknownEntry, UnknownSubEntry
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from ..account.coordinator import AccountCoordinator
from ..account.failures import cause_texts
from ..account.settings_change import async_changing
from ..const import CONF_CONNECTION, DOMAIN
from ..core.engine.state import AccountState
from ..entries import DdnsConfigEntry, async_connection_entries
from .fix_flow import ConfirmFlow, FixFlow

_STILL_STOPPED, _NOT_YET = "still_stopped", "not_yet"


class ResumeFlow(ConfirmFlow):
    """Resumes updates of a hostname or an account after its failure, and waits for one."""

    def __init__(self, entry_id: str, subentry_id: str | None) -> None:
        """Without `subentry_id`, the whole account is resumed."""
        super().__init__(entry_id)
        self._subentry_id = subentry_id

    @override
    async def async_confirmed(self, entry: DdnsConfigEntry) -> RepairsFlowResult:
        """Resume updates, and show the issue again unless they succeed."""
        account, before = entry.runtime_data, self.placeholders
        if not isinstance(account, AccountCoordinator):
            return self.async_not_loaded()
        chosen = None if self._subentry_id is None else [self._subentry_id]
        try:
            await account.async_release(self._subentry_id)
            published = await account.async_publish(chosen)
        except HomeAssistantError:
            return self.async_not_loaded()
        if ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id) is not None:
            return self.async_explain(self.placeholders, _STILL_STOPPED)
        for item in published:
            failure = account.state.hostname(item.managed.subentry_id)[item.family]
            if failure.failure is not None and not failure.stopped:
                causes = cause_texts(self.hass, failure.failure)
                return self.async_explain(before | causes, _NOT_YET)
        return self.async_create_entry(data={})


class ConnectionGoneFlow(FixFlow):
    """Asks which connection replaces the removed one of a hostname."""

    def __init__(self, entry_id: str, subentry_id: str) -> None:
        """Fix the issue of one hostname."""
        super().__init__(entry_id)
        self._subentry_id = subentry_id

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, and offer the first connection if there is one."""
        if self.entry is None:
            return self.async_not_loaded()
        first = next(iter(async_connection_entries(self.hass)), None)
        return self.async_show_menu(
            step_id="init",
            menu_options=["follow_first", "leave"] if first else ["leave"],
            description_placeholders={
                **self.placeholders,
                "connection": first.title if first else "",
            },
        )

    async def async_step_follow_first(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Let the hostname follow the first connection."""
        if (entry := self.entry) is None:
            return self.async_not_loaded()
        if (subentry := entry.subentries.get(self._subentry_id)) is None:
            return self.async_abort(reason="hostname_gone")

        def release(state: AccountState) -> AccountState:
            hostname = state.hostname(self._subentry_id).released()
            return state.with_hostname(self._subentry_id, hostname)

        data = dict(subentry.data)
        data.pop(CONF_CONNECTION, None)
        entries = self.hass.config_entries
        try:
            async with async_changing(self.hass, entry, release):
                entries.async_update_subentry(entry, subentry, data=data)
        except UnknownEntry, UnknownSubEntry:
            return self.async_abort(reason="hostname_gone")
        return self.async_create_entry(data={})

    async def async_step_leave(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Publish nothing until another connection is chosen in the hostname's form."""
        return self.async_leave()
