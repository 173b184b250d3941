"""Sensors: the public address, and what every hostname has of it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import MAX_LENGTH_STATE_STATE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .connection import ConnectionCoordinator
from .const import DOMAIN
from .core.address import Address, Family
from .core.status import Status
from .entity import (
    ConnectionEntity,
    DdnsConfigEntry,
    HostnameEntity,
    async_add_entities_of,
)
from .hostname_view import HostnameView

PARALLEL_UPDATES = 0

type Value = str | datetime | None

# the state "unavailable" is Home Assistant's: it would say that the sensor is
_STATES = {status: status.value for status in Status} | {
    Status.UNAVAILABLE: "provider_unavailable"
}


@dataclass(frozen=True, kw_only=True)
class ConnectionSensorDescription(SensorEntityDescription):
    """A sensor of an internet connection."""

    value_fn: Callable[[ConnectionCoordinator], Value]
    family: Family | None = None


@dataclass(frozen=True, kw_only=True)
class HostnameSensorDescription(SensorEntityDescription):
    """A sensor of a hostname."""

    value_fn: Callable[[HostnameView], Value]
    family: Family | None = None


def _text(address: Address | None) -> str | None:
    return None if address is None else str(address)


def _source(connection: ConnectionCoordinator) -> str | None:
    """Return who told the address; two long names are more than a state can hold."""
    source = connection.source
    return None if source is None else source[:MAX_LENGTH_STATE_STATE]


def _address_sensor(family: Family) -> ConnectionSensorDescription:
    return ConnectionSensorDescription(
        key=family.value,
        translation_key=family.value,
        family=family,
        value_fn=lambda connection: _text(connection.observation(family).address),
    )


def _published_sensor(family: Family) -> HostnameSensorDescription:
    return HostnameSensorDescription(
        key=f"published_{family.value}",
        translation_key=f"published_{family.value}",
        family=family,
        value_fn=lambda view: _text(view.state[family].published),
    )


CONNECTION_SENSORS: tuple[ConnectionSensorDescription, ...] = (
    *(_address_sensor(family) for family in Family),
    ConnectionSensorDescription(
        key="last_change",
        translation_key="last_change",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda connection: connection.last_change,
    ),
    ConnectionSensorDescription(
        key="last_check",
        translation_key="last_check",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda connection: connection.last_check,
    ),
    ConnectionSensorDescription(
        key="source",
        translation_key="source",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_source,
    ),
)

HOSTNAME_SENSORS: tuple[HostnameSensorDescription, ...] = (
    HostnameSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=list(_STATES.values()),
        value_fn=lambda view: _STATES[view.status],
    ),
    HostnameSensorDescription(
        key="last_update",
        translation_key="last_update",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda view: view.last_update,
    ),
    *(_published_sensor(family) for family in Family),
    HostnameSensorDescription(
        key="next_attempt",
        translation_key="next_attempt",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda view: view.next_attempt,
    ),
    HostnameSensorDescription(
        key="last_error",
        translation_key="last_error",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda view: view.failure.code if view.failure else None,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of an entry."""
    async_add_entities_of(
        entry,
        async_add_entities,
        connection=lambda connection: _of_families(
            hass,
            connection.options.families,
            (
                ConnectionSensor(connection, description)
                for description in CONNECTION_SENSORS
            ),
        ),
        hostname=lambda account, key: _of_families(
            hass,
            account.data[key].families & account.provider.info.families,
            (
                HostnameSensor(account, key, description)
                for description in HOSTNAME_SENSORS
            ),
        ),
    )


class ConnectionSensor(ConnectionEntity, SensorEntity):
    """A sensor of an internet connection."""

    entity_description: ConnectionSensorDescription

    @property
    @override
    def native_value(self) -> Value:
        """Return the value."""
        return self.entity_description.value_fn(self.coordinator)


class HostnameSensor(HostnameEntity, SensorEntity):
    """A sensor of a hostname."""

    entity_description: HostnameSensorDescription

    @property
    @override
    def native_value(self) -> Value:
        """Return the value."""
        return self.entity_description.value_fn(self.view)


def _of_families[SensorT: ConnectionSensor | HostnameSensor](
    hass: HomeAssistant, families: Collection[Family], sensors: Iterable[SensorT]
) -> Iterator[SensorT]:
    """Yield the sensors of these families; those of a family that is off are removed."""
    registry = er.async_get(hass)
    for sensor in sensors:
        family = sensor.entity_description.family
        if family is None or family in families:
            yield sensor
        elif entity_id := registry.async_get_entity_id(
            SENSOR_DOMAIN, DOMAIN, str(sensor.unique_id)
        ):
            registry.async_remove(entity_id)
