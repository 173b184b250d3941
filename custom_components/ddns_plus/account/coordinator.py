"""AccountCoordinator: what is known of the public address, brought to a provider account."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
import random
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..connection.notify import SIGNAL_OBSERVATION
from ..const import LOGGER, SUBENTRY_TYPE_HOSTNAME
from ..core.address import Address, Family
from ..core.engine.decide import Decision, Force, Publish, Skip, Wait, settled_account
from ..core.engine.round import (
    Key,
    attributed,
    barred,
    begin,
    confirmed,
    counted,
    digest,
    doubtful,
    learn,
)
from ..core.engine.state import AccountState
from ..core.errors import DdnsError
from ..core.provider import Provider
from ..core.provider_info import Result, Update
from ..store import StateStore
from .answer import Published
from .decide import addresses, async_decide, homeless
from .dns_check import DnsCheck
from .hostname import ManagedHostname
from .issues import connection_removed
from .notify import async_announce
from .provider import async_ask, async_send
from .provider_call import OvertakenError, ProviderCall
from .stale_records import StaleRecords
from .view import HostnameView
from .work_queue import Turns

type AccountConfigEntry = ConfigEntry[AccountCoordinator]


class AccountCoordinator(DataUpdateCoordinator[Mapping[str, HostnameView]]):
    """One provider account and its hostnames."""

    config_entry: AccountConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AccountConfigEntry,
        provider: Provider,
        store: StateStore,
    ) -> None:
        """Read the hostnames; asks nobody."""
        super().__init__(hass, LOGGER, config_entry=entry, name=entry.title)
        self.provider = provider
        self.device_id = ""
        self.hostnames = {
            subentry.subentry_id: ManagedHostname.from_subentry(subentry)
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)
        }
        self._store = store
        self._turns = Turns(hass, entry)
        self._call = ProviderCall(hass, provider.info.limits, self._addresses)
        self._round: asyncio.Task[None] | None = None
        self._again = False
        self._timer: CALLBACK_TYPE | None = None
        self._dns_check = DnsCheck(hass, self)
        self._stale = StaleRecords(hass, self.hostnames)
        # what shows a hostname, by its id; what shows no certain one is under None
        self._showing: dict[str | None, list[CALLBACK_TYPE]] = {}
        self.data = self._views()

    @property
    def state(self) -> AccountState:
        """Return what is known of the account."""
        return self._store.account(self.config_entry.entry_id)

    @override
    async def _async_update_data(self) -> Mapping[str, HostnameView]:
        """Return what is known; the provider is asked only by `async_publish`."""
        return self._views()

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: str | None = None
    ) -> CALLBACK_TYPE:
        """Listen for what is new of a hostname, by its id, or of any of them."""
        remove = super().async_add_listener(update_callback, context)
        listeners = self._showing.setdefault(context, [])
        listeners.append(update_callback)

        @callback
        def stop() -> None:
            remove()
            listeners.remove(update_callback)

        return stop

    @callback
    def async_start(self) -> None:
        """Follow the public address from now on."""
        self.config_entry.async_on_unload(
            async_dispatcher_connect(
                self.hass, SIGNAL_OBSERVATION, self._async_observed
            )
        )
        self._dns_check.async_start()
        async_announce(self, self.state, self.state, {})
        self.async_schedule()

    async def async_stop(self) -> None:
        """Stop; an update under way is given a moment to finish."""
        self._dns_check.async_stop()
        await self._turns.async_stop()
        self._async_disarm()

    @callback
    def async_schedule(self) -> None:
        """Look at all hostnames as soon as no update is under way."""
        self._again = True
        if self._round is None or self._round.done():
            self._round = self._turns.async_start(self._async_rounds())

    async def async_publish(
        self,
        subentry_ids: Collection[str] | None = None,
        force: Force = Force.NONE,
    ) -> Sequence[Published]:
        """Publish what is due, one update at a time; returns what came of each.

        Raises HomeAssistantError when the account is stopped before.
        """
        chosen = self.hostnames if subentry_ids is None else subentry_ids
        return await self._turns.async_finish(
            partial(self._async_publish, chosen, force)
        )

    async def async_set_paused(self, subentry_id: str, paused: bool) -> None:
        """Switch automatic updates of a hostname off or on."""

        def pause(account: AccountState) -> AccountState:
            state = replace(account.hostname(subentry_id), paused=paused)
            return account.with_hostname(subentry_id, state)

        await self._turns.async_finish(partial(self._async_change, pause))

    async def async_release(self, subentry_id: str | None = None) -> None:
        """Lift the stop of a hostname, or the account's, after a person has acted."""

        def release(account: AccountState) -> AccountState:
            if subentry_id is None:
                return account.unblocked()
            state = account.hostname(subentry_id).released()
            return account.with_hostname(subentry_id, state)

        await self._turns.async_finish(partial(self._async_change, release))

    async def async_dns_checked(self) -> None:
        """Show what DNS says, and repair what its own servers have proven wrong."""
        await self._async_show()
        if self._dns_check.drifted:
            self.async_schedule()

    @callback
    def _async_observed(self) -> None:
        """Publish what is new of the public address; a call under way gives way to it."""
        self._call.async_overtake()
        self.async_schedule()

    async def _async_rounds(self) -> None:
        """Publish until nothing has changed meanwhile: the last address always wins."""
        while self._again:
            self._again = False
            await self._turns.async_take(partial(self._async_publish, (), Force.NONE))

    async def _async_change(
        self, change: Callable[[AccountState], AccountState]
    ) -> None:
        """Change what a person decides about, and do what follows from it."""
        await self._async_save(change(self.state))
        await self._async_show()
        async_announce(self, self.state, self.state, {})
        self.async_schedule()

    async def _async_publish(
        self, chosen: Collection[str], force: Force
    ) -> Sequence[Published]:
        """Publish what is due, anew whenever a newer address has overtaken the call.

        What became of the call before is then found out as after a crash.
        """
        before = settled_account(self.state, dt_util.utcnow())
        while True:
            try:
                return await self._async_publish_once(before, chosen, force)
            except OvertakenError:
                LOGGER.debug("%s: the address changed during a call", self.name)

    async def _async_publish_once(
        self, before: AccountState, chosen: Collection[str], force: Force
    ) -> Sequence[Published]:
        """Publish what is due; the state is stored before and after the call.

        `before` is the state that people were told of last. Raises OvertakenError.
        """
        now, limits = dt_util.utcnow(), self.provider.info.limits
        known = self._addresses()
        account = barred(
            settled_account(self.state, now),
            homeless(self.hass, self.hostnames),
            connection_removed(),
            limits,
            now,
        )
        decisions = self._decide(account, now, force, chosen)
        results: dict[Key, Result] = {}
        if doubts := doubtful(account, decisions):
            account, results = await self._async_read_back(account, doubts, known)
            now, known = dt_util.utcnow(), self._addresses()
            decisions = self._decide(account, now, force, chosen)
        sent = {
            key: decision
            for key, decision in decisions.items()
            if isinstance(decision, Publish) and key not in results
        }
        updates = [self._update(account, key, sent[key]) for key in sent]
        account = begin(account, decisions, sent, now)
        await self._async_save(account)
        if sent:
            call = async_send(self.provider, updates)
            try:
                answers = attributed(sent, await self._call.async_wait(call, known))
            except OvertakenError:
                await self._async_save(counted(account, limits, now))
                raise
            now, results = dt_util.utcnow(), results | answers
            account = digest(account, sent, answers, limits, now, random.random())
            await self._async_save(account)
        if account != before:
            self._dns_check.async_published(confirmed(before, account))
        await self._async_show()
        if account != before:
            async_announce(self, before, account, sent)
        return [
            Published(
                managed=self.hostnames[key[0]],
                family=key[1],
                decision=decision,
                result=results.get(key),
            )
            for key, decision in decisions.items()
            if key[0] in chosen
        ]

    def _addresses(self) -> Mapping[Key, Address]:
        """Return the addresses that records shall have, as far as they are known."""
        return addresses(self.hass, self.hostnames)

    def _decide(
        self,
        account: AccountState,
        now: datetime,
        force: Force = Force.NONE,
        chosen: Collection[str] = (),
    ) -> Mapping[Key, Decision]:
        """Return the decision on every hostname and family."""
        return async_decide(
            self.hass,
            self.hostnames,
            self.provider.info,
            account,
            now,
            force=dict.fromkeys(chosen, force),
            drifted=self._dns_check.drifted,
        )

    async def _async_read_back(
        self,
        account: AccountState,
        doubts: Mapping[Key, Publish],
        known: Mapping[Key, Address],
    ) -> tuple[AccountState, dict[Key, Result]]:
        """Ask what became of updates of which the answer was lost, if that can be told.

        Returns the error of what is not to be sent: a provider that cannot be read is
        not written to either.
        """
        records = {key: (self.hostnames[key[0]].hostname, key[1]) for key in doubts}
        question = async_ask(self.provider.read(list(records.values())))
        held = await self._call.async_wait(question, known)
        now = dt_util.utcnow()
        if isinstance(held, DdnsError):
            results: dict[Key, Result] = dict.fromkeys(doubts, held)
            limits, jitter = self.provider.info.limits, random.random()
            account = begin(account, {}, doubts, now)
            return digest(account, doubts, results, limits, now, jitter), results
        if held is None:
            return account, {}
        told = {key: held[item] for key, item in records.items() if item in held}
        return learn(account, doubts, told, now), {}

    def _update(self, account: AccountState, key: Key, decision: Publish) -> Update:
        """Return what the provider is told of a record."""
        subentry_id, family = key
        managed = self.hostnames[subentry_id]
        return Update(
            hostname=managed.hostname,
            family=family,
            address=decision.address,
            previous=account.hostname(subentry_id)[family].ours,
            settings=managed.settings,
        )

    async def _async_save(self, account: AccountState) -> None:
        """Keep the state, without hostnames that are gone."""
        hostnames = {
            key: state
            for key, state in account.hostnames.items()
            if key in self.hostnames
        }
        await self._store.async_set_account(
            self.config_entry.entry_id, replace(account, hostnames=hostnames)
        )

    def _views(self) -> Mapping[str, HostnameView]:
        """Return what is to be shown."""
        account, now = self.state, dt_util.utcnow()
        decisions = self._decide(account, now)
        self._stale.async_look(account, decisions, now)
        return {
            subentry_id: HostnameView(
                managed=managed,
                state=account.hostname(subentry_id),
                decisions={family: decisions[subentry_id, family] for family in Family},
                dns_match=self._dns_check.match(subentry_id),
                stale=self._stale.families(subentry_id),
            )
            for subentry_id, managed in self.hostnames.items()
        }

    async def _async_show(self) -> None:
        """Show what is new, and come back when time alone changes something."""
        shown, views = self.data, self._views()
        self.data = views
        self._async_arm()
        changed = [key for key, view in views.items() if view != shown[key]]
        # the entities of one hostname per step of the event loop, then all others
        for key in (*changed, None) if changed else ():
            for update in tuple(self._showing.get(key, ())):
                update()
            await asyncio.sleep(0)

    @callback
    def _async_arm(self) -> None:
        """Set the timer for the first time that changes a decision."""
        self._async_disarm()
        times = [
            decision.until
            for view in self.data.values()
            for decision in view.decisions.values()
            if isinstance(decision, (Skip, Wait)) and decision.until is not None
        ]
        times += [self._stale.until] if self._stale.until else []
        if times and not self._turns.stopped:
            # not at a time of day: a clock that is set makes no wait longer
            wait = max(min(times) - dt_util.utcnow(), timedelta())
            job = HassJob(
                self._async_time_is_up, f"{self.name} wait", cancel_on_shutdown=True
            )
            self._timer = async_call_later(self.hass, wait, job)

    @callback
    def _async_time_is_up(self, _now: datetime) -> None:
        self._timer = None
        self.async_schedule()

    @callback
    def _async_disarm(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
