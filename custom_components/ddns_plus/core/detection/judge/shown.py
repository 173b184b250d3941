"""What is shown of a family after a round, and when the next one is."""

from collections.abc import Sequence
from datetime import timedelta

from ...address import Address
from ...observation import ROUTER, Observation, Unknown
from ..source import (
    ENTITY,
    HOST,
    UNANSWERED,
    UNKNOWN_OPERATOR,
    FailureReason,
    SourceFailure,
)
from .round import Round

_JITTER = 0.1
_UNUSABLE = frozenset({FailureReason.NOT_PUBLISHABLE, FailureReason.SERVER_ADDRESS})
# what only the house says, and of itself
_OF_THE_HOUSE = frozenset(
    {
        *(FailureReason.DISCONNECTED, FailureReason.GONE),
        *(FailureReason.NO_ADDRESS, FailureReason.UNSUPPORTED),
    }
)
# the service itself answered, or a captive portal
_ANSWERS = frozenset(
    {
        *(FailureReason.BLOCKED, FailureReason.HTTP_STATUS, FailureReason.REDIRECTED),
        *(FailureReason.NOT_AN_ADDRESS, FailureReason.TLS_FAILED),
        *(FailureReason.TOO_LARGE, FailureReason.WRONG_FAMILY),
    }
)


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


def why_unreached(found: Round) -> Unknown:
    """Return why a round without votes brought no address."""
    all_reasons = {failure.reason for failure in found.failures.values()}
    if FailureReason.NO_INTERFACE in all_reasons:
        return Unknown.NO_INTERFACE
    services = [
        failure
        for key, failure in found.failures.items()
        if failure.reason not in _OF_THE_HOUSE
        and not _is_in_house(found.asked.get(key, ""))
    ]
    # the house tells of the internet only where nothing else was asked
    reasons = {item.reason for item in services} or all_reasons - _OF_THE_HOUSE
    if FailureReason.NO_ROUTE in reasons and reasons <= UNANSWERED:
        # this machine has no route, whatever kept others from being asked
        return Unknown.NO_CONNECTION
    if FailureReason.TRANSLATED in reasons:
        return Unknown.TRANSLATED
    if reasons & _UNUSABLE:
        return Unknown.REFUSED
    if services:
        return Unknown.NO_ANSWER if _is_answered(services) else Unknown.OFFLINE
    # the router's silence, or its word
    is_offline = reasons & UNANSWERED or FailureReason.DISCONNECTED in all_reasons
    return Unknown.OFFLINE if is_offline else Unknown.NO_ANSWER


def _is_answered(services: Sequence[SourceFailure]) -> bool:
    """Return True if a public service answered, though without an address.

    One that is left alone for a while proves nothing. A captive portal answers for
    all of them: a web page of one alone may be its own.
    """
    asked = [item for item in services if item.reason is not FailureReason.BACKING_OFF]
    return not asked or any(
        item.reason in _ANSWERS and (len(services) == 1 or not item.captive_portal)
        for item in asked
    )


def _is_in_house(operator: str) -> bool:
    """Return True for the router, this machine, and entities."""
    return operator in (ROUTER, HOST, UNKNOWN_OPERATOR) or operator.startswith(ENTITY)
