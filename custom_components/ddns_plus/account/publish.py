"""Publishing for an account: what is due is sent, and stored before and after."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
import random

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..core.engine.clock import RunClock
from ..core.engine.decide import Decision, Force, Publish
from ..core.engine.records import Targets, addresses_in, decisions_on, targets_of
from ..core.engine.round import (
    Changes,
    RecordKey,
    answered,
    apply_read_back,
    attributed,
    begun,
    blocked,
    changed,
    counted,
    doubtful,
)
from ..core.engine.state import AccountState
from ..core.engine.write_limits import writes_left
from ..core.errors import DdnsError
from ..core.observation import Line
from ..core.provider import Provider
from ..core.provider_info import Result, Update
from ..entries import DdnsConfigEntry
from ..store import StateStore
from .interruptible_call import AddressChangedError, InterruptibleCall
from .issues import connection_removed
from .lines import Hostnames, async_get_lines, async_without_connection
from .provider import async_ask, async_send

# An account may have hundreds: what is done for each is divided, so that no step of the
# event loop takes long.
HOSTNAMES_PER_STEP = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRound:
    """One round of publishing: the state before and after, and what was done.

    `results` are of the records that were sent or could not be read back. `held` are
    those that were due, but too many for the provider's limits.
    """

    before: AccountState
    after: AccountState
    targets: Targets
    decisions: Mapping[RecordKey, Decision]
    sent: Mapping[RecordKey, Publish]
    results: Mapping[RecordKey, Result]
    held: frozenset[RecordKey] = frozenset()


def steady(hass: HomeAssistant) -> timedelta:
    """Return the time of a clock that nothing sets: the event loop's."""
    return timedelta(seconds=hass.loop.time())


