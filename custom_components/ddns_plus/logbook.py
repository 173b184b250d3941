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
from .texts import option_text

type Describer = Callable[[Event], dict[str, str]]


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Describer], None],
) -> None:
    """Describe the bus events of DDNS Plus, in the language of the server."""

    @callback
    def text(key: str, **facts: str) -> str:
        return option_text(hass, "logbook", key).format(**facts)

    @callback
    def describe_change(event: Event) -> dict[str, str]:
        data = event.data
        message = text(
            "changed", old=str(data[ATTR_OLD_ADDRESS]), new=data[ATTR_NEW_ADDRESS]
        )
        return {
            LOGBOOK_ENTRY_NAME: text("public_address", family=_family(event)),
            LOGBOOK_ENTRY_MESSAGE: message,
        }

    @callback
    def describe_update(event: Event) -> dict[str, str]:
        data = event.data
        message = text(
            _message(event),
            family=_family(event),
            address=str(data[ATTR_NEW_ADDRESS]),
            error=str(data["error"]),
        )
        return {
            LOGBOOK_ENTRY_NAME: Hostname(data[ATTR_HOSTNAME]).unicode,
            LOGBOOK_ENTRY_MESSAGE: message,
        }

    async_describe_event(DOMAIN, EVENT_IP_CHANGED, describe_change)
    async_describe_event(DOMAIN, EVENT_UPDATE, describe_update)


def _message(event: Event) -> str:
    """Return the key of what happened to a record."""
    kind = UpdateEvent(event.data["type"])
    if event.data[ATTR_NEW_ADDRESS] is None:
        match kind:
            case UpdateEvent.FAILED:
                return "withdrawal_failed"
            case UpdateEvent.UPDATED:
                return "withdrawn"
    return kind.value


def _family(event: Event) -> str:
    """Return the family as people write it."""
    return Family(event.data[ATTR_FAMILY]).label
