"""A server on loopback that stands for every host, and a session that is led to it.

Providers run as they are, with their own host names and real TLS: only the resolver and
the certificate authority are ours.
"""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
import json
import socket
from typing import Any, Self, override

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from .certificates import certificate_authority

USER_AGENT = "DDNS-Plus HomeAssistant/2026.10.4-ddns_plus/1.0.0 https://example.org"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as a provider makes it; `headers` are those that tell who is asking."""

    method: str = "GET"
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    authorization: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedResponse:
    """What the server answers, or that it breaks the connection instead."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    lose_connection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request that is expected, and what is answered to it."""

    request: Request
    response: CannedResponse


class ReplayServer:
    """Answers what it was told, in order, and keeps what it was asked."""

    def __init__(self) -> None:
        """Begin with nothing to answer."""
        self.requests: list[Request] = []
        self.user_agents: set[str | None] = set()
        self._responses: list[CannedResponse] = []
        self._expected: list[Request] = []
        self._always: Handler | None = None
        self._ports: dict[int, int] = {}

    async def __aenter__(self) -> Self:
        """Start, with TLS and without."""
        application = web.Application(client_max_size=2**20)
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True
        )
        await self._runner.setup()
        context = certificate_authority().server_context()
        for index, (port, tls) in enumerate(((443, context), (80, None))):
            await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls).start()
            self._ports[port] = self._runner.addresses[index][1]
        self.session = aiohttp.ClientSession(
            connector=self.connector(), cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    def connector(self, *_: object, **__: object) -> aiohttp.TCPConnector:
        """Return what leads to this server, of whatever family it should have been."""
        return connector_to_loopback(ports=self._ports)

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.session.close()
        await self._runner.cleanup()

    def expect(self, exchanges: Sequence[Exchange]) -> None:
        """Forget what was asked, and answer these requests in their order."""
        self.requests.clear()
        self._responses = [exchange.response for exchange in exchanges]
        self._expected = [exchange.request for exchange in exchanges]

    def always(self, handler: Handler) -> None:
        """Answer every request with a handler."""
        self._always = handler

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Keep the request and answer it."""
        index = len(self.requests)
        expected = self._expected[index] if index < len(self._expected) else None
        self.requests.append(await _read(request, expected))
        self.user_agents.add(request.headers.get("User-Agent"))
        if self._always is not None:
            return await self._always(request)
        if index >= len(self._responses):
            return web.Response(status=599, text="one request more than expected")
        response = self._responses[index]
        if response.lose_connection:
            lose_connection(request)
        return web.Response(
            status=response.status, headers=response.headers, text=response.body
        )


async def _read(request: web.Request, expected: Request | None) -> Request:
    """Return what a scenario may say of a request, and does where it need not say all."""
    authorization = request.headers.get("Authorization")
    login = None
    if authorization is not None and authorization.startswith("Basic "):
        user, _, password = b64decode(authorization[6:]).decode().rpartition(":")
        login, authorization = (user, password), None
    # of the other headers only those that a scenario names are looked at
    shown = () if expected is None else expected.headers
    said = None if expected is None else expected.authorization
    if said and authorization and said.endswith("..."):
        # a signature, which is another at any other time
        if authorization.startswith(said.removesuffix("...")):
            authorization = said
    text = await request.text()
    try:
        body, decoded = "", json.loads(text) if text else None
    except ValueError:
        body, decoded = text, None
    return Request(
        method=request.method,
        url=str(request.url.with_query(None)),
        query=dict(request.query),
        login=login,
        authorization=authorization,
        headers={name: request.headers.get(name, "") for name in shown},
        json=decoded,
        body=body,
    )


def lose_connection(request: web.Request) -> None:
    """Break the connection after the request was read."""
    assert request.transport is not None
    request.transport.abort()


async def never(request: web.Request) -> web.StreamResponse:
    """Do not answer."""
    await asyncio.Event().wait()
    raise AssertionError


def connector_to_loopback(
    *_: object, ports: Mapping[int, int] | None = None, **__: object
) -> aiohttp.TCPConnector:
    """Return what leads every host to loopback, and trusts the tests' authority.

    `ports` say where the well-known ports are, if not where they should be.
    """
    return aiohttp.TCPConnector(
        resolver=_Resolver(ports or {}), ssl=certificate_authority().client_context()
    )


class _Resolver(AbstractResolver):
    """Finds every host on loopback."""

    def __init__(self, ports: Mapping[int, int]) -> None:
        """Keep where the well-known ports are."""
        self._ports = ports

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Return the server's address."""
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self._ports[port] if self._ports else port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    @override
    async def close(self) -> None:
        """Have nothing to close."""
