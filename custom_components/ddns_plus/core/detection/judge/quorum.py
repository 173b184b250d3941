"""Votes of independent operators, and the verdict on them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from ...address import Address
from ...observation import ROUTER
from ..source import HOST, UNKNOWN_OPERATOR, AddressSource, Transport

# a change needs two operators, unless the user trusts a single source
QUORUM = 2

# an attacker on the network path can forge all unencrypted answers: one voter
_UNENCRYPTED = "unencrypted"
# where addresses take turns, more answers would only tell more of them
_ENOUGH_OF_TURNS = 4


class Verdict(StrEnum):
    """Verdict of a round on a family's address."""

    CHANGED = "changed"
    CONFLICT = "conflict"
    OFFLINE = "offline"
    UNCHANGED = "unchanged"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A source's answer; `latency` is the time from question to answer."""

    operator: str
    source: str
    address: Address
    transport: Transport
    at: datetime
    latency: timedelta

    @property
    def voter(self) -> str:
        """Return the voter: the operator, or a common one for unencrypted answers."""
        return _voter(self.operator, self.transport)

    @property
    def outside(self) -> bool:
        """Return True if the answer is not from the LAN."""
        return self.transport is not Transport.LAN


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What a round must find to accept an address.

    `known` is the last accepted address, None without one. `quorum` is the number of
    operators for a changed address, `confirmations` that for the known one without
    contradiction. With `outside` one of them must be a public service. With
    `heeds_router` no address is accepted that the router contradicts, and the known one
    only when all were asked; `dissent` are contradictions of before. `not_alone` are
    voters that cannot confirm the known address alone if others can be asked. With
    `turns` several addresses take turns: the known one need only be among them.
    """

    known: Address | None = None
    quorum: int = QUORUM
    confirmations: int = 1
    outside: bool = False
    heeds_router: bool = True
    dissent: frozenset[Address] = frozenset()
    not_alone: frozenset[str] = frozenset()
    turns: bool = False

    @property
    def fewest_votes(self) -> int:
        """Return the fewest votes that can settle the round."""
        return self.quorum if self.known is None else self.confirmations

    def within(self, voters: int, *, outside: int) -> Self:
        """Return the requirements that so many voters can meet, so many of them public.

        A change needs two voters even if only one exists: then none is accepted.
        """
        return replace(
            self,
            quorum=min(self.quorum, max(QUORUM, voters)),
            confirmations=min(self.confirmations, max(1, voters)),
            outside=self.outside and outside > 0,
            not_alone=self.not_alone if outside > len(self.not_alone) else frozenset(),
        )

    def is_confirmed_by(self, voters: Collection[str]) -> bool:
        """Return True if voters are enough to confirm the known address."""
        return (
            _are_enough(voters, self.confirmations)
            and not set(voters) <= self.not_alone
        )

    def is_denied(self, address: Address, of_router: Collection[Address]) -> bool:
        """Return True if the router contradicts an address.

        A router that contradicts itself does not: one of its protocols may lag.
        """
        return self.heeds_router and bool(of_router) and address not in of_router


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict, and the accepted address if any."""

    verdict: Verdict
    address: Address | None = None


def independent_voters(chosen: Collection[tuple[str, Transport]]) -> frozenset[str]:
    """Return the voters that confirm an address independently of each other.

    `chosen` are operators and the transport of a source of theirs. This machine does
    not count on a LAN alone: its address is unproven until a public service sees it.
    """
    voters = _voters(chosen)
    only_lan = all(transport is Transport.LAN for _, transport in chosen)
    return voters - {HOST} if only_lan else voters


def count_voters(sources: Collection[AddressSource]) -> int:
    """Return the number of independent voters among sources."""
    return len(_voters([(item.operator, item.transport) for item in sources]))


def voter_of(source: AddressSource) -> str:
    """Return the voter of a source."""
    return _voter(source.operator, source.transport)


def _voters(chosen: Collection[tuple[str, Transport]]) -> frozenset[str]:
    """Return the known voters of operators; each has one vote, whatever its transports."""
    protected = {
        operator for operator, transport in chosen if transport is not Transport.PLAIN
    }
    others = {
        _voter(operator, transport)
        for operator, transport in chosen
        if operator not in protected
    }
    return frozenset(protected | others) - {UNKNOWN_OPERATOR}


