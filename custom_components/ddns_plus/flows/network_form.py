"""Section of a connection's form: router, interface, and address translation."""

from collections.abc import Mapping
from ipaddress import IPv4Address
import re
import socket
from typing import Any

import voluptuous as vol

from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..connection.options import RouterDifference
from ..const import (
    CONF_ACCEPT_CARRIER_GRADE_NAT,
    CONF_ACCEPT_TRANSLATED,
    CONF_INTERFACE,
    CONF_ROUTER,
    CONF_ROUTER_DIFFERENCE,
)
from .errors import InvalidFormError

# a name in Linux: IFNAMSIZ is 16 with the final zero
_INTERFACE_NAME = re.compile(r"[\x21-\x2e\x30-\x7e]{1,15}")
_LOOPBACK = "lo"


def network_schema() -> dict[vol.Marker, Any]:
    """Return the fields of the section."""
    names = [name for _, name in socket.if_nameindex() if name != _LOOPBACK]
    return {
        vol.Optional(CONF_ROUTER): TextSelector(),
        # an interface may appear later, such as a tunnel
        vol.Optional(CONF_INTERFACE): SelectSelector(
            SelectSelectorConfig(
                options=sorted(names),
                custom_value=True,
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        vol.Optional(
            CONF_ROUTER_DIFFERENCE, default=RouterDifference.HOLD.value
        ): SelectSelector(
            SelectSelectorConfig(
                options=[choice.value for choice in RouterDifference],
                translation_key="router_difference",
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        vol.Optional(CONF_ACCEPT_CARRIER_GRADE_NAT, default=False): BooleanSelector(),
        vol.Optional(CONF_ACCEPT_TRANSLATED, default=False): BooleanSelector(),
    }


def read_network(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section as stored. Raises InvalidFormError."""
    network = dict(typed)
    if router := str(network.pop(CONF_ROUTER, None) or "").strip():
        network[CONF_ROUTER] = _router(router)
    if interface := str(network.pop(CONF_INTERFACE, None) or "").strip():
        if not _INTERFACE_NAME.fullmatch(interface):
            raise InvalidFormError(CONF_INTERFACE, "invalid_interface", value=interface)
        network[CONF_INTERFACE] = interface
    return network


def _router(text: str) -> str:
    """Return the address of a router. Raises InvalidFormError."""
    try:
        address = IPv4Address(text)
    except ValueError:
        address = None
    if address is None or address.is_multicast or address.is_unspecified:
        raise InvalidFormError(CONF_ROUTER, "invalid_router", value=text)
    return str(address)
