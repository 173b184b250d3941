"""Tests of learning the address from a mapped port, by PCP."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
import socket
import struct

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.detection.router.gateway import connect_to_gateway
from custom_components.ddns_plus.core.detection.router.pcp import (
    Mapping,
    ask_by_mapping,
    map_request,
    parse_map_response,
)
from custom_components.ddns_plus.core.detection.source import SourceError
from tests.core.detection.virtual_time import run

from .fake_router import PUBLIC, FakeRouter, fake_router, map_response, mapped

HERE = IPv4Address("127.0.0.1")
NONCE = bytes(range(12))
PORT = 40_123
REQUEST = map_request(NONCE, IPv4Address("192.168.77.2"), PORT)


@pytest.fixture
async def router(loopback: None) -> AsyncGenerator[FakeRouter]:
    """Return a running router."""
    async with fake_router() as router:
        yield router


@pytest.fixture
def connected(router: FakeRouter) -> Generator[socket.socket]:
    """Return a socket that hears the router."""
    with connect_to_gateway(HERE, router.port) as connected:
        yield connected


def test_the_request_byte_by_byte() -> None:
    """As RFC 6887 draws it: 24 bytes of header, 36 of the request for a port."""
    drawn = bytes.fromhex(
        "02 01 0000 00000078 00000000000000000000ffffc0a84d02"
        "000102030405060708090a0b 11 000000 9cbb 0000"
        "00000000000000000000ffff00000000"
    )
    assert drawn == REQUEST
    given_back = map_request(NONCE, IPv4Address("192.168.77.2"), PORT, lifetime=0)
    assert given_back == REQUEST[:4] + bytes(4) + REQUEST[8:]


async def test_the_port_is_given_back(
    router: FakeRouter, connected: socket.socket
) -> None:
    """A port of our own is mapped for the moment, and nothing is left behind."""
    mapping = await ask_by_mapping(connected)
    assert mapping == Mapping(address=PUBLIC, epoch=100, lifetime=120)
    assert (router.mappings, router.most_mappings) == ({}, 1)
    ask, give_back = router.requests
    assert ask[4:8] == struct.pack("!I", 120)
    assert ask[8:24] == mapped(HERE)
    assert struct.unpack_from("!H", ask, 40)[0] == connected.getsockname()[1]
    assert give_back == ask[:4] + bytes(4) + ask[8:]


async def test_each_question_has_a_nonce_of_its_own(router: FakeRouter) -> None:
    """Nobody can guess the next one from the last one."""
    for _ in range(2):
        with connect_to_gateway(HERE, router.port) as connected:
            await ask_by_mapping(connected)
    nonces = [request[24:36] for request in router.requests]
    assert nonces[0] == nonces[1] != nonces[2] == nonces[3]


async def test_a_cancelled_question_gives_the_port_back(
    router: FakeRouter, connected: socket.socket
) -> None:
    """Also when nobody waits for the answer any more."""
    asking = asyncio.create_task(ask_by_mapping(connected))
    # the request is on its way, the answer not yet read
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(5):
        while len(router.requests) < 2:
            await asyncio.sleep(0)
    assert (router.mappings, router.most_mappings) == ({}, 1)


def test_a_lost_answer_is_asked_for_again(loopback: None) -> None:
    """With the same nonce, so that it stays one mapping."""

    async def lost() -> None:
        async with fake_router() as router:
            router.deaf_for = 2
            with connect_to_gateway(HERE, router.port) as connected:
                assert (await ask_by_mapping(connected)).address == PUBLIC
            assert router.requests[0] == router.requests[1] == router.requests[2]
            assert [time - router.times[0] for time in router.times[1:3]] == [
                0.25,
                0.75,
            ]
            assert (router.mappings, router.most_mappings) == ({}, 1)

    run(lost())


def test_giving_back_does_not_hold_up_the_answer(loopback: None) -> None:
    """A router that no longer answers then is waited for three quarters of a second."""

    async def deaf() -> None:
        async with fake_router() as router:
            with connect_to_gateway(HERE, router.port) as connected:
                loop = asyncio.get_running_loop()
                asking = asyncio.create_task(ask_by_mapping(connected))
                while not router.requests:
                    await asyncio.sleep(0)
                router.deaf_for = 1000
                assert (await asking).address == PUBLIC
                assert loop.time() == 0.75
            assert len(router.requests) == 4 - 1

    run(deaf())


@pytest.mark.parametrize("result", [1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 255])
async def test_a_router_that_refuses(
    router: FakeRouter, connected: socket.socket, result: int
) -> None:
    """The result code says why; 12 is one router behind another."""
    router.pcp_result = result
    with pytest.raises(SourceError, match=f"refused:{result}"):
        await ask_by_mapping(connected)
    assert len(router.requests) == 1


async def test_a_router_without_a_line(
    router: FakeRouter, connected: socket.socket
) -> None:
    """Result code 7 is a failure of its network."""
    router.pcp_result = 7
    with pytest.raises(SourceError, match="disconnected"):
        await ask_by_mapping(connected)


async def test_a_router_that_gives_an_ipv6_address(
    router: FakeRouter, connected: socket.socket
) -> None:
    """That is not what was asked for, and the port is given back all the same."""
    router.address = IPv6Address("2606:2800:220:1::44")
    with pytest.raises(ValueError, match="IPv4"):
        await ask_by_mapping(connected)
    async with asyncio.timeout(5):
        while len(router.requests) < 2:
            await asyncio.sleep(0)
    assert (router.mappings, router.most_mappings) == ({}, 1)


async def test_answers_to_others_are_passed_over(
    router: FakeRouter, connected: socket.socket
) -> None:
    """An answer with another nonce is not ours, whoever sends it in the router's name."""
    router.before = [map_response(REQUEST, IPv4Address("9.9.9.9"))] * 3
    assert (await ask_by_mapping(connected)).address == PUBLIC


