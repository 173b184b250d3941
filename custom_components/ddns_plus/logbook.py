"""Logbook sentences of the bus events."""

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
from .core.hostname import Hostname

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
    """Describe an event of a hostname."""
    return {
        LOGBOOK_ENTRY_NAME: Hostname(event.data[ATTR_HOSTNAME]).unicode,
        LOGBOOK_ENTRY_MESSAGE: _message(event),
    }


def _message(event: Event) -> str:
    """Return the sentence without its subject, the hostname."""
    data, family = event.data, _family(event)
    address, error = data[ATTR_NEW_ADDRESS], data["error"]
    match UpdateEvent(data["type"]):
        case UpdateEvent.FAILED if address is None:
            return f"{family} address could not be removed ({error})"
        case UpdateEvent.FAILED:
            return f"could not be updated to {address} ({error})"
        case UpdateEvent.STOPPED:
            return f"is not updated over {family} until you act ({error})"
        case UpdateEvent.RECOVERED:
            return f"works again with {family}"
        case UpdateEvent.UPDATED if address is None:
            return f"has no {family} address any more"
    return f"now has the {family} address {address}"


def _family(event: Event) -> str:
    """Return the family as people write it."""
    return Family(event.data[ATTR_FAMILY]).label
