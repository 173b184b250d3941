"""100 dyndns2 accounts, 100 ms per request: from the changed address to the last publish.

Run `python -m benchmarks.hundred_accounts` with the interpreter that Home Assistant is
installed for. Home Assistant is a real instance, ddclient the one on the PATH; both ask
the same address service and update at the same server, all on loopback.
"""

import asyncio
from collections.abc import Awaitable, Callable
import json
from pathlib import Path
import shutil
from statistics import median
import sys
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from aiohttp import web

from scripts.demo.home_assistant import HomeAssistantInstance

ACCOUNTS = 100
REQUEST_SECONDS = 0.1
ROUNDS = 5
ECHO_HOSTS = ("127.0.0.1", "127.0.0.2")
CONFIGURATION = "api:\nconfig:\nlogger:\n  default: warning\n"
SETTLE_SECONDS = 120
SETTLED_SECONDS = 3

type Step = Callable[[], Awaitable[None]]
SETTLED_SECONDS = 3

type Step = Callable[[], Awaitable[None]]


class Servers:
    """Services that tell the address, and one that takes updates and notes the time."""

    def __init__(self) -> None:
        """Begin with some address."""
        self.number = 1
        self.port = 0
        self.changed_at = 0.0
        self.published: dict[str, tuple[str, float]] = {}

    @property
    def address(self) -> str:
        """Return the pretend public address."""
        return f"11.22.33.{self.number}"

    def change(self) -> None:
        """Change the address, and start the clock."""
        self.number += 1
        self.changed_at = perf_counter()

    @property
    def behind(self) -> int:
        """Return how many hostnames do not have the address yet."""
        held = [address for address, _ in self.published.values()]
        return ACCOUNTS - held.count(self.address)

    @property
    def seconds(self) -> float:
        """Return the time from the change to the last publish."""
        return max(at for _, at in self.published.values()) - self.changed_at

    async def start(self) -> web.AppRunner:
        """Listen on both loopback addresses, on the same port."""
        application = web.Application()
        application.router.add_get("/", self._echo)
        application.router.add_get("/nic/update", self._update)
        runner = web.AppRunner(application)
        await runner.setup()
        for host in ECHO_HOSTS:
            site = web.TCPSite(runner, host, self.port)
            await site.start()
            self.port = runner.addresses[0][1]
        return runner

    async def _echo(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.address)

    async def _update(self, request: web.Request) -> web.Response:
        await asyncio.sleep(REQUEST_SECONDS)
        address = request.query["myip"]
        self.published[request.query["hostname"]] = (address, perf_counter())
        return web.Response(text=f"good {address}")


def config_entries(port: int) -> dict[str, Any]:
    """Return Home Assistant's stored entries: one connection, 100 accounts."""

    def entry(number: int, **values: Any) -> dict[str, Any]:
        moment = "2026-11-01T00:00:00+00:00"
        return {
            "created_at": moment,
            "modified_at": moment,
            "disabled_by": None,
            "discovery_keys": {},
            "domain": "ddns_plus",
            "entry_id": f"{number:032x}",
            "version": 1,
            "minor_version": 1,
            "options": {},
            "pref_disable_new_entities": False,
            "pref_disable_polling": False,
            "source": "user",
            "subentries": [],
            **values,
        }

    custom = [
        {"url": f"http://{host}:{port}/", "family": "ipv4", "allow_http": True}
        for host in ECHO_HOSTS
    ]
    connection = entry(
        0,
        title="Internet connection",
        unique_id="connection",
        data={"kind": "connection"},
        options={
            "ipv4": True,
            "ipv6": False,
            "sources": {"built_in": [], "custom": custom},
            "checking": {"interval": {"hours": 1}},
        },
    )
    accounts = [
        entry(
            number,
            title=f"Account {number}",
            unique_id=f"dyndns2:{number}",
            data={
                "kind": "account",
                "provider": "dyndns2",
                "settings": {
                    "server_url": f"http://127.0.0.1:{port}/nic/update",
                    "username": f"user{number}",
                    "password": "secret",
                    "allow_http": True,
                },
            },
            subentries=[
                {
                    "subentry_id": f"hostname{number}",
                    "subentry_type": "hostname",
                    "title": f"h{number}.example.com",
                    "unique_id": f"h{number}.example.com",
                    "data": {
                        "hostname": f"h{number}.example.com",
                        "ipv4": "update",
                        "ipv6": "off",
                        "settings": {},
                    },
                }
            ],
        )
        for number in range(1, ACCOUNTS + 1)
    ]
    return {
        "version": 1,
        "minor_version": 5,
        "key": "core.config_entries",
        "data": {"entries": [connection, *accounts]},
    }


