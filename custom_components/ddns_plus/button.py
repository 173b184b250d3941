"""Buttons: check the address now, update a hostname now."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .connection import ConnectionCoordinator
from .core.engine import Force
from .entity import ConnectionEntity, DdnsConfigEntry, HostnameEntity
from .exceptions import raise_for_published

PARALLEL_UPDATES = 0

CHECK_NOW = ButtonEntityDescription(key="check_now", translation_key="check_now")
UPDATE_NOW = ButtonEntityDescription(key="update_now", translation_key="update_now")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of an entry."""
    coordinator = entry.runtime_data
    if isinstance(coordinator, ConnectionCoordinator):
        async_add_entities([CheckNowButton(coordinator, CHECK_NOW)])
        return
    for subentry_id in coordinator.data:
        async_add_entities(
            [UpdateNowButton(coordinator, subentry_id, UPDATE_NOW)],
            config_subentry_id=subentry_id,
        )


class CheckNowButton(ConnectionEntity, ButtonEntity):
    """Checks the public address."""

    @override
    async def async_press(self) -> None:
        """Check now."""
        await self.coordinator.async_check()


class UpdateNowButton(HostnameEntity, ButtonEntity):
    """Updates a hostname, changed or not."""

    @override
    async def async_press(self) -> None:
        """Update now; what a person must settle first is said, not overridden."""
        raise_for_published(
            await self.coordinator.async_publish({self.subentry_id}, Force.FORCE)
        )
