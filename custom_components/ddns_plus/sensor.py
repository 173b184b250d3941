"""Sensors of a connection and of a hostname."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import MAX_LENGTH_STATE_STATE, EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.failures import explained
from .account.view import HostnameView
from .connection.coordinator import ConnectionCoordinator
from .const import ATTR_UNKNOWN
from .core.address import Family
from .core.detection.catalog import SOURCES
from .core.detection.fixed import FixedSource
from .core.engine.decide import Mode
from .core.engine.status import Status
from .core.json_form import text_or_none
from .entity import ConnectionEntity, HostnameEntity, async_add_described
from .entries import DdnsConfigEntry

PARALLEL_UPDATES = 0

type Value = str | datetime | None
type Attributes = dict[str, Any] | None

# shown as a word: "unknown" reads like a fault
_NO_ERROR = "none"
# the state "unavailable" is reserved by Home Assistant for the entity itself
_STATES = {status: status.value for status in Status} | {
    Status.UNAVAILABLE: "provider_unavailable"
}


@dataclass(frozen=True, kw_only=True)
class ConnectionSensorDescription(SensorEntityDescription):
    """A sensor of an internet connection."""

    value_fn: Callable[[ConnectionCoordinator], Value]
    options_fn: Callable[[ConnectionCoordinator], list[str]] | None = None
    attributes_fn: Callable[[ConnectionCoordinator], Attributes] = lambda _line: None
    family: Family | None = None


@dataclass(frozen=True, kw_only=True)
class HostnameSensorDescription(SensorEntityDescription):
    """A sensor of a hostname."""

    value_fn: Callable[[HomeAssistant, HostnameView], Value]
    attributes_fn: Callable[[HostnameView], Attributes] = lambda _view: None
    family: Family | None = None


def _state[KeyT: (str, str | None)](key: KeyT) -> KeyT:
    """Return a source's key as a state, cut to the longest state."""
    return key and key[:MAX_LENGTH_STATE_STATE]


def _why_unknown(connection: ConnectionCoordinator, family: Family) -> Attributes:
    """Return why the address of a family is not known."""
    unknown = connection.observation(family).unknown
    return {ATTR_UNKNOWN: unknown.value} if unknown else None


def _about_prefix(connection: ConnectionCoordinator) -> Attributes:
    """Return when the router told its prefix, which is kept while it does not answer."""
    if connection.prefix is None:
        return _why_unknown(connection, Family.IPV6)
    router = connection.router
    return {"read_at": router.read_at} if router.prefix and router.read_at else None


def _about_published(view: HostnameView, family: Family) -> Attributes:
    """Return why there is no address to publish."""
    unknown = view.unknown.get(family)
    if unknown is None or view.managed.modes[family] is not Mode.UPDATE:
        return None
    return {ATTR_UNKNOWN: unknown.value}


def _about_status(view: HostnameView) -> Attributes:
    """Return when the provider is called next, if that is known."""
    return {"next_attempt": view.next_attempt} if view.next_attempt else None


def _error(hass: HomeAssistant, view: HostnameView) -> str:
    """Return the latest failure in words, cut to the longest state."""
    if view.failure is None:
        return _NO_ERROR
    return explained(hass, view.failure)[:MAX_LENGTH_STATE_STATE]


def _address_sensor(family: Family) -> ConnectionSensorDescription:
    return ConnectionSensorDescription(
        key=family.value,
        translation_placeholders={"family": family.label},
        translation_key="address",
        family=family,
        value_fn=lambda connection: text_or_none(
            connection.observation(family).address
        ),
        attributes_fn=lambda connection: _why_unknown(connection, family),
    )


