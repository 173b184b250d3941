"""AddressWatch: round after round of asking for the public address of one family."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
import random
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .const import LOGGER
from .core.address import Address, Family
from .core.detection import (
    AddressSource,
    Knowledge,
    OperatorBackOff,
    Policy,
    Round,
    run_round,
)


class AddressWatch:
    """Keeps the address of one family known.

    `on_round` is told what was known before each round. Rounds go on when whoever asked
    for one is cancelled.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        family: Family,
        sources: Sequence[AddressSource],
        *,
        known: Address | None,
        policy: Policy,
        back_off: OperatorBackOff,
        on_round: Callable[[Family, Knowledge], None],
    ) -> None:
        """Begin with the address of last time; asks nobody."""
        self.knowledge = Knowledge.initial(family, known)
        self.latest: Round | None = None
        self._hass = hass
        self._entry = entry
        self._family = family
        self._sources = sources
        self._policy = policy
        self._back_off = back_off
        self._on_round = on_round
        self._task: asyncio.Task[None] | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._stopped = False

    @property
    def busy(self) -> bool:
        """Return whether the sources are being asked."""
        return self._task is not None and not self._task.done()

    @callback
    def async_hint(self) -> asyncio.Task[None]:
        """Ask now, and more than one operator, for the address may have changed.

        The task ends when the answer is there, or the watch.
        """
        self.knowledge = self.knowledge.hinted()
        return self.async_look()

    @callback
    def async_look(self) -> asyncio.Task[None]:
        """Ask now, unless that is being done."""
        if self._task is None or self._task.done():
            self._async_cancel_timer()
            self._task = self._entry.async_create_background_task(
                self._hass,
                self._async_rounds(),
                f"{self._entry.title} {self._family}",
                eager_start=False,
            )
        return self._task

    @callback
    def async_stop(self) -> None:
        """Ask no more; a round that is on ends with the entry."""
        self._stopped = True
        self._async_cancel_timer()

    async def _async_rounds(self) -> None:
        """Ask until there is time to wait: a hint during a round calls for another one."""
        wait = self._policy.interval
        try:
            while not self._stopped:
                await self._async_round()
                if self.knowledge.delay:
                    wait = self.knowledge.delay
                    break
        except Exception as err:  # noqa: BLE001 - a fault of ours must not be the end
            # what an exception says is not free of what it was about
            LOGGER.error(
                "%s: asking for %s failed: %s",
                self._entry.title,
                self._family,
                type(err).__name__,
            )
        self._async_arm(wait)

    async def _async_round(self) -> None:
        """Ask the sources once, and tell what was known before."""
        before = self.knowledge
        self.latest = await run_round(
            self._sources,
            self._family,
            before.question(self._policy),
            cycle=before.rounds,
            back_off=self._back_off,
        )
        # with the hints that came meanwhile, which are not in `before`
        self.knowledge = self.knowledge.after(
            self.latest,
            self._policy,
            now=self._hass.loop.time(),
            jitter=random.random(),
        )
        self._on_round(self._family, before)

    @callback
    def _async_arm(self, wait: timedelta) -> None:
        """Set the timer for the next round."""
        if not self._stopped:
            job = HassJob(
                self._async_time_is_up,
                f"{self._entry.title} {self._family}",
                cancel_on_shutdown=True,
            )
            self._timer = async_call_later(self._hass, wait, job)

    @callback
    def _async_time_is_up(self, _now: datetime) -> None:
        self._timer = None
        self.async_look()

    @callback
    def _async_cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
