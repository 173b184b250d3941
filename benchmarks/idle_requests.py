"""Requests while nothing happens: DDNS Plus with and without push, and ddclient.

Run `python -m benchmarks.idle_requests` as root with the interpreter that Home Assistant
is installed for: it lays the lab of the tests, Home Assistant behind miniupnpd, in network
namespaces. All requests that leave the LAN are counted, except those to the name server. Beside
it runs ddclient at its default interval, at the same services. The audit of DDNS Plus
comes after 30 minutes: a shorter time with push does not hold it.
"""

import argparse
import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
import platform
import re
import sys
from tempfile import TemporaryDirectory
import time

from tests.live.ddclient import (
    DEFAULT_INTERVAL_SECONDS,
    Ddclient,
    ddclient_version,
    is_ddclient,
)
from tests.live.lab import HOSTNAME, OTHER_HOSTNAME, Lab
from tests.live.outside import NAME_SERVER, NAME_SERVER_IPV6, Asked
from tests.live.running_lab import entered, ready_lab
from tests.real.router import WAN_ADDRESS

SETTLE_SECONDS = 45
_COUNTER = (
    "add table inet leaving",
    "add chain inet leaving forward { type filter hook forward priority -10 ; }",
    f"add rule inet leaving forward iifname lan0 ct state new ip daddr != {NAME_SERVER} counter",
    f"add rule inet leaving forward iifname lan0 ct state new ip6 daddr != {NAME_SERVER_IPV6} counter",
)


def leaving(lab: Lab) -> int:
    """Return how many conversations with the outside the router has seen begin."""
    rules = lab.router.router.run("nft", "list", "chain", "inet", "leaving", "forward")
    return sum(map(int, re.findall(r"counter packets (\d+)", rules)))


async def count(folder: Path, *, minutes: float, push: bool) -> None:
    """Count the requests that leave the LAN while nothing happens, and print them."""
    async with ready_lab(folder) as lab:
        with entered(lab.router.home):
            await set_up(lab, push=push)
            begin, before = len(lab.outside.requests), leaving(lab)
            began, updates = time.monotonic(), await lab.outside.updates()
            await asyncio.sleep(minutes * 60)
            asked, after = lab.outside.requests[begin:], leaving(lab)
            updates = await lab.outside.updates() - updates
    show(asked, began, minutes=minutes, push=push)
    print(f"  all that began to leave the house in {minutes:g} min: {after - before}")
    if updates:
        print(f"  and {updates} updates, which there should not be")


async def set_up(lab: Lab, *, push: bool) -> None:
    """Set everything up, and wait until it has calmed down."""
    lab.router.router.nft(*_COUNTER)
    await lab.add_account()
    if not push:
        await lab.set_options(push=False)
    await lab.outside.published(HOSTNAME, "A", WAN_ADDRESS)
    await lab.outside.published(HOSTNAME, "AAAA", await lab.stable_address())
    Ddclient(lab, OTHER_HOSTNAME).start()
    await asyncio.sleep(SETTLE_SECONDS)


def show(asked: Sequence[Asked], began: float, *, minutes: float, push: bool) -> None:
    """Print the number and times of requests, by program."""
    ours = [item for item in asked if not is_ddclient(item.program)]
    peer = [item for item in asked if is_ddclient(item.program)]
    print(f"{'with' if push else 'without'} push, {minutes:g} minutes:")
    for name, found in (
        ("DDNS Plus, IPv4", [item for item in ours if _version(item) == 4]),
        ("DDNS Plus, IPv6", [item for item in ours if _version(item) == 6]),
        (f"ddclient, IPv4, every {DEFAULT_INTERVAL_SECONDS} s", peer),
    ):
        hourly = len(found) * 60 / minutes
        moments = ", ".join(f"{(item.at - began) / 60:.1f}" for item in found[:12])
        print(
            f"  {name:30} {len(found):4} requests, {hourly:6.1f} an hour   ({moments})"
        )


def _version(asked: Asked) -> int:
    return ip_address(asked.address).version


async def main() -> int:
    """Count, one after the other."""
    parser = argparse.ArgumentParser(
        description="Count requests while nothing happens."
    )
    parser.add_argument("--minutes", type=float, default=36, help="with push")
    parser.add_argument("--polling-minutes", type=float, default=15, help="without")
    arguments = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {platform.machine()}, "
        f"ddclient {await ddclient_version()}"
    )
    for push, minutes in (
        (True, arguments.minutes),
        (False, arguments.polling_minutes),
    ):
        if minutes:
            with TemporaryDirectory() as folder:
                await count(Path(folder), minutes=minutes, push=push)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
