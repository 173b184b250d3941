"""Repairs: the flow that fixes each issue."""

from homeassistant.components.repairs import RepairsFlow
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .account.issues import CONNECTION_GONE
from .connection.issues import ConnectionIssue
from .const import ATTR_SUBENTRY_ID, DOMAIN
from .flows.account_fixes import ConnectionGoneFlow, ResumeFlow
from .flows.connection_fixes import ChoiceFlow, DoubleNatFlow


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    data = data or {}
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    key = issue.translation_key if issue else None
    entry_id, subentry_id = (
        str(data.get(ATTR_CONFIG_ENTRY_ID)),
        data.get(ATTR_SUBENTRY_ID),
    )
    if key == ConnectionIssue.DOUBLE_NAT:
        return DoubleNatFlow(entry_id)
    if key == CONNECTION_GONE:
        return ConnectionGoneFlow(entry_id, str(subentry_id))
    if key in set(ConnectionIssue):
        return ChoiceFlow(entry_id, ConnectionIssue(key))
    return ResumeFlow(entry_id, None if subentry_id is None else str(subentry_id))
