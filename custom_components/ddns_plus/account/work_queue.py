"""Turns: what is done with an account, one thing at a time and to its end."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN

_FINISH_TIMEOUT = timedelta(seconds=5)

type Work[ResultT] = Callable[[], Coroutine[Any, Any, ResultT]]


class Turns:
    """Work on the state of an account, which is read at its beginning and kept at its end."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Begin with nothing to do."""
        self.stopped = False
        self._hass = hass
        self._entry = entry
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    @callback
    def async_start[ResultT](
        self, work: Coroutine[Any, Any, ResultT]
    ) -> asyncio.Task[ResultT]:
        """Start what takes one turn or more; it ends with the entry at the latest."""
        # not eagerly: of a hundred accounts that learn of an address each takes a step
        task = self._entry.async_create_background_task(
            self._hass, work, f"{self._entry.title} work", eager_start=False
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def async_take[ResultT](self, work: Work[ResultT]) -> ResultT:
        """Do work when nobody else is at it; raises CancelledError once it is stopped."""
        async with self._lock:
            if self.stopped:
                raise asyncio.CancelledError
            return await work()

    async def async_finish[ResultT](self, work: Work[ResultT]) -> ResultT:
        """Take a turn that is not cut short when the caller is cancelled.

        So a script that is started anew does not leave an update half done. Raises
        HomeAssistantError when the entry is unloaded before.
        """
        task = self.async_start(self.async_take(work))
        await asyncio.wait([task])
        if task.cancelled():
            placeholders = {"domain": DOMAIN, "entry_title": self._entry.title}
            raise HomeAssistantError(
                translation_domain=HOMEASSISTANT_DOMAIN,
                translation_key="service_config_entry_not_loaded",
                translation_placeholders=placeholders,
            )
        return task.result()

    async def async_stop(self) -> None:
        """Begin nothing any more, and give what is being done a moment to finish.

        What does not is cut short with the entry.
        """
        self.stopped = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_FINISH_TIMEOUT.total_seconds())