def _voter(operator: str, transport: Transport) -> str:
    plain = transport is Transport.PLAIN and operator != UNKNOWN_OPERATOR
    return _UNENCRYPTED if plain else operator


def _are_enough(voters: Collection[str], needed: int) -> bool:
    """Return True if so many independent operators are among voters.

    An unknown operator may be one of the others, so it counts only where one is enough.
    """
    known = set(voters) - {UNKNOWN_OPERATOR}
    return len(voters if needed == 1 else known) >= needed


def supporters(votes: Iterable[Vote]) -> Mapping[Address, frozenset[str]]:
    """Return the voters behind each address.

    An operator's latest vote counts, but an unencrypted one does not replace a
    protected one.
    """
    latest = _latest(votes)
    return {
        address: frozenset(vote.voter for vote in latest if vote.address == address)
        for address in dict.fromkeys(vote.address for vote in latest)
    }


def settled(votes: Sequence[Vote], requirements: Requirements) -> Finding | None:
    """Return the verdict if no further vote is needed, else None.

    Votes are in order of arrival.
    """
    support = supporters(votes)
    of_router = {vote.address for vote in votes if vote.operator == ROUTER}
    if requirements.turns:
        return _settled_among_turns(votes, requirements, support, of_router)
    for address, voters in support.items():
        if not _is_majority(address, support):
            continue
        if requirements.outside and not _seen_from_outside(votes, address):
            continue
        denied = requirements.is_denied(address, of_router)
        # the known address also needs a majority if there is a contradiction
        if address == requirements.known:
            if denied and not of_router <= requirements.dissent:
                continue
            if requirements.is_confirmed_by(voters):
                return Finding(verdict=Verdict.UNCHANGED, address=address)
        elif _are_enough(voters, requirements.quorum) and not denied:
            return Finding(verdict=Verdict.CHANGED, address=address)
    return None


def _settled_among_turns(
    votes: Sequence[Vote],
    requirements: Requirements,
    support: Mapping[Address, frozenset[str]],
    of_router: Collection[Address],
) -> Finding | None:
    """Return the verdict where several addresses take turns, None if still open."""
    known = requirements.known
    if known is not None and _seen_from_outside(votes, known):
        if requirements.is_confirmed_by(support[known]):
            return Finding(verdict=Verdict.UNCHANGED, address=known)
    for address, voters in support.items():
        if address == known or not _is_majority(address, support):
            continue
        if requirements.is_denied(address, of_router):
            continue
        if requirements.outside and not _seen_from_outside(votes, address):
            continue
        if _are_enough(voters, requirements.quorum):
            return Finding(verdict=Verdict.CHANGED, address=address)
    seen = [vote.address for vote in _latest(votes) if vote.outside]
    if known not in seen and len(set(seen)) > 1 and len(seen) >= _ENOUGH_OF_TURNS:
        return Finding(verdict=Verdict.CONFLICT)
    return None


def _is_majority(address: Address, support: Mapping[Address, frozenset[str]]) -> bool:
    """Return True if more voters are behind an address than behind all others."""
    against = frozenset[str]().union(
        *(voters for other, voters in support.items() if other != address)
    )
    return len(support[address]) > len(against)


def concluded(votes: Sequence[Vote], requirements: Requirements) -> Finding:
    """Return the verdict after the last vote."""
    requirements = replace(
        requirements,
        not_alone=frozenset(),
        dissent=frozenset(vote.address for vote in votes),
    )
    if (finding := settled(votes, requirements)) is not None:
        return finding
    if requirements.outside and not any(vote.outside for vote in votes):
        # LAN sources do not prove that the internet is reachable
        return Finding(verdict=Verdict.OFFLINE)
    match len(supporters(votes)):
        case 0:
            return Finding(verdict=Verdict.OFFLINE)
        case 1:
            return Finding(verdict=Verdict.UNDECIDED)
        case _:
            return Finding(verdict=Verdict.CONFLICT)


def _latest(votes: Iterable[Vote]) -> Collection[Vote]:
    """Return the vote that counts of each operator."""
    latest: dict[str, Vote] = {}
    for vote in votes:
        before = latest.get(vote.operator, vote)
        if vote.transport is not Transport.PLAIN or before.transport is Transport.PLAIN:
            latest[vote.operator] = vote
    return latest.values()


def _seen_from_outside(votes: Iterable[Vote], address: Address) -> bool:
    # an operator's earlier vote does not count
    return any(vote.outside and vote.address == address for vote in _latest(votes))
