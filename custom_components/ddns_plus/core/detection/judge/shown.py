"""What is shown of a family after a round, and when the next one is."""

from datetime import timedelta

from ...address import Address
from ...observation import ROUTER, Observation, Unknown
from ..source import HOST, FailureReason
from .round import Round

_JITTER = 0.1


def with_jitter(wait: timedelta, jitter: float) -> timedelta:
    """Return a slightly longer wait, so that installations do not ask in step."""
    return wait * (1 + _JITTER * jitter)


def seen(before: Observation, found: Round, address: Address | None) -> Observation:
    """Return the observation of an address, with the first source that reported it.

    Sources rotate, so a later source is no news.
    """
    if before.address == address and before.source is not None:
        source = before.source
    else:
        source = next(vote.source for vote in found.votes if vote.address == address)
    return Observation(
        family=found.family, address=address, source=source, checked_at=found.ended
    )


def unknown_because(found: Round, reason: Unknown) -> Observation:
    """Return the observation of an unknown address."""
    return Observation(family=found.family, unknown=reason, checked_at=found.ended)


def reasons_of_outside(found: Round) -> set[FailureReason]:
    """Return the failure reasons; those of LAN sources only if no other was asked."""
    outside = {
        failure.reason
        for key, failure in found.failures.items()
        if found.asked.get(key) not in (ROUTER, HOST)
    }
    return outside or {failure.reason for failure in found.failures.values()}
