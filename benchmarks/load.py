"""Many hostnames: 300 in one account, and 1,000 in 100 accounts, 100 ms per request.

Run `python -m benchmarks.load` with the interpreter that Home Assistant is installed for.
Beside each figure stands that of a peer in the same Home Assistant: an integration that
does nothing but show a number, with as many devices and as many sensors on each as
DDNS Plus adds (`load_peer`). Steps of the event loop are in CPU time, which other
programs do not change. `--traced` adds Python's own count of the memory, which takes a
second, slow run.
"""

from argparse import ArgumentParser
import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import batched
import os
from pathlib import Path
import platform
import sys
from tempfile import TemporaryDirectory
from time import perf_counter

from scripts.demo.home_assistant import HomeAssistantInstance

from .accounts import CONFIGURATION, REQUEST_SECONDS, Accounts, Servers, hostname
from .setup_cost import LOOP_WATCH, Measured

SHAPES = ("1x300", "100x10")
ROUNDS = 3
PEER = Path(__file__).with_name("load_peer")
_STATE_FILE = Path(".storage") / "ddns_plus.state"
_TRACED = {"PYTHONTRACEMALLOC": "1"}


@dataclass(slots=True)
class Figures:
    """What one piece of work took: seconds, CPU seconds, the longest steps in ms.

    `ours` is that of the integration's code, `where` in it; `anyone` that of any code,
    without garbage collections, the longest of which is `collection`.
    """

    seconds: float = 0.0
    cpu: float = 0.0
    ours: float = 0.0
    anyone: float = 0.0
    where: str = ""
    collection: float = 0.0


@dataclass(slots=True)
class StateFile:
    """Size of the state file, and how often it was written."""

    size: int = 0
    writes: int = 0


class Load:
    """A Home Assistant that is given work and looked at from outside."""

    def __init__(
        self, home_assistant: HomeAssistantInstance, report: Path, servers: Servers
    ) -> None:
        """Look at an instance that writes where its event loop was held up."""
        self.home_assistant = home_assistant
        self.servers = servers
        self.accounts = Accounts(home_assistant, servers)
        self.measured = Measured(home_assistant, report)

    async def figures(self, work: Awaitable[object]) -> Figures:
        """Return what some work took, and what followed from it at once."""
        await self.measured.stalls()
        began, cpu = perf_counter(), self._cpu()
        await work
        seconds = perf_counter() - began
        await asyncio.sleep(1)
        cpu = self._cpu() - cpu
        return await self._with_steps(Figures(seconds=seconds, cpu=cpu))

    async def _with_steps(self, found: Figures) -> Figures:
        """Return figures with the longest steps since they were last asked for."""
        stalls = await self.measured.stalls()
        if stalls.whole:
            found.anyone = stalls.whole[0]["cpu"]
        if stalls.ours:
            found.ours, found.where = stalls.ours[0]["cpu"], stalls.ours[0]["where"]
        if stalls.collections:
            found.collection = stalls.collections[0]["cpu"]
        return found

    async def start(self) -> Figures:
        """Return what a start took, until the address is known."""
        await self.home_assistant.stop()
        began = perf_counter()
        await self.home_assistant.start()
        await self.accounts.until_known()
        seconds, cpu = perf_counter() - began, self._cpu()
        return await self._with_steps(Figures(seconds=seconds, cpu=cpu))

    async def change(self) -> Figures:
        """Return what a changed address took, until the last hostname is published."""
        await self.accounts.forget_changes()

        async def publish() -> None:
            self.servers.change()
            await self.accounts.check()
            await self.servers.until_published()

        found = await self.figures(publish())
        found.seconds = self.servers.seconds
        return found

    async def memory(self) -> tuple[int, int]:
        """Return the bytes of resident memory, and those that Python counts."""
        resident = await self.measured.memory()
        return resident, (await self.measured.stalls()).traced

    async def add_peer(self, devices: int, sensors: int) -> None:
        """Add the peer with so many devices."""
        step = await self.home_assistant.start_flow("load_peer")
        values = {"devices": devices, "sensors": sensors}
        await self.home_assistant.submit(step, values)

    async def change_peer(self) -> None:
        """Have all sensors of the peer show another number."""
        await self.home_assistant.rest("POST", "/api/services/load_peer/change", {})

    async def entities(self) -> int:
        """Return how many states each hostname has."""
        states = await self.home_assistant.states()
        slug = hostname(1).replace(".", "_")
        return sum(f".{slug}_" in f"{entity_id}_" for entity_id in states)

    def _cpu(self) -> float:
        """Return the CPU seconds of the process so far."""
        stat = Path(f"/proc/{self.home_assistant.pid}/stat").read_text(encoding="utf-8")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def running(
    folder: Path, hostnames: int, *, traced: bool
) -> AsyncGenerator[Load]:
    """Run a Home Assistant that knows DDNS Plus and the peer, and the servers."""
    report = folder / "stalls.json"
    environment = {"PYTHONPATH": str(LOOP_WATCH), "LOOP_WATCH": str(report)}
    config = folder / "config"
    components = config / "custom_components"
    components.mkdir(parents=True)
    (components / PEER.name).symlink_to(PEER, target_is_directory=True)
    servers = Servers(hostnames)
    await servers.start()
    try:
        async with HomeAssistantInstance(
            config,
            configuration=CONFIGURATION,
            environment=environment | (_TRACED if traced else {}),
        ) as home_assistant:
            yield Load(home_assistant, report, servers)
    finally:
        await servers.stop()


