"""Whom to believe: the votes of independent operators, and the verdict. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from ...address import Address
from ...observation import ROUTER
from ..source import AddressSource, Transport

# A change is never believed on fewer operators, unless the user trusts a single source.
QUORUM = 2

# Whoever is on the way can forge all that comes unprotected: that is one voter.
_ON_THE_WAY = "on the way"


class Verdict(StrEnum):
    """What a round found out about the public address of a family."""

    CHANGED = "changed"
    CONFLICT = "conflict"
    OFFLINE = "offline"
    UNCHANGED = "unchanged"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One source's answer; `latency` is the time from asking to the answer."""

    operator: str
    source: str
    address: Address
    transport: Transport
    at: datetime
    latency: timedelta

    @property
    def voter(self) -> str:
        """Return whose vote it is: the operator's, if nobody else can have given it."""
        return _ON_THE_WAY if self.transport is Transport.PLAIN else self.operator

    @property
    def outside(self) -> bool:
        """Return whether it comes from outside of the house."""
        return self.transport is not Transport.LAN


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What a round is to settle.

    `known` is the address believed so far, None when nothing is known. `quorum` is how
    many operators a changed address needs, `confirmations` how many the known one needs
    while nobody contradicts. `outside` is whether one of them must be outside of the
    house, `heeds_router` whether nothing is believed to be new that the router denies.
    `not_alone` is a voter that does not confirm the known address by itself, as long as
    anybody else can be asked.
    """

    known: Address | None = None
    quorum: int = QUORUM
    confirmations: int = 1
    outside: bool = False
    heeds_router: bool = True
    not_alone: str | None = None

    @property
    def fewest_votes(self) -> int:
        """Return how many votes settle the question at best."""
        return self.quorum if self.known is None else self.confirmations

    def within(self, voters: int, *, outside: bool) -> Self:
        """Return the question that so many voters can settle, some of them outside or none.

        A change needs two even where there are fewer: then it is never believed.
        """
        return replace(
            self,
            quorum=min(self.quorum, max(QUORUM, voters)),
            confirmations=min(self.confirmations, max(1, voters)),
            outside=self.outside and outside,
            not_alone=self.not_alone if voters > 1 else None,
        )

    def is_confirmed_by(self, voters: Collection[str]) -> bool:
        """Return whether voters are enough to confirm the known address."""
        return len(voters) >= self.confirmations and set(voters) != {self.not_alone}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict, and the address it is about when one is believed."""

    verdict: Verdict
    address: Address | None = None


def count_voters(sources: Collection[AddressSource]) -> int:
    """Return how many votes sources have at best: all that can be forged is one."""
    protected = {
        item.operator for item in sources if item.transport is not Transport.PLAIN
    }
    return len(protected) + any(item.operator not in protected for item in sources)


def supporters(votes: Iterable[Vote]) -> Mapping[Address, frozenset[str]]:
    """Return the voters behind each address.

    An operator's latest vote counts, but for one that somebody on the way can forge:
    that takes no better one back.
    """
    latest = _latest(votes)
    return {
        address: frozenset(vote.voter for vote in latest if vote.address == address)
        for address in dict.fromkeys(vote.address for vote in latest)
    }


def settled(votes: Sequence[Vote], requirements: Requirements) -> Finding | None:
    """Return the verdict that no further vote is needed for, None when one is.

    Votes are in the order of their coming.
    """
    support = supporters(votes)
    of_router = {vote.address for vote in votes if vote.operator == ROUTER}
    for address, voters in support.items():
        others = {
            other: against for other, against in support.items() if other != address
        }
        if len(voters) <= max(map(len, others.values()), default=0):
            continue
        if requirements.outside and not _seen_from_outside(votes, address):
            continue
        # the known address, too, needs two where somebody contradicts: more than one
        if address == requirements.known:
            if requirements.is_confirmed_by(voters):
                return Finding(verdict=Verdict.UNCHANGED, address=address)
            continue
        # a router that contradicts itself denies nothing: one of its ways may be late
        denied = requirements.heeds_router and of_router and address not in of_router
        if len(voters) >= requirements.quorum and not denied:
            return Finding(verdict=Verdict.CHANGED, address=address)
    return None


def concluded(votes: Sequence[Vote], requirements: Requirements) -> Finding:
    """Return the verdict when no more votes will come."""
    requirements = replace(requirements, not_alone=None)
    if (finding := settled(votes, requirements)) is not None:
        return finding
    if requirements.outside and not any(vote.outside for vote in votes):
        # what the house says of itself does not tell that the internet is there
        return Finding(verdict=Verdict.OFFLINE)
    match len(supporters(votes)):
        case 0:
            return Finding(verdict=Verdict.OFFLINE)
        case 1:
            return Finding(verdict=Verdict.UNDECIDED)
        case _:
            return Finding(verdict=Verdict.CONFLICT)


def _latest(votes: Iterable[Vote]) -> Collection[Vote]:
    """Return the vote of each operator that counts."""
    latest: dict[str, Vote] = {}
    for vote in votes:
        before = latest.get(vote.operator, vote)
        if vote.transport is not Transport.PLAIN or before.transport is Transport.PLAIN:
            latest[vote.operator] = vote
    return latest.values()


def _seen_from_outside(votes: Iterable[Vote], address: Address) -> bool:
    # who was outside and has changed its mind does not see it any more
    return any(vote.outside and vote.address == address for vote in _latest(votes))
