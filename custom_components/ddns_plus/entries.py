"""What config entries and subentries hold, read into typed values."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .const import CONF_KIND, DOMAIN, EntryKind


def entry_kind(entry: ConfigEntry[Any]) -> EntryKind | None:
    """Return what an entry stands for, None for a discovered router that is ignored."""
    kind = entry.data.get(CONF_KIND)
    return None if kind is None else EntryKind(kind)


def connections(hass: HomeAssistant) -> list[ConfigEntry[Any]]:
    """Return the internet connections, the first one first."""
    return [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry_kind(entry) is EntryKind.CONNECTION
    ]
