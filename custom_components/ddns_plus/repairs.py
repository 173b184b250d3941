"""Repairs: what stopped until a person has acted, and the flow that resumes it."""

from typing import Any

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .account.coordinator import AccountCoordinator
from .account.failures import CONNECTION_GONE
from .connection.issues import ConnectionIssue
from .const import ATTR_SUBENTRY_ID, DOMAIN
from .flows.connection_fixes import ChoiceFlow, ConnectionGoneFlow, DoubleNatFlow
from .flows.fix_flow import FixFlow


class ResumeFlow(FixFlow):
    """Lifts the stop of a hostname or an account once a person has settled the cause."""

    def __init__(self, entry_id: str, subentry_id: str | None) -> None:
        """Keep the account, and the hostname unless the whole account is meant."""
        super().__init__(entry_id)
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
        if (entry := self.entry) is None:
            return self.async_not_loaded()
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema({}),
                description_placeholders=self.placeholders,
            )
        account: AccountCoordinator = entry.runtime_data
        await account.async_release(self._subentry_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that fixes an issue; its data says what it is about."""
    assert data is not None
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    key = issue.translation_key if issue else None
    entry_id, subentry_id = str(data[ATTR_CONFIG_ENTRY_ID]), data.get(ATTR_SUBENTRY_ID)
    if key == ConnectionIssue.DOUBLE_NAT:
        return DoubleNatFlow(entry_id)
    if key == CONNECTION_GONE:
        return ConnectionGoneFlow(entry_id, str(subentry_id))
    if key in set(ConnectionIssue):
        return ChoiceFlow(entry_id, ConnectionIssue(key))
    return ResumeFlow(entry_id, None if subentry_id is None else str(subentry_id))
