"""Connections that the hostnames of an account follow."""

from collections.abc import Iterable, Iterator, Mapping

from homeassistant.core import HomeAssistant, callback

from ..connection.coordinator import async_get_line
from ..core.engine.decide import Mode
from ..core.engine.round import RecordKey
from ..core.observation import Line
from .hostname import ManagedHostname

# the hostnames of an account by the ids of their subentries
type Hostnames = Mapping[str, ManagedHostname]


@callback
def async_get_lines(
    hass: HomeAssistant, hostnames: Iterable[ManagedHostname]
) -> Mapping[str | None, Line]:
    """Return what the connections of hostnames know, without those that are not to run."""
    return {
        connection_id: line
        for connection_id in {managed.connection_id for managed in hostnames}
        if (line := async_get_line(hass, connection_id)) is not None
    }


@callback
def async_without_connection(
    hass: HomeAssistant, hostnames: Hostnames
) -> Iterator[RecordKey]:
    """Yield the records whose connection was removed.

    No other connection takes its place; the user must choose one.
    """
    for subentry_id, managed in hostnames.items():
        if managed.connection_id is None or hass.config_entries.async_get_entry(
            managed.connection_id
        ):
            continue
        for family, mode in managed.modes.items():
            if mode is Mode.UPDATE:
                yield subentry_id, family