async def add_all(load: Load, accounts: int, each: int) -> None:
    """Add accounts of so many hostnames each, and wait until all are published."""
    names = [hostname(number) for number in range(accounts * each)]
    for number, some in enumerate(batched(names, each, strict=True)):
        await load.accounts.add_account(number, some)
    await load.servers.until_published()


@asynccontextmanager
async def watched(path: Path) -> AsyncGenerator[StateFile]:
    """Count how often a file is replaced."""
    found = StateFile()

    async def watch() -> None:
        known = path.stat().st_ino
        while True:
            await asyncio.sleep(0.001)
            with_size = path.stat()
            found.size = with_size.st_size
            if with_size.st_ino != known:
                known = with_size.st_ino
                found.writes += 1

    task = asyncio.create_task(watch())
    try:
        yield found
    finally:
        task.cancel()


def show(what: str, found: Figures) -> None:
    """Print figures."""
    print(
        f"  {what:16}{found.seconds:7.2f} s, CPU{found.cpu:6.2f} s; longest step of ours"
        f"{found.ours:7.1f} ms ({found.where}), of any code{found.anyone:7.1f} ms;"
        f" garbage collection{found.collection:6.1f} ms"
    )


def show_memory(what: str, ours: float, peer: float) -> None:
    """Print the memory of a hostname and of the peer's device."""
    ratio = f"{ours / peer:5.2f} x" if peer else ""
    print(
        f"  {what:24}{ours:7.1f} KiB a hostname, peer's device {peer:6.1f} KiB {ratio}"
    )


async def measure(folder: Path, accounts: int, each: int) -> None:
    """Measure accounts of so many hostnames each, and print each figure at once."""
    count = accounts * each
    async with running(folder, count, traced=False) as load:
        await load.accounts.add_connection()
        # the first of each kind imports its code
        before, _ = await load.memory()
        added = await load.figures(add_all(load, accounts, each))
        with_ours, _ = await load.memory()
        sensors = await load.entities()
        print(f"{count} hostnames in {accounts} accounts, {sensors} states a hostname")
        resident = with_ours - before
        show("adding", added)
        async with watched(load.home_assistant.config_dir / _STATE_FILE) as file:
            for _ in range(ROUNDS):
                written = file.writes
                show("change", await load.change())
                servers = load.servers
                print(
                    f"  {servers.requests} requests, {servers.most_at_once} at once, of a"
                    f" hostname {servers.most_of_a_hostname}; {file.writes - written}"
                    f" writes of the state file of {file.size} bytes"
                )
        show("start", await load.start())
        before, _ = await load.memory()
        show("adding, peer", await load.figures(load.add_peer(count, sensors)))
        with_peer, _ = await load.memory()
        show("change, peer", await load.figures(load.change_peer()))
        peer = (with_peer - before) / count / 1024
        show_memory("resident memory", resident / count / 1024, peer)


async def trace(folder: Path, accounts: int, each: int) -> None:
    """Print the memory that Python counts."""
    count = accounts * each
    async with running(folder, count, traced=True) as load:
        await load.accounts.add_connection()
        _, before = await load.memory()
        await add_all(load, accounts, each)
        _, with_ours = await load.memory()
        await load.add_peer(count, await load.entities())
        _, with_peer = await load.memory()
    unit = count * 1024
    ours, peer = with_ours - before, with_peer - with_ours
    show_memory("traced memory", ours / unit, peer / unit)


async def main() -> int:
    """Measure, and print the figures."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--shapes", nargs="+", default=SHAPES, help="accounts x hostnames"
    )
    parser.add_argument("--traced", action="store_true")
    arguments = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} "
        f"cores, load {os.getloadavg()[0]:.1f}; {REQUEST_SECONDS * 1000:.0f} ms a request"
    )
    for shape in arguments.shapes:
        accounts, each = map(int, shape.split("x"))
        with TemporaryDirectory() as folder:
            await measure(Path(folder), accounts, each)
        if arguments.traced:
            with TemporaryDirectory() as folder:
                await trace(Path(folder), accounts, each)
        print(f"  load of the machine {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
