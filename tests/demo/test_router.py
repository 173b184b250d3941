"""The demo's router: what it answers, byte for byte (RFC 6886)."""

import asyncio
from collections.abc import AsyncGenerator
from ipaddress import IPv4Address
import socket

import pytest
import pytest_socket

from scripts.demo.ports import bind_exactly
from scripts.demo.router import Router
from scripts.demo.servers import DemoServers, Ports
from scripts.demo.state import (
    FIRST_IPV4,
    OTHER_IPV4,
    SHARED_IPV4,
    DemoState,
    Family,
    RequestKind,
    Trouble,
)
from tests.loopback import needs_second_loopback

from .conftest import HOSTS

ADDRESS_REQUEST = b"\0\0"


@pytest.fixture
async def asked(socket_enabled: None) -> AsyncGenerator[tuple[Router, socket.socket]]:
    """Return a router, and a socket that is connected to it."""
    pytest_socket.socket_allow_hosts(HOSTS)
    router = Router(DemoState())
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind(("127.0.0.1", 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(bound.getsockname())
        client.setblocking(False)
        await router.start(bound)
        yield router, client
        router.stop()


async def ask(client: socket.socket, request: bytes) -> bytes:
    """Return the answer to a request, without the router's clock."""
    loop = asyncio.get_running_loop()
    client.send(request)
    async with asyncio.timeout(5):
        answer = await loop.sock_recv(client, 100)
    assert answer[4:8] == bytes(4)
    return answer[:4] + answer[8:]


async def test_address(asked: tuple[Router, socket.socket]) -> None:
    """It tells the pretended address, or the one that it is told to have."""
    router, client = asked
    assert await ask(client, ADDRESS_REQUEST) == b"\0\x80\0\0" + FIRST_IPV4.packed
    router.address = IPv4Address("100.64.9.9")
    assert await ask(client, ADDRESS_REQUEST) == bytes([0, 128, 0, 0, 100, 64, 9, 9])


@pytest.mark.parametrize(
    ("trouble", "address"),
    [(Trouble.SHARED_ADDRESS, SHARED_IPV4), (Trouble.ROUTER_DIFFERS, OTHER_IPV4)],
)
async def test_another_address_on_request(
    asked: tuple[Router, socket.socket], trouble: Trouble, address: IPv4Address
) -> None:
    """It tells another address than the outside sees, as long as it is to."""
    router, client = asked
    for on, told in ((True, address), (False, FIRST_IPV4)):
        router.state.set_trouble(trouble, on)
        assert await ask(client, ADDRESS_REQUEST) == b"\0\x80\0\0" + told.packed


async def test_nothing_to_tell(asked: tuple[Router, socket.socket]) -> None:
    """Without internet it has no address; another protocol it does not speak."""
    router, client = asked
    router.state.set_online(False)
    assert await ask(client, ADDRESS_REQUEST) == b"\0\x80\0\3" + bytes(4)
    assert await ask(client, b"\2\1" + bytes(58)) == b"\0\x80\0\1"
    assert await ask(client, b"\0\1" + bytes(10)) == b"\0\x81\0\5"
    assert router.state.requests == {RequestKind.ROUTER: 1}


async def test_silence(asked: tuple[Router, socket.socket]) -> None:
    """It can be told to say nothing; what is no request gets no answer anyway."""
    router, client = asked
    router.silent = True
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await ask(client, ADDRESS_REQUEST)
    router.silent = False
    router.state.set_trouble(Trouble.TWO_LINES, on=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await ask(client, ADDRESS_REQUEST)
    router.state.set_trouble(Trouble.TWO_LINES, on=False)
    for nonsense in (b"", b"\0", b"\0\x80"):
        client.send(nonsense)
    router.state.set_addresses({Family.IPV4: IPv4Address("11.22.33.55")})
    assert await ask(client, ADDRESS_REQUEST) == b"\0\x80\0\0\x0b\x16\x21\x37"


@needs_second_loopback
async def test_port_is_taken(socket_enabled: None) -> None:
    """A demo without that one port goes on without a router."""
    pytest_socket.socket_allow_hosts(HOSTS)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        assert bind_exactly("127.0.0.1", port) is None
        async with DemoServers(Ports.any_free(router=port)) as servers:
            assert not servers.has_router
