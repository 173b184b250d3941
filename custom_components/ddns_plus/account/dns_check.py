"""Check of DNS: whether the authoritative servers show what was published."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
import math
import random

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..core.address import Address, Family, publishable
from ..core.engine.decide import Mode
from ..core.engine.round import RecordKey
from ..core.engine.state import AccountState, FamilyState
from ..core.net.dns import authoritative_answer
from ..core.provider import Provider
from ..entries import DdnsConfigEntry
from ..timer import Timer
from .lines import Hostnames

# Seconds between checks after an update. Some providers take twenty minutes to update all
# of their servers. The last interval is the routine.
_SCHEDULE = (10, 60, 300, 1200, 3600, 6 * 3600)
_ROUTINE = len(_SCHEDULE) - 1
_AFTER_START = 60
# spreads the checks of homes and accounts
_JITTER = 0.1
_START_JITTER = 60
# records due within so many seconds are checked together
_TOGETHER = 5
# by then every server of a provider has the record
_PROPAGATION = timedelta(hours=1)
_AT_ONCE = 8

DATA_LIMIT: HassKey[asyncio.Semaphore] = HassKey(f"{DOMAIN}_dns_check_limit")


class DnsCheck:
    """Compares the records of an account with DNS from time to time.

    `drifted` are the records that DNS proves wrong.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DdnsConfigEntry,
        hostnames: Hostnames,
        provider: Provider,
        *,
        state: Callable[[], AccountState],
        now: Callable[[], datetime],
        on_checked: Callable[[], Awaitable[None]],
    ) -> None:
        """Initialize without results; no network access."""
        self.drifted: frozenset[RecordKey] = frozenset()
        self._hass = hass
        self._entry = entry
        self._name = f"{entry.title} DNS check"
        self._hostnames = hostnames
        self._provider = provider
        self._state = state
        self._now = now
        self._on_checked = on_checked
        # shared by all accounts
        self._limit = hass.data.setdefault(DATA_LIMIT, asyncio.Semaphore(_AT_ONCE))
        # the address that was looked for, and whether DNS showed it
        self._seen: dict[RecordKey, tuple[Address, bool | None]] = {}
        # when to check a record, by the event loop's clock, and its interval
        self._due: dict[RecordKey, float] = {}
        self._steps: dict[RecordKey, int] = {}
        self._timer = Timer(hass, self._name, self._async_check_soon)
        self._checking = False
        self._stopped = False

    def match(self, subentry_id: str) -> bool | None:
        """Return True if DNS shows the published addresses, None while not known."""
        seen = {
            key: self._seen[key]
            for key in ((subentry_id, family) for family in Family)
            if key in self._seen
        }
        known = [
            match
            for key, (address, match) in seen.items()
            if match is not None and address == self._published(key)
        ]
        return all(known) if known else None

    @callback
    def async_start(self) -> None:
        """Check all records when the start-up is over."""
        wait = _AFTER_START + _START_JITTER * random.random()
        keys = [
            (subentry_id, family)
            for subentry_id, managed in self._hostnames.items()
            for family in managed.modes
        ]
        self._async_plan(keys, step=1, wait=wait)

    @callback
    def async_stop(self) -> None:
        """Check no more."""
        self._stopped = True
        self._timer.async_cancel()

    @callback
    def async_published(self, keys: Collection[RecordKey]) -> None:
        """Check records soon that were just confirmed."""
        self.drifted -= frozenset(keys)
        self._async_plan(keys, step=0, wait=_SCHEDULE[0])

    @callback
    def _async_plan(self, keys: Iterable[RecordKey], *, step: int, wait: float) -> None:
        """Check records after so many seconds, if DNS can show them."""
        due = self._hass.loop.time() + wait
        for key in keys:
            if self._is_visible(key):
                self._due[key], self._steps[key] = due, step
            else:
                self._due.pop(key, None)
        self._async_set_timer()

    @callback
    def _async_set_timer(self) -> None:
        """Set the timer for the next check; a check that runs does so when it ends."""
        if self._due and not self._checking and not self._stopped:
            wait = min(self._due.values()) - self._hass.loop.time()
            self._timer.async_set(max(wait, 0))
        else:
            self._timer.async_cancel()

    @callback
    def _async_check_soon(self) -> None:
        self._checking = True
        self._entry.async_create_background_task(
            self._hass, self._async_check(), self._name, eager_start=False
        )

    async def _async_check(self) -> None:
        """Check the records that are due."""
        loop = self._hass.loop
        horizon = loop.time() + _TOGETHER
        keys = [key for key, due in self._due.items() if due <= horizon]
        for key in keys:
            del self._due[key]
        await asyncio.gather(*(self._async_check_record(key) for key in keys))
        now, jitter = loop.time(), 1 + _JITTER * random.random()
        for key in keys:
            # a record published meanwhile has its own, earlier time
            if key not in self._due and self._is_visible(key):
                wait = _SCHEDULE[self._steps[key]] * jitter
                self._due[key] = now + min(wait, self._until_proven(key))
        self._checking = False
        self._async_set_timer()
        await self._on_checked()

    async def _async_check_record(self, key: RecordKey) -> None:
        """Check one record with the authoritative servers."""
        managed = self._hostnames[key[0]]
        async with self._limit:
            published = self._published(key)
            answer = await authoritative_answer(
                managed.hostname,
                key[1],
                self._provider.name_servers(managed.hostname),
            )
        if key in self._due or published is None or published != self._published(key):
            return
        match = None
        if answer is not None:
            # None where DNS cannot prove that a record is wrong
            provable = self._provider.resolvable(managed.settings) and all(
                publishable(address) for address in answer
            )
            match = published in answer or (False if provable else None)
        self._seen[key] = (published, match)
        drifted = match is False and not self._propagating(key)
        self.drifted = self.drifted | {key} if drifted else self.drifted - {key}
        self._steps[key] = _ROUTINE if match else min(self._steps[key] + 1, _ROUTINE)

    def _is_visible(self, key: RecordKey) -> bool:
        """Return True if DNS can show what was published."""
        managed = self._hostnames[key[0]]
        return (
            managed.modes[key[1]] is Mode.UPDATE
            and self._published(key) is not None
            and self._provider.resolvable(managed.settings) is not False
        )

    def _propagating(self, key: RecordKey) -> timedelta:
        """Return how long servers may still not have what was sent, zero if they must."""
        sent_at = self._record(key).sent_at
        left = timedelta() if sent_at is None else sent_at + _PROPAGATION - self._now()
        return max(left, timedelta())

    def _until_proven(self, key: RecordKey) -> float:
        """Return the seconds until a mismatch would be a proof, infinite without one."""
        _, match = self._seen.get(key, (None, None))
        left = self._propagating(key)
        if match is not False or not left:
            return math.inf
        return left.total_seconds() + _TOGETHER

    def _published(self, key: RecordKey) -> Address | None:
        """Return the address last confirmed by the provider."""
        return self._record(key).published

    def _record(self, key: RecordKey) -> FamilyState:
        subentry_id, family = key
        return self._state().hostname(subentry_id)[family]
