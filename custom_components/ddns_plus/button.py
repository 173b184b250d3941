"""Buttons of a connection, an account and a hostname."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.answer import raise_for_published
from .core.engine.decide import Force
from .entity import AccountEntity, ConnectionEntity, HostnameEntity, async_add_described
from .entries import DdnsConfigEntry

# coordinators queue their work themselves
PARALLEL_UPDATES = 0

CHECK_NOW = ButtonEntityDescription(key="check_now", translation_key="check_now")
UPDATE_ALL = ButtonEntityDescription(key="update_all", translation_key="update_all")
UPDATE_NOW = ButtonEntityDescription(key="update_now", translation_key="update_now")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of an entry."""
    await async_add_described(
        hass,
        entry,
        async_add_entities,
        Platform.BUTTON,
        connection=(CheckNowButton, [CHECK_NOW]),
        account=(UpdateAllButton, [UPDATE_ALL]),
        hostname=(UpdateNowButton, [UPDATE_NOW]),
    )


class CheckNowButton(ConnectionEntity, ButtonEntity):
    """Checks the public address."""

    @override
    async def async_press(self) -> None:
        """Check now; other entities show the result, including being offline."""
        await self.coordinator.async_check()


class UpdateAllButton(AccountEntity, ButtonEntity):
    """Updates all hostnames of an account, changed or not."""

    @override
    async def async_press(self) -> None:
        """Update now; raises HomeAssistantError for a stop or a wait."""
        raise_for_published(
            self.hass, await self.coordinator.async_publish(force=Force.FORCE)
        )


class UpdateNowButton(HostnameEntity, ButtonEntity):
    """Updates a hostname, changed or not."""

    @override
    async def async_press(self) -> None:
        """Update now; raises HomeAssistantError for a stop or a wait."""
        raise_for_published(
            self.hass,
            await self.coordinator.async_publish({self.subentry_id}, Force.FORCE),
        )
