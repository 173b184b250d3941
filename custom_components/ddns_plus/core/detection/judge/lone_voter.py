"""Voters that confirm the known address alone, round after round."""

from dataclasses import dataclass

from .quorum import Verdict, supporters
from .round import Round

# as many rounds as a provider's own service is asked first
_MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneVoter:
    """A voter that alone confirmed the known address in consecutive rounds.

    A stale source that answers fastest would do so for ever.
    """

    voter: str
    rounds: int = 1


def voter_not_alone(lone: LoneVoter | None) -> str | None:
    """Return the voter that needs a second one, None without one."""
    return lone.voter if lone and lone.rounds >= _MOST_ROUNDS else None


def lone_voter(found: Round, before: LoneVoter | None) -> LoneVoter | None:
    """Return the voter that confirmed alone, after a round with public services."""
    if found.verdict is not Verdict.UNCHANGED or found.address is None:
        return None if found.verdict is Verdict.CHANGED else before
    voters = supporters(found.votes)[found.address]
    if len(voters) > 1:
        return None
    [voter] = voters
    if before is None or before.voter != voter or found.requirements.not_alone == voter:
        # no second operator was available; do not retry every round
        return LoneVoter(voter=voter)
    return LoneVoter(voter=voter, rounds=before.rounds + 1)
