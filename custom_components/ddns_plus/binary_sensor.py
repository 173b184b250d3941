"""Binary sensors of a connection, an account and a hostname."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.view import HostnameView
from .connection.coordinator import ConnectionCoordinator
from .const import ATTR_HOSTNAMES
from .core.address import Family
from .core.detection.judge.nat import NatSituation
from .core.detection.source import HOST
from .core.observation import ROUTER
from .entity import AccountEntity, ConnectionEntity, HostnameEntity, async_add_described
from .entries import DdnsConfigEntry

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ConnectionBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor of an internet connection."""

    is_on_fn: Callable[[ConnectionCoordinator], bool | None]
    family: Family | None = None


@dataclass(frozen=True, kw_only=True)
class HostnameBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor of a hostname."""

    is_on_fn: Callable[[HostnameView], bool | None]


def _carrier_grade_nat(connection: ConnectionCoordinator) -> bool | None:
    """Return True if other homes share the address, None if that is not known."""
    situation = connection.situation(Family.IPV4)
    if situation is NatSituation.CARRIER_GRADE_NAT:
        return True
    if situation is NatSituation.NO_PUBLIC_ADDRESS:
        # the cause may be a second router instead
        return None
    watched = connection.data.get(Family.IPV4)
    if watched is None or watched.round is None or not watched.observation.known:
        return None
    # only who holds the address can tell that it is no other home's
    holders = {
        vote.address for vote in watched.round.votes if vote.operator in (ROUTER, HOST)
    }
    return False if watched.observation.address in holders else None


CONNECTION_BINARY_SENSORS = (
    ConnectionBinarySensorDescription(
        key="online",
        translation_key="online",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        is_on_fn=lambda connection: connection.online,
    ),
    ConnectionBinarySensorDescription(
        key="carrier_grade_nat",
        translation_key="carrier_grade_nat",
        entity_category=EntityCategory.DIAGNOSTIC,
        family=Family.IPV4,
        is_on_fn=_carrier_grade_nat,
    ),
)
ACCOUNT_PROBLEM = BinarySensorEntityDescription(
    key="problem",
    translation_key="problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
HOSTNAME_BINARY_SENSORS = (
    HostnameBinarySensorDescription(
        key="problem",
        translation_key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        # the account's tells of all hostnames
        entity_registry_enabled_default=False,
        is_on_fn=lambda view: view.status.problem,
    ),
    HostnameBinarySensorDescription(
        key="dns_match",
        translation_key="dns_match",
        entity_category=EntityCategory.DIAGNOSTIC,
        # what DNS does not show is repaired
        entity_registry_enabled_default=False,
        is_on_fn=lambda view: view.dns_match,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of an entry."""
    await async_add_described(
        hass,
        entry,
        async_add_entities,
        Platform.BINARY_SENSOR,
        connection=(ConnectionBinarySensor, CONNECTION_BINARY_SENSORS),
        account=(AccountProblem, [ACCOUNT_PROBLEM]),
        hostname=(HostnameBinarySensor, HOSTNAME_BINARY_SENSORS),
    )


class ConnectionBinarySensor(ConnectionEntity, BinarySensorEntity):
    """A binary sensor of an internet connection."""

    entity_description: ConnectionBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state."""
        return self.entity_description.is_on_fn(self.coordinator)


class AccountProblem(AccountEntity, BinarySensorEntity):
    """Tells whether something is wrong with any hostname of an account."""

    _views: Mapping[str, HostnameView] | None = None
    _found: Sequence[str] = ()

    @property
    def _troubled(self) -> Sequence[str]:
        """Return the hostnames that have a problem, looked for once per change."""
        if self._views is not self.coordinator.data:
            self._views = self.coordinator.data
            self._found = sorted(
                view.managed.hostname.fqdn
                for view in self._views.values()
                if view.status.problem
            )
        return self._found

    @property
    @override
    def is_on(self) -> bool:
        """Return True if any hostname has a problem."""
        return bool(self._troubled)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the hostnames that have a problem."""
        return {ATTR_HOSTNAMES: self._troubled}


class HostnameBinarySensor(HostnameEntity, BinarySensorEntity):
    """A binary sensor of a hostname."""

    entity_description: HostnameBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state."""
        return self.entity_description.is_on_fn(self.view)
