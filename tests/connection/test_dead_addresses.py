"""IPv6 addresses of this machine without an answer: days pass in virtual time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv6Address
import random

import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.judge.address_state import Policy
from custom_components.ddns_plus.core.detection.machine.host_address import (
    HostAddresses,
)
from custom_components.ddns_plus.core.detection.machine.interfaces import (
    AddressFlag,
    InterfaceAddress,
)
from custom_components.ddns_plus.core.detection.source import (
    FailureReason,
    SourceError,
    Transport,
)
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint
from tests.core.detection.virtual_time import run

from .watching import OneFamily, Watching, until

LASTING = IPv6Address("2606:2800:220:1::f4a")
FROM_MAC = IPv6Address("2606:2800:220:1:ba27:ebff:fe00:1")
ELSEWHERE = IPv6Address("2606:2800:220:2:ba27:ebff:fe00:1")
POLICY = Policy(interval=timedelta(minutes=3))


def on(address: IPv6Address, length: int = 64) -> InterfaceAddress:
    """Return an address of this machine."""
    return InterfaceAddress(
        address=address,
        prefix_length=length,
        interface="eth0",
        flags=AddressFlag(0),
        preferred=3600,
    )


@dataclass(kw_only=True)
class Line:
    """A line that may be down, and the addresses that nothing comes back to."""

    dead: frozenset[IPv6Address] = frozenset()
    up: bool = True


@dataclass(kw_only=True)
class Service:
    """A public service that sees the address it is asked from, if a question arrives."""

    line: Line
    operator: str
    transport: Transport = Transport.TLS
    latency: float = 0.05

    @property
    def key(self) -> str:
        """Return the key."""
        return self.operator

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Answer what came through, both ways."""
        address = endpoint.address
        assert isinstance(address, IPv6Address)
        if not self.line.up or address in self.line.dead:
            await asyncio.sleep(6)
            raise SourceError(FailureReason.TIMEOUT)
        await asyncio.sleep(self.latency)
        if not self.line.up:
            await asyncio.sleep(6)
            raise SourceError(FailureReason.TIMEOUT)
        return address


@dataclass(kw_only=True)
class OwnAddresses(OneFamily):
    """Services asked from the addresses of this machine, as the integration asks."""

    host: HostAddresses = field(default_factory=HostAddresses)
    only_own: bool = True

    def endpoint(self, known: Address | None) -> LocalEndpoint:
        """Return the local endpoint to ask from."""
        known = known if isinstance(known, IPv6Address) else None
        return LocalEndpoint(address=self.host.candidate(known))

    def control(
        self, endpoint: LocalEndpoint, known: Address | None
    ) -> LocalEndpoint | None:
        """Return the known address, if it was not just asked from."""
        assert isinstance(endpoint.address, IPv6Address)
        known = known if isinstance(known, IPv6Address) else None
        address = self.host.control(endpoint.address, known)
        return None if address is None else LocalEndpoint(address=address)

    def note_reached(self, endpoint: LocalEndpoint, reached: bool) -> None:
        """Note what was answered."""
        assert isinstance(endpoint.address, IPv6Address)
        if reached:
            self.host.answered(endpoint.address)
        else:
            now = asyncio.get_running_loop().time()
            self.host.unanswered(endpoint.address, now)


def watch(
    line: Line, addresses: Sequence[InterfaceAddress], known: IPv6Address | None
) -> Watching:
    """Return a watch of the addresses of this machine."""
    services = [Service(line=line, operator=each) for each in "abcde"]
    watching = Watching(services, known=known, policy=POLICY, family=Family.IPV6)
    table = tuple(addresses)
    watching.sources = OwnAddresses(
        sources=services, policy=POLICY, host=HostAddresses(lambda: table)
    )
    watching.watch._sources = watching.sources
    return watching


async def outage(watching: Watching, line: Line, seconds: float) -> None:
    """Take the line down for a time, and tell the watch when that begins."""
    line.up = False
    watching.watch.async_pushed()
    await until(watching.now + seconds)
    line.up = True


@pytest.mark.parametrize("seconds", [3, 7, 8, 9, 12, 30, 60, 120, 600])
def test_an_outage_is_no_fault_of_an_address(seconds: float) -> None:
    """The lasting address is known before and after it, and never another."""

    async def hours() -> None:
        line = Line()
        watching = watch(line, [on(LASTING, 128), on(FROM_MAC)], LASTING)
        async with watching:
            await until(100)
            await outage(watching, line, seconds)
            await until(watching.now + 3600)
            assert watching.state.observation.address == LASTING
        known = {each.state.known for each in watching.seen}
        assert known == {LASTING}

    run(hours())


def test_random_outages() -> None:
    """60 outages of 5 to 120 seconds, with another address of the same or another network."""

    async def day(other: IPv6Address) -> None:
        random_ = random.Random(int(other) % 1000)
        line = Line()
        watching = watch(line, [on(LASTING, 128), on(other)], LASTING)
        async with watching:
            for _ in range(30):
                await until(watching.now + random_.uniform(60, 600))
                await outage(watching, line, random_.uniform(5, 120))
            await until(watching.now + 600)
        assert {each.state.known for each in watching.seen} == {LASTING}

    for other in (FROM_MAC, ELSEWHERE):
        run(day(other))


@pytest.mark.parametrize("seconds", [10, 30, 90])
@pytest.mark.parametrize("dead", [0, 2, 3, 5, 8])
def test_after_an_outage_the_known_address_is_back_soon(
    dead: int, seconds: float
) -> None:
    """However many dead addresses stand beside it."""

    async def hours() -> None:
        others = [IPv6Address(int(ELSEWHERE) + (n << 64)) for n in range(dead)]
        line = Line(dead=frozenset(others))
        watching = watch(line, [on(LASTING, 128), *map(on, others)], LASTING)
        async with watching:
            await until(100)
            await outage(watching, line, seconds)
            back = watching.now
            while watching.state.observation.address is None:
                await until(watching.now + 1)
            assert watching.now - back <= 75
            assert watching.state.observation.address == LASTING

    run(hours())


@pytest.mark.parametrize("dead", [1, 4, 8, 14])
@pytest.mark.parametrize("known", [None, LASTING])
def test_the_live_address_is_found_among_dead_ones(
    dead: int, known: IPv6Address | None
) -> None:
    """Each is tried in turn, the known one in between: it is dead as well."""

    async def hours() -> None:
        others = [IPv6Address(int(ELSEWHERE) + (n << 64)) for n in range(dead)]
        line = Line(dead=frozenset((LASTING, *others)))
        table = [on(LASTING, 128), *(on(each, 128) for each in others), on(FROM_MAC)]
        watching = watch(line, table, known)
        async with watching:
            while watching.state.observation.address is None and watching.now < 7200:
                await until(watching.now + 1)
            assert watching.state.observation.address == FROM_MAC
            # and it stays
            await until(watching.now + 7200)
            assert watching.state.observation.address == FROM_MAC

    run(hours())


def test_a_dead_prefix_is_left() -> None:
    """The router never took it back: another address of this machine is answered."""

    async def hours() -> None:
        line = Line()
        watching = watch(line, [on(LASTING, 128), on(ELSEWHERE)], LASTING)
        async with watching:
            await until(100)
            line.dead = frozenset({LASTING})
            watching.watch.async_pushed()
            await until(watching.now + 60)
            assert watching.state.observation.address == ELSEWHERE

    run(hours())
