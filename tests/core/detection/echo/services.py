"""Web services on loopback that do as a test wants, and asking them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
import errno
from ipaddress import ip_address
import ssl

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.echo.http import HttpOptions, HttpSource
from custom_components.ddns_plus.core.detection.methods import Format, WebService
from custom_components.ddns_plus.core.detection.source import SourceError, SourceFailure
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint

USER_AGENT = "DDNS-Plus HomeAssistant/2026.10.4-ddns_plus/1.0.0 https://example.org"
IPV4 = ip_address("11.22.33.44")
IPV6 = ip_address("2606:2800:220:1::44")

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Services:
    """Starts servers, and stops them at the end."""

    def __init__(self) -> None:
        """Start with none."""
        self.stack = AsyncExitStack()
        # set at the end, so that servers that keep silent can be stopped
        self.over = asyncio.Event()

    async def web(
        self,
        handler: Handler,
        host: str = "127.0.0.1",
        context: ssl.SSLContext | None = None,
    ) -> str:
        """Start a web server, and return its URL."""
        application = web.Application()
        application.router.add_get("/{path:.*}", handler)
        runner = web.AppRunner(application, shutdown_timeout=0)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, host, 0, ssl_context=context).start()
        except OSError as err:
            if host == "::1" and err.errno in (
                errno.EADDRNOTAVAIL,
                errno.EAFNOSUPPORT,
            ):
                pytest.skip("this machine has no IPv6, not even on loopback")
            raise
        port = runner.addresses[0][1]
        name = f"[{host}]" if ":" in host else host
        return f"http{'s' if context else ''}://{name}:{port}/ip"

    async def raw(self, talk: Talk) -> str:
        """Start a server that talks as it likes, and return its URL."""
        talks = set[asyncio.Task[None]]()

        async def handle(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            if (task := asyncio.current_task()) is not None:
                talks.add(task)
            try:
                await talk(reader, writer)
            except ConnectionError:
                pass
            finally:
                writer.close()

        async def finished() -> None:
            """Wait for talks that go on although nobody listens."""
            if talks:
                await asyncio.wait(talks)

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        self.stack.push_async_callback(finished)
        self.stack.push_async_callback(server.wait_closed)
        self.stack.callback(server.close)
        self.stack.callback(self.over.set)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ip"


def answering(
    body: str | bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Handler:
    """Return a handler that always gives the same answer."""

    async def handle(request: web.Request) -> web.Response:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(body=data, status=status, headers=headers)

    return handle


def service(
    url: str,
    answer: Format = Format.PLAIN,
    expression: str = "",
    *,
    header: tuple[str, str] | None = None,
    credentials: tuple[str, str] | None = None,
    verify_tls: bool = True,
    local: bool = False,
) -> WebService:
    """Return a service of that URL."""
    return WebService(
        url=url,
        format=answer,
        expression=expression,
        header=header,
        credentials=credentials,
        verify_tls=verify_tls,
        local=local,
    )


async def ask(
    asked: WebService,
    options: HttpOptions,
    family: Family = Family.IPV4,
    endpoint: LocalEndpoint = ANYWHERE,
) -> Address | SourceFailure:
    """Return a service's answer, or its failure."""
    source = HttpSource("service", "operator", asked, options)
    try:
        return await source.ask(family, endpoint)
    except SourceError as err:
        return err.failure