def _source_sensor(family: Family) -> ConnectionSensorDescription:
    return ConnectionSensorDescription(
        key=f"{family.value}_source",
        translation_placeholders={"family": family.label},
        translation_key="source",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.ENUM,
        # sources with a translated name; a custom source is named by its host or entity
        options=[*SOURCES, FixedSource.key],
        options_fn=lambda connection: [
            _state(key) for key in connection.asked_for(family)
        ],
        family=family,
        value_fn=lambda connection: _state(connection.observation(family).source),
        attributes_fn=lambda connection: _why_unknown(connection, family),
    )


def _published_sensor(family: Family) -> HostnameSensorDescription:
    return HostnameSensorDescription(
        key=f"published_{family.value}",
        translation_placeholders={"family": family.label},
        translation_key="published",
        family=family,
        value_fn=lambda _, view: text_or_none(view.state[family].published),
        attributes_fn=lambda view: _about_published(view, family),
    )


CONNECTION_SENSORS: tuple[ConnectionSensorDescription, ...] = (
    *(_address_sensor(family) for family in Family),
    ConnectionSensorDescription(
        key="ipv6_prefix",
        translation_key="ipv6_prefix",
        entity_category=EntityCategory.DIAGNOSTIC,
        family=Family.IPV6,
        value_fn=lambda connection: text_or_none(connection.prefix),
        attributes_fn=_about_prefix,
    ),
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
    *(_source_sensor(family) for family in Family),
)

HOSTNAME_SENSORS: tuple[HostnameSensorDescription, ...] = (
    HostnameSensorDescription(
        key="status",
        translation_key="status",
        # stands first on the page, and is called as the hostname
        name=None,
        device_class=SensorDeviceClass.ENUM,
        options=list(_STATES.values()),
        value_fn=lambda _, view: _STATES[view.status],
        attributes_fn=_about_status,
    ),
    HostnameSensorDescription(
        key="last_update",
        translation_key="last_update",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda _, view: view.last_update,
    ),
    *(_published_sensor(family) for family in Family),
    HostnameSensorDescription(
        key="next_attempt",
        translation_key="next_attempt",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        # mostly unknown, and shown with the status when it is not
        entity_registry_enabled_default=False,
        value_fn=lambda _, view: view.next_attempt,
    ),
    HostnameSensorDescription(
        key="last_error",
        translation_key="last_error",
        entity_category=EntityCategory.DIAGNOSTIC,
        # shown with the status, and in a repair
        entity_registry_enabled_default=False,
        value_fn=_error,
        attributes_fn=lambda view: (
            {"code": view.failure.code} if view.failure else None
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of an entry."""
    await async_add_described(
        hass,
        entry,
        async_add_entities,
        Platform.SENSOR,
        connection=(ConnectionSensor, CONNECTION_SENSORS),
        hostname=(HostnameSensor, HOSTNAME_SENSORS),
    )


class ConnectionSensor(ConnectionEntity, SensorEntity):
    """A sensor of an internet connection."""

    # changes with each reading
    _unrecorded_attributes = frozenset({"read_at"})
    entity_description: ConnectionSensorDescription

    @property
    @override
    def options(self) -> list[str] | None:
        """Return the possible values, None for free text."""
        options_fn = self.entity_description.options_fn
        return None if options_fn is None else options_fn(self.coordinator)

    @property
    @override
    def native_value(self) -> Value:
        """Return the value."""
        return self.entity_description.value_fn(self.coordinator)

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        """Return what else there is to know, None for nothing."""
        return self.entity_description.attributes_fn(self.coordinator)


class HostnameSensor(HostnameEntity, SensorEntity):
    """A sensor of a hostname."""

    # has a sensor of its own
    _unrecorded_attributes = frozenset({"next_attempt"})
    entity_description: HostnameSensorDescription

    @property
    @override
    def native_value(self) -> Value:
        """Return the value."""
        return self.entity_description.value_fn(self.hass, self.view)

    @property
    @override
    def extra_state_attributes(self) -> Attributes:
        """Return what else there is to know, None for nothing."""
        return self.entity_description.attributes_fn(self.view)
