"""Which redirects are followed."""

import aiohttp
from aiohttp import web
import pytest

from custom_components.ddns_plus.core.errors import UnexpectedResponse
from custom_components.ddns_plus.core.net.http import HttpClient
from tests.core.conftest import USER_AGENT
from tests.providers.certificates import CertificateAuthority

from .http_server import failure, get, serve


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
        ("http://[cAnary/", None),
        ("", None),
        (None, None),
    ],
)
async def test_redirect_elsewhere(
    http: HttpClient, location: str | None, where: str | None
) -> None:
    """A redirect to another server is not followed, and told by its host alone."""

    async def handler(request: web.Request) -> web.Response:
        headers = {} if location is None else {"Location": location}
        return web.Response(status=302, headers=headers)

    async with serve(handler) as url:
        error = await failure(http, url)
    assert isinstance(error, UnexpectedResponse)
    assert (error.code, error.facts["status"]) == ("redirected", "302")
    reason = "redirected_elsewhere" if where else "redirected_nowhere"
    assert (error.reason, error.facts.get("target")) == (reason, where)


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
    assert error.facts == {"status": "302", "target": "http://127.0.0.1"}


async def test_redirect_of_a_write_with_a_body(http: HttpClient) -> None:
    """Only a GET is repeated elsewhere."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/again"})

    async with serve(handler) as url:
        with pytest.raises(UnexpectedResponse, match="redirected"):
            await http.request("PATCH", url, json={}, allow_http=True)
