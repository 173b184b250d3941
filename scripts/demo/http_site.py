"""Parts of the demo's HTTP servers: bound sockets, and a line that can be cut."""

from collections.abc import Awaitable, Callable
import socket

from aiohttp import web

from .state import DemoState

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def cut_when_offline(state: DemoState, handler: Handler) -> Handler:
    """Drop the connection without an answer while the pretended line is down."""

    async def handle(request: web.Request) -> web.StreamResponse:
        """Answer, or hang up."""
        if state.online:
            return await handler(request)
        return hang_up(request)

    return handle


def hang_up(request: web.Request) -> web.Response:
    """Reset a connection; the response returned is never sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


class HttpSite:
    """One aiohttp application on some sockets."""

    def __init__(self, app: web.Application) -> None:
        """Prepare to serve an application."""
        # A client that waits at the end gets one second, not a minute.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def start(self, sockets: list[socket.socket]) -> None:
        """Serve on bound sockets."""
        await self._runner.setup()
        for bound in sockets:
            await web.SockSite(self._runner, bound).start()

    async def stop(self) -> None:
        """Stop serving."""
        await self._runner.cleanup()
