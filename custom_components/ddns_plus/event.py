"""Event entities of a connection, an account and a hostname."""

from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.notify import SIGNAL_UPDATE
from .connection.notify import SIGNAL_ADDRESS
from .const import AddressEvent, UpdateEvent
from .entity import AccountEntity, ConnectionEntity, HostnameEntity, async_add_described
from .entries import DdnsConfigEntry

PARALLEL_UPDATES = 0

ADDRESS_CHANGE = EventEntityDescription(
    key="address_change",
    translation_key="address_change",
    event_types=[event.value for event in AddressEvent],
)
UPDATE = EventEntityDescription(
    key="update",
    translation_key="update",
    event_types=[event.value for event in UpdateEvent],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entities of an entry."""
    await async_add_described(
        hass,
        entry,
        async_add_entities,
        Platform.EVENT,
        connection=(AddressChangeEvent, [ADDRESS_CHANGE]),
        account=(AccountUpdateEvent, [UPDATE]),
        hostname=(HostnameUpdateEvent, [UPDATE]),
    )


class DdnsEvent(EventEntity):
    """Fires on a dispatcher signal."""

    @callback
    def async_listen(self, signal: str) -> None:
        """Listen to a signal until the entity is removed."""
        self.async_on_remove(
            async_dispatcher_connect(self.hass, signal, self._async_happened)
        )

    @callback
    def _async_happened(
        self, event: AddressEvent | UpdateEvent, facts: dict[str, Any], context: Context
    ) -> None:
        self.async_set_context(context)
        self._trigger_event(event.value, facts)
        self.async_write_ha_state()


class AddressChangeEvent(ConnectionEntity, DdnsEvent):
    """Events of the public address."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_listen(SIGNAL_ADDRESS.format(self.coordinator.config_entry.entry_id))


class AccountUpdateEvent(AccountEntity, DdnsEvent):
    """Events of an account: each tells of all hostnames to which the same happened."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_listen(SIGNAL_UPDATE.format(self.coordinator.config_entry.entry_id))


class HostnameUpdateEvent(HostnameEntity, DdnsEvent):
    """Events of a hostname."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_listen(SIGNAL_UPDATE.format(self.subentry_id))
