"""Signals, events and log lines about a connection."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send

from ..const import (
    ATTR_FAMILY,
    ATTR_HOSTNAMES,
    ATTR_NEW_ADDRESS,
    ATTR_OLD_ADDRESS,
    ATTR_SOURCE,
    DOMAIN,
    EVENT_IP_CHANGED,
    LOGGER,
    AddressEvent,
)
from ..core.address import Address, Family
from ..core.observation import Observation
from ..entries import DdnsConfigEntry
from ..started import async_once_started
from ..timer import Timer

# sent with the entry id of the connection
SIGNAL_OBSERVATION = f"{DOMAIN}_observation"
SIGNAL_ADDRESS = f"{EVENT_IP_CHANGED}_{{}}"

# how long one family's change waits for the other family's
_PATIENCE = timedelta(seconds=0.5)
_CHANGED = {
    Family.IPV4: AddressEvent.IPV4_CHANGED,
    Family.IPV6: AddressEvent.IPV6_CHANGED,
}


class ConnectionNotifier:
    """Tells accounts, the event entity and the event bus about a connection."""

    def __init__(self, hass: HomeAssistant, entry: DdnsConfigEntry) -> None:
        """Initialize with nothing to tell."""
        self._hass = hass
        self._entry = entry
        self._pending = False
        self._timer = Timer(hass, f"{entry.title} tell", self.async_tell_accounts)
        self._was_online: bool | None = None
        # of the latest change of each family, for what follows from it
        self.contexts: dict[Family, Context] = {}

    @callback
    def async_observation_changed(self) -> None:
        """Note that accounts have to look at the connection again."""
        self._pending = True

    @callback
    def async_tell_accounts(self) -> None:
        """Tell accounts now if an observation has changed."""
        self._timer.async_cancel()
        if self._pending:
            self._pending = False
            async_dispatcher_send(self._hass, SIGNAL_OBSERVATION, self._entry.entry_id)

    @callback
    def async_tell_accounts_soon(self) -> None:
        """Tell accounts after 0.5 s, so that they get changes of both families at once.

        A provider that takes one update in five minutes then gets both in that update.
        """
        if self._pending and not self._timer.is_set:
            self._timer.async_set(_PATIENCE)

    @callback
    def async_address_changed(
        self, old: Address, new: Observation, hostnames: Sequence[str]
    ) -> None:
        """Fire the bus event and the event entity of the connection."""
        entry_id = self._entry.entry_id
        device = dr.async_get(self._hass).async_get_device_by_identifier(
            (DOMAIN, entry_id), entry_id
        )
        facts: dict[str, Any] = {
            ATTR_FAMILY: new.family.value,
            ATTR_OLD_ADDRESS: str(old),
            ATTR_NEW_ADDRESS: str(new.address),
            ATTR_SOURCE: new.source,
        }
        context = self.contexts[new.family] = Context()
        self._async_fire(_CHANGED[new.family], facts, context)
        event = {
            **facts,
            ATTR_HOSTNAMES: list(hostnames),
            ATTR_CONFIG_ENTRY_ID: entry_id,
            ATTR_DEVICE_ID: device.id if device else None,
        }
        async_once_started(
            self._hass,
            lambda: self._hass.bus.async_fire(EVENT_IP_CHANGED, event, context=context),
        )

    @callback
    def async_online(self, online: bool | None) -> None:
        """Tell once that the connection is lost, and once that it is back."""
        if online is None or online is self._was_online:
            return
        if online and self._was_online is False:
            LOGGER.info("%s is back", self._entry.title)
            self._async_fire(AddressEvent.RECOVERED, {}, Context())
        elif not online:
            LOGGER.info(
                "%s is offline; nothing is published meanwhile", self._entry.title
            )
            self._async_fire(AddressEvent.LOST, {}, Context())
        self._was_online = online

    @callback
    def _async_fire(
        self, event: AddressEvent, facts: dict[str, Any], context: Context
    ) -> None:
        signal = SIGNAL_ADDRESS.format(self._entry.entry_id)
        async_once_started(
            self._hass,
            lambda: async_dispatcher_send(self._hass, signal, event, facts, context),
        )