async def rounds(servers: Servers, prepare: Step, update: Step) -> list[float]:
    """Return the seconds of each round of change and update."""
    seconds = []
    for _ in range(ROUNDS):
        await prepare()
        servers.change()
        await update()
        async with asyncio.timeout(SETTLE_SECONDS):
            while servers.behind:
                await asyncio.sleep(0.01)
        seconds.append(servers.seconds)
    return seconds


async def measure_ours(servers: Servers, folder: Path) -> list[float]:
    """Return the seconds of DDNS Plus in a real Home Assistant."""
    storage = folder / ".storage"
    storage.mkdir(parents=True)
    (storage / "core.config_entries").write_text(
        json.dumps(config_entries(servers.port))
    )
    instance = HomeAssistantInstance(folder, configuration=CONFIGURATION)
    async with instance as home_assistant:
        async with asyncio.timeout(SETTLE_SECONDS):
            while servers.behind:
                await asyncio.sleep(0.1)

        async def prepare() -> None:
            # more than two changes within half an hour count as flapping, and are
            # held down on purpose: a restart forgets them
            await home_assistant.restart()
            await asyncio.sleep(SETTLED_SECONDS)

        async def update() -> None:
            await home_assistant.rest(
                "POST", "/api/services/ddns_plus/check_address", {}
            )

        return await rounds(servers, prepare, update)


async def measure_ddclient(servers: Servers, folder: Path) -> list[float]:
    """Return the seconds of ddclient."""
    hosts = "\n".join(
        f"login=user{number}, password=secret h{number}.example.com"
        for number in range(1, ACCOUNTS + 1)
    )
    configuration = folder / "ddclient.conf"
    configuration.write_text(
        f"ssl=no\nuse=web, web=http://127.0.0.1:{servers.port}/\n"
        f"protocol=dyndns2\nserver=127.0.0.1:{servers.port}\n{hosts}\n"
    )
    configuration.chmod(0o600)

    async def update() -> None:
        process = await asyncio.create_subprocess_exec(
            "ddclient",
            "-daemon=0",
            "-force",
            f"-file={configuration}",
            f"-cache={folder / 'ddclient.cache'}",
            f"-pid={folder / 'ddclient.pid'}",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await process.wait()

    return await rounds(servers, update, update)


def line(name: str, seconds: list[float]) -> str:
    """Return a line of the result."""
    return (
        f"{name:10} median {median(seconds):6.2f} s   worst {max(seconds):6.2f} s"
        f"   ({len(seconds)} rounds)"
    )


async def main() -> int:
    """Measure, and print the figures and their ratio."""
    if shutil.which("ddclient") is None:
        print("ddclient is not installed: there is nothing to compare with")
        return 1
    servers = Servers()
    runner = await servers.start()
    try:
        with TemporaryDirectory() as folder:
            ours = await measure_ours(servers, Path(folder) / "config")
            peer = await measure_ddclient(servers, Path(folder))
    finally:
        await runner.cleanup()
    print(f"{ACCOUNTS} accounts, {REQUEST_SECONDS * 1000:.0f} ms per request")
    print(line("DDNS Plus", ours))
    print(line("ddclient", peer))
    print(f"ratio      {median(peer) / median(ours):6.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
