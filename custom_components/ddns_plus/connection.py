"""ConnectionCoordinator: the public address of an internet connection, kept known."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
import random
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from .const import (
    ATTR_FAMILY,
    ATTR_HOSTNAMES,
    ATTR_NEW_ADDRESS,
    ATTR_OLD_ADDRESS,
    ATTR_SOURCE,
    CONF_CONNECTION,
    CONF_HOSTNAME,
    DOMAIN,
    EVENT_IP_CHANGED,
    LOGGER,
    SUBENTRY_TYPE_HOSTNAME,
    AddressEvent,
    EntryKind,
)
from .core.address import Address, Family
from .core.detection import (
    AddressSource,
    HttpOptions,
    Knowledge,
    OperatorBackOff,
    Policy,
    Round,
    http_sources,
    run_round,
)
from .core.observation import Observation, Unknown
from .settings import ConnectionOptions, entry_kind
from .store import StateStore

type ConnectionConfigEntry = ConfigEntry[ConnectionCoordinator]

SIGNAL_OBSERVATION = f"{DOMAIN}_observation"
SIGNAL_ADDRESS = f"{EVENT_IP_CHANGED}_{{}}"

_CHANGED = {
    Family.IPV4: AddressEvent.IPV4_CHANGED,
    Family.IPV6: AddressEvent.IPV6_CHANGED,
}
_OFFLINE = frozenset({Unknown.OFFLINE, Unknown.NO_CONNECTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is known of one family, and the latest round of asking."""

    knowledge: Knowledge
    round: Round | None = None

    @property
    def observation(self) -> Observation:
        """Return the observation."""
        return self.knowledge.observation


