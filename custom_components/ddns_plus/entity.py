"""Base classes of the entities: devices, unique ids and set-up."""

from collections.abc import Callable, Collection, Iterable, Iterator

from homeassistant.core import HomeAssistant, callback
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


class HostnameEntity(CoordinatorEntity[AccountCoordinator]):
    """An entity of a hostname.

    It is always available: the last known state stays valid when a provider fails.
    """

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: AccountCoordinator,
        subentry_id: str,
        description: EntityDescription,
    ) -> None:
        """Initialize with an id of the subentry, so that a rename keeps the history."""
        super().__init__(coordinator, context=subentry_id)
        self.entity_description = description
        self.subentry_id = subentry_id
        self._attr_unique_id = f"{subentry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, subentry_id)},
            name=coordinator.hostnames[subentry_id].hostname.unicode,
            manufacturer=coordinator.provider.info.name,
            configuration_url=coordinator.provider.info.console_url,
            entry_type=DeviceEntryType.SERVICE,
            via_device_id=coordinator.device_id,
        )

    @property
    def view(self) -> HostnameView:
        """Return the view of the hostname."""
        return self.coordinator.data[self.subentry_id]


class ConnectionEntity(CoordinatorEntity[ConnectionCoordinator]):
    """An entity of an internet connection.

    It is always available: being offline is a state of the connection.
    """

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: ConnectionCoordinator, description: EntityDescription
    ) -> None:
        """Initialize with an id of the entry."""
        super().__init__(coordinator)
        self.entity_description = description
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            name=entry.title,
            entry_type=DeviceEntryType.SERVICE,
        )


@callback
def async_add_entities_of(
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    *,
    hostname: Callable[[AccountCoordinator, str], Iterable[HostnameEntity]],
    connection: Callable[[ConnectionCoordinator], Iterable[ConnectionEntity]]
    | None = None,
) -> None:
    """Add the entities of each hostname of an account, or of a connection."""
    coordinator = entry.runtime_data
    if isinstance(coordinator, AccountCoordinator):
        for subentry_id in coordinator.hostnames:
            async_add_entities(
                hostname(coordinator, subentry_id), config_subentry_id=subentry_id
            )
    elif isinstance(coordinator, ConnectionCoordinator) and connection is not None:
        async_add_entities(connection(coordinator))


@callback
def async_of_families[EntityT: HostnameEntity | ConnectionEntity](
    hass: HomeAssistant,
    platform: str,
    families: Collection[Family],
    entities: Iterable[EntityT],
) -> Iterator[EntityT]:
    """Yield the entities of some families; remove those of other families."""
    registry = er.async_get(hass)
    for entity in entities:
        family: Family | None = getattr(entity.entity_description, "family", None)
        if family is None or family in families:
            yield entity
        elif entity_id := registry.async_get_entity_id(
            platform, DOMAIN, str(entity.unique_id)
        ):
            registry.async_remove(entity_id)
