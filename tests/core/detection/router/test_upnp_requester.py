"""Tests of talking HTTP with the router, and with nobody else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from async_upnp_client.const import HttpRequest
from async_upnp_client.exceptions import UpnpConnectionError, UpnpConnectionTimeoutError
import pytest
import pytest_socket

from custom_components.ddns_plus.core.detection.router.upnp_requester import (
    LARGEST_BODY,
    GatewayRequester,
    is_at,
)
from custom_components.ddns_plus.core.detection.source import SourceError
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

from .fake_gateway_device import GATEWAY, HOSTS, OTHER

pytestmark = needs_second_loopback

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def lan(socket_enabled: None) -> None:
    """Allow the addresses of the house, which are on loopback."""
    pytest_socket.socket_allow_hosts(HOSTS)


class Server:
    """Says the same to everybody, as bytes."""

    def __init__(self, says: bytes, silent: bool) -> None:
        """Keep what to say, and whether to keep the line open then."""
        self.port = 0
        self.requests: list[bytes] = []
        self._says = says
        self._silent = silent

    async def talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Talk with one."""
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self._says)
            if self._silent:
                await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def ask(self, method: str = "GET", **headers: str) -> tuple[int, str]:
        """Return the status and text of an answer."""
        request = HttpRequest(
            method, f"http://{GATEWAY}:{self.port}/a", dict(headers), None
        )
        answer = await GatewayRequester(GATEWAY).async_http_request(request)
        return answer.status_code, answer.body or ""


@asynccontextmanager
async def saying(says: bytes, *, silent: bool = False) -> AsyncGenerator[Server]:
    """Run a server at the router's address."""
    it = Server(says, silent)
    server = await asyncio.start_server(it.talk, str(GATEWAY), 0)
    it.port = server.sockets[0].getsockname()[1]
    async with server:
        yield it


async def test_an_answer() -> None:
    """A plain request, and the answer in any encoding."""
    said = OK + b"Set-Cookie: a=b\r\nContent-Length: 6\r\n\r\n\xef\xbb\xbfa\xffb"
    async with saying(said) as server:
        assert await server.ask() == (200, "a\ufffdb")
        assert await server.ask("SUBSCRIBE", SID="uuid:1") == (200, "a\ufffdb")
        first, second = (request.decode().lower() for request in server.requests)
        assert "cookie" not in second
        assert "accept-encoding: identity" in first
        assert second.startswith("subscribe /a http/1.1")
        assert "sid: uuid:1" in second


async def test_an_answer_of_the_largest_size() -> None:
    """One byte more is too much, whether it is announced or not."""
    async with saying(OK + b"\r\n" + b"x" * LARGEST_BODY) as server:
        assert (await server.ask())[1] == "x" * LARGEST_BODY
    async with saying(OK + b"\r\n" + b"x" * (LARGEST_BODY + 1)) as server:
        with pytest.raises(SourceError, match="too_large"):
            await server.ask()


@pytest.mark.parametrize(
    ("says", "failure"),
    [
        (b"", None),
        (OK + b"Content-Length: 10\r\n\r\nx", None),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "not_http"),
        (OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n", "not_http"),
        (
            b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.9/\r\n\r\n",
            "redirected:301",
        ),
    ],
)
async def test_what_is_no_answer(says: bytes, failure: str | None) -> None:
    """It is said, without what was sent."""
    async with saying(says) as server:
        with pytest.raises((UpnpConnectionError, SourceError)) as raised:
            await server.ask()
        if failure is None:
            assert isinstance(raised.value, UpnpConnectionError)
        else:
            assert str(raised.value) == failure
        error = raised.value
        assert error.__cause__ is None
        assert error.__context__ is None or error.__suppress_context__


def test_silence_ends() -> None:
    """After four seconds."""

    async def test() -> None:
        async with saying(OK + b"\r\nx", silent=True) as server:
            begun = asyncio.get_running_loop().time()
            with pytest.raises(UpnpConnectionTimeoutError):
                await server.ask()
            assert asyncio.get_running_loop().time() - begun == pytest.approx(
                4, abs=0.1
            )

    run(test())


async def test_no_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The router is in the house."""
    monkeypatch.setenv("http_proxy", f"http://{OTHER}:9/")
    async with saying(OK + b"Content-Length: 0\r\n\r\n") as server:
        assert await server.ask() == (200, "")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (f"http://{GATEWAY}:49000/igddesc.xml", True),
        (f"https://{GATEWAY}/", True),
        (f"http://{GATEWAY}", True),
        (f"http://{OTHER}/", False),
        ("http://127.0.0.02/", False),
        ("http://fritz.box:49000/", False),
        (f"http://{GATEWAY}.example/", False),
        (f"http://{GATEWAY}@{OTHER}/", False),
        (f"http://user@{GATEWAY}/", False),
        (f"http://[::ffff:{GATEWAY}]/", False),
        (f"ftp://{GATEWAY}/", False),
        (f"http://{GATEWAY}:0/", False),
        (f"http://{GATEWAY}:99999/", False),
        (f"//{GATEWAY}/", False),
        ("/igddesc.xml", False),
        ("http://[", False),
        ("", False),
    ],
)
async def test_nobody_but_the_router_is_asked(url: str, allowed: bool) -> None:
    """Whoever the URL is from."""
    assert is_at(url, GATEWAY) is allowed
    if not allowed:
        with pytest.raises(SourceError, match="wrong_host"):
            await GatewayRequester(GATEWAY).async_http_request(
                HttpRequest("GET", url, {}, None)
            )
