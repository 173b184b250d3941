"""Sensors of the peer: each shows the number that the coordinator holds."""

from typing import override

from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from . import DOMAIN, Coordinator


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry[Coordinator],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of each device."""
    for key, subentry in entry.subentries.items():
        async_add_entities(
            [
                PeerSensor(entry.runtime_data, key, subentry.title, number)
                for number in range(entry.data["sensors"])
            ],
            config_subentry_id=key,
        )


class PeerSensor(CoordinatorEntity[Coordinator], SensorEntity):
    """A sensor of a device."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: Coordinator, subentry_id: str, title: str, number: int
    ) -> None:
        """Initialize with the device's name."""
        super().__init__(coordinator)
        self._attr_name = f"Number {number}"
        self._attr_unique_id = f"{subentry_id}_{number}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, subentry_id)}, name=title
        )

    @property
    @override
    def native_value(self) -> int:
        """Return the coordinator's number."""
        return self.coordinator.data
