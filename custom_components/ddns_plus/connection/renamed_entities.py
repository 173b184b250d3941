"""Entities as sources, followed when a person renames them."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import CONF_ENTITIES, CONF_SOURCES
from ..entries import async_connection_entries


@callback
def async_follow_renames(hass: HomeAssistant) -> None:
    """Change the options of all connections, also disabled ones, with each rename."""

    @callback
    def renamed(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        data = event.data
        if data["action"] != "update" or "old_entity_id" not in data:
            return
        old, new = data["old_entity_id"], data["entity_id"]
        for entry in async_connection_entries(hass):
            if (options := _with_name(entry.options, old, new)) is not None:
                # the entry's listener reloads it
                hass.config_entries.async_update_entry(entry, options=options)

    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, renamed)


def _with_name(
    options: Mapping[str, Any], old: str, new: str
) -> Mapping[str, Any] | None:
    """Return the options with an entity's new name, None where it is no source."""
    sources = options.get(CONF_SOURCES, {})
    entities = sources.get(CONF_ENTITIES, [])
    if all(item["entity_id"] != old for item in entities):
        return None
    renamed = [
        {**item, "entity_id": new} if item["entity_id"] == old else item
        for item in entities
    ]
    return {**options, CONF_SOURCES: {**sources, CONF_ENTITIES: renamed}}