@callback
def async_get_connection(
    hass: HomeAssistant, entry_id: str | None
) -> ConnectionCoordinator | None:
    """Return a connection that is set up: the one asked for, else the first one."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry_kind(entry) is not EntryKind.CONNECTION:
            continue
        if entry_id is None or entry.entry_id == entry_id:
            if entry.state is not ConfigEntryState.LOADED:
                return None
            connection: ConnectionCoordinator = entry.runtime_data
            return connection
    return None


class ConnectionCoordinator(DataUpdateCoordinator[Mapping[Family, Watched]]):
    """One internet connection. Both families are watched on their own."""

    config_entry: ConnectionConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConnectionConfigEntry,
        store: StateStore,
        http_options: HttpOptions,
    ) -> None:
        """Begin with what was known before the restart; asks nobody."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=entry.title, always_update=False
        )
        self.options = ConnectionOptions.from_mapping(entry.options)
        self.back_off = OperatorBackOff()
        self._store = store
        self._policy = Policy(
            interval=self.options.interval,
            trust_single=self.options.trust_single_source,
        )
        stored = store.connection(entry.entry_id)
        self.data = {
            family: Watched(
                knowledge=Knowledge.initial(family, stored.addresses.get(family))
            )
            for family in Family
        }
        self._sources: Mapping[Family, list[AddressSource]] = {
            family: [*http_sources(self.options.sources(family), family, http_options)]
            for family in self.options.families
        }
        self._rounds = {family: asyncio.Lock() for family in Family}
        self._timers: dict[Family, CALLBACK_TYPE] = {}
        self._was_online: bool | None = None

    @override
    async def _async_update_data(self) -> Mapping[Family, Watched]:
        """Return what is known; the sources are asked only by `async_check`."""
        return self.data

    @callback
    def async_start(self) -> None:
        """Ask for the first time, without holding up the start."""
        for family in self._sources:
            self._async_time_is_up(family)
        # accounts that were set up earlier learn that there is a connection now
        async_dispatcher_send(self.hass, SIGNAL_OBSERVATION)

    async def async_stop(self) -> None:
        """Ask no more."""
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()

    async def async_check(self) -> None:
        """Check both families now."""
        for family in self._sources:
            watched = self.data[family]
            self._async_set(
                family, replace(watched, knowledge=watched.knowledge.hinted())
            )
        await asyncio.gather(*(self._async_round(family) for family in self._sources))

    def observation(self, family: Family) -> Observation:
        """Return what is known of the public address of a family."""
        if family not in self._sources:
            return Observation(family=family)
        return self.data[family].observation

    @property
    def online(self) -> bool | None:
        """Return whether the internet can be reached, None before that was tried."""
        observations = [self.data[family].observation for family in self._sources]
        if any(observation.known for observation in observations):
            return True
        if all(observation.unknown in _OFFLINE for observation in observations):
            return False
        # somebody answered, but nothing that can be believed
        tried = Unknown.NOT_CHECKED not in {item.unknown for item in observations}
        return True if tried else None

    @property
    def last_change(self) -> datetime | None:
        """Return when the public address last changed."""
        return self._store.connection(self.config_entry.entry_id).changed_at

    @property
    def last_check(self) -> datetime | None:
        """Return when the public address was last asked for."""
        rounds = [watched.round for watched in self.data.values()]
        return max((item.ended for item in rounds if item), default=None)

    @property
    def source(self) -> str | None:
        """Return who told the address."""
        sources = {
            source
            for watched in self.data.values()
            if (source := watched.observation.source)
        }
        return ", ".join(sorted(sources)) or None

    @property
    def hostnames(self) -> list[str]:
        """Return the hostnames that follow this connection."""
        return sorted(
            subentry.data[CONF_HOSTNAME]
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)
            if async_get_connection(self.hass, subentry.data.get(CONF_CONNECTION))
            is self
        )

    def as_response(self) -> JsonObjectType:
        """Return what an action answers with."""
        response: dict[str, JsonValueType] = {
            ATTR_CONFIG_ENTRY_ID: self.config_entry.entry_id,
            "name": self.name,
        }
        for family in self._sources:
            observation = self.data[family].observation
            response[family.value] = {
                "address": _text(observation.address),
                "unknown": _text(observation.unknown),
                "source": observation.source,
            }
        return response

    async def _async_round(self, family: Family) -> None:
        """Ask the sources of a family once, and draw the conclusions."""
        async with self._rounds[family]:
            self._async_cancel_timer(family)
            before = self.data[family].knowledge
            asked = await run_round(
                self._sources[family],
                family,
                before.question(self._policy),
                cycle=before.rounds,
                back_off=self.back_off,
            )
            # a hint that came meanwhile is in the data, not in `before`
            after = self.data[family].knowledge.after(
                asked,
                self._policy,
                now=self.hass.loop.time(),
                jitter=random.random(),
            )
            self._async_set(family, Watched(knowledge=after, round=asked))
            self._async_arm(family)
            await self._async_learn(family, before, after)

    async def _async_learn(
        self, family: Family, before: Knowledge, after: Knowledge
    ) -> None:
        """Tell accounts, people and automations what is new."""
        LOGGER.debug("%s %s: %s", self.name, family, after.observation)
        changed = before.known != after.known
        if changed and after.known is not None:
            now = dt_util.utcnow()
            stored = self._store.connection(self.config_entry.entry_id)
            stored = stored.with_address(family, after.known, now)
            # accounts need not wait for the disk
            self.config_entry.async_create_background_task(
                self.hass,
                self._store.async_set_connection(self.config_entry.entry_id, stored),
                f"{self.name} store",
            )
        if (
            before.observation.address != after.observation.address
            or before.observation.unknown != after.observation.unknown
        ):
            async_dispatcher_send(self.hass, SIGNAL_OBSERVATION)
        if changed and before.known is not None and after.known is not None:
            self._async_fire_change(family, before.known, after)
        self._async_tell_online()

    @callback
    def _async_fire_change(
        self, family: Family, old: Address, after: Knowledge
    ) -> None:
        """Fire the bus event, and the event entity of the connection."""
        entry_id = self.config_entry.entry_id
        device = dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, entry_id), entry_id
        )
        facts: dict[str, Any] = {
            ATTR_FAMILY: family.value,
            ATTR_OLD_ADDRESS: str(old),
            ATTR_NEW_ADDRESS: str(after.known),
            ATTR_SOURCE: after.observation.source,
        }
        self._async_happened(_CHANGED[family], facts)
        self.hass.bus.async_fire(
            EVENT_IP_CHANGED,
            {
                **facts,
                ATTR_HOSTNAMES: self.hostnames,
                ATTR_CONFIG_ENTRY_ID: entry_id,
                ATTR_DEVICE_ID: device.id if device else None,
            },
        )

    @callback
    def _async_tell_online(self) -> None:
        """Tell once that the connection is lost, and once that it is back."""
        online = self.online
        if online is None or online is self._was_online:
            return
        if online and self._was_online is False:
            LOGGER.info("%s is back", self.name)
            self._async_happened(AddressEvent.RECOVERED, {})
        elif not online:
            LOGGER.info("%s is offline; nothing is published meanwhile", self.name)
            self._async_happened(AddressEvent.LOST, {})
        self._was_online = online

    @callback
    def _async_happened(self, event: AddressEvent, facts: dict[str, Any]) -> None:
        signal = SIGNAL_ADDRESS.format(self.config_entry.entry_id)
        async_dispatcher_send(self.hass, signal, event, facts)

    @callback
    def _async_set(self, family: Family, watched: Watched) -> None:
        self.async_set_updated_data({**self.data, family: watched})

    @callback
    def _async_arm(self, family: Family) -> None:
        """Set the timer for the next round of a family."""

        @callback
        def time_is_up(_now: datetime) -> None:
            self._async_time_is_up(family)

        self._timers[family] = async_call_later(
            self.hass, self.data[family].knowledge.delay, time_is_up
        )

    @callback
    def _async_time_is_up(self, family: Family) -> None:
        self._timers.pop(family, None)
        self.config_entry.async_create_background_task(
            self.hass, self._async_round(family), f"{self.name} {family}"
        )

    @callback
    def _async_cancel_timer(self, family: Family) -> None:
        if (cancel := self._timers.pop(family, None)) is not None:
            cancel()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
