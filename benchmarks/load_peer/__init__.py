"""Smallest integration with devices and coordinator entities: what Home Assistant costs."""

import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

DOMAIN = "load_peer"

type Coordinator = DataUpdateCoordinator[int]


async def async_setup_entry(
    hass: HomeAssistant, entry: ConfigEntry[Coordinator]
) -> bool:
    """Set up the sensors, and an action that changes all of them."""
    entry.runtime_data = DataUpdateCoordinator(
        hass, logging.getLogger(__name__), config_entry=entry, name=entry.title
    )
    entry.runtime_data.data = 0
    await hass.config_entries.async_forward_entry_setups(entry, [Platform.SENSOR])

    async def change(_call: ServiceCall) -> None:
        for each in hass.config_entries.async_loaded_entries(DOMAIN):
            each.runtime_data.async_set_updated_data(each.runtime_data.data + 1)

    hass.services.async_register(DOMAIN, "change", change)
    return True


async def async_unload_entry(
    hass: HomeAssistant, entry: ConfigEntry[Coordinator]
) -> bool:
    """Remove the sensors."""
    return await hass.config_entries.async_unload_platforms(entry, [Platform.SENSOR])
