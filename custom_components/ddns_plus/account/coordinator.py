"""AccountCoordinator: the hostnames of a provider account, kept up to date."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..connection.coordinator import async_get_connection
from ..connection.notify import SIGNAL_OBSERVATION
from ..const import LOGGER, SUBENTRY_TYPE_HOSTNAME
from ..core.address import Family
from ..core.engine.decide import Force, Mode, Skip, Stop, Wait
from ..core.engine.records import Targets, unknown_addresses
from ..core.engine.round import RecordKey, confirmed
from ..core.engine.state import AccountState
from ..core.observation import Unknown
from ..core.provider import Provider
from ..entries import DdnsConfigEntry, async_withdraw_issues
from ..store import StateStore
from ..timer import Timer
from .answer import Published
from .dns_check import DnsCheck
from .hostname import ManagedHostname
from .issues import async_sync_issues
from .lasting import Lasting, in_doubt, misfits
from .notify import async_sync_reauth, async_tell
from .outdated import async_sync_outdated
from .publish import Publisher
from .view import HostnameView
from .work_queue import WorkQueue

# how long one family waits for the other where the next update is minutes away: a
# redial brings IPv4 first
_BOTH_FAMILIES = timedelta(seconds=5)


class AccountCoordinator(DataUpdateCoordinator[Mapping[str, HostnameView]]):
    """One provider account and its hostnames."""

    config_entry: DdnsConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DdnsConfigEntry,
        provider: Provider,
        store: StateStore,
    ) -> None:
        """Read the hostnames; no network access, and nothing to show yet."""
        super().__init__(hass, LOGGER, config_entry=entry, name=entry.title)
        self.provider = provider
        self.device_id = ""
        self.hostnames = {
            subentry.subentry_id: ManagedHostname.from_subentry(subentry)
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)
        }
        self._publisher = Publisher(
            hass,
            entry,
            self.hostnames,
            provider,
            store,
            drifted=lambda: self._dns_check.drifted,
        )
        self._dns_check = DnsCheck(
            hass,
            entry,
            self.hostnames,
            provider,
            state=lambda: self.state,
            now=lambda: self._publisher.clock.now,
            on_checked=self._async_dns_checked,
        )
        self._queue = WorkQueue(hass, entry)
        self._rounds: asyncio.Task[None] | None = None
        self._again = False
        self._timer = Timer(hass, f"{self.name} wait", self.async_schedule)
        self._both = Timer(hass, f"{self.name} both families", self.async_schedule)
        # records that may be outdated
        self._stale = Lasting[RecordKey]()
        self._misfits = Lasting[tuple[str, Unknown]]()
        # listeners by subentry id; None for listeners of all hostnames
        self._showing: dict[str | None, list[CALLBACK_TYPE]] = {}
        # what was read last is shown last
        self._show_lock = asyncio.Lock()
        self.data = {}

    @property
    def state(self) -> AccountState:
        """Return the state of the account."""
        return self._publisher.state

    @override
    async def _async_update_data(self) -> Mapping[str, HostnameView]:
        """Return what is known; the provider is asked only by `async_publish`."""
        return await self._async_views(self._publisher.targets)

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: str | None = None
    ) -> CALLBACK_TYPE:
        """Listen for changes of a hostname, by its subentry id, or of any hostname."""
        listeners = self._showing.setdefault(context, [])
        listeners.append(update_callback)
        return partial(listeners.remove, update_callback)

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Have everything shown; what has changed is shown by `_async_show`."""
        for listeners in tuple(self._showing.values()):
            for update in tuple(listeners):
                update()

    @callback
    def async_start(self) -> None:
        """Follow the public address from now on."""
        self.config_entry.async_on_unload(
            async_dispatcher_connect(
                self.hass, SIGNAL_OBSERVATION, self._async_observed
            )
        )
        self._dns_check.async_start()
        self._async_ask(self.state)
        self.async_schedule()

    async def async_stop(self) -> None:
        """Stop; an update that runs has a moment to finish."""
        self._dns_check.async_stop()
        await self._queue.async_stop()
        self._timer.async_cancel()
        self._both.async_cancel()
        async_withdraw_issues(self.hass, self.config_entry)

    @callback
    def async_schedule(self) -> None:
        """Look at all hostnames as soon as no update runs."""
        self._again = True
        if self._rounds is None or self._rounds.done():
            self._rounds = self._queue.async_start(self._async_rounds())

    async def async_publish(
        self,
        subentry_ids: Collection[str] | None = None,
        force: Force = Force.NONE,
    ) -> Sequence[Published]:
        """Publish what is due, one update at a time; return the result of each.

        Raises HomeAssistantError if the account is stopped before.
        """
        chosen = self.hostnames if subentry_ids is None else subentry_ids
        return await self._queue.async_finish(
            partial(self._async_publish, chosen, force)
        )

    async def async_set_paused(self, subentry_id: str, paused: bool) -> None:
        """Switch automatic updates of a hostname off or on."""

        def pause(state: AccountState) -> AccountState:
            hostname = replace(state.hostname(subentry_id), paused=paused)
            return state.with_hostname(subentry_id, hostname)

        await self.async_change(pause)

    async def async_release(self, subentry_id: str | None = None) -> None:
        """Lift the stop of a hostname, or of the account, after the user has acted."""

        def release(state: AccountState) -> AccountState:
            if subentry_id is None:
                return state.unblocked()
            hostname = state.hostname(subentry_id).released()
            return state.with_hostname(subentry_id, hostname)

        await self.async_change(release)

    async def async_change(
        self, change: Callable[[AccountState], AccountState]
    ) -> None:
        """Change the state as the user wishes, between updates, and do what follows.

        Raises HomeAssistantError if the account is stopped before.
        """
        await self._queue.async_finish(partial(self._async_change, change))

    async def _async_dns_checked(self) -> None:
        """Show the result of a DNS check, and repair records that are proven wrong."""
        await self._async_show(self._publisher.targets)
        if self._dns_check.drifted:
            self.async_schedule()

    @callback
    def _async_observed(self, connection_id: str) -> None:
        """Publish a change that a connection tells of, if a hostname follows it.

        Hostnames without a connection id follow the only connection.
        """
        followed = {managed.connection_id for managed in self.hostnames.values()}
        if not followed & {connection_id, None}:
            return
        self._publisher.async_address_changed()
        if self._is_other_family_awaited(followed):
            if not self._both.is_set:
                self._both.async_set(_BOTH_FAMILIES)
            return
        self._both.async_cancel()
        self.async_schedule()

    def _is_other_family_awaited(self, followed: Collection[str | None]) -> bool:
        """Return True if an update of one family would keep the other one waiting."""
        info = self.provider.info
        modes = [set(each.modes.values()) for each in self.hostnames.values()]
        if not (info.pairs_families and info.limits.minimum_interval) or (
            {Mode.UPDATE} not in modes
        ):
            return False
        connections = (async_get_connection(self.hass, each) for each in followed)
        return any(each is not None and each.settling for each in connections)

    async def _async_rounds(self) -> None:
        """Publish until nothing has changed meanwhile: the last address always wins."""
        while self._again:
            self._again = False
            await self._queue.async_run(partial(self._async_publish, (), Force.NONE))

    async def _async_change(
        self, change: Callable[[AccountState], AccountState]
    ) -> None:
        """Store a change that the user made, and do what follows from it."""
        before = self.state
        await self._publisher.async_save(change(before))
        await self._async_show(self._publisher.targets)
        self._async_ask(before)
        self.async_schedule()

    @callback
    def _async_ask(self, before: AccountState) -> None:
        """Ask people for what the state calls for, and no more for what it did before."""
        entry, state = self.config_entry, self.state
        async_sync_issues(
            self.hass, entry, self.hostnames, state, dict(self._misfits.keys)
        )
        async_sync_reauth(self.hass, entry, before.failure, state.failure)

    async def _async_publish(
        self, chosen: Collection[str], force: Force
    ) -> Sequence[Published]:
        """Publish what is due, show it and notify; return the results of `chosen`."""
        done = await self._publisher.async_publish(chosen, force)
        changed = done.after != done.before
        if changed:
            self._dns_check.async_published(confirmed(done.before, done.after))
        await self._async_show(done.targets)
        if done.held:
            self.async_schedule()
        if changed:
            await async_tell(
                self.hass,
                self.config_entry,
                self.hostnames,
                done.before,
                done.after,
                done.targets,
                done.sent,
            )
            self._async_ask(done.before)
        return [
            Published(
                managed=self.hostnames[key[0]],
                family=key[1],
                decision=decision,
                result=done.results.get(key),
            )
            for key, decision in done.decisions.items()
            if key[0] in chosen
        ]

    async def _async_views(self, targets: Targets) -> Mapping[str, HostnameView]:
        """Return what is to be shown, by subentry id."""
        state, clock = self.state, self._publisher.clock
        decisions = await self._publisher.async_decisions(state, targets, clock.now)
        self._stale.update(in_doubt(state, decisions), clock.unset)
        self._misfits.update(misfits(targets), clock.unset)
        return {
            subentry_id: HostnameView(
                managed=managed,
                state=state.hostname(subentry_id),
                decisions={family: decisions[subentry_id, family] for family in Family},
                dns_match=self._dns_check.match(subentry_id),
                stale=frozenset(
                    family
                    for family in managed.modes
                    if (subentry_id, family) in self._stale.keys
                ),
                unknown=unknown_addresses(targets, subentry_id),
            )
            for subentry_id, managed in self.hostnames.items()
        }

    async def _async_show(self, targets: Targets) -> None:
        """Show what has changed, and set the timer for the next change by time alone."""
        async with self._show_lock:
            shown, unfit = self.data, self._misfits.keys
            self.data = views = await self._async_views(targets)
        if self._misfits.keys != unfit:
            self._async_ask(self.state)
        self._async_set_timer()
        async_sync_outdated(self.hass, self.config_entry, views, targets)
        changed = [key for key, view in views.items() if view != shown[key]]
        # the entities of one hostname per step of the event loop, then all others
        for key in (*changed, None) if changed else ():
            for update in tuple(self._showing.get(key, ())):
                update()
            await asyncio.sleep(0)

    @callback
    def _async_set_timer(self) -> None:
        """Set the timer for the first time that changes a decision."""
        clock = self._publisher.clock
        waits = [
            decision.until - clock.now
            for view in self.data.values()
            for decision in view.decisions.values()
            if isinstance(decision, (Skip, Stop, Wait)) and decision.until is not None
        ]
        ends = (self._stale.until, self._misfits.until)
        waits += [until - clock.unset for until in ends if until is not None]
        if waits and not self._queue.stopped:
            self._timer.async_set(max(min(waits), timedelta()))
        else:
            self._timer.async_cancel()
