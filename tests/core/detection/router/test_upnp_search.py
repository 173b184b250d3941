"""Tests of finding the router's description by asking the router."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import IPv4Address
from typing import override

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.detection.router.upnp_search import (
    find_gateway_device,
    location_in,
)
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

from .fake_gateway_device import GATEWAY, OTHER

pytestmark = needs_second_loopback

LOCATION = f"http://{GATEWAY}:49000/igddesc.xml"
IGD_1 = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
WAN_IP = "urn:schemas-upnp-org:service:WANIPConnection:1"


@pytest.fixture(autouse=True)
def lan(socket_enabled: None) -> None:
    """Allow datagrams."""


def answer(
    location: str = LOCATION, target: str = IGD_1, status: str = "200 OK"
) -> bytes:
    """Return an answer to a search."""
    return (
        f"HTTP/1.1 {status}\r\nCACHE-CONTROL: max-age=120\r\nST: {target}\r\n"
        f"USN: uuid:1::{target}\r\nEXT:\r\nSERVER: router\r\nLocation: {location}\r\n\r\n"
    ).encode()


class Responder(asyncio.DatagramProtocol):
    """Answers searches as told."""

    def __init__(
        self, port: int, reply: Callable[[str, int], list[tuple[IPv4Address, bytes]]]
    ) -> None:
        """Keep what to answer; the second argument counts the searches."""
        self.port = port
        self.searches: list[str] = []
        self._reply = reply
        self._senders: dict[IPv4Address, asyncio.DatagramTransport] = {}

    def add(self, address: IPv4Address, transport: asyncio.DatagramTransport) -> None:
        """Add an address to answer from."""
        self._senders[address] = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        text = data.decode()
        self.searches.append(text)
        target = text.partition("\r\nST: ")[2].partition("\r\n")[0]
        for address, reply in self._reply(target, len(self.searches)):
            self._senders[address].sendto(reply, addr)


@asynccontextmanager
async def responder(
    reply: Callable[[str, int], list[tuple[IPv4Address, bytes]]],
) -> AsyncGenerator[Responder]:
    """Run a router that answers searches; another machine may answer as well."""
    loop = asyncio.get_running_loop()
    protocol = Responder(0, reply)
    router, _ = await loop.create_datagram_endpoint(
        lambda: protocol, local_addr=(str(GATEWAY), 0)
    )
    protocol.port = router.get_extra_info("sockname")[1]
    other, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(str(OTHER), 0)
    )
    # some routers answer from another port than the one that was asked
    elsewhere, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(str(GATEWAY), 0)
    )
    protocol.add(GATEWAY, elsewhere)
    protocol.add(OTHER, other)
    try:
        yield protocol
    finally:
        for transport in (router, other, elsewhere):
            transport.abort()


async def test_the_router_tells() -> None:
    """It is asked by unicast, as UPnP 1.1 has it."""
    async with responder(
        lambda target, number: [(GATEWAY, answer(target=target))]
    ) as it:
        assert await find_gateway_device(GATEWAY, port=it.port) == LOCATION
        assert it.searches[0] == (
            f"M-SEARCH * HTTP/1.1\r\nHOST: {GATEWAY}:{it.port}\r\n"
            f'MAN: "ssdp:discover"\r\nMX: 1\r\nST: {IGD_1}\r\n\r\n'
        )


async def test_routers_that_answer_for_a_service_only() -> None:
    """They are found, too."""
    async with responder(
        lambda target, number: (
            [(GATEWAY, answer(target=target))] if target == WAN_IP else []
        )
    ) as it:
        assert await find_gateway_device(GATEWAY, port=it.port) == LOCATION


def test_a_lost_question_is_asked_again() -> None:
    """After half a second."""

    async def test() -> None:
        async with responder(
            lambda target, number: (
                [(GATEWAY, answer(target=target))] if number > 4 else []
            )
        ) as it:
            begun = asyncio.get_running_loop().time()
            assert await find_gateway_device(GATEWAY, port=it.port) == LOCATION
            assert asyncio.get_running_loop().time() - begun == pytest.approx(
                0.5, abs=0.1
            )

    run(test())


@pytest.mark.parametrize(
    ("sender", "reply"),
    [
        (OTHER, answer()),
        (GATEWAY, answer(f"http://{OTHER}:49000/igddesc.xml")),
        (GATEWAY, answer("ftp://127.0.0.2/")),
        (GATEWAY, answer(target="upnp:rootdevice")),
        (GATEWAY, answer(status="404 Not Found")),
        (GATEWAY, answer("")),
        (GATEWAY, b"NOTIFY * HTTP/1.1\r\n\r\n"),
        (GATEWAY, b"\xff\x00"),
        (GATEWAY, b""),
    ],
)
def test_what_is_no_answer_of_the_router(sender: IPv4Address, reply: bytes) -> None:
    """Then there is none, after two seconds at most; one after it counts."""

    async def test() -> None:
        async with responder(lambda target, number: [(sender, reply)]) as it:
            loop = asyncio.get_running_loop()
            begun = loop.time()
            assert await find_gateway_device(GATEWAY, port=it.port) is None
            assert loop.time() - begun == pytest.approx(2, abs=0.1)
        both = [(sender, reply), (GATEWAY, answer())]
        async with responder(lambda target, number: both) as it:
            assert await find_gateway_device(GATEWAY, port=it.port) == LOCATION

    run(test())


def test_a_flood_does_not_hold_up() -> None:
    """So many answers are read, not more."""

    async def test() -> None:
        flood = [(OTHER, answer())] * 50
        async with responder(lambda target, number: flood) as it:
            begun = asyncio.get_running_loop().time()
            assert await find_gateway_device(GATEWAY, port=it.port) is None
            assert asyncio.get_running_loop().time() - begun <= 2

    run(test())


async def test_the_time_is_the_callers() -> None:
    """Nobody is there, and no route either."""
    moment = timedelta(milliseconds=50)
    assert await find_gateway_device(GATEWAY, moment, port=9) is None
    broadcast = IPv4Address("255.255.255.255")
    assert await find_gateway_device(broadcast, moment) is None


@given(st.binary(max_size=200))
def test_any_datagram(data: bytes) -> None:
    """It is read, or not."""
    assert location_in(data) is None
    assert location_in(b"HTTP/1.1 200 OK\r\n" + data) is None
