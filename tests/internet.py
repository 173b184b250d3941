"""A pretend internet on loopback: echo services, and a dyndns2 service; all real servers."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, Self

from aiohttp import web

from .loopback import skip_without_second_loopback

IPV4 = "11.22.33.44"
IPV4_NEW = "11.22.33.55"
IPV6 = "2606:2800:220:1::44"
IPV6_NEW = "2606:2800:220:1::55"
# a secret that must turn up nowhere
CANARY = "canary-e1c5b7f0"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """A web server on a free port of loopback."""

    def __init__(self, handler: Handler, *hosts: str) -> None:
        """Keep what answers, and where."""
        self._handler = handler
        self._hosts = hosts
        self._runner: web.AppRunner | None = None
        self._answering: set[asyncio.Task[Any]] = set()
        self.ports: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        """Start; who is started again has the same ports."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        for host in self._hosts:
            site = web.TCPSite(self._runner, host, self.ports.get(host, 0))
            await site.start()
            sockets = site._server.sockets  # type: ignore[union-attr]
            self.ports[host] = sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; who would never have answered is not waited for."""
        assert self._runner is not None
        for task in self._answering:
            task.cancel()
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        try:
            return await self._handler(request)
        finally:
            self._answering.discard(task)


class Internet:
    """Two operators that tell the public address of each family.

    `ipv4` and `ipv6` are what they tell; None makes them hang up. `lies` are told by one
    operator, by its host, instead of the truth; a handler misbehaves in its own way.
    """

    HOSTS = ("127.0.0.1", "127.0.0.2", "::1")

    def __init__(self) -> None:
        """Begin with an address of each family."""
        self.ipv4: str | None = IPV4
        self.ipv6: str | None = IPV6
        self.lies: dict[str, str | Handler] = {}
        self.requests: list[str] = []
        self._came = asyncio.Event()
        self._server = Server(self._answer, *self.HOSTS)

    async def __aenter__(self) -> Self:
        """Start."""
        skip_without_second_loopback()
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._server.__aexit__()

    def go_offline(self) -> None:
        """Answer no more."""
        self.ipv4 = self.ipv6 = None

    def go_online(self, ipv4: str = IPV4, ipv6: str = IPV6) -> None:
        """Answer again."""
        self.ipv4, self.ipv6 = ipv4, ipv6

    def options(self, **checking: Any) -> dict[str, Any]:
        """Return the options of a connection that asks here and nowhere else."""
        ports = self._server.ports
        urls = {
            f"http://127.0.0.1:{ports['127.0.0.1']}/": "ipv4",
            f"http://127.0.0.2:{ports['127.0.0.2']}/": "ipv4",
            f"http://[::1]:{ports['::1']}/": "ipv6",
            f"http://localhost:{ports['::1']}/": "ipv6",
        }
        return {
            "ipv4": True,
            "ipv6": True,
            "sources": {
                "built_in": [],
                "custom": [
                    {"url": url, "family": family, "allow_http": True}
                    for url, family in urls.items()
                ],
            },
            "checking": {"interval": {"seconds": 60}, **checking},
        }

    async def asked(self, times: int) -> None:
        """Wait until so many questions have come, answered or not."""
        while len(self.requests) < times:
            self._came.clear()
            await self._came.wait()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Tell the public address of the family, or the lie of the operator."""
        host = request.url.host or ""
        self.requests.append(host)
        self._came.set()
        version = ip_address(request.remote or "").version
        answer = self.lies.get(host) or (self.ipv4 if version == 4 else self.ipv6)
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if callable(answer):
            return await answer(request)
        return web.Response(text=f"{answer}\n")


class Dyndns2Server:
    """A dyndns2 service that keeps what was published.

    `answer` replaces what it says: a text, or a handler that misbehaves in its own way.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.username = "somebody"
        self.password = CANARY
        self.answer: str | Handler | None = None
        self.requests: list[dict[str, str]] = []
        self.records: dict[str, list[str]] = {}
        self.hold: asyncio.Event | None = None
        self._came = asyncio.Event()
        self._server = Server(self._update, "127.0.0.1")

    @property
    def url(self) -> str:
        """Return the update URL."""
        return f"http://127.0.0.1:{self._server.ports['127.0.0.1']}/nic/update"

    async def __aenter__(self) -> Self:
        """Start."""
        skip_without_second_loopback()
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._server.__aexit__()

    @property
    def tries(self) -> int:
        """Return how many requests had both addresses: IPv4 alone is a second question."""
        return sum("," in request["myip"] for request in self.requests)

    async def asked(self, times: int) -> None:
        """Wait until so many requests have come, answered or not."""
        while len(self.requests) < times:
            self._came.clear()
            await self._came.wait()

    async def _update(self, request: web.Request) -> web.StreamResponse:
        """Take an update as the dyndns2 protocol has it."""
        self.requests.append(dict(request.query))
        self._came.set()
        if self.hold is not None:
            await self.hold.wait()
        if callable(self.answer):
            return await self.answer(request)
        if self.answer is not None:
            return web.Response(text=self.answer)
        login = f"{self.username}:{self.password}".encode()
        expected = f"Basic {b64encode(login).decode()}"
        if request.headers.get("Authorization") != expected:
            return web.Response(text="badauth", status=401)
        lines = []
        addresses = request.query["myip"].split(",")
        for hostname in request.query["hostname"].split(","):
            changed = self.records.get(hostname) != addresses
            self.records[hostname] = addresses
            lines.append(f"{'good' if changed else 'nochg'} {','.join(addresses)}")
        return web.Response(text="\n".join(lines))
