"""Buttons: check the address now, update a hostname now."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.answer import raise_for_published
from .core.engine.decide import Force
from .entity import (
    ConnectionEntity,
    DdnsConfigEntry,
    HostnameEntity,
    async_add_entities_of,
)

# accounts and connections do one thing at a time by themselves
PARALLEL_UPDATES = 0

CHECK_NOW = ButtonEntityDescription(key="check_now", translation_key="check_now")
UPDATE_NOW = ButtonEntityDescription(key="update_now", translation_key="update_now")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of an entry."""
    async_add_entities_of(
        entry,
        async_add_entities,
        connection=lambda connection: [CheckNowButton(connection, CHECK_NOW)],
        hostname=lambda account, key: [UpdateNowButton(account, key, UPDATE_NOW)],
    )


class CheckNowButton(ConnectionEntity, ButtonEntity):
    """Checks the public address."""

    @override
    async def async_press(self) -> None:
        """Check now; being offline is a finding too, and shown by the other entities."""
        await self.coordinator.async_check()


class UpdateNowButton(HostnameEntity, ButtonEntity):
    """Updates a hostname, changed or not."""

    @override
    async def async_press(self) -> None:
        """Update now; a stop and a wait are said, not overridden."""
        raise_for_published(
            self.hass,
            await self.coordinator.async_publish({self.subentry_id}, Force.FORCE),
        )
