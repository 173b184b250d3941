"""Whether DNS shows what was published, asked of the authoritative servers only."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .core.address import Address
from .core.dns import authoritative_answer
from .core.engine import Mode
from .core.publishing import Key

if TYPE_CHECKING:
    from .account import AccountCoordinator

# after an update the servers are asked soon and then ever later; some providers
# take twenty minutes to tell all of their servers
_SCHEDULE = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1200, 3600))
_ROUTINE = timedelta(hours=6)
_SETTLED = timedelta(hours=1)
_AT_ONCE = 8


class DnsCheck:
    """Compares the records of an account's hostnames with DNS from time to time."""

    def __init__(self, hass: HomeAssistant, account: AccountCoordinator) -> None:
        """Prepare; asks nobody."""
        self.drifted: frozenset[Key] = frozenset()
        self._hass = hass
        self._account = account
        self._matches: dict[Key, bool | None] = {}
        self._step = 0
        self._timer: CALLBACK_TYPE | None = None
        self._task: asyncio.Task[None] | None = None

    def match(self, subentry_id: str) -> bool | None:
        """Return whether DNS shows the published addresses, None when that is not known."""
        known = [
            match
            for (key, _), match in self._matches.items()
            if key == subentry_id and match is not None
        ]
        return all(known) if known else None

    @callback
    def async_start(self) -> None:
        """Ask for the first time when start-up is over."""
        self._step = 1
        self._async_arm()

    @callback
    def async_stop(self) -> None:
        """Ask no more."""
        if self._timer is not None:
            self._timer()
            self._timer = None
        if self._task is not None:
            self._task.cancel()

    @callback
    def async_published(self, keys: Collection[Key]) -> None:
        """Ask again soon, because these records were just confirmed."""
        if keys:
            self.drifted -= frozenset(keys)
            self._step = 0
            self._async_arm()

    @callback
    def _async_arm(self) -> None:
        """Set the timer for the next look."""
        if self._timer is not None:
            self._timer()
        wait = _SCHEDULE[self._step] if self._step < len(_SCHEDULE) else _ROUTINE
        self._timer = async_call_later(self._hass, wait, self._async_time_is_up)

    @callback
    def _async_time_is_up(self, _now: datetime) -> None:
        self._timer = None
        self._task = self._account.config_entry.async_create_background_task(
            self._hass, self._async_look(), f"{self._account.name} DNS check"
        )

    async def _async_look(self) -> None:
        """Ask for all records, tell the account, and set the timer again."""
        keys = [
            (subentry_id, family)
            for subentry_id, managed in self._account.hostnames.items()
            for family, mode in managed.modes.items()
            if mode is Mode.UPDATE
            and self._account.provider.resolvable(managed.settings) is not False
            and self._published((subentry_id, family)) is not None
        ]
        limit = asyncio.Semaphore(_AT_ONCE)
        matches = await asyncio.gather(*(self._async_match(key, limit) for key in keys))
        self._matches = dict(zip(keys, matches, strict=True))
        self.drifted = frozenset(
            key for key, match in self._matches.items() if self._has_drifted(key, match)
        )
        wrong = any(match is False for match in matches)
        self._step = self._step + 1 if wrong else len(_SCHEDULE)
        self._async_arm()
        self._account.async_dns_checked()

    async def _async_match(self, key: Key, limit: asyncio.Semaphore) -> bool | None:
        """Return whether the authoritative servers hold the published address."""
        subentry_id, family = key
        managed = self._account.hostnames[subentry_id]
        async with limit:
            published = self._published(key)
            answer = await authoritative_answer(
                managed.hostname,
                family,
                self._account.provider.name_servers(managed.hostname),
            )
        if answer is None or published is None or published != self._published(key):
            return None
        if published in answer:
            return True
        return False if self._account.provider.resolvable(managed.settings) else None

    def _published(self, key: Key) -> Address | None:
        """Return the address last confirmed by the provider."""
        subentry_id, family = key
        return self._account.state.hostname(subentry_id)[family].published

    def _has_drifted(self, key: Key, match: bool | None) -> bool:
        """Return whether a record is proven wrong long after it was published."""
        subentry_id, family = key
        sent_at = self._account.state.hostname(subentry_id)[family].sent_at
        return (
            match is False
            and sent_at is not None
            and dt_util.utcnow() - sent_at > _SETTLED
        )
