"""The one request function, against real servers on loopback."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
import json
import logging
import socket
import ssl
import traceback
from typing import NoReturn, override
from urllib.parse import quote, quote_plus

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given, strategies as st
from multidict import CIMultiDict
import pytest
from yarl import URL

from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.http import (
    HttpClient,
    Response,
    excerpt,
    raise_for_status,
    retry_after,
)
from tests.providers.certificates import CertificateAuthority

from .conftest import USER_AGENT

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECRET = "cAnary &+/=:é<b>\"'"
SECRETS = frozenset({SECRET})
SHORT = timedelta(milliseconds=100)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


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
    return await http.request(
        "GET",
        url,
        params={"token": SECRET},
        headers={"X-Token": SECRET},
        basic_auth=("group:user", SECRET),
        writes=writes,
        secrets=SECRETS,
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


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_on_the_same_host(http: HttpClient, status: int) -> None:
    """A redirect within the host is followed, with the credentials."""

    async def handler(request: web.Request) -> web.Response:
        if request.path == "/update":
            return web.Response(status=status, headers={"Location": "/nic/update?x=1"})
        return web.Response(text=request.path + request.headers["Authorization"][:6])

    async with serve(handler) as url:
        response = await get(http, url)
    assert response.text == "/nic/updateBasic "


async def test_redirects_without_end(http: HttpClient) -> None:
    """Three redirects are enough."""
    requests = 0

    async def handler(request: web.Request) -> web.Response:
        nonlocal requests
        requests += 1
        return web.Response(status=302, headers={"Location": f"/{requests}"})

    async with serve(handler) as url:
        error = await failure(http, url)
    assert isinstance(error, UnexpectedResponse)
    assert error.code == "redirected"
    assert requests == 4


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("http://evil.example/?token=cAnary", "http://evil.example"),
        ("https://evil.example/", "https://evil.example"),
        ("https://user:cAnary@127.0.0.1/", "https://127.0.0.1"),
        ("http://127.0.0.1:1/", "http://127.0.0.1"),
        ("ftp://127.0.0.1/", "ftp://127.0.0.1"),
        ("http://[cAnary/", "nowhere"),
        ("", "nowhere"),
        (None, "nowhere"),
    ],
)
async def test_redirect_elsewhere(
    http: HttpClient, location: str | None, where: str
) -> None:
    """A redirect to another server is not followed, and told by its host alone."""

    async def handler(request: web.Request) -> web.Response:
        headers = {} if location is None else {"Location": location}
        return web.Response(status=302, headers=headers)

    async with serve(handler) as url:
        error = await failure(http, url)
    assert isinstance(error, UnexpectedResponse)
    assert (error.code, error.detail) == ("redirected", f"HTTP 302 to {where}")


async def test_redirect_from_https_to_http(loopback: None) -> None:
    """A redirect never takes the encryption away, not even where http is allowed."""
    authority = CertificateAuthority()

    async def handler(request: web.Request) -> web.Response:
        assert request.host
        return web.Response(status=302, headers={"Location": f"http://{request.host}/"})

    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=authority.client_context()),
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session,
        serve(handler, authority.server_context()) as url,
    ):
        error = await failure(HttpClient(session, user_agent=USER_AGENT), url)
    assert error.code == "redirected"
    assert error.detail == "HTTP 302 to http://127.0.0.1"


async def test_redirect_of_a_write_with_a_body(http: HttpClient) -> None:
    """Only a GET is repeated elsewhere."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/again"})

    async with serve(handler) as url:
        with pytest.raises(UnexpectedResponse, match="redirected"):
            await http.request("PATCH", url, json={}, allow_http=True)


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


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (199, UnexpectedResponse),
        (200, None),
        (204, None),
        (300, UnexpectedResponse),
        (304, UnexpectedResponse),
        (400, UnexpectedResponse),
        (401, InvalidCredentials),
        (403, InvalidCredentials),
        (404, UnexpectedResponse),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (599, Unavailable),
    ],
)
def test_what_a_status_means(status: int, error: type[DdnsError] | None) -> None:
    """Every status has one meaning, and its text tells the body without the secrets."""
    response = Response(
        status=status, headers=CIMultiDict(), text=f"<p>no {quote(SECRET)}</p>"
    )
    if error is None:
        raise_for_status(response)
        return
    with pytest.raises(DdnsError) as caught:
        raise_for_status(response, secrets=SECRETS)
    assert type(caught.value) is error
    assert caught.value.code == f"http_{status}"
    assert caught.value.detail == f"HTTP {status} no ***"


@pytest.mark.parametrize("status", [429, 503])
def test_waits_are_handed_on(status: int) -> None:
    """What the server asks for is kept, for the whole account where it is one's rate."""
    response = Response(
        status=status, headers=CIMultiDict({"retry-after": "77"}), text=""
    )
    with pytest.raises(DdnsError) as caught:
        raise_for_status(response)
    assert caught.value.retry_after == timedelta(seconds=77)
    assert caught.value.account_wide is (status == 429)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 0000000000120 ", 120),
        ("999999999999999999", 86400),
        ("9" * 5000, 86400),
        ("Sun, 01 Nov 2026 12:01:30 GMT", 90),
        ("Sun, 01 Nov 2026 12:01:30 -0000", 90),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86400),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("soon", None),
        ("Sun, 99 Nov 2026 12:00:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: int | None) -> None:
    """Seconds and dates are understood, at most a day and never the past."""
    headers = CIMultiDict({} if value is None else {"Retry-After": value})
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(headers, NOW) == expected


@given(st.text())
def test_retry_after_of_anything(value: str) -> None:
    """No header does harm."""
    wait = retry_after({"Retry-After": value}, NOW)
    assert wait is None or timedelta() <= wait <= timedelta(days=1)


@pytest.mark.parametrize("text", ["{", "", "<html>", "[" * 100_000, '{"a": cAnary}'])
def test_not_json(text: str) -> None:
    """What is no JSON is told without the body."""
    response = Response(status=200, headers={}, text=text)
    with pytest.raises(UnexpectedResponse) as caught:
        response.json()
    assert caught.value.code == "not_json"
    assert "cAnary" not in shown(caught.value)
    assert caught.value.__context__ is None


def test_json() -> None:
    """JSON is read."""
    assert Response(status=200, headers={}, text='{"a": [1]}').json() == {"a": [1]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("<html><h1>Bad\r\n gateway</h1>\x00 now<br", "Bad gateway now"),
        ("x" * 1000, "x" * 119 + "…"),
        ("", ""),
    ],
)
def test_excerpt(text: str, expected: str) -> None:
    """An excerpt is short and fit for people."""
    assert excerpt(text, SECRETS) == expected


@given(
    secret=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=6
    ).map(lambda text: f"s3cr3t{text}"),
    login=st.text(st.characters(codec="ascii"), max_size=5),
)
def test_no_excerpt_tells_a_secret(secret: str, login: str) -> None:
    """A secret is hidden in every form it travels in."""
    basic = b64encode(f"{login}:{secret}".encode()).decode()
    forms = {
        "plain": secret,
        "path": quote(secret, safe=""),
        "form": quote_plus(secret),
        "query": URL.build(path="/", query={"s": secret}).raw_query_string[2:],
        "json": json.dumps(secret)[1:-1],
    }
    for form in forms.values():
        assert "s3cr3t" not in excerpt(f"[{form}]", frozenset({secret}))
    # what is left of base64 are characters shared with the neighbours of the secret
    left = excerpt(f"[{basic}]", frozenset({secret}))
    assert len(left) <= len(b64encode(f"{login}:".encode())) + len("[***]") + 3
