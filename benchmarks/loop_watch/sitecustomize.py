"""Finds what holds an event loop up; Python imports this by itself from PYTHONPATH.

A thread looks every millisecond at what the main thread is doing. What of the watched
code is seen again and again within one step of the event loop has held it up from the
first to the last time, give or take a millisecond. Garbage collections are left out of
that, and listed apart. Beside that stands the CPU time of the
main thread meanwhile: what else the machine does makes no difference to it. On SIGUSR1 the
longest are written to the file that LOOP_WATCH names, as JSON, and forgotten. With
PYTHONTRACEMALLOC the memory in use is written too.
"""

from asyncio.events import Handle
from dataclasses import asdict, dataclass
import gc
import json
import os
from pathlib import Path
import signal
import sys
import threading
import time
from time import clock_gettime, perf_counter, sleep
import tracemalloc
from types import FrameType

_FOLDER = f"custom_components{os.sep}"
_PACKAGES = f"site-packages{os.sep}"
_PERIOD_SECONDS = 0.001
_KEPT = 5


@dataclass(slots=True, kw_only=True)
class Stall:
    """A time in which one step of the event loop did not end."""

    milliseconds: float
    cpu: float
    where: str


def _cpu_clock(thread: int) -> int:
    """Return the clock of a thread's CPU time; macOS has only that of the process."""
    if sys.platform != "darwin":
        clock = time.pthread_getcpuclockid(thread)
    else:
        clock = time.CLOCK_PROCESS_CPUTIME_ID
    return clock


class LoopWatch:
    """Watches the steps of the main thread's event loop."""

    def __init__(self, report: Path) -> None:
        """Begin to watch."""
        self._report = report
        self._step = 0
        self._seen = ""
        self._whole: list[Stall] = []
        self._ours: list[Stall] = []
        self._collections: list[Stall] = []
        self._collecting_since = self._collected = 0.0, 0.0
        self._asked = threading.Event()
        self._main = threading.main_thread().ident or 0
        self._clock = _cpu_clock(self._main)
        sys.setswitchinterval(_PERIOD_SECONDS / 2)
        self._wrap_steps()
        gc.callbacks.append(self._collecting)
        signal.signal(signal.SIGUSR1, lambda *_: self._asked.set())
        threading.Thread(target=self._watch, daemon=True).start()

    def _wrap_steps(self) -> None:
        """Notice when a step begins and ends."""
        # asyncio tells of slow steps only in its debug mode, which makes all of them slow
        run = Handle._run  # noqa: SLF001

        def timed(handle: Handle) -> None:
            if threading.get_ident() != self._main:
                run(handle)
                return
            self._step += 1
            self._seen = ""
            began = self._now()
            run(handle)
            self._keep(self._whole, began, self._now(), self._seen)

        Handle._run = timed  # type: ignore[assignment, method-assign]  # noqa: SLF001

    def _collecting(self, phase: str, info: dict[str, int]) -> None:
        """Note a garbage collection: no other code runs meanwhile."""
        if phase == "start":
            self._collecting_since = self._clocks()
        elif threading.get_ident() == self._main:
            generation = f"garbage collection, generation {info['generation']}"
            since, until = self._collecting_since, self._clocks()
            self._keep(self._collections, since, until, generation)
            wall, cpu = self._collected
            self._collected = wall + until[0] - since[0], cpu + until[1] - since[1]

    def _clocks(self) -> tuple[float, float]:
        """Return the time, and the CPU time of the main thread, in seconds."""
        return perf_counter(), clock_gettime(self._clock)

    def _now(self) -> tuple[float, float]:
        """Return the same without the time of garbage collections."""
        (wall, cpu), (without, without_cpu) = self._clocks(), self._collected
        return wall - without, cpu - without_cpu

    def _watch(self) -> None:
        """Look at the main thread again and again."""
        step, first, last, where = -1, self._now(), self._now(), ""
        while True:
            sleep(_PERIOD_SECONDS)
            if self._asked.is_set():
                self._asked.clear()
                self._write()
            frame = sys._current_frames().get(self._main)  # noqa: SLF001
            now = self._now()
            seen = _place(frame, _FOLDER)
            self._seen = seen or _place(frame, _PACKAGES) or self._seen
            if step == self._step and seen and where:
                last, where = now, seen
                continue
            if where:
                self._keep(self._ours, first, last, where, _PERIOD_SECONDS)
            step, first, last, where = self._step, now, now, seen
            del frame

    @staticmethod
    def _keep(
        kept: list[Stall],
        since: tuple[float, float],
        until: tuple[float, float],
        where: str,
        more: float = 0,
    ) -> None:
        """Keep what is among the longest by CPU time; `more` seconds were not seen."""
        wall, cpu = (
            round((end - begin + more) * 1000, 1)
            for begin, end in zip(since, until, strict=True)
        )
        if len(kept) < _KEPT or cpu > kept[-1].cpu:
            kept.append(Stall(milliseconds=wall, cpu=cpu, where=where))
            kept.sort(key=lambda stall: -stall.cpu)
            del kept[_KEPT:]

    def _write(self) -> None:
        """Write the findings, and start again."""
        found: dict[str, object] = {
            "traced": 0,
            "whole": [asdict(stall) for stall in self._whole],
            "ours": [asdict(stall) for stall in self._ours],
            "collections": [asdict(stall) for stall in self._collections],
        }
        if tracemalloc.is_tracing():
            gc.collect()
            found["traced"] = tracemalloc.get_traced_memory()[0]
        temporary = self._report.with_suffix(".new")
        temporary.write_text(json.dumps(found))
        temporary.rename(self._report)
        self._whole.clear()
        self._ours.clear()
        self._collections.clear()


def _place(frame: FrameType | None, folder: str) -> str:
    """Return where in a folder's code a thread is, empty when it is elsewhere."""
    while frame is not None:
        if folder in (path := frame.f_code.co_filename):
            return (
                f"{path.rpartition(folder)[2]}:{frame.f_lineno} {frame.f_code.co_name}"
            )
        frame = frame.f_back
    return ""


if report := os.environ.get("LOOP_WATCH"):
    LoopWatch(Path(report))
