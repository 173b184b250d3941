"""Whether DNS shows what was published, asked of the authoritative servers only."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
import random
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..core.address import Address
from ..core.engine.decide import Mode
from ..core.engine.round import Key
from ..core.net.dns import authoritative_answer

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator

# After an update the servers are asked soon and then ever later, in seconds; some
# providers take twenty minutes to tell all of their servers. The last is the routine.
_SCHEDULE = (10, 60, 300, 1200, 3600, 6 * 3600)
_ROUTINE = len(_SCHEDULE) - 1
_AFTER_START = 60
# homes and accounts do not ask in step
_JITTER = 0.1
_START_JITTER = 60
# what is due at nearly the same time is asked for together
_TOGETHER = 5
_SETTLED = timedelta(hours=1)
_AT_ONCE = 8

DATA_LIMIT: HassKey[asyncio.Semaphore] = HassKey(f"{DOMAIN}_dns_check_limit")


class DnsCheck:
    """Compares the records of an account's hostnames with DNS from time to time."""

    def __init__(self, hass: HomeAssistant, account: AccountCoordinator) -> None:
        """Prepare; asks nobody."""
        self.drifted: frozenset[Key] = frozenset()
        self._hass = hass
        self._account = account
        # all accounts together ask a few questions at a time
        self._limit = hass.data.setdefault(DATA_LIMIT, asyncio.Semaphore(_AT_ONCE))
        # the address that was looked for, and whether it was there
        self._seen: dict[Key, tuple[Address, bool | None]] = {}
        # when to look for a record, by the event loop's clock, and how often it was
        self._due: dict[Key, float] = {}
        self._steps: dict[Key, int] = {}
        self._timer: CALLBACK_TYPE | None = None
        self._looking = False
        self._stopped = False

    def match(self, subentry_id: str) -> bool | None:
        """Return whether DNS shows the published addresses, None when that is not known."""
        known = [
            match
            for key, (address, match) in self._seen.items()
            if key[0] == subentry_id
            and match is not None
            and address == self._published(key)
        ]
        return all(known) if known else None

    @callback
    def async_start(self) -> None:
        """Look for all records when the start-up is over."""
        wait = _AFTER_START + _START_JITTER * random.random()
        keys = [
            (subentry_id, family)
            for subentry_id, managed in self._account.hostnames.items()
            for family in managed.modes
        ]
        self._async_plan(keys, step=1, wait=wait)

    @callback
    def async_stop(self) -> None:
        """Ask no more."""
        self._stopped = True
        self._async_disarm()

    @callback
    def async_published(self, keys: Collection[Key]) -> None:
        """Look again soon for records that were just confirmed."""
        self.drifted -= frozenset(keys)
        self._async_plan(keys, step=0, wait=_SCHEDULE[0])

    @callback
    def _async_plan(self, keys: Iterable[Key], *, step: int, wait: float) -> None:
        """Look for records after so many seconds, if DNS can show them."""
        due = self._hass.loop.time() + wait
        for key in keys:
            if self._is_visible(key):
                self._due[key], self._steps[key] = due, step
            else:
                self._due.pop(key, None)
        self._async_arm()

    @callback
    def _async_arm(self) -> None:
        """Set the timer for the next look; one that is on does so at its end."""
        self._async_disarm()
        if self._due and not self._looking and not self._stopped:
            wait = min(self._due.values()) - self._hass.loop.time()
            job = HassJob(
                self._async_time_is_up,
                f"{self._account.name} DNS check",
                cancel_on_shutdown=True,
            )
            self._timer = async_call_later(self._hass, max(wait, 0), job)

    @callback
    def _async_disarm(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _async_time_is_up(self, _now: datetime) -> None:
        self._timer = None
        self._looking = True
        self._account.config_entry.async_create_background_task(
            self._hass,
            self._async_look(),
            f"{self._account.name} DNS check",
            eager_start=False,
        )

    async def _async_look(self) -> None:
        """Look for the records that are due, and tell the account."""
        loop = self._hass.loop
        horizon = loop.time() + _TOGETHER
        keys = [key for key, due in self._due.items() if due <= horizon]
        for key in keys:
            del self._due[key]
        await asyncio.gather(*(self._async_look_for(key) for key in keys))
        now, jitter = loop.time(), 1 + _JITTER * random.random()
        for key in keys:
            # what was published meanwhile is to be looked for soon
            if key not in self._due and self._is_visible(key):
                self._due[key] = now + _SCHEDULE[self._steps[key]] * jitter
        self._looking = False
        self._async_arm()
        await self._account.async_dns_checked()

    async def _async_look_for(self, key: Key) -> None:
        """Note whether the authoritative servers hold the published address."""
        managed = self._account.hostnames[key[0]]
        provider = self._account.provider
        async with self._limit:
            published = self._published(key)
            answer = await authoritative_answer(
                managed.hostname, key[1], provider.name_servers(managed.hostname)
            )
        if key in self._due or published is None or published != self._published(key):
            return
        match = None
        if answer is not None:
            # None where DNS cannot prove that a record is wrong
            match = published in answer or (
                False if provider.resolvable(managed.settings) else None
            )
        self._seen[key] = (published, match)
        drifted = match is False and self._is_settled(key)
        self.drifted = self.drifted | {key} if drifted else self.drifted - {key}
        self._steps[key] = _ROUTINE if match else min(self._steps[key] + 1, _ROUTINE)

    def _is_visible(self, key: Key) -> bool:
        """Return whether DNS is to show what was published."""
        managed = self._account.hostnames[key[0]]
        return (
            managed.modes[key[1]] is Mode.UPDATE
            and self._published(key) is not None
            and self._account.provider.resolvable(managed.settings) is not False
        )

    def _is_settled(self, key: Key) -> bool:
        """Return whether a record was sent so long ago that all servers must have it."""
        subentry_id, family = key
        sent_at = self._account.state.hostname(subentry_id)[family].sent_at
        return sent_at is not None and dt_util.utcnow() - sent_at > _SETTLED

    def _published(self, key: Key) -> Address | None:
        """Return the address last confirmed by the provider."""
        subentry_id, family = key
        return self._account.state.hostname(subentry_id)[family].published
