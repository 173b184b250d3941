"""A world whose public address changes, and people who tell of it, well or badly."""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.source import FailureReason, Transport
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint

from .operators import NO_SUCH_SERVICE, UNREACHABLE, failing, transport_of

# who lies tells an address from here, the world has its own from elsewhere
LIES = IPv4Address("11.99.0.0")
TRUTHS = IPv4Address("11.22.0.0")


class Mood(StrEnum):
    """How somebody answers a question."""

    BLOCKED = "blocked"
    BROKEN = "broken"
    HONEST = "honest"
    LATE = "late"
    LYING = "lying"
    SILENT = "silent"
    STALE = "stale"
    UNABLE = "unable"


class World:
    """What the public address really is, over time."""

    def __init__(self, changes: Sequence[tuple[float, Address]]) -> None:
        """Keep the times of the changes, in order, the first of which is the beginning."""
        self._times = [at for at, _ in changes]
        self._addresses = [address for _, address in changes]

    def at(self, moment: float) -> Address:
        """Return the address at a moment."""
        return self._addresses[self._number(moment)]

    def before(self, moment: float) -> Address:
        """Return the address before the one of a moment."""
        return self._addresses[max(0, self._number(moment) - 1)]

    def during(self, begin: float, end: float) -> set[Address]:
        """Return the addresses that were true at some time."""
        return set(self._addresses[self._number(begin) : self._number(end) + 1])

    def _number(self, moment: float) -> int:
        return max(0, bisect_right(self._times, moment) - 1)


@dataclass(slots=True, kw_only=True)
class Person:
    """A source whose moods follow each other, question by question.

    `lag` is how many seconds late the truth is known to whoever is late. `lie` is told
    by whoever lies.
    """

    world: World
    operator: str
    key: str
    moods: Sequence[Mood]
    lie: Address
    latency: float = 0.05
    lag: float = 5.0
    asked: list[float] = field(default_factory=list)

    @property
    def transport(self) -> Transport:
        """Return how the answers travel."""
        return transport_of(self.operator)

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Answer in today's mood."""
        loop = asyncio.get_running_loop()
        mood = self.moods[len(self.asked) % len(self.moods)]
        self.asked.append(loop.time())
        await asyncio.sleep(3600 if mood is Mood.SILENT else self.latency)
        match mood:
            case Mood.HONEST:
                return self.world.at(loop.time())
            case Mood.LATE:
                return self.world.at(loop.time() - self.lag)
            case Mood.STALE:
                return self.world.before(loop.time())
            case Mood.LYING:
                return self.lie
            case Mood.BLOCKED:
                raise failing(FailureReason.BLOCKED)
            case Mood.UNABLE:
                raise NO_SUCH_SERVICE
            case _:
                raise UNREACHABLE


def voter(operator: str) -> str:
    """Return whose vote an operator's answers are."""
    return "plain" if transport_of(operator) is Transport.PLAIN else operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Somebody to be asked, before there is a world."""

    operator: str
    moods: Sequence[Mood]
    latency: float
    lag: float


def populate(
    world: World, characters: Sequence[Character], lies: Sequence[Address] = ()
) -> list[Person]:
    """Return the people of a world; the lie is the voter's, not the source's."""
    voters = sorted({voter(item.operator) for item in characters})
    lie = {name: LIES + number for number, name in enumerate(voters, start=1)}
    lie |= dict(zip(voters, lies, strict=False))
    return [
        Person(
            world=world,
            operator=item.operator,
            key=f"{item.operator}-{number}",
            moods=item.moods,
            lie=lie[voter(item.operator)],
            latency=item.latency,
            lag=item.lag,
        )
        for number, item in enumerate(characters)
    ]
