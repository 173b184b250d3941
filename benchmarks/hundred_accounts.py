"""100 dyndns2 accounts, 100 ms per request: from the changed address to the last publish.

Run `python -m benchmarks.hundred_accounts` with the interpreter that Home Assistant is
installed for. Home Assistant is a real instance, set up through its config flow; ddclient
is the one on the PATH. Each is told to look at once when the address has changed, asks
the same address service, and updates at the same server, all on loopback. The floor is
what 100 bare requests take that are made at once, with nobody deciding anything.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
import platform
import re
import shutil
from statistics import median
import sys
from tempfile import TemporaryDirectory
from time import perf_counter

import aiohttp
from aiohttp import web

from scripts.demo.home_assistant import HomeAssistantInstance
from scripts.demo.ports import bind

ACCOUNTS = 100
REQUEST_SECONDS = 0.1
ROUNDS = 5
SETTLE_SECONDS = 120
CONNECTION = "Internet connection"
ADDRESS_SENSOR = "sensor.internet_connection_ipv4_address"
HOSTS = ("127.0.0.1", "127.0.0.2")
CONFIGURATION = "api:\nconfig:\nlogger:\n  default: warning\n"

type Step = Callable[[], Awaitable[None]]


class Servers:
    """Services that tell the address, and one that takes updates and notes the time."""

    def __init__(self) -> None:
        """Begin with some address."""
        self.port = 0
        self.requests = 0
        self._number = 1
        self._changed_at = 0.0
        self._published: dict[str, tuple[str, float]] = {}
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on both loopback addresses, on the same port."""
        application = web.Application()
        application.router.add_get("/", self._echo)
        application.router.add_get("/nic/update", self._update)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        for bound in bind(HOSTS, 0):
            self.port = bound.getsockname()[1]
            await web.SockSite(self._runner, bound, backlog=2 * ACCOUNTS).start()

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Return the pretended public address."""
        return f"11.22.33.{self._number}"

    @property
    def update_url(self) -> str:
        """Return where updates are taken."""
        return f"http://{HOSTS[0]}:{self.port}/nic/update"

    def change(self) -> None:
        """Change the address, and start the clock."""
        self._number += 1
        self.requests = 0
        self._changed_at = perf_counter()

    @property
    def behind(self) -> int:
        """Return how many hostnames do not have the address yet."""
        held = [address for address, _ in self._published.values()]
        return ACCOUNTS - held.count(self.address)

    @property
    def seconds(self) -> float:
        """Return the time from the change to the last publish."""
        return max(at for _, at in self._published.values()) - self._changed_at

    async def until_published(self) -> None:
        """Wait until every hostname has the address."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while self.behind:
                await asyncio.sleep(0.01)

    async def _echo(self, _request: web.Request) -> web.Response:
        """Tell the address."""
        return web.Response(text=self.address)

    async def _update(self, request: web.Request) -> web.Response:
        """Take an update; like a server far away, it takes its time."""
        await asyncio.sleep(REQUEST_SECONDS)
        self.requests += 1
        address = request.query["myip"]
        self._published[request.query["hostname"]] = (address, perf_counter())
        return web.Response(text=f"good {address}")


async def measured(servers: Servers, update: Step, prepare: Step) -> list[float]:
    """Return the seconds of each round of change and update."""
    seconds = []
    for _ in range(ROUNDS):
        await prepare()
        servers.change()
        await update()
        await servers.until_published()
        if servers.requests != ACCOUNTS:
            raise RuntimeError(f"{servers.requests} requests for {ACCOUNTS} accounts")
        seconds.append(servers.seconds)
    return seconds


async def nothing() -> None:
    """Prepare nothing."""


async def measure_floor(servers: Servers, _folder: Path) -> list[float]:
    """Return the seconds of as many requests, made at once."""
    connector = aiohttp.TCPConnector(limit=ACCOUNTS)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def request(number: int) -> None:
            query = {"hostname": hostname(number), "myip": servers.address}
            async with session.get(servers.update_url, params=query) as response:
                await response.read()

        async def update() -> None:
            await asyncio.gather(*map(request, range(ACCOUNTS)))

        return await measured(servers, update, nothing)


