"""From a changed address at a real router to the record at a real BIND.

Run `python -m benchmarks.push_latency` as root with the interpreter that Home Assistant is
installed for: it lays the lab of the tests, Home Assistant behind miniupnpd and radvd, in
network namespaces. Measured are a changed WAN address and a changed IPv6 prefix with push,
and a changed WAN address without, at the shortest interval. The peer is ddclient, which
hears no hints: it is started by hand at the moment of the change. So its figure is the time
of a check and an update, without the 300 s that it waits by itself.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
import platform
import random
from statistics import median
import sys
from tempfile import TemporaryDirectory
import time

from tests.live.ddclient import Ddclient, ddclient_version
from tests.live.lab import CONNECTION, HOSTNAME, OTHER_HOSTNAME, Lab
from tests.live.outside import ZONE
from tests.live.running_lab import entered, ready_lab, running_lab

from .setup_cost import LOOP_WATCH, Measured, show

POLLING_SECONDS = 60
# so many connections wait at the same time, each for itself
POLLING_CONNECTIONS = 5
# a connection that has begun listens after this
_LISTENS_SECONDS = 3
_CONFIRMED_SECONDS = 13

type Change = Callable[[Lab, int], Awaitable[float]]


async def wan_change(lab: Lab, number: int) -> float:
    """Change the WAN address; return the seconds until it is published."""
    address = f"11.22.{number + 1}.77"
    moment = lab.router.set_wan_address(address)
    return await lab.outside.published(HOSTNAME, "A", address) - moment


async def prefix_change(lab: Lab, number: int) -> float:
    """Change the prefix; return the seconds from the home's new address on.

    When the router advertises it is the router's to choose.
    """
    prefix = f"2606:aa00:1:{number + 16:x}"
    lab.advertise(prefix)
    address = await lab.stable_address(prefix)
    moment = time.monotonic()
    return await lab.outside.published(HOSTNAME, "AAAA", address) - moment


async def measured(lab: Lab, change: Change, runs: int) -> list[float]:
    """Return the seconds of each change; each finds a connection that has just begun."""
    seconds = []
    for number in range(runs):
        # more than two changes within half an hour count as flapping
        await lab.forget_changes()
        await asyncio.sleep(_LISTENS_SECONDS + random.random())
        seconds.append(await change(lab, number))
    return seconds


async def set_up(lab: Lab) -> str:
    """Add an account, and wait until it has published; return its entry's id."""
    account = await lab.add_account(HOSTNAME)
    await lab.outside.published(HOSTNAME, "AAAA", await lab.stable_address())
    await lab.until_state(f"binary_sensor.{CONNECTION}_online", "on")
    return account


async def measure_push(folder: Path, runs: int) -> list[float]:
    """Measure a WAN change and a prefix change, and print; return the WAN changes."""
    async with ready_lab(folder) as lab:
        with entered(lab.router.home):
            await set_up(lab)
            wan = await measured(lab, wan_change, runs)
            print(shown("WAN address, push", wan))
            print(shown("IPv6 prefix, push", await measured(lab, prefix_change, runs)))
    return wan


async def measure_start(folder: Path, runs: int) -> list[float]:
    """Return the seconds from the network to the record, after a start without network."""
    seconds = []
    async with ready_lab(folder) as lab:
        with entered(lab.router.home):
            await set_up(lab)
            for number in range(runs):
                address = f"11.24.{number + 1}.77"
                await lab.home_assistant.stop()
                lab.router.router.ip("link", "set", "lan0", "down")
                lab.router.set_wan_address(address)
                await lab.home_assistant.start()
                await lab.until_state(f"binary_sensor.{CONNECTION}_online", "off")
                await asyncio.sleep(30 * random.random())
                updates = lab.outside.updates_sent
                moment = time.monotonic()
                lab.router.router.ip("link", "set", "lan0", "up")
                at = await lab.outside.published(HOSTNAME, "A", address, 120)
                seconds.append(at - moment)
                await asyncio.sleep(_LISTENS_SECONDS)
                if (sent := lab.outside.updates_sent - updates) != 1:
                    print(f"{sent} updates instead of one")
    return seconds


async def measure_polling(folder: Path, runs: int) -> list[float]:
    """Return the seconds of each change at connections that do not listen."""
    async with ready_lab(folder) as lab:
        with entered(lab.router.home):
            return await polled(lab, await set_up(lab), runs)