class Publisher:
    """Publishes the hostnames of an account. `drifted` returns what DNS proved wrong."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DdnsConfigEntry,
        hostnames: Hostnames,
        provider: Provider,
        store: StateStore,
        drifted: Callable[[], Collection[RecordKey]],
    ) -> None:
        """Initialize without a call."""
        self._hass = hass
        self._entry = entry
        self._hostnames = hostnames
        self._provider = provider
        self._limits = provider.info.limits
        self._store = store
        self._drifted = drifted
        self.clock = RunClock(dt_util.utcnow, partial(steady, hass), self.state)
        self._call = InterruptibleCall(
            hass, self._limits, lambda: addresses_in(self.targets)
        )

    @property
    def state(self) -> AccountState:
        """Return the stored state of the account."""
        return self._store.account(self._entry.entry_id)

    @property
    def targets(self) -> Targets:
        """Return the address that each record shall have now."""
        lines = async_get_lines(self._hass, self._hostnames.values())
        return targets_of(self._hostnames, lines)

    async def async_save(self, state: AccountState) -> None:
        """Store the state, without hostnames that were removed."""
        hostnames = {
            key: hostname
            for key, hostname in state.hostnames.items()
            if key in self._hostnames
        }
        await self._store.async_set_account(
            self._entry.entry_id, replace(state, hostnames=hostnames)
        )

    async def async_decisions(
        self,
        state: AccountState,
        targets: Targets,
        now: datetime,
        force: Force = Force.NONE,
        chosen: Collection[str] = (),
    ) -> Mapping[RecordKey, Decision]:
        """Return the decision on every record; `force` is for the `chosen` hostnames."""
        decisions: dict[RecordKey, Decision] = {}
        # a hostname has two records, one after the other
        for part in batched(targets.items(), 2 * HOSTNAMES_PER_STEP, strict=False):
            if decisions:
                await asyncio.sleep(0)
            decisions |= decisions_on(
                dict(part),
                self._provider.info,
                state,
                now,
                force=dict.fromkeys(chosen, force),
                drifted=self._drifted(),
            )
        return decisions

    @callback
    def async_address_changed(self) -> None:
        """Cut the call short if it publishes an address that has changed."""
        self._call.async_check_addresses()

    async def async_publish(
        self, chosen: Collection[str], force: Force
    ) -> PublishRound:
        """Publish what is due, once more if a newer address cut the call short.

        The result of that call is then read back, as after a crash.
        """
        before = self.clock.settled(self.state)
        if before is not self.state:
            # the clock moves a state once
            await self.async_save(before)
        while True:
            try:
                return await self._async_round(before, chosen, force)
            except AddressChangedError:
                LOGGER.debug("%s: the address changed during a call", self._entry.title)

    async def _async_round(
        self, before: AccountState, chosen: Collection[str], force: Force
    ) -> PublishRound:
        """Publish what is due; raises AddressChangedError.

        `before` is the state of the latest notifications.
        """
        state, targets = self.clock.settled(self.state), self.targets
        now = self.clock.now
        state = blocked(
            state,
            async_without_connection(self._hass, self._hostnames),
            connection_removed(),
            self._limits,
            now,
        )
        decisions = await self.async_decisions(state, targets, now, force, chosen)
        results: dict[RecordKey, Result] = {}
        if doubts := doubtful(state, decisions):
            state, results = await self._async_read_back(state, doubts, targets)
            now, targets = self.clock.now, self.targets
            decisions = await self.async_decisions(state, targets, now, force, chosen)
        sent = {
            key: decision
            for key, decision in decisions.items()
            if isinstance(decision, Publish) and key not in results
        }
        due = sent
        sent, updates = self._within_limits(state, due, now)
        state = await _async_changed(state, begun(decisions, sent, now))
        await self.async_save(state)
        if sent:
            writes = self._provider.http.writes
            call = async_send(self._provider, updates)
            try:
                answers = await self._call.async_wait(call, addresses_in(targets))
            except AddressChangedError:
                requests = max(self._provider.http.writes - writes, 1)
                state = self.clock.settled(state)
                now = self.clock.now
                await self.async_save(counted(state, self._limits, now, requests))
                raise
            told = attributed(sent, answers)
            results |= told
            state = self.clock.settled(state)
            state, changes = answered(
                state,
                sent,
                told,
                self._limits,
                self.clock.now,
                random.random(),
                self._provider.http.writes - writes,
            )
            state = await _async_changed(state, changes)
            await self.async_save(state)
        return PublishRound(
            before=before,
            after=state,
            targets=targets,
            decisions=decisions,
            sent=sent,
            results=results,
            held=frozenset(due.keys() - sent.keys()),
        )

    def _within_limits(
        self, state: AccountState, due: Mapping[RecordKey, Publish], now: datetime
    ) -> tuple[dict[RecordKey, Publish], list[Update]]:
        """Return what may be sent now, each request being a write, and its updates."""
        lines = async_get_lines(self._hass, self._hostnames.values())
        updates = {self._update(state, key, due[key], lines): key for key in due}
        left = writes_left(state.writes, self._limits.writes, now)
        allowed = list(updates)
        if left is not None:
            requests = self._provider.in_requests(allowed)[:left]
            allowed = [update for request in requests for update in request]
        return {updates[each]: due[updates[each]] for each in allowed}, allowed

    async def _async_read_back(
        self, state: AccountState, doubts: Mapping[RecordKey, Publish], targets: Targets
    ) -> tuple[AccountState, dict[RecordKey, Result]]:
        """Ask what became of unresolved updates, if the provider can tell.

        Returns the error of what is not to be sent: a provider that cannot be read is
        not written to either.
        """
        records = {key: (self._hostnames[key[0]].hostname, key[1]) for key in doubts}
        reading = self._provider.read(list(records.values()))
        question = async_ask(self._provider, reading)
        held = await self._call.async_wait(question, addresses_in(targets))
        state = self.clock.settled(state)
        now = self.clock.now
        if isinstance(held, DdnsError):
            results: dict[RecordKey, Result] = dict.fromkeys(doubts, held)
            state = await _async_changed(state, begun({}, doubts, now))
            jitter = random.random()
            state, changes = answered(state, doubts, results, self._limits, now, jitter)
            return await _async_changed(state, changes), results
        if held is None:
            return state, {}
        told = {key: held[item] for key, item in records.items() if item in held}
        return apply_read_back(state, doubts, told, now), {}

    def _update(
        self,
        state: AccountState,
        key: RecordKey,
        decision: Publish,
        lines: Mapping[str | None, Line],
    ) -> Update:
        """Return what the provider is told of a record."""
        subentry_id, family = key
        managed = self._hostnames[subentry_id]
        line = lines.get(managed.connection_id)
        hostname = state.hostname(subentry_id)
        return managed.update(family, decision.address, hostname, line)


async def _async_changed(state: AccountState, changes: Changes) -> AccountState:
    """Return the state with the changes of its records made, a few per step."""
    for part in batched(changes.items(), HOSTNAMES_PER_STEP, strict=False):
        state = changed(state, dict(part))
        if len(changes) > HOSTNAMES_PER_STEP:
            await asyncio.sleep(0)
    return state
