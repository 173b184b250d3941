"""The one request function, against real servers on loopback."""

import asyncio
from base64 import b64encode
from datetime import timedelta
import json
import logging
import socket
from typing import NoReturn, override
from urllib.parse import quote_plus

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from custom_components.ddns_plus.core.errors import (
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.net.http import HttpClient
from tests.core.conftest import USER_AGENT
from tests.providers.certificates import CertificateAuthority

from .http_server import SECRET, failure, get, serve, shown

SHORT = timedelta(milliseconds=100)


async def test_request_is_sent_as_told(http: HttpClient) -> None:
    """Everything given arrives, and the user agent is ours."""
    seen: list[tuple[str, str, str, bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(
            (
                request.method,
                request.query["token"] + request.query["fixed"],
                request.headers["Authorization"] + request.headers["User-Agent"],
                await request.read(),
            )
        )
        return web.Response(text="good", headers={"X-Answer": "yes"})

    async with serve(handler) as url:
        response = await http.request(
            "PUT",
            url.with_query(fixed="1"),
            params={"token": SECRET},
            json={"a": 1},
            basic_auth=("group:user", SECRET),
            allow_http=True,
        )
    assert (response.status, response.text) == (200, "good")
    assert response.headers["x-answer"] == "yes"
    login = b64encode(f"group:user:{SECRET}".encode()).decode()
    ((method, query, headers, body),) = seen
    assert (method, query) == ("PUT", f"{SECRET}1")
    assert headers == f"Basic {login}{USER_AGENT}"
    assert json.loads(body) == {"a": 1}


async def test_cookies_are_refused() -> None:
    """A session that would carry a cookie from one account to another is no session for us."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ValueError, match="DummyCookieJar"):
            HttpClient(session, user_agent=USER_AGENT)


async def test_responses_do_not_show_their_content(http: HttpClient) -> None:
    """A server that echoes a secret puts it in no log."""

    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=SECRET, headers={"X-Echo": "cAnary"})

    async with serve(echo) as url:
        response = await get(http, url)
    assert response.text == SECRET
    assert "cAnary" not in repr(response)


@pytest.mark.parametrize(
    ("body", "headers", "text"),
    [
        (b"", {}, ""),
        (b"\xef\xbb\xbfgood", {"Content-Type": "text/plain"}, "good"),
        (b"K\xf6ln", {"Content-Type": "text/plain; charset=latin-1"}, "Köln"),
        (b"K\xf6ln", {"Content-Type": "text/plain"}, "K\ufffdln"),
        (b"good", {"Content-Type": "text/plain; charset=no-such-thing"}, "good"),
        (b"good", {"Content-Type": "text/plain; charset=undefined"}, "good"),
        (b"x" * 65536, {}, "x" * 65536),
    ],
)
async def test_bodies(
    http: HttpClient, body: bytes, headers: dict[str, str], text: str
) -> None:
    """Bodies are decoded as far as they can be."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body, headers=headers)

    async with serve(handler) as url:
        assert (await get(http, url)).text == text


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500, 503])
async def test_every_status_is_handed_back(http: HttpClient, status: int) -> None:
    """The body is read before the status is judged."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status, text="badauth")

    async with serve(handler) as url:
        response = await get(http, url)
    assert (response.status, response.text) == (status, "badauth")


@pytest.mark.parametrize("length", [65537, 5 * 1024 * 1024])
async def test_body_too_large(http: HttpClient, length: int) -> None:
    """A body over the limit is not read to its end."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"cAnary" * (length // 6 + 1))

    async with serve(handler) as url:
        error = await failure(http, url)
    assert isinstance(error, UnexpectedResponse)
    assert error.code == "body_too_large"


@pytest.mark.parametrize("writes", [True, False])
async def test_no_answer(session: aiohttp.ClientSession, writes: bool) -> None:
    """A server that says nothing may have done what it was asked for."""

    async def handler(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    http = HttpClient(session, user_agent=USER_AGENT, timeout=SHORT)
    async with serve(handler) as url:
        error = await failure(http, url, writes=writes)
    assert isinstance(error, Unavailable)
    assert (error.code, error.maybe_applied) == ("timeout", writes)


async def test_slow_drip(session: aiohttp.ClientSession) -> None:
    """The limit is on the whole request, not on the time between two bytes."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(SHORT.total_seconds() / 10)

    http = HttpClient(session, user_agent=USER_AGENT, timeout=SHORT)
    async with serve(handler) as url:
        error = await failure(http, url)
    assert isinstance(error, Unavailable)
    assert (error.code, error.maybe_applied) == ("timeout", True)


@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize("half_an_answer", [True, False])
async def test_connection_lost_after_the_request_was_read(
    http: HttpClient, writes: bool, half_an_answer: bool
) -> None:
    """A connection that breaks after the request was sent leaves its effect open."""
    reached = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal reached
        reached += 1
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        if half_an_answer:
            await response.prepare(request)
            await response.write(b"go")
        assert request.transport
        request.transport.abort()
        return response

    async with serve(handler) as url:
        error = await failure(http, url, writes=writes)
    assert not writes or reached == 1
    assert isinstance(error, Unavailable)
    assert (error.code, error.maybe_applied) == ("connection_lost", writes)


async def test_not_http(http: HttpClient) -> None:
    """A server that speaks another protocol is not understood."""

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example.com cAnary\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(http, f"http://127.0.0.1:{port}/")
    assert isinstance(error, UnexpectedResponse)
    assert error.code == "not_http"


async def test_connection_refused(http: HttpClient) -> None:
    """Nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        error = await failure(http, f"http://127.0.0.1:{held.getsockname()[1]}/")
    assert isinstance(error, Unavailable)
    assert (error.code, error.maybe_applied) == ("cannot_connect", False)


class Resolver(AbstractResolver):
    """A resolver that finds nothing, or never ends."""

    def __init__(self, *, ends: bool) -> None:
        """Keep what to do."""
        self._ends = ends

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Find nothing."""
        if not self._ends:
            await asyncio.Event().wait()
        raise OSError(None, f"no such host {host}")

    @override
    async def close(self) -> None:
        """Have nothing to close."""


@pytest.mark.parametrize(("ends", "code"), [(True, "dns_failed"), (False, "timeout")])
async def test_name_not_resolved(loopback: None, ends: bool, code: str) -> None:
    """What happens before the request is sent cannot have changed anything."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=Resolver(ends=ends)),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        http = HttpClient(session, user_agent=USER_AGENT, timeout=SHORT)
        error = await failure(http, "https://example.com/update")
    assert isinstance(error, Unavailable)
    assert (error.code, error.maybe_applied) == (code, False)


async def test_self_signed_certificate(http: HttpClient) -> None:
    """A certificate that nobody vouches for is no certificate."""
    # the server's side of the broken handshake is not what is tested
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)

    async def handler(request: web.Request) -> NoReturn:
        pytest.fail("a request was sent to a server that could not identify itself")

    async with serve(handler, CertificateAuthority().server_context()) as url:
        error = await failure(http, url)
    assert isinstance(error, Unavailable)
    assert (error.code, error.maybe_applied) == ("tls_failed", False)


@pytest.mark.parametrize(
    ("url", "allow_http", "code"),
    [
        ("http://example.com/", False, "http_not_allowed"),
        ("ftp://example.com/", True, "invalid_url"),
        ("example.com/nic/update", True, "invalid_url"),
        ("https:///nic/update", True, "invalid_url"),
        ("https://user:cAnary@example.com/", True, "invalid_url"),
        ("https://:cAnary@example.com/", True, "invalid_url"),
        ("https://[cAnary/", True, "invalid_request"),
    ],
)
async def test_unfit_urls(
    http: HttpClient, url: str, allow_http: bool, code: str
) -> None:
    """What cannot or may not be sent is not sent; a person must change it."""
    with pytest.raises(Refused) as caught:
        await http.request("GET", url, allow_http=allow_http)
    assert caught.value.code == code
    assert "cAnary" not in shown(caught.value)


async def test_unfit_header(http: HttpClient) -> None:
    """A token with a line break in it is not sent."""

    async def handler(request: web.Request) -> NoReturn:
        pytest.fail("a damaged request was sent")

    async with serve(handler) as url:
        with pytest.raises(Refused) as caught:
            await http.request(
                "GET",
                url,
                headers={"Authorization": "cAnary\r\nX: y"},
                allow_http=True,
            )
    assert caught.value.code == "invalid_request"
    assert "cAnary" not in shown(caught.value)


async def test_log_tells_no_secret(
    http: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names method, host and status."""
    caplog.set_level(logging.DEBUG)

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=204)

    async with serve(handler) as url:
        await get(http, url)
    assert "GET 127.0.0.1: HTTP 204" in caplog.text
    assert "cAnary" not in caplog.text
    assert quote_plus(SECRET) not in caplog.text
