"""Requests under way at the same time, never two about the same hostname."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from types import TracebackType
from typing import Any, Protocol, Self

from ..hostname import Hostname


class AboutHostnames(Protocol):
    """A request about some hostnames."""

    @property
    def hostnames(self) -> tuple[Hostname, ...]:
        """Return the hostnames."""


class RequestsInFlight[RequestT: AboutHostnames, AnswerT]:
    """Requests that are sent in their order, a few at a time.

    A request waits for every earlier one that shares a hostname. When the context ends,
    what is under way is cancelled.
    """

    def __init__(
        self,
        requests: Iterable[RequestT],
        send: Callable[[RequestT], Coroutine[Any, Any, AnswerT]],
    ) -> None:
        """Initialize with the requests that wait."""
        self._waiting = list(requests)
        self._send = send
        self._tasks: dict[asyncio.Task[AnswerT], RequestT] = {}

    async def __aenter__(self) -> Self:
        """Start nothing yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cancel what is under way, and wait for its end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def __bool__(self) -> bool:
        """Return True if requests wait or are under way."""
        return bool(self._waiting or self._tasks)

    def put_first(self, requests: Iterable[RequestT]) -> None:
        """Have requests sent before all that wait."""
        self._waiting[:0] = requests

    def drop(self) -> list[RequestT]:
        """Return what waits, which is not sent any more."""
        dropped, self._waiting = self._waiting, []
        return dropped

    async def answered(self, most: int) -> tuple[RequestT, asyncio.Task[AnswerT]]:
        """Keep as many as `most` under way, and return the first that is answered.

        The task is done: its result is the answer, or what `send` raised.
        """
        for request in list(self._startable(most - len(self._tasks))):
            self._waiting.remove(request)
            self._tasks[asyncio.create_task(self._send(request))] = request
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        task = next(task for task in self._tasks if task.done())
        return self._tasks.pop(task), task

    def _startable(self, most: int) -> Iterator[RequestT]:
        """Yield the first requests that need not wait for another one."""
        busy = {each for request in self._tasks.values() for each in request.hostnames}
        for request in self._waiting:
            if most <= 0:
                return
            if busy.isdisjoint(request.hostnames):
                most -= 1
                yield request
            busy.update(request.hostnames)
