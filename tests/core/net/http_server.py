"""A server on loopback that does one thing, and requests that carry secrets to it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
import ssl
import traceback

from aiohttp import web
import pytest
from yarl import URL

from custom_components.ddns_plus.core.errors import DdnsError
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.net.response import Response

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECRET = "cAnary &+/=:é<b>\"'"
SECRETS = frozenset({SECRET})


@asynccontextmanager
async def serve(
    handler: Handler, context: ssl.SSLContext | None = None
) -> AsyncGenerator[URL]:
    """Run a server that answers every request with one handler; yield its URL."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        port = runner.addresses[0][1]
        yield URL.build(
            scheme="https" if context else "http",
            host="127.0.0.1",
            port=port,
            path="/update",
        )
    finally:
        await runner.cleanup()


async def get(http: HttpClient, url: URL | str, *, writes: bool = True) -> Response:
    """Send what a provider would, with the secret wherever one may stand."""
    http.secrets.learn(SECRETS)
    return await http.request(
        "GET",
        url,
        params={"token": SECRET},
        headers={"X-Token": SECRET},
        basic_auth=("group:user", SECRET),
        writes=writes,
        allow_http=True,
    )


def shown(error: BaseException) -> str:
    """Return all that a log or a report could show of an error."""
    return "".join((*traceback.format_exception(error), repr(error), str(vars(error))))


async def failure(
    http: HttpClient, url: URL | str, *, writes: bool = True
) -> DdnsError:
    """Return the error that a request ends with; it tells nothing it should not."""
    with pytest.raises(DdnsError) as caught:
        await get(http, url, writes=writes)
    error = caught.value
    assert "cAnary" not in shown(error)
    assert "token=" not in shown(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    return error
