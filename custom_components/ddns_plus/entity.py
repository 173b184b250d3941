"""Base classes of the entities: devices, unique ids and set-up."""

import asyncio
from collections.abc import Collection, Iterable, Iterator
from typing import override

from homeassistant.const import Platform
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account.coordinator import AccountCoordinator
from .account.view import HostnameView
from .connection.coordinator import ConnectionCoordinator
from .const import DOMAIN
from .core.address import Family
from .entries import DdnsConfigEntry
from .started import async_once_started


class DdnsEntity[CoordinatorT: AccountCoordinator | ConnectionCoordinator](
    CoordinatorEntity[CoordinatorT]
):
    """An entity that shows no change before Home Assistant has started.

    An automation that waits for a change of state is not armed earlier.
    """

    _attr_has_entity_name = True
    _waits_for_start = False

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state, now or once Home Assistant has started."""
        if self.hass.state is CoreState.running:
            self.async_write_ha_state()
        elif not self._waits_for_start:
            self._waits_for_start = True
            self.async_on_remove(async_once_started(self.hass, self._async_show))

    @callback
    def _async_show(self) -> None:
        self._waits_for_start = False
        self.async_write_ha_state()


class HostnameEntity(DdnsEntity[AccountCoordinator]):
    """An entity of a hostname.

    It is always available: the last known state stays valid when a provider fails.
    """

    def __init__(
        self,
        coordinator: AccountCoordinator,
        subentry_id: str,
        description: EntityDescription,
    ) -> None:
        """Initialize with an id of the subentry, so that a rename keeps the history."""
        super().__init__(coordinator, context=subentry_id)
        self.entity_description = description

    # there may be thousands: what can be computed is not kept

    @property
    def subentry_id(self) -> str:
        """Return the id of the hostname's subentry."""
        return str(self.coordinator_context)

    @property
    @override
    def unique_id(self) -> str:
        """Return the id of the entity."""
        return unique_id_of(self.subentry_id, self.entity_description.key)

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the device of the hostname."""
        coordinator = self.coordinator
        return DeviceInfo(
            identifiers={(DOMAIN, self.subentry_id)},
            name=coordinator.hostnames[self.subentry_id].hostname.unicode,
            manufacturer=coordinator.provider.info.name,
            configuration_url=coordinator.provider.info.console_url,
            entry_type=DeviceEntryType.SERVICE,
            via_device_id=coordinator.device_id,
        )

    @property
    def view(self) -> HostnameView:
        """Return the view of the hostname."""
        return self.coordinator.data[self.subentry_id]


class AccountEntity(DdnsEntity[AccountCoordinator]):
    """An entity of an account, which speaks for all of its hostnames."""

    def __init__(
        self, coordinator: AccountCoordinator, description: EntityDescription
    ) -> None:
        """Initialize with an id of the entry; its device exists already."""
        super().__init__(coordinator)
        self.entity_description = description
        entry_id = coordinator.config_entry.entry_id
        self._attr_unique_id = unique_id_of(entry_id, description.key)
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry_id)})


class ConnectionEntity(DdnsEntity[ConnectionCoordinator]):
    """An entity of an internet connection.

    It is always available: being offline is a state of the connection.
    """

    def __init__(
        self, coordinator: ConnectionCoordinator, description: EntityDescription
    ) -> None:
        """Initialize with an id of the entry."""
        super().__init__(coordinator)
        self.entity_description = description
        entry = coordinator.config_entry
        self._attr_unique_id = unique_id_of(entry.entry_id, description.key)
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            name=entry.title,
            entry_type=DeviceEntryType.SERVICE,
        )


async def async_add_described(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: Platform,
    *,
    hostname: tuple[type[HostnameEntity], Iterable[EntityDescription]],
    account: tuple[type[AccountEntity], Iterable[EntityDescription]] | None = None,
    connection: tuple[type[ConnectionEntity], Iterable[EntityDescription]]
    | None = None,
) -> None:
    """Add an entity per description: to each hostname and its account, or a connection.

    The entities of one hostname are added per step of the event loop.
    A description may have a `family`: entities of other families are removed.
    """
    coordinator = entry.runtime_data
    if isinstance(coordinator, AccountCoordinator):
        if account is not None:
            of_account, descriptions = account
            async_add_entities(of_account(coordinator, item) for item in descriptions)
        of_hostname, descriptions = hostname
        for subentry_id, view in coordinator.data.items():
            if subentry_id not in entry.subentries:
                # removed meanwhile; a reload follows
                continue
            families = view.families & coordinator.provider.info.families
            async_add_entities(
                [
                    of_hostname(coordinator, subentry_id, item)
                    for item in _async_of_families(
                        hass, platform, families, descriptions, subentry_id
                    )
                ],
                config_subentry_id=subentry_id,
            )
            await asyncio.sleep(0)
    elif isinstance(coordinator, ConnectionCoordinator) and connection is not None:
        of_connection, descriptions = connection
        families = coordinator.options.families
        async_add_entities(
            of_connection(coordinator, item)
            for item in _async_of_families(
                hass, platform, families, descriptions, entry.entry_id
            )
        )


@callback
def _async_of_families(
    hass: HomeAssistant,
    platform: Platform,
    families: Collection[Family],
    descriptions: Iterable[EntityDescription],
    owner: str,
) -> Iterator[EntityDescription]:
    """Yield the descriptions of some families; remove the entities of the others."""
    registry = er.async_get(hass)
    for description in descriptions:
        family: Family | None = getattr(description, "family", None)
        if family is None or family in families:
            yield description
        elif entity_id := registry.async_get_entity_id(
            platform, DOMAIN, unique_id_of(owner, description.key)
        ):
            registry.async_remove(entity_id)


def unique_id_of(owner: str, key: str) -> str:
    """Return the unique id of an entity of a hostname or an entry, by its id."""
    return f"{owner}_{key}"
