"""dyndns2 accounts at a server of this machine, set up through the config flow."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from aiohttp import web

from scripts.demo.home_assistant_api import HomeAssistantApi
from scripts.demo.ports import bind

ACCOUNTS = 100
REQUEST_SECONDS = 0.1
# no frontend, history or logbook: what is measured is not their work
CONFIGURATION = "api:\nconfig:\nlogger:\n  default: warning\n"

_HOSTS = ("127.0.0.1", "127.0.0.2")
_DOMAIN = "ddns_plus"
_ADDRESS_SENSOR = "sensor.internet_connection_ipv4_address"
_SETTLE_SECONDS = 120

type Steps = Sequence[tuple[str, Mapping[str, Any]]]


class Servers:
    """Services that tell the address, and one that takes updates and notes the time."""

    def __init__(self, hostnames: int = ACCOUNTS) -> None:
        """Begin with some address, of so many hostnames to come."""
        self.hostnames = hostnames
        self.port = 0
        self.requests = 0
        self.most_at_once = 0
        self.most_of_a_hostname = 0
        self._open: Counter[str] = Counter()
        self._open_requests = 0
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
        for bound in bind(_HOSTS, 0):
            self.port = bound.getsockname()[1]
            await web.SockSite(self._runner, bound, backlog=256).start()

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Return the pretended public address."""
        return f"11.22.33.{self._number}"

    @property
    def echo_url(self) -> str:
        """Return where the address is told."""
        return f"http://{_HOSTS[0]}:{self.port}/"

    @property
    def update_url(self) -> str:
        """Return where updates are taken."""
        return f"http://{_HOSTS[0]}:{self.port}/nic/update"

    def change(self) -> None:
        """Change the address, and start the clock."""
        self._number += 1
        self.requests = self.most_at_once = self.most_of_a_hostname = 0
        self._changed_at = perf_counter()

    @property
    def behind(self) -> int:
        """Return how many hostnames do not have the address yet."""
        held = [address for address, _ in self._published.values()]
        return self.hostnames - held.count(self.address)

    @property
    def seconds(self) -> float:
        """Return the time from the change to the last publish."""
        return max(at for _, at in self._published.values()) - self._changed_at

    async def until_published(self) -> None:
        """Wait until every hostname has the address."""
        async with asyncio.timeout(_SETTLE_SECONDS):
            while self.behind:
                await asyncio.sleep(0.01)

    async def _echo(self, _request: web.Request) -> web.Response:
        """Tell the address."""
        return web.Response(text=self.address)

    async def _update(self, request: web.Request) -> web.Response:
        """Take an update of hostnames; like a server far away, it takes its time."""
        self.requests += 1
        names = request.query["hostname"].split(",")
        self._open.update(names)
        self._open_requests += 1
        self.most_at_once = max(self.most_at_once, self._open_requests)
        most = max(self._open[name] for name in names)
        self.most_of_a_hostname = max(self.most_of_a_hostname, most)
        try:
            await asyncio.sleep(REQUEST_SECONDS)
        finally:
            self._open.subtract(names)
            self._open_requests -= 1
        address = request.query["myip"]
        for name in names:
            self._published[name] = address, perf_counter()
        return web.Response(text=f"good {address}")


class Accounts:
    """The accounts in a Home Assistant, and the connection that they follow."""

    def __init__(self, home_assistant: HomeAssistantApi, servers: Servers) -> None:
        """Begin without any."""
        self._home_assistant = home_assistant
        self._servers = servers
        self._connection = ""
        self.entry_ids: list[str] = []

    async def add_connection(self) -> None:
        """Add the connection, and wait until it knows the address."""
        self._connection = await self._add(_connection_form(self._servers))
        await self.until_known()

    async def add_accounts(self) -> None:
        """Add the accounts, and wait until their hostnames are published."""
        for number in range(ACCOUNTS):
            self.entry_ids.append(await self.add_account(number))
        await self._servers.until_published()

    async def add_account(self, number: int, hostnames: Sequence[str] = ()) -> str:
        """Add one account, of a hostname if none is named; return the id of its entry."""
        names = list(hostnames) or [hostname(number)]
        return await self._add(_account_form(self._servers, number, names))

    async def _add(self, steps: Steps) -> str:
        """Add an entry and return its id."""
        step = await self._home_assistant.run_flow(_DOMAIN, steps)
        return str(step.answer["result"]["entry_id"])

    async def reload(self, entry_id: str) -> None:
        """Unload an entry and set it up again."""
        path = f"/api/config/config_entries/entry/{entry_id}/reload"
        await self._home_assistant.rest("POST", path)

    async def forget_changes(self) -> None:
        """Make the connection forget its latest changes.

        More than two within half an hour count as flapping, and are held back on purpose.
        """
        await self.reload(self._connection)
        await self.until_known()

    async def until_known(self) -> None:
        """Wait until the connection knows the address."""
        async with asyncio.timeout(_SETTLE_SECONDS):
            while await self._known() != self._servers.address:
                await asyncio.sleep(0.05)

    async def _known(self) -> str | None:
        """Return the address that the connection shows."""
        state = (await self._home_assistant.states()).get(_ADDRESS_SENSOR)
        return None if state is None else state["state"]

    async def check(self) -> None:
        """Have the address looked up now."""
        path = f"/api/services/{_DOMAIN}/check_address"
        await self._home_assistant.rest("POST", path, {})


def hostname(number: int) -> str:
    """Return the hostname of an account."""
    return f"h{number}.accounts.test"


def _connection_form(servers: Servers) -> Steps:
    """Return what is typed in for the connection: IPv4 only, asked for only when told."""
    return [
        ("user", {"provider": "watch_only"}),
        (
            "connection",
            {
                "name": "Internet connection",
                "ipv4": True,
                "ipv6": False,
                "built_in": [],
                "custom": [
                    {
                        "url": f"http://{host}:{servers.port}/",
                        "family": "ipv4",
                        "allow_http": True,
                    }
                    for host in _HOSTS
                ],
                "interval": {"hours": 1, "minutes": 0, "seconds": 0},
            },
        ),
    ]


def _account_form(servers: Servers, number: int, hostnames: list[str]) -> Steps:
    """Return what is typed in for an account and its hostnames."""
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
        ("hostnames", {"hostnames": hostnames, "ipv4": True, "ipv6": False}),
    ]
