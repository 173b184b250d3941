"""Lines that share the connections of a home, and pools of addresses: days in virtual time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from itertools import pairwise
import random
from random import Random

import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.source import Transport
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint
from tests.connection.watching import DAILY, Seen, Watching, until

from .operators import transport_of
from .virtual_time import run

HOUR = 3600.0
DAY = 24 * HOUR
# as many companies and protocols as are asked by default
OPERATORS = ("a", "b", "c", "d", "e", "a", "a", "plain1", "plain2", "plain3")
FIRST = IPv4Address("11.22.0.1")

type Balance = Callable[[str], Address]


@dataclass(slots=True, kw_only=True)
class Echo:
    """A service that tells by which address a question came."""

    operator: str
    key: str
    latency: float
    balance: Balance
    asked: list[float] = field(default_factory=list)

    @property
    def transport(self) -> Transport:
        """Return how the answers travel."""
        return transport_of(self.operator)

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Answer after a while."""
        self.asked.append(asyncio.get_running_loop().time())
        seen = self.balance(self.key)
        await asyncio.sleep(self.latency)
        return seen


class Home:
    """A home whose questions leave by several addresses, watched by the integration."""

    def __init__(
        self, balance: Balance, random: Random, known: Address | None = None
    ) -> None:
        """Begin with an address of last time."""
        self.balance = balance
        self.sources = [
            Echo(
                operator=operator,
                key=f"{operator}-{number}",
                latency=random.choice((0.03, 0.06, 0.15, 0.4)),
                balance=self._leave,
            )
            for number, operator in enumerate(OPERATORS)
        ]
        self.watching = Watching(self.sources, known=known, policy=DAILY)

    def _leave(self, key: str) -> Address:
        """Return the address by which a question leaves now."""
        return self.balance(key)

    @property
    def changes(self) -> int:
        """Return how often another address was believed."""
        return len(changes(self.watching.seen))


def changes(seen: Sequence[Seen]) -> list[float]:
    """Return when another address was believed."""
    return [
        late.at
        for early, late in pairwise(seen)
        if early.state.known is not None and late.state.known != early.state.known
    ]


@pytest.fixture(autouse=True)
def _same_jitter() -> None:
    """Let the waits of each run be the same: a count depends on them."""
    random.seed(2026)


def pool(random: Random, *weights: float) -> Balance:
    """Return an address for each question, at random."""
    addresses = [FIRST + number for number in range(len(weights))]
    return lambda _key: random.choices(addresses, weights)[0]


def by_destination(random: Random, lines: int) -> Balance:
    """Return the same address for each question to a service."""
    addresses = [FIRST + number for number in range(lines)]
    chosen: dict[str, Address] = {}
    return lambda key: chosen.setdefault(key, random.choice(addresses))


POOLS = {
    "pool of 2": (1, 1),
    "pool of 3": (1,) * 3,
    "pool of 8": (1,) * 8,
    "pool of 64": (1,) * 64,
    "80:20": (80, 20),
    "20:80": (20, 80),
    "95:5": (95, 5),
    "5:95": (5, 95),
}


@pytest.mark.parametrize("seed", [2])
@pytest.mark.parametrize("weights", POOLS.values(), ids=POOLS.keys())
def test_addresses_that_take_turns_change_nothing(
    weights: tuple[float, ...], seed: int
) -> None:
    """In three days a few changes at the start; then it is told, and nothing moves.

    When all but a new line are gone, it is followed within minutes.
    """

    async def days() -> None:
        random = Random(seed)
        home = Home(pool(random, *weights), random, known=FIRST)
        async with home.watching as watching:
            await until(DAY)
            first = home.changes
            await until(3 * DAY)
            assert first <= 6
            assert home.changes == first
            moved = FIRST + 999
            home.balance = lambda _key: moved
            await until(3 * DAY + 600)
            assert watching.state.known == moved

    run(days())


@pytest.mark.parametrize("seed", [2, 7])
def test_lines_balanced_by_destination_change_nothing(seed: int) -> None:
    """Each service sees its own line: it has no reason to move."""

    async def days() -> None:
        random = Random(seed)
        home = Home(by_destination(random, 2), random, known=FIRST)
        async with home.watching:
            await until(3 * DAY)
            assert home.changes <= 9

    run(days())
