"""Families that are asked for in vain: for how long, and what is known of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from ...address import Address
from ...observation import Observation, Unknown
from .quorum import Vote
from .round import Round

# states that only a person or another network ends
_LASTING = frozenset({Unknown.ROUTER_DIFFERS, Unknown.TRANSLATED})
# no service tells an address of the family
_SILENT = frozenset({Unknown.NO_ANSWER, Unknown.NO_CONNECTION, Unknown.OFFLINE})
# a first result may be a coincidence
QUESTIONS_AT_FIRST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Vain:
    """Rounds in a row without a known address (seconds of the event loop).

    `answers` are those of the latest full round, by whether they came from outside.
    `asked` is when a public service was last asked.
    """

    since: float
    asked: float
    answers: frozenset[tuple[bool, Address]] = frozenset()

    def is_same(self, votes: Iterable[Vote]) -> bool:
        """Return True if answers tell nothing that the last full round did not."""
        return {(vote.outside, vote.address) for vote in votes} <= self.answers


def vain_after(
    found: Round, shown: Observation, before: Vain | None, now: float
) -> Vain | None:
    """Return the state after a full round, None if it brought an address."""
    if shown.known:
        return None
    return Vain(
        since=now if before is None else before.since,
        asked=now,
        answers=frozenset((vote.outside, vote.address) for vote in found.votes),
    )


def is_lasting(
    vain: Vain | None,
    shown: Observation,
    audit: timedelta,
    now: float,
    *,
    other_known: bool,
) -> bool:
    """Return True if a family was asked for in vain as long as an audit takes to come.

    `other_known` is whether the other family works: else the line may be down, which
    ends without notice. A doubt among public services is none of these states.
    """
    lasting = shown.unknown in _LASTING or (other_known and shown.unknown in _SILENT)
    return lasting and vain is not None and now - vain.since >= audit.total_seconds()


def is_question_due(vain: Vain | None, audit: timedelta, now: float) -> bool:
    """Return True if one public service is to be asked again."""
    return vain is None or now - vain.asked >= audit.total_seconds()
