"""Flows that fix an issue of a connection."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.repairs import RepairsFlowResult

from ..connection.issues import ConnectionIssue
from ..connection.options import RouterDifference
from ..const import (
    CONF_ACCEPT_CARRIER_GRADE_NAT,
    CONF_ACCEPT_TRANSLATED,
    CONF_NETWORK,
    CONF_ROUTER_DIFFERENCE,
)
from ..core.address import Family
from .fix_flow import ConfirmFlow, FixFlow

# steps in the order of the menu
_SHARED = ("accept_shared", "switch_off_ipv4", "leave")
_CHOICES: Mapping[ConnectionIssue, tuple[str, ...]] = {
    ConnectionIssue.CARRIER_GRADE_NAT: _SHARED,
    ConnectionIssue.CARRIER_GRADE_NAT_HELD_BACK: _SHARED,
    ConnectionIssue.IPV6_TRANSLATED: (
        "accept_translated",
        "switch_off_ipv6",
        "leave",
    ),
    ConnectionIssue.NO_PUBLIC_ADDRESS: ("switch_off_ipv4", "leave"),
    ConnectionIssue.ROUTER_DIFFERS: ("publish_router", "publish_outside", "leave"),
}
# a connection needs one family
_NEEDS_OTHER_FAMILY = {
    "switch_off_ipv4": Family.IPV6,
    "switch_off_ipv6": Family.IPV4,
}


class ChoiceFlow(FixFlow):
    """Asks which address to publish, and sets the option for it."""

    def __init__(self, entry_id: str, issue: ConnectionIssue) -> None:
        """Fix one issue of a connection."""
        super().__init__(entry_id)
        self._issue = issue

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, and offer the choices."""
        if (entry := self.entry) is None:
            return self.async_not_loaded()
        return self.async_show_menu(
            step_id="init",
            menu_options=[
                choice
                for choice in _CHOICES[self._issue]
                if choice not in _NEEDS_OTHER_FAMILY
                or entry.options.get(_NEEDS_OTHER_FAMILY[choice], True)
            ],
            description_placeholders=self.placeholders,
        )

    async def async_step_publish_router(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Publish the router's address."""
        return self._async_set_network(CONF_ROUTER_DIFFERENCE, RouterDifference.ROUTER)

    async def async_step_publish_outside(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Publish the address that public services report."""
        return self._async_set_network(CONF_ROUTER_DIFFERENCE, RouterDifference.OUTSIDE)

    async def async_step_accept_shared(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Publish the shared address of carrier-grade NAT."""
        return self._async_set_network(CONF_ACCEPT_CARRIER_GRADE_NAT, True)

    async def async_step_accept_translated(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Publish a translated IPv6 address."""
        return self._async_set_network(CONF_ACCEPT_TRANSLATED, True)

    async def async_step_switch_off_ipv4(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Stop looking for an IPv4 address."""
        return self._async_set({Family.IPV4.value: False})

    async def async_step_switch_off_ipv6(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Stop looking for an IPv6 address."""
        return self._async_set({Family.IPV6.value: False})

    async def async_step_leave(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Change nothing."""
        return self.async_leave()

    def _async_set_network(self, key: str, value: str | bool) -> RepairsFlowResult:
        """Set an option of the form's network section."""
        entry = self.entry
        network = entry.options.get(CONF_NETWORK, {}) if entry else {}
        value = str(value) if isinstance(value, str) else value
        return self._async_set({CONF_NETWORK: {**network, key: value}})

    def _async_set(self, options: Mapping[str, Any]) -> RepairsFlowResult:
        """Set some options; the connection's listener reloads it."""
        if (entry := self.entry) is None:
            return self.async_not_loaded()
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, **options}
        )
        return self.async_create_entry(data={})


class DoubleNatFlow(ConfirmFlow):
    """Explains two routers in a row, once."""
