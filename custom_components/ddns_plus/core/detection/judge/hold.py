"""Changes that are held back: the address alternates, or several take turns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from ...address import Address
from .quorum import supporters
from .round import Round

# a flapping connection, as with two uplinks, needs more proof
FLAPPING_CHANGES = 3
FLAPPING_PERIOD = timedelta(minutes=30)
HELD_QUORUM = 3
_HOLD = timedelta(seconds=60)
_HOLD_AMONG_TURNS = timedelta(seconds=120)
# during it the address is looked at again and again
_STEP = timedelta(seconds=15)
# one stale operator does not hold a return back
_MOST_AGAINST = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAddress:
    """A previous address, and when it was left (event loop seconds)."""

    left: Address
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that must last to be accepted, and since when nothing else was seen.

    `doubted` are voters whose contradiction does not count: they alone confirmed the
    known address for some rounds.
    """

    address: Address
    since: float
    doubted: frozenset[str] = frozenset()

    def left(self, now: float, *, turns: bool) -> timedelta:
        """Return how long the address must still last, zero or less if no longer."""
        hold = _HOLD_AMONG_TURNS if turns else _HOLD
        return hold - timedelta(seconds=now - self.since)

    def is_broken_by(self, found: Round, *, turns: bool) -> bool:
        """Return True if public voters saw another address meanwhile.

        Where addresses take turns, a single one is enough.
        """
        against = _against(found, self.address) - self.doubted
        return len(against) > (0 if turns else _MOST_AGAINST)


def next_look(left: timedelta) -> timedelta:
    """Return the wait until the next round of a hold."""
    return min(left, _STEP)


def recent(changes: Iterable[LeftAddress], now: float) -> tuple[LeftAddress, ...]:
    """Return the changes that are not too long ago to tell of flapping."""
    oldest = now - FLAPPING_PERIOD.total_seconds()
    return tuple(change for change in changes if change.at > oldest)


def _against(found: Round, address: Address) -> frozenset[str]:
    """Return the public voters for other addresses."""
    support = supporters(vote for vote in found.votes if vote.outside)
    return frozenset().union(
        *(voters for other, voters in support.items() if other != address)
    )