async def polled(lab: Lab, account: str, runs: int) -> list[float]:
    """Return the seconds of each change at connections that do not listen."""
    names = {}
    for number in range(POLLING_CONNECTIONS):
        interval = {"hours": 0, "minutes": 0, "seconds": POLLING_SECONDS}
        title, hostname = f"Polling {number}", f"polling-{number}.{ZONE}"
        await lab.add_connection(title, ipv6=False, push=False, interval=interval)
        name = title.lower().replace(" ", "_")
        await lab.add_hostname(
            account, hostname, ipv6=False, connection=await lab.entry_id(name)
        )
        names[name] = hostname
    seconds: list[float] = []
    changes = 0
    while len(seconds) < runs:
        for name in names:
            await lab.forget_changes(name)
            # each at a time of its own
            await asyncio.sleep(POLLING_SECONDS / len(names) * random.random())
        await asyncio.sleep(_CONFIRMED_SECONDS)
        changes += 1
        address = f"11.23.{changes}.77"
        moment = lab.router.set_wan_address(address)
        limit = 3 * POLLING_SECONDS
        seconds += [
            at - moment
            for at in await asyncio.gather(
                *(
                    lab.outside.published(hostname, "A", address, limit)
                    for hostname in names.values()
                )
            )
        ]
    return seconds


async def measure_stalls(folder: Path, runs: int) -> None:
    """Print what holds the event loop up while changes are pushed."""
    report = folder / "stalls.json"
    environment = {"PYTHONPATH": str(LOOP_WATCH), "LOOP_WATCH": str(report)}
    async with ready_lab(folder, environment=environment) as lab:
        with entered(lab.router.home):
            await set_up(lab)
            watched = Measured(lab.home_assistant, report)
            await watched.stalls()
            await measured(lab, wan_change, runs)
            show(f"{runs} WAN changes, watched", await watched.stalls())
            await measured(lab, prefix_change, runs)
            show(f"{runs} prefix changes, watched", await watched.stalls())


async def measure_ddclient(folder: Path, runs: int) -> list[float]:
    """Return the seconds of ddclient, started when the address has changed."""
    seconds = []
    async with running_lab(folder) as lab:
        with entered(lab.router.home):
            ddclient = Ddclient(lab, OTHER_HOSTNAME)
            for number in range(runs):
                address = f"11.22.{number + 1}.77"
                moment = lab.router.set_wan_address(address)
                looking = asyncio.create_task(ddclient.look_once())
                at = await lab.outside.published(OTHER_HOSTNAME, "A", address)
                seconds.append(at - moment)
                await looking
    return seconds


def shown(name: str, seconds: list[float]) -> str:
    """Return a line of the result."""
    return (
        f"{name:38} n={len(seconds):3}   median {median(seconds):7.3f} s"
        f"   best {min(seconds):7.3f} s   worst {max(seconds):7.3f} s"
    )


async def main() -> int:
    """Measure, and print each figure as soon as it is there."""
    parser = argparse.ArgumentParser(
        description="Measure from change to record. A part that shall run 0 times is left out."
    )
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--polling-runs", type=int, default=20, help="10 minutes")
    parser.add_argument("--start-runs", type=int, default=5, help="3 minutes")
    parser.add_argument("--watched-runs", type=int, default=20)
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}")
    with TemporaryDirectory() as name:
        folders = [
            Path(name) / part for part in ("peer", "push", "poll", "start", "watch")
        ]
        for folder in folders:
            folder.mkdir()
        peer_folder, push, poll, start, watched = folders
        if runs := arguments.runs:
            peer = await measure_ddclient(peer_folder, runs)
            print(shown(f"ddclient {await ddclient_version()}, started by hand", peer))
            ours = await measure_push(push, runs)
            ratio = median(ours) / median(peer)
            print(f"WAN address, push: {ratio:.2f} x ddclient that is told by hand")
        if runs := arguments.start_runs:
            seconds = await measure_start(start, runs)
            print(shown("network after the start, push", seconds))
        if runs := arguments.watched_runs:
            await measure_stalls(watched, runs)
        if runs := arguments.polling_runs:
            seconds = await measure_polling(poll, runs)
            print(shown(f"WAN address, every {POLLING_SECONDS} s", seconds))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
