"""Tests of asking the router for its address by NAT-PMP."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from ipaddress import IPv4Address
import socket
import struct

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.router.natpmp import (
    AddressResponse,
    Epoch,
    NatPmpSource,
    parse_address_response,
)
from custom_components.ddns_plus.core.detection.source import SourceError, Transport
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from custom_components.ddns_plus.core.observation import ROUTER
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

from .fake_router import PUBLIC, FakeRouter, address_response, fake_router

HERE = IPv4Address("127.0.0.1")


@pytest.fixture
async def router(loopback: None) -> AsyncGenerator[FakeRouter]:
    """Return a running router."""
    async with fake_router() as router:
        yield router


def source(
    router: FakeRouter, on_restart: Callable[[], None] | None = None
) -> NatPmpSource:
    """Return the router as a source."""
    return NatPmpSource(lambda: HERE, port=router.port, on_restart=on_restart)


async def outcome(source: NatPmpSource) -> Address | str:
    """Return the address that the router tells, or the failure."""
    try:
        return await source.ask(Family.IPV4)
    except SourceError as err:
        return str(err)


async def test_the_address(router: FakeRouter) -> None:
    """One request of two bytes, and the address is known."""
    asked = source(router)
    assert (asked.key, asked.operator, asked.transport) == (
        "nat_pmp",
        ROUTER,
        Transport.LAN,
    )
    assert await asked.ask(Family.IPV4) == PUBLIC
    assert router.requests == [b"\0\0"]
    # the next question has a socket of its own
    assert await asked.ask(Family.IPV4) == PUBLIC
    assert len(set(router.clients)) == 2


@pytest.mark.parametrize(
    ("result", "address", "expected"),
    [
        (0, "0.0.0.0", "not_publishable:unspecified"),
        (0, "100.64.9.9", "not_publishable:shared"),
        (0, "192.168.1.2", "not_publishable:private"),
        (3, "0.0.0.0", "not_publishable:unspecified"),
        (3, "11.22.33.44", "disconnected"),
        (2, "0.0.0.0", "refused:2"),
        (4, "0.0.0.0", "refused:4"),
        (5, "11.22.33.44", "refused:5"),
        (65535, "11.22.33.44", "refused:65535"),
    ],
)
async def test_what_a_router_may_say(
    router: FakeRouter, result: int, address: str, expected: str
) -> None:
    """An address counts only with success, and only if it can be published."""
    router.result = result
    router.address = IPv4Address(address)
    assert await outcome(source(router)) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"", "not_an_address"),
        (b"\x00", "not_an_address"),
        (b"\x00\x80\x00", "not_an_address"),
        (b"\x00\x80\x00\x00", "not_an_address"),
        (address_response()[:11], "not_an_address"),
        (address_response() + b"\0", "not_an_address"),
        (b"\x00\x00" + address_response()[2:], "not_an_address"),
        (b"\x00\x81" + address_response()[2:], "not_an_address"),
        (address_response(result=2) + b"\0", "not_an_address"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not_an_address"),
        (b"\xff" * 12, "not_an_address"),
        (b"\x02" + b"\xff" * 60_000, "not_an_address"),
        (b"\x00\x80\x00\x02", "refused:2"),
        (struct.pack("!BBHI", 0, 128, 3, 7), "disconnected"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_broken_answers(router: FakeRouter, sent: bytes, expected: str) -> None:
    """What is not twelve bytes of an answer is no address; a refusal may be shorter."""
    router.garbage = sent
    assert await outcome(source(router)) == expected


@needs_second_loopback
async def test_only_the_gateway_is_heard(router: FakeRouter) -> None:
    """Somebody else's answer does not count, nor one from another port."""
    forged = address_response(IPv4Address("9.9.9.9"))
    router.deaf_for = 1
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(source(router).ask(Family.IPV4))
        while not router.clients:
            await asyncio.sleep(0)
        for host in ("127.0.0.2", "127.0.0.1"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
                somebody.bind((host, 0))
                somebody.sendto(forged, router.clients[0])
    assert answer.result() == PUBLIC
    assert len(router.requests) == 2


async def test_ipv6_is_not_the_routers_to_tell(router: FakeRouter) -> None:
    """What a router knows of IPv6 is its own address."""
    with pytest.raises(SourceError, match="wrong_family"):
        await source(router).ask(Family.IPV6)
    assert router.requests == []


async def test_no_gateway_no_service(loopback: None) -> None:
    """Without a gateway nobody is asked."""
    assert await outcome(NatPmpSource(lambda: None)) == "unsupported"


async def test_nothing_listens_there(loopback: None) -> None:
    """A router that says so is not waited for: that would be a timeout."""
    async with fake_router() as router:
        port = router.port
    assert await outcome(NatPmpSource(lambda: HERE, port=port)) == "unsupported"


@needs_second_loopback
async def test_the_question_leaves_from_its_origin(router: FakeRouter) -> None:
    """It is asked from the address and the interface that are given."""
    asked = source(router)
    here = LocalEndpoint(address=IPv4Address("127.0.0.2"), interface="lo")
    assert await asked.ask(Family.IPV4, here) == PUBLIC
    assert router.clients[0][0] == "127.0.0.2"
    for nowhere in (
        LocalEndpoint(address=IPv4Address("11.22.33.44")),
        LocalEndpoint(interface="none0"),
    ):
        with pytest.raises(SourceError, match="no_route"):
            await asked.ask(Family.IPV4, nowhere)


async def test_no_way_to_the_gateway(loopback: None) -> None:
    """A gateway that cannot be reached is another thing than one without the service."""
    nowhere = NatPmpSource(lambda: IPv4Address("255.255.255.255"))
    assert await outcome(nowhere) == "unreachable"


def test_requests_are_repeated_with_growing_patience(loopback: None) -> None:
    """A quarter of a second, and each time twice as long; the answer then counts."""

    async def lost_requests() -> None:
        async with fake_router() as router:
            router.deaf_for = 3
            assert await outcome(source(router)) == PUBLIC
            first, *others = router.times
            assert [time - first for time in others] == [0.25, 0.75, 1.75]

    run(lost_requests())


async def seconds(source: NatPmpSource) -> tuple[Address | str, float]:
    """Return what came of asking, and how long it took."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    return await outcome(source), loop.time() - started


def test_a_silent_gateway_is_left_alone(loopback: None) -> None:
    """After two questions without an answer it is asked again in half an hour."""

    async def silence() -> None:
        async with fake_router() as router:
            router.deaf_for = 1000
            asked = source(router)
            assert await seconds(asked) == ("timeout", 4)
            assert await seconds(asked) == ("timeout", 4)
            before = len(router.requests)
            assert await seconds(asked) == ("unsupported", 0)
            await asyncio.sleep(30 * 60 - 1)
            assert await seconds(asked) == ("unsupported", 0)
            assert len(router.requests) == before
            await asyncio.sleep(1)
            assert await seconds(asked) == ("timeout", 4)

    run(silence())


@needs_second_loopback
def test_another_gateway_is_asked_at_once(loopback: None) -> None:
    """What is known of a gateway does not hold for the next one, nor after a change."""

    async def moving() -> None:
        gateways = [HERE]
        async with fake_router() as mute, fake_router("127.0.0.2", mute.port) as other:
            mute.deaf_for = 1000
            asked = NatPmpSource(lambda: gateways[0], port=mute.port)
            for expected in ("timeout", "timeout", "unsupported"):
                assert await outcome(asked) == expected
            gateways[0] = IPv4Address("127.0.0.2")
            assert await seconds(asked) == (PUBLIC, 0)
            assert len(other.requests) == 1
            gateways[0] = HERE
            for expected in ("timeout", "timeout", "unsupported"):
                assert await outcome(asked) == expected
            mute.deaf_for = 0
            asked.forget()
            assert await seconds(asked) == (PUBLIC, 0)

    run(moving())


def test_a_gateway_that_restarts_is_soon_asked_again(loopback: None) -> None:
    """One that has answered before is left alone for a minute, not for half an hour."""

    async def restart() -> None:
        async with fake_router() as router:
            asked = source(router)
            assert await outcome(asked) == PUBLIC
            router.deaf_for = 1000
            for expected in ("timeout", "timeout", "unsupported"):
                assert await outcome(asked) == expected
            router.deaf_for = 0
            await asyncio.sleep(60)
            assert await outcome(asked) == PUBLIC
            # and one silence is not two
            router.deaf_for = 5
            assert await outcome(asked) == "timeout"
            router.deaf_for = 0
            assert await outcome(asked) == PUBLIC
            router.deaf_for = 5
            assert await outcome(asked) == "timeout"
            assert await outcome(asked) == PUBLIC

    run(restart())


def test_a_refusal_is_an_answer(loopback: None) -> None:
    """A gateway that refuses, or answers with garbage, is not silent."""

    async def silence_between() -> None:
        async with fake_router() as router:
            asked = source(router)
            for garbage, expected in ((None, "refused:2"), (b"?", "not_an_address")):
                router.deaf_for = 5
                assert await outcome(asked) == "timeout"
                router.result, router.garbage = 2, garbage
                assert await outcome(asked) == expected
            router.deaf_for = 5
            assert await outcome(asked) == "timeout"
            assert await outcome(asked) == "not_an_address"

    run(silence_between())


def test_a_round_that_is_over_early_says_nothing(loopback: None) -> None:
    """Only a question that was waited for counts as one without an answer."""

    async def impatient() -> None:
        async with fake_router() as router:
            router.deaf_for = 1000
            asked = source(router)
            for _ in range(5):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(asked.ask(Family.IPV4), 0.5)
            for _ in range(2):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(asked.ask(Family.IPV4), 3)
            assert await outcome(asked) == "unsupported"

    run(impatient())


@pytest.mark.parametrize("by_pcp", [False, True])
def test_a_router_that_has_restarted_is_noticed(loopback: None, by_pcp: bool) -> None:
    """Its clock begins at zero; a clock that is only slow does not count."""

    async def days() -> None:
        restarts: list[str] = []
        async with fake_router() as router:
            router.natpmp = not by_pcp
            asked = source(router, lambda: restarts.append("restart"))
            for elapsed, epoch in ((0, 1000), (100, 1100), (100, 1195), (800, 1895)):
                await asyncio.sleep(elapsed)
                router.epoch = epoch
                assert await outcome(asked) == PUBLIC
            assert restarts == []
            await asyncio.sleep(100)
            router.epoch = 3
            assert await outcome(asked) == PUBLIC
            assert restarts == ["restart"]
            await asyncio.sleep(10)
            router.epoch = 13
            assert await outcome(asked) == PUBLIC
            assert restarts == ["restart"]

    run(days())


async def test_a_router_that_speaks_pcp_only(router: FakeRouter) -> None:
    """It is asked by PCP at once, and begun with from then on."""
    router.natpmp = False
    asked = source(router)
    assert await outcome(asked) == PUBLIC
    assert [request[0] for request in router.requests] == [0, 2, 2]
    assert await outcome(asked) == PUBLIC
    assert [request[0] for request in router.requests[3:]] == [2, 2]
    assert (router.mappings, router.most_mappings) == ({}, 1)


async def test_a_router_that_spoke_pcp_once(router: FakeRouter) -> None:
    """After an update it may speak NAT-PMP only."""
    router.natpmp = False
    asked = source(router)
    assert await outcome(asked) == PUBLIC
    router.natpmp, router.pcp = True, False
    assert await outcome(asked) == "unsupported"
    assert await outcome(asked) == PUBLIC


async def test_a_router_of_a_version_that_nobody_knows(router: FakeRouter) -> None:
    """NAT-PMP's own way to say that it is not spoken leads to PCP as well."""
    router.garbage = struct.pack("!BBHI", 0, 128, 1, 0)
    assert await outcome(source(router)) == "unsupported"
    assert [request[0] for request in router.requests] == [0, 2]


@given(st.binary(max_size=40))
def test_whatever_comes_is_an_answer_or_is_not(datagram: bytes) -> None:
    """Nothing but ValueError is raised, and success always has an address."""
    try:
        response = parse_address_response(datagram)
    except ValueError:
        return
    assert len(datagram) >= 4
    assert response.version == datagram[0] in {0, 1, 2}
    if response.version == 0 and response.result == 0:
        assert len(datagram) == 12
        assert response.address is not None


@given(st.ip_addresses(v=4), st.integers(0, 2**32 - 1), st.integers(0, 65535))
def test_answers_are_read_as_written(
    address: IPv4Address, epoch: int, result: int
) -> None:
    """All fields arrive."""
    datagram = address_response(address, epoch=epoch, result=result)
    assert parse_address_response(datagram) == AddressResponse(
        version=0, result=result, epoch=epoch, address=address
    )


@pytest.mark.parametrize(
    ("elapsed", "shown", "restarted"),
    [
        (0, 1000, False),
        (0, 998, False),
        (0, 997, True),
        (80, 1080, False),
        (80, 1068, False),
        (80, 1067, True),
        (80, 0, True),
        (80, 5000, False),
    ],
)
def test_the_clock_may_be_slow_but_not_go_back(
    elapsed: float, shown: int, restarted: bool
) -> None:
    """Seven eighths of the time must have gone by, and two seconds are let pass."""
    epoch = Epoch()
    assert not epoch.restarted(1000, 50.0)
    assert epoch.restarted(shown, 50.0 + elapsed) is restarted
