"""Hints that the public address may have changed; a hint is never believed."""

from collections.abc import Callable, Coroutine, Mapping
from ipaddress import IPv4Address
from typing import Any

from homeassistant.components import ssdp
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo

from ..core.address import Family
from ..core.detection.machine.netlink import AddressMonitor
from ..core.detection.methods import Local
from ..core.detection.router.announcements import AnnouncementListener
from ..core.detection.router.upnp_events import EventSubscription
from ..entries import DdnsConfigEntry
from .entity_source import told_by
from .options import ConnectionOptions
from .sources import GATEWAY_DEVICES, ConnectionSources

type Hint = Callable[[frozenset[Family]], None]

_IPV4 = frozenset({Family.IPV4})
# header that Home Assistant adds to SSDP messages
_UNIQUE_NAME = "_udn"
# a router has fewer devices, whatever SSDP messages claim
_MOST_DEVICES = 8


class HintChannels:
    """Listens to everything that reports a changed address."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DdnsConfigEntry,
        options: ConnectionOptions,
        sources: ConnectionSources,
        on_hint: Hint,
    ) -> None:
        """Initialize all channels; none listens yet."""
        self._hass = hass
        self._entry = entry
        self._options = options
        self._sources = sources
        self._on_hint = on_hint
        self._announced = False
        # boot id of each device of the router, by its unique device name
        self._boot_ids: dict[str, str | None] = {}
        self._devices: dict[str, CALLBACK_TYPE] = {}
        self._router: IPv4Address | None = None
        self._stopped = False
        self._stops: list[CALLBACK_TYPE] = []
        self._events = EventSubscription(sources.upnp, self._hint_ipv4)
        self._announcements = AnnouncementListener(
            sources.gateway, self._hear, endpoint=sources.line
        )
        self._monitor = AddressMonitor(self._network_changed)

    @callback
    def async_start(self) -> None:
        """Start to listen in the background."""
        if not self._options.push:
            return
        self._entry.async_create_background_task(
            self._hass,
            self._monitor.start(),
            f"{self._entry.title} listens to the kernel",
        )
        if self._options.entities:
            self._stops.append(
                async_track_state_change_event(
                    self._hass,
                    # an entity may be set for both families
                    {setting.entity_id for setting in self._options.entities},
                    self._async_entity_changed,
                )
            )
        if self._asks_router:
            self._entry.async_create_background_task(
                self._hass,
                self._async_start_router(),
                f"{self._entry.title} listens to the router",
            )

    async def async_stop(self) -> None:
        """Stop all channels."""
        self._stopped = True
        for stop in (*self._stops, *self._devices.values()):
            stop()
        self._stops.clear()
        self._devices.clear()
        self._monitor.stop()
        self._announcements.stop()
        await self._events.stop()

    def alive(self, family: Family) -> bool:
        """Return True if a change of a family's address would be reported."""
        if not self._options.push:
            return False
        told_by_entity = any(
            setting.family is family
            and told_by(self._hass.states.get(setting.entity_id), setting)
            for setting in self._options.entities
        )
        if told_by_entity or (self._monitor.alive and self._sources.is_on_host(family)):
            return True
        if family is Family.IPV6:
            return False
        # an open port proves nothing: the router must have announced something
        return self._events.alive or self._announced

    def channels(self) -> Mapping[str, bool]:
        """Return the channels, and which of them are alive."""
        return {
            "entities": bool(self._options.entities) and self._options.push,
            "nat_pmp": self._announcements.alive,
            "netlink": self._monitor.alive,
            "ssdp": len(self._stops) > int(bool(self._options.entities)),
            "upnp": self._events.alive,
        }

    @property
    def _asks_router(self) -> bool:
        """Return True if the router is a source for IPv4."""
        asked = {source.key for source in self._options.sources(Family.IPV4)}
        return Family.IPV4 in self._options.families and bool(
            asked & {Local.UPNP, Local.NAT_PMP}
        )

    async def _async_start_router(self) -> None:
        """Listen to the router's announcements, SSDP and UPnP events."""
        self._router = self._sources.gateway()
        await self._announcements.start()
        if ssdp.DOMAIN in self._hass.config.components:
            for device in GATEWAY_DEVICES:
                for header in ("nt", "st"):
                    if stop := await self._async_listen(
                        self._async_gateway_seen, header, device
                    ):
                        self._stops.append(stop)
        await self._events.start()

    async def _async_listen(
        self,
        hear: Callable[[SsdpServiceInfo, ssdp.SsdpChange], Coroutine[Any, Any, None]],
        header: str,
        value: str,
    ) -> CALLBACK_TYPE | None:
        """Listen to SSDP messages with a header; return a function that stops it."""
        stop = await ssdp.async_register_callback(self._hass, hear, {header: value})
        if self._stopped:
            stop()
            return None
        return stop

    @callback
    def async_listen_anew(self) -> None:
        """Subscribe again: the router may have lost its subscriptions."""
        self._sources.forget_router()
        self._events.retry()

    @callback
    def _network_changed(self, families: frozenset[Family]) -> None:
        """Handle a network change of this machine; the router may be another one."""
        if self._asks_router and (router := self._sources.gateway()) != self._router:
            self._router = router
            self._announced = False
            self.async_listen_anew()
            self._entry.async_create_background_task(
                self._hass,
                self._async_hear_router(),
                f"{self._entry.title} listens to another router",
            )
        self._on_hint(families)

    async def _async_hear_router(self) -> None:
        """Listen to the announcements of the current router."""
        self._announcements.stop()
        await self._announcements.start()

    @callback
    def _hint_ipv4(self) -> None:
        self._on_hint(_IPV4)

    @callback
    def _hear(self) -> None:
        """Handle an announcement of the router."""
        self._announced = True
        self._hint_ipv4()

    @callback
    def _async_entity_changed(self, event: Event[EventStateChangedData]) -> None:
        """Handle a new address of an entity.

        An entity that becomes unavailable is no hint, nor are its other attributes.
        """
        old, new = event.data["old_state"], event.data["new_state"]
        families = frozenset(
            setting.family
            for setting in self._options.entities
            if setting.entity_id == event.data["entity_id"]
            and (text := told_by(new, setting))
            and text != told_by(old, setting)
        )
        if families:
            self._on_hint(families)

    async def _async_gateway_seen(
        self, info: SsdpServiceInfo, _change: ssdp.SsdpChange
    ) -> None:
        """Listen to a device of the router under its unique name.

        The router says goodbye once per device; Home Assistant reports only the first.
        Some routers use new names after each restart: forget the oldest.
        """
        udn = info.ssdp_udn
        if udn is None or udn in self._boot_ids or not self._sources.is_router(info):
            return
        if len(self._boot_ids) >= _MOST_DEVICES:
            self._forget_device(next(iter(self._boot_ids)))
        self._boot_ids[udn] = None
        if stop := await self._async_listen(self._async_router_seen, _UNIQUE_NAME, udn):
            self._devices[udn] = stop
            if udn not in self._boot_ids:
                self._forget_device(udn)

    @callback
    def _forget_device(self, udn: str) -> None:
        """Stop to listen to a device."""
        self._boot_ids.pop(udn, None)
        if stop := self._devices.pop(udn, None):
            stop()

    async def _async_router_seen(
        self, info: SsdpServiceInfo, change: ssdp.SsdpChange
    ) -> None:
        """Handle a router that leaves or restarts."""
        udn = info.ssdp_udn
        if udn is None or not self._sources.is_router(info):
            return
        if udn not in self._boot_ids:
            return
        before = self._boot_ids[udn]
        boot_id = info.ssdp_headers.get(ssdp.ATTR_SSDP_BOOTID) or before
        self._boot_ids[udn] = boot_id
        restarted = before is not None and boot_id != before
        if change is ssdp.SsdpChange.BYEBYE or restarted:
            self.async_listen_anew()
            self._hint_ipv4()
