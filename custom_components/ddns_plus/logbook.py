"""Logbook: what happened to addresses and hostnames, in a sentence."""

from collections.abc import Callable

from homeassistant.components.logbook import LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .const import (
    ATTR_FAMILY,
    ATTR_HOSTNAME,
    ATTR_NEW_ADDRESS,
    ATTR_OLD_ADDRESS,
    DOMAIN,
    EVENT_IP_CHANGED,
    EVENT_UPDATE,
    UpdateEvent,
)
from .core.address import Family

type Describer = Callable[[Event], dict[str, str]]


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Describer], None],
) -> None:
    """Describe the bus events of DDNS Plus."""
    async_describe_event(DOMAIN, EVENT_IP_CHANGED, _describe_change)
    async_describe_event(DOMAIN, EVENT_UPDATE, _describe_update)


@callback
def _describe_change(event: Event) -> dict[str, str]:
    """Describe a changed address."""
    data = event.data
    return {
        LOGBOOK_ENTRY_NAME: f"Public {_family(event)} address",
        LOGBOOK_ENTRY_MESSAGE: (
            f"changed from {data[ATTR_OLD_ADDRESS]} to {data[ATTR_NEW_ADDRESS]}"
        ),
    }


@callback
def _describe_update(event: Event) -> dict[str, str]:
    """Describe what happened to a hostname."""
    data = event.data
    address, error = data[ATTR_NEW_ADDRESS], data["error"]
    messages = {
        UpdateEvent.FAILED: f"could not be updated to {address} ({error})",
        UpdateEvent.RECOVERED: "is updated again",
        UpdateEvent.STOPPED: f"needs attention before it is updated again ({error})",
        UpdateEvent.UPDATED: f"now has the {_family(event)} address {address}"
        if address
        else f"has no {_family(event)} address any more",
    }
    return {
        LOGBOOK_ENTRY_NAME: data[ATTR_HOSTNAME],
        LOGBOOK_ENTRY_MESSAGE: messages[UpdateEvent(data["type"])],
    }


def _family(event: Event) -> str:
    """Return the family as people write it."""
    return "IPv4" if event.data[ATTR_FAMILY] == Family.IPV4 else "IPv6"
