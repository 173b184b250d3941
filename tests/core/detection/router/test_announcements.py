"""Tests of hearing what the router announces."""

import asyncio
from collections.abc import AsyncGenerator
from ipaddress import IPv4Address
import socket

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.detection.router.announcements import (
    AnnouncementListener,
    parse_announcement,
)
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

from .fake_router import PUBLIC, FakeRouter, address_response, announce, fake_router

HERE = IPv4Address("127.0.0.1")
OTHER = IPv4Address("11.22.33.55")


class Ear:
    """A listener with its hints counted."""

    def __init__(self, router: FakeRouter) -> None:
        """Prepare on a port that is free."""
        self.gateway: IPv4Address | None = HERE
        self.hints = 0
        self.router = router
        self.port = free_port()
        self.listener = AnnouncementListener(
            lambda: self.gateway, self._hint, port=self.port
        )

    def _hint(self) -> None:
        """Count a hint."""
        self.hints += 1

    async def hear(
        self, *datagrams: bytes, host: str = "127.0.0.1", group: bool = False
    ) -> int:
        """Return how many hints these datagrams were."""
        before = self.hints
        for datagram in datagrams:
            self.router.send(datagram, self.port, host, group)
        # each turn of the loop reads one; what is sent on loopback is there at once
        for _ in range(2 * len(datagrams) + 4):
            await asyncio.sleep(0)
        return self.hints - before


def free_port() -> int:
    """Return a port that is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
async def ear(loopback: None) -> AsyncGenerator[Ear]:
    """Return a listener that listens."""
    async with fake_router() as router:
        ear = Ear(router)
        assert await ear.listener.start()
        yield ear
        ear.listener.stop()


@pytest.mark.parametrize("group", [False, True], ids=["to us", "to everybody"])
async def test_an_announcement_is_a_hint(ear: Ear, group: bool) -> None:
    """By either protocol, and each protocol for itself."""
    assert await ear.hear(address_response(PUBLIC, epoch=1), group=group) == 1
    assert await ear.hear(announce(epoch=1), group=group) == 1


async def test_repetitions_are_one_hint(ear: Ear) -> None:
    """Ten times the same is sent in case that one gets lost."""
    again = [address_response(PUBLIC, epoch=second // 2) for second in range(10)]
    assert await ear.hear(*again) == 1
    assert await ear.hear(*[announce(epoch=3)] * 10) == 1


async def test_another_address_is_another_hint(ear: Ear) -> None:
    """Also when it is an earlier one."""
    for address in (PUBLIC, OTHER, PUBLIC):
        assert await ear.hear(*[address_response(address, epoch=5)] * 3) == 1


async def test_a_line_that_is_down_is_a_hint(ear: Ear) -> None:
    """Some routers announce that they have no address."""
    assert await ear.hear(address_response(PUBLIC, epoch=5)) == 1
    down = address_response(IPv4Address(0), epoch=6, result=3)
    assert await ear.hear(down, down) == 1


async def test_a_restart_is_another_hint(ear: Ear) -> None:
    """The same address on a clock that has begun at zero."""
    for datagrams in (
        [address_response(PUBLIC, epoch=1000), address_response(PUBLIC, epoch=0)],
        [announce(epoch=1000), announce(epoch=0)],
    ):
        assert await ear.hear(*datagrams, datagrams[-1]) == 2


@needs_second_loopback
async def test_only_the_gateway_is_heard(ear: Ear) -> None:
    """Others say nothing, not even so that the router's own counts as repeated."""
    assert await ear.hear(address_response(PUBLIC), announce(), host="127.0.0.2") == 0
    assert await ear.hear(address_response(PUBLIC), announce()) == 2
    ear.gateway = None
    assert await ear.hear(address_response(OTHER)) == 0
    ear.gateway = IPv4Address("127.0.0.2")
    assert await ear.hear(address_response(OTHER)) == 0
    assert await ear.hear(address_response(OTHER), host="127.0.0.2") == 1


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0\0",
        address_response()[:11],
        address_response() + b"\0",
        b"\x00\x81" + address_response()[2:],
        b"\x02" + address_response()[1:],
        announce()[:23],
        announce() + b"\0",
        b"\x01" + announce()[1:],
        b"\x02\x00" + announce()[2:],
        b"\x02\x81" + announce()[2:],
        b"\x02\x80\x00\x01" + announce()[4:],
        b"\xff" * 60_000,
    ],
    ids=lambda value: str(value)[:40],
)
async def test_garbage_is_no_hint(ear: Ear, datagram: bytes) -> None:
    """And the next announcement is one."""
    assert await ear.hear(datagram) == 0
    assert await ear.hear(address_response()) == 1


