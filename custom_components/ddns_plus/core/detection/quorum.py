"""Whom to believe: the votes of independent operators, and the verdict. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from ..address import Address

# A change is never believed on fewer operators, unless the user trusts a single source.
QUORUM = 2


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
    at: datetime
    latency: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a round is to settle.

    `known` is the address believed so far, None when nothing is known. `quorum` is how
    many operators a changed address needs, `confirmations` how many the known one needs
    while nobody contradicts.
    """

    known: Address | None = None
    quorum: int = QUORUM
    confirmations: int = 1

    @property
    def fewest_votes(self) -> int:
        """Return how many votes settle the question at best."""
        return self.quorum if self.known is None else self.confirmations

    def within(self, operators: int) -> Self:
        """Return the question that so many operators can settle.

        A change needs two even where there are fewer: then it is never believed.
        """
        return replace(
            self,
            quorum=min(self.quorum, max(QUORUM, operators)),
            confirmations=min(self.confirmations, max(1, operators)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict, and the address it is about when one is believed."""

    verdict: Verdict
    address: Address | None = None


def supporters(votes: Iterable[Vote]) -> Mapping[Address, frozenset[str]]:
    """Return the operators behind each address; an operator's latest vote counts."""
    latest = {vote.operator: vote.address for vote in votes}
    return {
        address: frozenset(
            operator for operator, voted in latest.items() if voted == address
        )
        for address in dict.fromkeys(latest.values())
    }


def settled(votes: Iterable[Vote], question: Question) -> Finding | None:
    """Return the verdict that no further vote is needed for, None when one is.

    Votes are in the order of their coming.
    """
    support = supporters(votes)
    for address, operators in support.items():
        others = [len(voters) for other, voters in support.items() if other != address]
        if len(operators) <= max(others, default=0):
            continue
        # the known address, too, needs two where somebody contradicts: more than one
        verdict, needed = (
            (Verdict.UNCHANGED, question.confirmations)
            if address == question.known
            else (Verdict.CHANGED, question.quorum)
        )
        if len(operators) >= needed:
            return Finding(verdict=verdict, address=address)
    return None


def concluded(votes: Sequence[Vote], question: Question) -> Finding:
    """Return the verdict when no more votes will come."""
    if (finding := settled(votes, question)) is not None:
        return finding
    match len(supporters(votes)):
        case 0:
            return Finding(verdict=Verdict.OFFLINE)
        case 1:
            return Finding(verdict=Verdict.UNDECIDED)
        case _:
            return Finding(verdict=Verdict.CONFLICT)
