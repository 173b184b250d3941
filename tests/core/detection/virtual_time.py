"""An event loop whose clock jumps to the next thing to do: hours pass at once."""

import asyncio
from collections.abc import Coroutine
import selectors
from typing import Any, override


class _Selector(selectors.DefaultSelector):
    """Waits for no one: moves the clock instead."""

    now = 0.0

    @override
    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; when nothing is, the time goes by."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits for something that never comes")
            self.now += max(0.0, timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own, which begins at zero."""

    def __init__(self) -> None:
        """Make the loop."""
        self._clock = _Selector()
        super().__init__(self._clock)
        # after half a year a float has no finer steps than the system's resolution
        self._clock_resolution = 1e-6

    @override
    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._clock.now


def run[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time. No task may be left over."""

    async def whole() -> T:
        result = await coroutine
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"left over: {left}"
        return result

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(whole())