async def test_stopping_and_starting_again(ear: Ear) -> None:
    """Nothing is heard in between, and what was heard before is forgotten."""
    assert ear.listener.alive
    assert await ear.listener.start()
    assert await ear.hear(address_response()) == 1
    ear.listener.stop()
    ear.listener.stop()
    assert not ear.listener.alive
    assert await ear.hear(address_response(OTHER)) == 0
    assert await ear.listener.start()
    assert ear.listener.alive
    assert await ear.hear(address_response()) == 1


async def test_a_port_that_another_program_keeps(loopback: None) -> None:
    """It is left alone, and starting later works."""
    async with fake_router() as router:
        ear = Ear(router)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("", ear.port))
            assert not await ear.listener.start()
            assert not ear.listener.alive
        assert await ear.listener.start()
        ear.listener.stop()


async def test_two_listen_side_by_side(ear: Ear) -> None:
    """Whoever else listens for the group hears as much."""
    second = Ear(ear.router)
    second.listener = AnnouncementListener(lambda: HERE, second._hint, port=ear.port)
    assert await second.listener.start()
    try:
        assert await ear.hear(address_response(), group=True) == 1
        assert second.hints == 1
    finally:
        second.listener.stop()


@pytest.mark.parametrize("gateway", [None, "255.255.255.255"])
async def test_no_network_to_listen_on(loopback: None, gateway: str | None) -> None:
    """Without a gateway, or a way to it, there is nothing to hear."""
    async with fake_router() as router:
        ear = Ear(router)
        ear.gateway = None if gateway is None else IPv4Address(gateway)
        assert not await ear.listener.start()
        assert not ear.listener.alive


def test_the_same_after_a_while_is_a_hint_again(loopback: None) -> None:
    """Repetitions are at most 128 seconds apart: what comes later is another series."""

    async def hours() -> None:
        async with fake_router() as router:
            ear = Ear(router)
            assert await ear.listener.start()
            epoch, wait = 0, 0.25
            assert await ear.hear(address_response(epoch=epoch)) == 1
            for _ in range(10):
                await asyncio.sleep(wait)
                epoch += int(wait)
                assert await ear.hear(address_response(epoch=epoch)) == 0
                wait *= 2
            await asyncio.sleep(3600)
            assert await ear.hear(address_response(epoch=epoch + 3600)) == 1
            ear.listener.stop()

    run(hours())


@given(st.binary(max_size=40))
def test_whatever_comes_is_an_announcement_or_is_not(datagram: bytes) -> None:
    """Nothing raises, and only the two forms are announcements."""
    if parse_announcement(datagram) is not None:
        assert (len(datagram), datagram[0]) in {(12, 0), (24, 2)}


@given(st.ip_addresses(v=4), st.integers(0, 2**32 - 1))
def test_announcements_are_read_as_written(address: IPv4Address, epoch: int) -> None:
    """The address and the clock arrive."""
    said = parse_announcement(address_response(address, epoch=epoch))
    assert said == ("nat_pmp", address, epoch)
    assert parse_announcement(announce(epoch)) == ("pcp", None, epoch)
