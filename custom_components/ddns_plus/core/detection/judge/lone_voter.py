"""Who has confirmed the known address alone, round after round. Pure."""

from dataclasses import dataclass

from .quorum import Verdict, supporters
from .round import Round

# as often as a provider's own service goes before the others
_MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneVoter:
    """A voter that alone confirmed the known address in so many rounds one after another.

    Whoever is stale but quicker than all others would do so for ever.
    """

    voter: str
    rounds: int = 1


def voter_not_alone(lone: LoneVoter | None) -> str | None:
    """Return the voter that has confirmed alone often enough, None without one."""
    return lone.voter if lone and lone.rounds >= _MOST_ROUNDS else None


def lone_voter(found: Round, before: LoneVoter | None) -> LoneVoter | None:
    """Return who has confirmed alone, after another round in which the outside was asked."""
    if found.verdict is not Verdict.UNCHANGED or found.address is None:
        return None if found.verdict is Verdict.CHANGED else before
    voters = supporters(found.votes)[found.address]
    if len(voters) > 1:
        return None
    [voter] = voters
    if before is None or before.voter != voter or found.requirements.not_alone == voter:
        # others were asked for, and there are none: that is not tried every time
        return LoneVoter(voter=voter)
    return LoneVoter(voter=voter, rounds=before.rounds + 1)
