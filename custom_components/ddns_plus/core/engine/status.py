"""Status of a hostname in one word."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from ..address import Family
from ..outcome import Outcome
from .decide import Decision, Reason, Stop, Wait
from .state import FamilyState, HostnameState


class Status(StrEnum):
    """Status of a record; of two families the one that stands first is shown."""

    INVALID_CREDENTIALS = "invalid_credentials"
    INVALID_FIELD = "invalid_field"
    REFUSED = "refused"
    UNEXPECTED_RESPONSE = "unexpected_response"
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate_limited"
    NOT_PUBLISHABLE = "not_publishable"
    STALE = "stale"
    WAITING = "waiting"
    PENDING = "pending"
    PAUSED = "paused"
    ADDRESS_UNKNOWN = "address_unknown"
    UP_TO_DATE = "up_to_date"
    WITHDRAWN = "withdrawn"
    OFF = "off"

    @property
    def problem(self) -> bool:
        """Return True if something does not work as it should."""
        return self in _PROBLEMS


_PROBLEMS = frozenset(
    {
        Status.INVALID_CREDENTIALS,
        Status.INVALID_FIELD,
        Status.REFUSED,
        Status.UNEXPECTED_RESPONSE,
        Status.UNAVAILABLE,
        Status.RATE_LIMITED,
        Status.NOT_PUBLISHABLE,
        Status.STALE,
    }
)
# the user's wish first, then a failure, then an unknown address
_WANTED = {
    Reason.FAMILY_OFF: Status.OFF,
    Reason.PAUSED: Status.PAUSED,
    Reason.NOT_PUBLISHED: Status.WITHDRAWN,
}
_NOT_KNOWN = {
    Reason.ADDRESS_UNKNOWN: Status.ADDRESS_UNKNOWN,
    Reason.NOT_PUBLISHABLE: Status.NOT_PUBLISHABLE,
}
_RANKS = {each: rank for rank, each in enumerate(Status)}
_DONE = {Outcome.PENDING: Status.PENDING, Outcome.WITHDRAWN: Status.WITHDRAWN}


def status(
    decision: Decision,
    state: FamilyState,
    *,
    stale: bool = False,
    unchecked: bool = False,
) -> Status:
    """Return the status of a record from the latest decision on it.

    `stale`: its address has not been known for a while. `unchecked`: the connection has
    just started, and what was true before still stands.
    """
    if isinstance(decision, Stop):
        return Status(decision.failure.kind)
    reason = decision.reason
    if reason in _WANTED:
        return _WANTED[reason]
    if state.failure is not None:
        return Status(state.failure.kind)
    if stale and reason is Reason.ADDRESS_UNKNOWN:
        return Status.STALE
    if reason in _NOT_KNOWN and not unchecked:
        return _NOT_KNOWN[reason]
    if isinstance(decision, Wait):
        return Status.WAITING
    if state.outcome is None:
        return Status.PENDING
    # what the provider did is told by the event
    return _DONE.get(state.outcome, Status.UP_TO_DATE)


def overall(
    decisions: Mapping[Family, Decision],
    state: HostnameState,
    stale: Collection[Family] = (),
    unchecked: Collection[Family] = (),
) -> Status:
    """Return the status of a hostname: that of the family that is worse off."""
    statuses = {
        family: status(
            decision,
            state[family],
            stale=family in stale,
            unchecked=family in unchecked,
        )
        for family, decision in decisions.items()
    }

    def rank(family: Family) -> float:
        each = statuses[family]
        # many homes have no IPv6: a family that was never published is not missed
        missed = state[family].ours is not None
        if each is Status.ADDRESS_UNKNOWN and not missed:
            return _RANKS[Status.UP_TO_DATE] + 0.5
        return _RANKS[each]

    worst = min(statuses, key=rank, default=None)
    return Status.OFF if worst is None else statuses[worst]
