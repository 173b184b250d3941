"""Flows that fix an issue of a connection."""

from collections.abc import Callable, Coroutine, Mapping
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
_SHARED = ("accept_shared", "switch_off_ipv4")
_CHOICES: Mapping[ConnectionIssue, tuple[str, ...]] = {
    # it is published: leaving it would be the same as going on
    ConnectionIssue.CARRIER_GRADE_NAT: _SHARED,
    ConnectionIssue.CARRIER_GRADE_NAT_HELD_BACK: (*_SHARED, "leave"),
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


type _Step = Callable[
    [FixFlow, dict[str, Any] | None], Coroutine[Any, Any, RepairsFlowResult]
]


def _sets(key: str, value: str | bool, *, section: str | None = CONF_NETWORK) -> _Step:
    """Return a step that sets one option; the connection's listener reloads it."""

    async def step(
        flow: FixFlow, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        if (entry := flow.entry) is None:
            return flow.async_not_loaded()
        options: dict[str, Any] = {key: value}
        if section is not None:
            options = {section: {**entry.options.get(section, {}), **options}}
        flow.hass.config_entries.async_update_entry(
            entry, options={**entry.options, **options}
        )
        return flow.async_create_entry(data={})

    return step


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

    async_step_publish_router = _sets(
        CONF_ROUTER_DIFFERENCE, RouterDifference.ROUTER.value
    )
    async_step_publish_outside = _sets(
        CONF_ROUTER_DIFFERENCE, RouterDifference.OUTSIDE.value
    )
    async_step_accept_shared = _sets(CONF_ACCEPT_CARRIER_GRADE_NAT, True)
    async_step_accept_translated = _sets(CONF_ACCEPT_TRANSLATED, True)
    async_step_switch_off_ipv4 = _sets(Family.IPV4.value, False, section=None)
    async_step_switch_off_ipv6 = _sets(Family.IPV6.value, False, section=None)

    async def async_step_leave(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Change nothing."""
        return self.async_leave()


class DoubleNatFlow(ConfirmFlow):
    """Explains two routers in a row, once."""
