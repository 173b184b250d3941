"""The flows in which a person decides what a finding about a connection shall mean."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlowResult

from ..account.settings_change import async_change_state
from ..connection.issues import ConnectionIssue
from ..connection.options import RouterDifference
from ..const import (
    CONF_ACCEPT_CARRIER_GRADE_NAT,
    CONF_ACCEPT_TRANSLATED,
    CONF_CONNECTION,
    CONF_NETWORK,
    CONF_ROUTER_DIFFERENCE,
)
from ..core.address import Family
from ..core.engine.state import AccountState
from ..entries import connections
from .fix_flow import FixFlow

# steps of the flow, in the order in which they are offered
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
# a connection without any family has nothing to tell
_NEEDS_OTHER_FAMILY = {
    "switch_off_ipv4": Family.IPV6,
    "switch_off_ipv6": Family.IPV4,
}


class ChoiceFlow(FixFlow):
    """Asks what shall be published, and sets the option that says so."""

    def __init__(self, entry_id: str, issue: ConnectionIssue) -> None:
        """Keep the connection, and what was found."""
        super().__init__(entry_id)
        self._issue = issue

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, and offer what can be done."""
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
        """Publish the address that is seen outside."""
        return self._async_set_network(CONF_ROUTER_DIFFERENCE, RouterDifference.OUTSIDE)

    async def async_step_accept_shared(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Publish an address that is shared with others."""
        return self._async_set_network(CONF_ACCEPT_CARRIER_GRADE_NAT, True)

    async def async_step_accept_translated(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Publish an IPv6 address that this machine does not have."""
        return self._async_set_network(CONF_ACCEPT_TRANSLATED, True)

    async def async_step_switch_off_ipv4(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Look for no IPv4 address any more."""
        return self._async_set({Family.IPV4.value: False})

    async def async_step_switch_off_ipv6(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Look for no IPv6 address any more."""
        return self._async_set({Family.IPV6.value: False})

    async def async_step_leave(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Decide nothing."""
        return self.async_leave()

    def _async_set_network(self, key: str, value: str | bool) -> RepairsFlowResult:
        """Set an option of the section that the form calls network."""
        entry = self.entry
        network = entry.options.get(CONF_NETWORK, {}) if entry else {}
        value = str(value) if isinstance(value, str) else value
        return self._async_set({CONF_NETWORK: {**network, key: value}})

    def _async_set(self, options: Mapping[str, Any]) -> RepairsFlowResult:
        """Set some options, and keep the others; the connection is reloaded by that."""
        if (entry := self.entry) is None:
            return self.async_not_loaded()
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, **options}
        )
        return self.async_create_entry(data={})


class DoubleNatFlow(FixFlow):
    """Explains once what two routers in a row mean."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, and say no more of it once it was read."""
        if self.entry is None:
            return self.async_not_loaded()
        if user_input is not None:
            return self.async_leave()
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            description_placeholders=self.placeholders,
        )


class ConnectionGoneFlow(FixFlow):
    """Asks what a hostname shall follow whose internet connection was removed."""

    def __init__(self, entry_id: str, subentry_id: str) -> None:
        """Keep the account and the hostname."""
        super().__init__(entry_id)
        self._subentry_id = subentry_id

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, and offer the first connection if there is one."""
        if self.entry is None:
            return self.async_not_loaded()
        first = next(iter(connections(self.hass)), None)
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
        """Follow the first connection from now on."""
        if (entry := self.entry) is None:
            return self.async_not_loaded()
        if (subentry := entry.subentries.get(self._subentry_id)) is None:
            return self.async_abort(reason="hostname_gone")

        def release(account: AccountState) -> AccountState:
            state = account.hostname(self._subentry_id).released()
            return account.with_hostname(self._subentry_id, state)

        await async_change_state(self.hass, entry, release)
        try:
            self.hass.config_entries.async_update_subentry(
                entry,
                subentry,
                data={
                    key: value
                    for key, value in subentry.data.items()
                    if key != CONF_CONNECTION
                },
            )
        finally:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data={})

    async def async_step_leave(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Publish nothing for the hostname until a person chooses in its settings."""
        return self.async_leave()
