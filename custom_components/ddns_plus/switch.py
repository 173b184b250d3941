"""Switch for automatic updates of a hostname."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import HostnameEntity, async_add_described
from .entries import DdnsConfigEntry

# the coordinator queues its work itself
PARALLEL_UPDATES = 0

AUTOMATIC_UPDATES = SwitchEntityDescription(
    key="automatic_updates",
    translation_key="automatic_updates",
    entity_category=EntityCategory.CONFIG,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of an entry."""
    await async_add_described(
        hass,
        entry,
        async_add_entities,
        Platform.SWITCH,
        hostname=(AutomaticUpdatesSwitch, [AUTOMATIC_UPDATES]),
    )


class AutomaticUpdatesSwitch(HostnameEntity, SwitchEntity):
    """Pauses the updates of a hostname, except those that are asked for."""

    @property
    @override
    def is_on(self) -> bool:
        """Return True if the hostname is updated automatically."""
        return not self.view.state.paused

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Resume updates; a missed one is made now."""
        await self.coordinator.async_set_paused(self.subentry_id, False)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Pause updates."""
        await self.coordinator.async_set_paused(self.subentry_id, True)
