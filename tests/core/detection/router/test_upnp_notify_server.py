"""Tests of connections to the web server for events of the router."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address

import pytest
import pytest_socket
from yarl import URL

from custom_components.ddns_plus.core.detection.router.upnp_notify_server import (
    NotifyServer,
)
from custom_components.ddns_plus.core.detection.router.upnp_requester import (
    GatewayRequester,
)
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

from .fake_gateway_device import GATEWAY, HOSTS, OTHER

pytestmark = needs_second_loopback

HALF = b"NOTIFY / HTTP/1.1\r\n"
WHOLE = HALF + b"Host: x\r\n\r\n"

type Connected = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def lan(socket_enabled: None) -> None:
    """Allow the addresses of the house, which are on loopback."""
    pytest_socket.socket_allow_hosts(HOSTS)


@asynccontextmanager
async def listening() -> AsyncGenerator[NotifyServer]:
    """Run a server for the events of a router."""
    requester = GatewayRequester(GATEWAY)
    server = NotifyServer(requester, IPv4Address("127.0.0.1"), GATEWAY)
    await server.async_start_server()
    try:
        yield server
    finally:
        await server.async_stop_server()


async def connect(server: NotifyServer, source: IPv4Address, sent: bytes) -> Connected:
    """Send something from an address."""
    url = URL(server.callback_url)
    reader, writer = await asyncio.open_connection(
        url.host, url.port, local_addr=(str(source), 0)
    )
    writer.write(sent)
    return reader, writer


async def received(connected: Connected) -> bytes | None:
    """Return what comes until the end of a connection, None if it does not end soon."""
    reader, writer = connected
    try:
        async with asyncio.timeout(0.5):
            answer = await reader.read()
    except ConnectionError:
        answer = b""
    except TimeoutError:
        return None
    writer.close()
    return answer


async def test_strangers_have_no_connection() -> None:
    """Neither a half nor a whole request of theirs is answered."""
    async with listening() as server:
        strangers = [await connect(server, OTHER, sent) for sent in [HALF, WHOLE] * 20]
        assert await asyncio.gather(*map(received, strangers)) == [b""] * 40
        answer = await received(await connect(server, GATEWAY, WHOLE))
        assert answer is not None and answer.startswith(b"HTTP/1.1 404 ")


def test_half_requests_of_the_router_are_few_and_end() -> None:
    """After eight seconds there is room for its next event."""

    async def test() -> None:
        async with listening() as server:
            held = [await connect(server, GATEWAY, HALF) for _ in range(8)]
            assert await received(await connect(server, GATEWAY, WHOLE)) == b""
            assert await asyncio.gather(*map(received, held)) == [None] * 8
            await asyncio.sleep(8)
            assert await asyncio.gather(*map(received, held)) == [b""] * 8
            answer = await received(await connect(server, GATEWAY, WHOLE))
            assert answer is not None and answer.startswith(b"HTTP/1.1 404 ")

    run(test())
