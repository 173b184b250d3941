"""Work queue of an account: one piece of work at a time, each to its end."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..entries import DdnsConfigEntry

_FINISH_TIMEOUT = timedelta(seconds=5)

type Work[ResultT] = Callable[[], Coroutine[Any, Any, ResultT]]


class WorkQueue:
    """Work on the state of an account: read when it starts, stored when it ends."""

    def __init__(self, hass: HomeAssistant, entry: DdnsConfigEntry) -> None:
        """Initialize without work."""
        self.stopped = False
        self._hass = hass
        self._entry = entry
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    @callback
    def async_start[ResultT](
        self, work: Coroutine[Any, Any, ResultT]
    ) -> asyncio.Task[ResultT]:
        """Start a coroutine that runs pieces of work; it ends with the entry."""
        # not eager: a hundred accounts told of an address share the event loop by steps
        task = self._entry.async_create_background_task(
            self._hass, work, f"{self._entry.title} work", eager_start=False
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def async_run[ResultT](self, work: Work[ResultT]) -> ResultT:
        """Run work after all work before it; raises CancelledError once stopped."""
        async with self._lock:
            if self.stopped:
                raise asyncio.CancelledError
            return await work()

    async def async_finish[ResultT](self, work: Work[ResultT]) -> ResultT:
        """Run work to its end, even if the caller is cancelled.

        A restarted script thus leaves no update half done. Raises HomeAssistantError if
        the entry is unloaded before.
        """
        task = self.async_start(self.async_run(work))
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
        """Start no more work, and wait a moment for the work that runs.

        The unload of the entry cancels what does not end in time.
        """
        self.stopped = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_FINISH_TIMEOUT.total_seconds())
