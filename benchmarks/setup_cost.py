"""What 100 accounts cost a Home Assistant: memory, set-up time, steps of the event loop.

Run `python -m benchmarks.setup_cost` with the interpreter that Home Assistant is
installed for. Beside each figure stands what a template sensor of Home Assistant costs
in the same run: the smallest entry with an entity that there is. The set-up time is that
of unloading an entry and setting it up again, over HTTP.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
import json
import os
from pathlib import Path
import platform
import signal
from statistics import median
import sys
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from scripts.demo.home_assistant import HomeAssistantInstance

from .accounts import ACCOUNTS, CONFIGURATION, Accounts, Servers

LOOP_WATCH = Path(__file__).with_name("loop_watch")
QUIET_SECONDS = 5
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalls:
    """The longest times in which a step of the event loop did not end.

    `traced` are the bytes of Python's memory in use, if it is traced.
    """

    whole: Sequence[dict[str, Any]]
    ours: Sequence[dict[str, Any]]
    collections: Sequence[dict[str, Any]]
    traced: int


class Measured:
    """A Home Assistant that is looked at from outside."""

    def __init__(self, home_assistant: HomeAssistantInstance, report: Path) -> None:
        """Look at an instance that writes where its event loop was held up."""
        self._home_assistant = home_assistant
        self._report = report

    async def memory(self) -> int:
        """Return the bytes of resident memory, when things have calmed down."""
        await asyncio.sleep(QUIET_SECONDS)
        statm = Path(f"/proc/{self._home_assistant.pid}/statm")
        text = await asyncio.to_thread(statm.read_text)
        return int(text.split()[1]) * _PAGE_SIZE

    async def stalls(self) -> Stalls:
        """Return what held the event loop up since it was last asked."""
        assert self._home_assistant.pid is not None
        await asyncio.to_thread(self._report.unlink, missing_ok=True)
        os.kill(self._home_assistant.pid, signal.SIGUSR1)
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(self._report.exists):
                await asyncio.sleep(0.1)
        return Stalls(**json.loads(await asyncio.to_thread(self._report.read_text)))


async def add_template(home_assistant: HomeAssistantInstance, number: int) -> str:
    """Add a template sensor and return the id of its entry."""
    step = await home_assistant.start_flow("template")
    step = await home_assistant.submit(step, {"next_step_id": "sensor"})
    values = {"name": f"Number {number}", "state": str(number)}
    step = await home_assistant.submit(step, step.nest(values))
    return str(step.answer["result"]["entry_id"])


async def seconds_to_reload(
    accounts: Accounts, entry_ids: Sequence[str]
) -> list[float]:
    """Return the seconds that it takes to reload each of some entries."""
    seconds = []
    for entry_id in entry_ids:
        began = perf_counter()
        await accounts.reload(entry_id)
        seconds.append(perf_counter() - began)
    return seconds


async def measure(folder: Path, servers: Servers) -> None:
    """Measure, and print each figure as soon as it is there."""
    report = folder / "stalls.json"
    async with HomeAssistantInstance(
        folder / "config",
        configuration=CONFIGURATION,
        environment={"PYTHONPATH": str(LOOP_WATCH), "LOOP_WATCH": str(report)},
    ) as home_assistant:
        measured = Measured(home_assistant, report)
        accounts = Accounts(home_assistant, servers)
        await accounts.add_connection()
        templates = [await add_template(home_assistant, -1)]
        empty = await measured.memory()
        templates += [await add_template(home_assistant, n) for n in range(ACCOUNTS)]
        with_templates = await measured.memory()
        await accounts.add_accounts()
        with_accounts = await measured.memory()
        states = await home_assistant.states()
        entities = sum("h1_accounts_test" in entity_id for entity_id in states)

        print(
            f"{ACCOUNTS} accounts of one hostname each, {entities} entities a hostname"
        )
        kilobytes = (with_accounts - with_templates) / ACCOUNTS / 1000
        peer = (with_templates - empty) / ACCOUNTS / 1000
        print(
            f"memory per account and hostname {kilobytes:6.1f} kB, per entity "
            f"{kilobytes / entities:5.1f} kB; a template sensor takes {peer:5.1f} kB"
        )

        ours = median(await seconds_to_reload(accounts, accounts.entry_ids)) * 1000
        peer = median(await seconds_to_reload(accounts, templates)) * 1000
        print(
            f"reload of an account           {ours:6.1f} ms, per entity "
            f"{ours / entities:5.1f} ms; a template sensor takes {peer:5.1f} ms"
        )

        await measured.stalls()
        servers.change()
        await accounts.check()
        await servers.until_published()
        show("changed address", await measured.stalls())
        await home_assistant.restart()
        await accounts.until_known()
        show("start with all accounts", await measured.stalls())


def show(when: str, stalls: Stalls) -> None:
    """Print what held the event loop up."""
    print(f"longest steps of the event loop, {when}:")
    for name, found in (
        ("DDNS Plus", stalls.ours),
        ("anybody", stalls.whole),
        ("Python", stalls.collections),
    ):
        for stall in found[:3]:
            print(
                f"  {name:10}{stall['cpu']:8.1f} ms of CPU in"
                f"{stall['milliseconds']:8.1f} ms  {stall['where'][:100]}"
            )


async def main() -> int:
    """Measure with servers of our own."""
    print(f"Python {platform.python_version()}, {platform.machine()}")
    servers = Servers()
    await servers.start()
    try:
        with TemporaryDirectory() as folder:
            await measure(Path(folder), servers)
    finally:
        await servers.stop()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