async def test_a_flood_of_other_answers_ends_it(
    router: FakeRouter, connected: socket.socket
) -> None:
    """Who sends nothing but what was not asked for tells no address."""
    router.before = [map_response(REQUEST)] * 50
    with pytest.raises(SourceError, match="not_an_address"):
        await ask_by_mapping(connected)


def response(**changes: object) -> bytes:
    """Return an answer to the request."""
    return map_response(REQUEST, **changes)  # type: ignore[arg-type]


def test_a_response_is_read() -> None:
    """All that counts arrives; options behind it do not count."""
    expected = Mapping(address=PUBLIC, epoch=77, lifetime=120)
    datagram = response(epoch=77)
    assert parse_map_response(datagram, NONCE, PORT) == expected
    assert parse_map_response(datagram + b"\x80\0\0\0", NONCE, PORT) == expected


@pytest.mark.parametrize(
    ("nonce", "port"), [(bytes(12), PORT), (NONCE, PORT + 1)], ids=["nonce", "port"]
)
def test_a_response_to_another_request(nonce: bytes, port: int) -> None:
    """Both the nonce and the port must be those of the request, also in a refusal."""
    assert parse_map_response(response(), nonce, port) is None
    assert parse_map_response(response(result=2), nonce, port) is None


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x02\x81\x00",
        REQUEST,
        response()[:59],
        b"\x02\x80" + response()[2:],
        b"\x02\x82" + response()[2:],
        b"\x00\x01\x00\x00",
        b"\x03" + response()[1:],
        b"\xff" * 60,
        response() + bytes(1100),
    ],
    ids=lambda value: str(value)[:40],
)
def test_no_response(datagram: bytes) -> None:
    """Too short, too long, a request, or the answer to another question."""
    with pytest.raises(ValueError):
        parse_map_response(datagram, NONCE, PORT)


@pytest.mark.parametrize(
    ("datagram", "expected"),
    [
        (struct.pack("!BBHI", 0, 128, 1, 0), "unsupported"),
        (b"\x01\x81\x00\x01" + bytes(20), "unsupported"),
        (b"\x02\x81\x00\x01" + bytes(20), "refused:1"),
        (b"\x02\x81\x00\x07", "disconnected"),
    ],
)
def test_short_refusals(datagram: bytes, expected: str) -> None:
    """An error may leave out what was asked for; another version is another service."""
    with pytest.raises(SourceError, match=f"^{expected}$"):
        parse_map_response(datagram, NONCE, PORT)


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(b"\2\x81".__add__)))
def test_whatever_comes_is_no_response_of_ours(datagram: bytes) -> None:
    """Nothing but the three outcomes; without our nonce there is never an address."""
    with suppress(SourceError, ValueError):
        assert parse_map_response(datagram, NONCE, PORT) is None


@given(st.ip_addresses(v=4), st.integers(0, 2**32 - 1))
def test_responses_are_read_as_written(address: IPv4Address, epoch: int) -> None:
    """Every address and every clock arrive."""
    found = parse_map_response(response(address=address, epoch=epoch), NONCE, PORT)
    assert found == Mapping(address=address, epoch=epoch, lifetime=120)
