"""Nobody is asked in vain for ever: questions to the outside per hour, in virtual time."""

from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.source import HOST, FailureReason
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from custom_components.ddns_plus.core.observation import ROUTER, Unknown
from tests.core.detection.operators import (
    NEW,
    NEW6,
    OLD,
    OLD6,
    OTHER,
    PretendSource,
    failing,
)
from tests.core.detection.virtual_time import run

from .watching import DAILY, OneFamily, Watching, until

HOUR = 3600.0
NAMES = ("a", "b", "c", "d", "e", "a", "b", "plain1", "plain2", "plain3")
# an address that services see, and this machine does not have
TRANSLATED = ip_address("2606:2800:220:9::99")


@dataclass(kw_only=True)
class OwnAddress(OneFamily):
    """IPv6, of which only an address of this machine counts."""

    own: Address | None = None
    only_own: bool = field(default=True)

    def endpoint(self, known: Address | None) -> LocalEndpoint:
        """Return this machine's address."""
        return LocalEndpoint(address=self.own)


def family6(
    answer: Address | Exception, own: Address | None
) -> tuple[Watching, list[PretendSource], OwnAddress]:
    """Return a watch of IPv6, beside an IPv4 that works."""
    inside = PretendSource(
        operator=HOST, answer=own or failing(FailureReason.NO_ADDRESS), latency=0.001
    )
    sources = [
        PretendSource(operator=name, key=f"{name}-{number}", answer=answer)
        for number, name in enumerate(NAMES)
    ]
    watching = Watching(
        [inside, *sources], known=None, policy=DAILY, family=Family.IPV6
    )
    own_address = OwnAddress(sources=[inside, *sources], policy=DAILY, own=own)
    watching.watch._sources = own_address
    watching.watch._other_known = lambda: True
    return watching, [inside, *sources], own_address


def asked(sources: list[PretendSource], begin: float) -> int:
    """Return how many questions left the house since a moment."""
    return sum(
        at >= begin
        for source in sources
        if source.operator not in (ROUTER, HOST)
        for at in source.asked
    )


ROWS = {
    "absent": (failing(FailureReason.NO_ROUTE), None),
    "unique local only": (failing(FailureReason.TIMEOUT), None),
    "translated, no address": (TRANSLATED, None),
    "black hole": (failing(FailureReason.TIMEOUT), OLD6),
    "rejected": (failing(FailureReason.UNREACHABLE), OLD6),
    "names filtered": (failing(FailureReason.DNS_FAILED), OLD6),
    "translated": (TRANSLATED, OLD6),
    "absent, though it seems there": (failing(FailureReason.NO_ROUTE), OLD6),
}


@pytest.mark.parametrize(("answer", "own"), ROWS.values(), ids=ROWS.keys())
def test_a_family_that_cannot_work_is_asked_for_twice_an_hour(
    answer: Address | Exception, own: Address | None
) -> None:
    """And at once when this machine has another address, which then is known."""

    async def hours() -> None:
        watching, sources, own_address = family6(answer, own)
        async with watching:
            await until(HOUR)
            before = watching.state.observation
            assert not before.known
            await until(9 * HOUR)
            assert asked(sources, HOUR) <= 8 * 2
            assert watching.state.observation.unknown is before.unknown
            own_address.own = NEW6
            for source in sources:
                source.answer = NEW6
            await until(9 * HOUR + 200)
            assert watching.state.observation.address == NEW6

    run(hours())


def test_a_line_that_is_down_is_looked_for_at_the_interval() -> None:
    """Where the other family is down as well it may come back at any time."""

    async def hours() -> None:
        watching, sources, own_address = family6(failing(FailureReason.TIMEOUT), OLD6)
        watching.watch._other_known = lambda: False
        async with watching:
            await until(8 * HOUR)
            own_address.own = NEW6
            for source in sources:
                source.answer = NEW6
            await until(8 * HOUR + 75)
            assert watching.state.observation.address == NEW6

    run(hours())


def test_a_router_that_differs_waits_for_a_person() -> None:
    """Twice an hour it is asked whether they agree; the router is asked all the time."""

    async def hours() -> None:
        router = PretendSource(operator=ROUTER, answer=OTHER, latency=0.003)
        sources = [
            PretendSource(operator=name, key=f"{name}-{number}", answer=NEW)
            for number, name in enumerate(NAMES)
        ]
        everybody = [router, *sources]
        async with Watching(everybody, known=None, policy=DAILY) as watching:
            await until(HOUR)
            assert watching.state.observation.unknown is Unknown.ROUTER_DIFFERS
            await until(9 * HOUR)
            assert asked(everybody, HOUR) <= 8 * 2
            router.answer = NEW
            await until(9 * HOUR + 260)
            assert watching.state.observation.address == NEW

    run(hours())


@pytest.mark.parametrize("pause", [30.0, 10.0, 1.0])
def test_hints_that_come_to_nothing_ask_only_the_house(pause: float) -> None:
    """Three questions an hour leave it, with all the noise; a true one is heard at once."""

    async def hours() -> None:
        router = PretendSource(operator=ROUTER, answer=OLD, latency=0.003)
        sources = [
            PretendSource(operator=name, key=f"{name}-{number}", answer=OLD)
            for number, name in enumerate(NAMES)
        ]
        everybody = [router, *sources]
        watching = Watching(everybody, known=OLD, policy=DAILY, push=lambda: True)
        async with watching:
            while watching.now < 4 * HOUR:
                watching.watch.async_pushed()
                await until(watching.now + pause)
            assert asked(everybody, HOUR) <= 3 * 3
            assert watching.state.observation.address == OLD
            for source in everybody:
                source.answer = NEW
            watching.watch.async_pushed()
            await until(watching.now + 61)
            assert watching.state.known == NEW

    run(hours())
