"""A web server that stands for every host of a namespace, and keeps what it is asked."""

from base64 import b64decode
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
import socket
from typing import Any, override
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from tests.providers.certificates import certificate_authority
from tests.real.namespaces import Namespace

type Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

# headers that say who is asking
_CREDENTIALS = ("Authorization", "X-Auth-Email", "X-Auth-Key", "Auth-API-Token")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request, taken apart: "host", "path", "parameter myip" ... and their values.

    Order, the case of headers, the user agent and how a login is written are gone.
    """

    parts: Mapping[str, str]

    @property
    def reads(self) -> bool:
        """Return whether the method says that nothing is changed."""
        return self.parts["method"] == "GET"

    def __str__(self) -> str:
        """Return it in one line."""
        parts = dict(self.parts)
        line = " ".join(
            (
                parts.pop("method"),
                f"{parts.pop('scheme')}://{parts.pop('host')}{parts.pop('path')}",
            )
        )
        return " ".join((line, *(f"[{key}={value}]" for key, value in parts.items())))


class RecordingServer:
    """Answers as it is told to; `requests` is what it was asked since `begin`."""

    def __init__(self) -> None:
        """Begin with nothing to answer."""
        self.requests: list[Recorded] = []
        self._answer: Answer | None = None

    def begin(self, answer: Answer) -> None:
        """Forget what was asked, and answer like this from now on."""
        self.requests = []
        self._answer = answer

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Keep a request and answer it."""
        self.requests.append(Recorded(await _parts(request)))
        assert self._answer is not None
        return await self._answer(request)


class _Connection(RequestHandler):
    """A connection to a client that may send more than its request."""

    _ended = False

    @override
    def data_received(self, data: bytes) -> None:
        """Stop at a zero byte: inadyn sends the rest of its buffer, too."""
        data, zero, _ = data.partition(b"\0")
        if data and not self._ended:
            super().data_received(data)
        self._ended |= bool(zero)


class _Tolerant(web.Server):
    """A server that forgives."""

    @override
    def __call__(self) -> RequestHandler:
        """Return what speaks with a client."""
        return _Connection(self, loop=self._loop, **self._kwargs)


@asynccontextmanager
async def recording_server(namespace: Namespace) -> AsyncGenerator[RecordingServer]:
    """Run the server on the loopback interface of a namespace, with TLS and without."""
    server = RecordingServer()
    runner = web.ServerRunner(_Tolerant(server.handle, access_log=None))
    await runner.setup()
    try:
        tls = certificate_authority().server_context()
        # a socket stays in the namespace that it was made in
        for listener in await namespace.call(_listeners):
            context = tls if listener.getsockname()[1] == 443 else None
            await web.SockSite(runner, listener, ssl_context=context).start()
        yield server
    finally:
        await runner.cleanup()


async def _listeners() -> list[socket.socket]:
    """Return sockets on the well-known ports of both families."""
    return [
        socket.create_server((host, port), family=family)
        for port in (443, 80)
        for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))
    ]


async def _parts(request: web.BaseRequest) -> Mapping[str, str]:
    """Take a request apart."""
    body = await request.text()
    return {
        "method": request.method,
        "scheme": request.scheme,
        "host": request.host,
        "path": request.path,
        **_credentials(request),
        **{
            f"parameter {name}": value
            for name, value in parse_qsl(
                request.rel_url.raw_query_string, keep_blank_values=True
            )
        },
        **{f"body {name}": value for name, value in _members(body).items()},
    }


def _credentials(request: web.BaseRequest) -> Mapping[str, str]:
    """Return the headers that say who is asking; a login in the clear."""
    found = {
        name: request.headers[name] for name in _CREDENTIALS if name in request.headers
    }
    scheme, _, value = found.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        del found["Authorization"]
        return {**found, "login": b64decode(value).decode()}
    return found


def _members(body: str) -> Mapping[str, str]:
    """Return the members of a body that is JSON, or all of one that is not."""
    if not body:
        return {}
    try:
        value: Any = json.loads(body)
    except ValueError:
        return dict(parse_qsl(body)) or {"text": body}
    return {name: json.dumps(value[name]) for name in value}