async def measure_ours(servers: Servers, folder: Path) -> list[float]:
    """Return the seconds of DDNS Plus in a real Home Assistant."""
    async with HomeAssistantInstance(
        folder, configuration=CONFIGURATION
    ) as home_assistant:
        connection = await home_assistant.run_flow(
            "ddns_plus", connection_form(servers)
        )
        for number in range(ACCOUNTS):
            await home_assistant.run_flow("ddns_plus", account_form(servers, number))
        await servers.until_published()
        entry_id = connection.answer["result"]["entry_id"]

        async def prepare() -> None:
            # more than two changes within half an hour count as flapping, and are held
            # back on purpose: the connection forgets them when it is reloaded
            await home_assistant.rest(
                "POST", f"/api/config/config_entries/entry/{entry_id}/reload"
            )
            async with asyncio.timeout(SETTLE_SECONDS):
                while (await home_assistant.states())[ADDRESS_SENSOR][
                    "state"
                ] != servers.address:
                    await asyncio.sleep(0.1)

        async def update() -> None:
            await home_assistant.rest(
                "POST", "/api/services/ddns_plus/check_address", {}
            )

        return await measured(servers, update, prepare)


async def measure_ddclient(servers: Servers, folder: Path) -> list[float]:
    """Return the seconds of ddclient."""
    folder.mkdir()
    configuration = folder / "ddclient.conf"
    hosts = "\n".join(
        f"login=user{number}, password=secret {hostname(number)}"
        for number in range(ACCOUNTS)
    )
    configuration.write_text(
        f"ssl=no\nuse=web, web=http://{HOSTS[0]}:{servers.port}/\n"
        f"protocol=dyndns2\nserver={HOSTS[0]}:{servers.port}\n{hosts}\n"
    )
    configuration.chmod(0o600)

    async def update() -> None:
        await run(
            "ddclient",
            *("-daemon=0", "-force", f"-file={configuration}"),
            *(f"-cache={folder / 'cache'}", f"-pid={folder / 'pid'}"),
        )

    return await measured(servers, update, nothing)


def hostname(number: int) -> str:
    """Return the hostname of an account."""
    return f"h{number}.example.com"


def connection_form(servers: Servers) -> list[tuple[str, Mapping[str, object]]]:
    """Return what is typed in for the connection: IPv4 only, asked for only when told."""
    return [
        ("user", {"provider": "watch_only"}),
        (
            "connection",
            {
                "name": CONNECTION,
                "ipv4": True,
                "ipv6": False,
                "built_in": [],
                "custom": [
                    {
                        "url": f"http://{host}:{servers.port}/",
                        "family": "ipv4",
                        "allow_http": True,
                    }
                    for host in HOSTS
                ],
                "interval": {"hours": 1, "minutes": 0, "seconds": 0},
            },
        ),
    ]


def account_form(
    servers: Servers, number: int
) -> list[tuple[str, Mapping[str, object]]]:
    """Return what is typed in for an account with one hostname."""
    return [
        ("user", {"provider": "dyndns2"}),
        (
            "account",
            {
                "server_url": servers.update_url,
                "username": f"user{number}",
                "password": "secret",
                "allow_http": True,
            },
        ),
        ("hostnames", {"hostnames": [hostname(number)], "ipv4": True, "ipv6": False}),
    ]


async def run(program: str, *arguments: str) -> str:
    """Run a program to its end and return what it printed; RuntimeError if it failed."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{program} failed: {output.decode()[-2000:]}")
    return output.decode()


async def ddclient_version() -> str:
    """Return the version that ddclient tells in its usage."""
    usage = await run("sh", "-c", "ddclient -help 2>&1; true")
    found = re.search(r"version (\S+)", usage)
    return found[1] if found else "of unknown version"


def shown(name: str, seconds: list[float], ours: float) -> str:
    """Return a line of the result."""
    middle = median(seconds)
    return (
        f"{name:34} median {middle:6.3f} s   best {min(seconds):6.3f} s"
        f"   worst {max(seconds):6.3f} s   {middle / ours:6.2f} x"
    )


async def main() -> int:
    """Measure, and print the figures and their ratios."""
    if shutil.which("ddclient") is None:
        print("ddclient is not installed: there is nothing to compare with")
        return 1
    version = await ddclient_version()
    servers = Servers()
    await servers.start()
    try:
        with TemporaryDirectory() as name:
            folder = Path(name)
            ours = await measure_ours(servers, folder / "config")
            floor = await measure_floor(servers, folder)
            peer = await measure_ddclient(servers, folder / "ddclient")
    finally:
        await servers.stop()
    middle = median(ours)
    print(
        f"{ACCOUNTS} accounts, {REQUEST_SECONDS * 1000:.0f} ms per request, {ROUNDS} "
        f"rounds; Python {platform.python_version()}, {platform.machine()}"
    )
    print(shown("DDNS Plus in Home Assistant", ours, middle))
    print(shown("floor: bare requests at once", floor, middle))
    print(shown(f"ddclient {version}", peer, middle))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
