"""Echo endpoints: they answer with the pretended public address of the client."""

import asyncio
import socket
from typing import Final

from aiohttp import web

from .http_site import cut_when_offline, hang_up
from .state import DemoState, Family, RequestKind

# as far away as in life: the router, whose word is what is to be seen, answers first
_SECONDS_WITH_TROUBLE: Final = 0.05


def family_of(request: web.Request) -> Family:
    """Return the address family that a request came in by."""
    assert request.transport is not None
    bound: socket.socket = request.transport.get_extra_info("socket")
    return Family.IPV6 if bound.family is socket.AF_INET6 else Family.IPV4


def make_echo_app(state: DemoState) -> web.Application:
    """Return an application that answers the bare address."""

    async def echo(request: web.Request) -> web.StreamResponse:
        """Answer the address of the family that was asked over."""
        family = family_of(request)
        if state.troubles:
            await asyncio.sleep(_SECONDS_WITH_TROUBLE)
        if (address := state.seen(family)) is None:
            return hang_up(request)
        state.record(
            RequestKind.ECHO, f"{family.label} echo at {request.host}", str(address)
        )
        return web.Response(text=f"{address}\n", headers={"Cache-Control": "no-store"})

    app = web.Application()
    app.router.add_get("/", cut_when_offline(state, echo))
    return app
