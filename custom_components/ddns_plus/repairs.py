"""Repairs: what stopped until a person has acted, and the flow that resumes it."""

from typing import Any

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .account import AccountCoordinator
from .const import ATTR_SUBENTRY_ID, DOMAIN


class ResumeFlow(RepairsFlow):
    """Lifts the stop of a hostname or an account once a person has settled the cause."""

    def __init__(self, entry_id: str, subentry_id: str | None) -> None:
        """Keep the account, and the hostname unless the whole account is meant."""
        self._entry_id = entry_id
        self._subentry_id = subentry_id

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, and resume when confirmed."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        if user_input is None:
            issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema({}),
                description_placeholders=issue.translation_placeholders
                if issue
                else None,
            )
        account: AccountCoordinator = entry.runtime_data
        await account.async_release(self._subentry_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that fixes an issue; its data says what it is about."""
    assert data is not None
    subentry_id = data[ATTR_SUBENTRY_ID]
    return ResumeFlow(
        str(data[ATTR_CONFIG_ENTRY_ID]),
        None if subentry_id is None else str(subentry_id),
    )
