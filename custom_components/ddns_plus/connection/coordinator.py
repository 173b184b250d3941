"""Coordinator of an internet connection."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from ipaddress import IPv6Address, IPv6Network
from typing import override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..const import LOGGER
from ..core.address import LAN_PREFIX_LENGTH, Address, Family
from ..core.detection.echo.http import HttpOptions
from ..core.detection.judge.address_state import AddressState
from ..core.detection.judge.nat import NatSituation
from ..core.detection.judge.operator_back_off import OperatorBackOff
from ..core.detection.methods import Local
from ..core.json_form import text_or_none
from ..core.observation import Line, Observation, RouterIPv6, Unknown
from ..entries import (
    DdnsConfigEntry,
    async_connection_entries,
    async_get_hostnames,
    async_withdraw_issues,
)
from ..store import StateStore
from .address_watch import AddressWatch, Watched
from .hints import HintChannels
from .issues import async_sync_connection_issues
from .notify import ConnectionNotifier
from .options import ConnectionOptions
from .router_ipv6 import RouterIPv6Watch
from .sources import ConnectionSources

_OFFLINE = frozenset({Unknown.OFFLINE, Unknown.NO_CONNECTION, Unknown.NO_INTERFACE})


# of an entry that is about to run, at boot and while it reloads
_STARTING = frozenset(
    {
        ConfigEntryState.NOT_LOADED,
        ConfigEntryState.SETUP_IN_PROGRESS,
        ConfigEntryState.UNLOAD_IN_PROGRESS,
    }
)


@callback
def async_get_connection(
    hass: HomeAssistant, entry_id: str | None
) -> ConnectionCoordinator | None:
    """Return the running connection with an id, or the first one without an id.

    Return None if that connection does not run: the address of another one is wrong.
    """
    entry = _async_get_entry(hass, entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    connection = entry.runtime_data
    return connection if isinstance(connection, ConnectionCoordinator) else None


@callback
def async_get_line(hass: HomeAssistant, entry_id: str | None) -> Line | None:
    """Return what a connection knows, None if it is not to run.

    Of one that is about to run, nothing is checked yet.
    """
    if (connection := async_get_connection(hass, entry_id)) is not None:
        return connection.line
    entry = _async_get_entry(hass, entry_id)
    if entry is None or entry.disabled_by or entry.state not in _STARTING:
        return None
    return Line(
        observations={
            family: Observation(family=family, unknown=Unknown.NOT_CHECKED)
            for family in Family
        }
    )


@callback
def _async_get_entry(
    hass: HomeAssistant, entry_id: str | None
) -> DdnsConfigEntry | None:
    """Return the connection with an id, or the first one without an id."""
    entries = async_connection_entries(hass)
    return next((item for item in entries if entry_id in (None, item.entry_id)), None)


class ConnectionCoordinator(DataUpdateCoordinator[Mapping[Family, Watched]]):
    """One internet connection, with an independent watch per family."""

    config_entry: DdnsConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DdnsConfigEntry,
        store: StateStore,
        http_options: HttpOptions,
    ) -> None:
        """Initialize with the stored addresses."""
        super().__init__(hass, LOGGER, config_entry=entry, name=entry.title)
        self.options = ConnectionOptions.from_mapping(entry.options)
        self.sources = ConnectionSources(
            hass,
            self.options,
            http_options,
            on_router_restart=self._async_router_restarted,
        )
        self.push = HintChannels(
            hass, entry, self.options, self.sources, self._async_pushed
        )
        self._router = RouterIPv6Watch(
            hass, entry, self.sources.upnp, self._async_learn_of_router
        )
        self._store = store
        stored = store.connection(entry.entry_id)
        self._watches = {
            family: AddressWatch(
                hass,
                entry,
                family,
                self.sources.of_family(family),
                known=stored.addresses.get(family),
                on_round=self._async_learn,
                hints_alive=partial(self.push.alive, family),
                other_audited=partial(self._other_audited, family),
                other_known=partial(self._other_known, family),
            )
            for family in Family
            if family in self.options.families
        }
        self.data = {family: watch.watched for family, watch in self._watches.items()}
        self._notifier = ConnectionNotifier(hass, entry)
        # whether one family may soon follow a change of the other, as after a redial
        self.settling = False

    @override
    async def _async_update_data(self) -> Mapping[Family, Watched]:
        """Return the known addresses; only `async_check` asks sources."""
        return self.data

    @callback
    def async_start(self) -> None:
        """Start the first check and the hint channels in the background."""
        for watch in self._watches.values():
            watch.async_look()
        self.push.async_start()
        if self._asks_router_for_ipv6:
            self._router.async_start()

    async def async_stop(self) -> None:
        """Stop all checks, and let accounts see that the addresses are stale."""
        for watch in self._watches.values():
            watch.async_stop()
        self._router.async_stop()
        await self.push.async_stop()
        async_withdraw_issues(self.hass, self.config_entry)
        self._notifier.async_observation_changed()
        self._notifier.async_tell_accounts()

    async def async_check(self) -> None:
        """Check both families now, also if the caller is cancelled."""
        looks = [watch.async_hint() for watch in self._watches.values()]
        if looks:
            # unlike gather, wait does not cancel the checks
            await asyncio.wait(looks)

    def observation(self, family: Family) -> Observation:
        """Return the observation of a family."""
        watched = self.data.get(family)
        return Observation(family=family) if watched is None else watched.observation

    @property
    def line(self) -> Line:
        """Return the addresses that hostnames of this connection need."""
        return Line(
            observations={family: self.observation(family) for family in Family},
            router=self.router,
            allowed=self.options.allowed_networks,
            online=self.online,
            translated=self.options.accept_translated,
            interface=self.options.interface,
        )

    def situation(self, family: Family) -> NatSituation:
        """Return the NAT situation of a family."""
        watched = self.data.get(family)
        return NatSituation.NORMAL if watched is None else watched.state.situation

    @property
    def router(self) -> RouterIPv6:
        """Return the IPv6 prefix and address that the router reports."""
        return self._router.known

    @property
    def prefix(self) -> IPv6Network | None:
        """Return the IPv6 prefix: the router's, or the /64 of the public address."""
        address, given = self.observation(Family.IPV6).address, self.router.prefix
        if not isinstance(address, IPv6Address):
            return given
        if given is not None and address in given:
            return given
        return IPv6Network((address, LAN_PREFIX_LENGTH), strict=False)

    @property
    def asked(self) -> Mapping[str, int]:
        """Return the number of questions since the start, by source key."""
        return sum((watch.asked for watch in self._watches.values()), Counter())

    @property
    def back_off(self) -> OperatorBackOff:
        """Return the operators that asked for a pause."""
        return self.sources.back_off

    @property
    def _asks_router_for_ipv6(self) -> bool:
        return Family.IPV6 in self.options.families and any(
            source.key == Local.UPNP for source in self.options.sources(Family.IPV4)
        )

    @property
    def online(self) -> bool | None:
        """Return True if the internet is reachable, None if nothing tells."""
        observations = [watched.observation for watched in self.data.values()]
        if any(observation.known for observation in observations):
            return True
        reasons = {observation.unknown for observation in observations} - _OFFLINE
        if not reasons:
            return False
        # else sources answered, but without a trustworthy result
        is_unsure = Unknown.NOT_CHECKED in reasons or reasons == {Unknown.NO_ANSWER}
        return None if is_unsure else True

    def context_of_change(self, family: Family) -> Context | None:
        """Return the context of the latest change of a family, None since the start."""
        return self._notifier.contexts.get(family)

    @property
    def last_change(self) -> datetime | None:
        """Return the time of the last address change."""
        return self._store.connection(self.config_entry.entry_id).changed_at

    @property
    def last_check(self) -> datetime | None:
        """Return the end of the latest round."""
        rounds = [watched.round for watched in self.data.values()]
        return max((item.ended for item in rounds if item), default=None)

    def asked_for(self, family: Family) -> list[str]:
        """Return the source keys of a family."""
        return self._watches[family].sources

    def as_response(self) -> JsonObjectType:
        """Return the response of an action."""
        response: dict[str, JsonValueType] = {
            ATTR_CONFIG_ENTRY_ID: self.config_entry.entry_id,
            "name": self.name,
        }
        for family, watched in self.data.items():
            observation = watched.observation
            response[family.value] = {
                "address": text_or_none(observation.address),
                "unknown": text_or_none(observation.unknown),
                "source": observation.source,
            }
        return response

    def _other_audited(self, family: Family) -> float | None:
        """Return the last agreement on the other family, if it takes turns."""
        for other in self._watches.keys() - {family}:
            if self.push.alive(other):
                return self._watches[other].audited
        return None

    def _other_known(self, family: Family) -> bool:
        """Return True if the address of the other family is known."""
        others = self._watches.keys() - {family}
        return any(self._watches[other].state.observation.known for other in others)

    def _may_follow(self, family: Family) -> bool:
        """Return True if the other family is being looked at, or one of both was lost."""
        states = [watch.state for watch in self._watches.values()]
        found = any(state.observation.known for state in states)
        lost = any(state.known and not state.observation.known for state in states)
        others = self._watches.keys() - {family}
        return (found and lost) or any(self._watches[each].busy for each in others)

    @callback
    def _async_router_restarted(self) -> None:
        self.push.async_listen_anew()

    @callback
    def _async_pushed(self, families: frozenset[Family]) -> None:
        """Check the families of a hint soon."""
        for family in families & self._watches.keys():
            self._watches[family].async_pushed()

    @callback
    def _async_learn_of_router(self) -> None:
        """Tell accounts about a new prefix or address of the router."""
        self._notifier.async_observation_changed()
        self.async_update_listeners()
        self._notifier.async_tell_accounts()

    @callback
    def _async_learn(self, family: Family, before: AddressState) -> None:
        """Tell accounts, repairs and automations about the result of a round."""
        watch = self._watches[family]
        after, seen = watch.state, before.observation
        LOGGER.debug("%s %s: %s", self.name, family, after.observation)
        self.async_set_updated_data({**self.data, family: watch.watched})
        async_sync_connection_issues(
            self.hass, self.config_entry, self.options, self.data
        )
        if before.confirm:
            # the cause of a hint may have changed the prefix too
            self._router.async_read()
        if after.known is not None and after.known != before.known:
            self._async_keep(family, after.known)
            if before.known is not None:
                self._notifier.async_address_changed(
                    before.known,
                    after.observation,
                    async_get_hostnames(self.hass, self.config_entry.entry_id),
                )
                # a reconnected line gets new addresses of both families
                self._router.async_read()
                for other in self._watches.keys() - {family}:
                    self._watches[other].async_hint()
        changed = (seen.address, seen.unknown) != (
            after.observation.address,
            after.observation.unknown,
        )
        may_follow = self._may_follow(family)
        if changed or (self.settling and not may_follow):
            # some accounts wait for the other family
            self._notifier.async_observation_changed()
        self.settling = may_follow and (changed or self.settling)
        others = self._watches.keys() - {family}
        if any(self._watches[other].busy for other in others):
            self._notifier.async_tell_accounts_soon()
        else:
            self._notifier.async_tell_accounts()
        self._notifier.async_online(self.online)

    @callback
    def _async_keep(self, family: Family, address: Address) -> None:
        """Store an address in the background."""
        entry_id = self.config_entry.entry_id
        stored = self._store.connection(entry_id)
        stored = stored.with_address(family, address, dt_util.utcnow())
        self.config_entry.async_create_background_task(
            self.hass,
            self._store.async_set_connection(entry_id, stored),
            f"{self.name} store",
        )
