"""Status of a hostname in one word."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
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
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    # many homes have no IPv6: the family that has an address is what matters
    ADDRESS_UNKNOWN = "address_unknown"
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
_DONE = {outcome: Status(outcome.value) for outcome in Outcome}
_WELL = frozenset({Status.CREATED, Status.UPDATED, Status.UNCHANGED})


def status(decision: Decision, state: FamilyState, *, stale: bool = False) -> Status:
    """Return the status of a record from the latest decision on it.

    `stale`: its address has not been known for a while.
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
    if reason in _NOT_KNOWN:
        return _NOT_KNOWN[reason]
    if isinstance(decision, Wait):
        return Status.WAITING
    return _DONE[state.outcome] if state.outcome else Status.PENDING


def overall(
    decisions: Mapping[Family, Decision],
    state: HostnameState,
    stale: Collection[Family] = (),
) -> Status:
    """Return the status of a hostname; if both families are fine, the latest outcome."""
    order = list(Status)
    statuses = {
        family: status(decision, state[family], stale=family in stale)
        for family, decision in decisions.items()
    }
    first = min(statuses.values(), key=order.index, default=Status.OFF)
    if first not in _WELL:
        return first

    def confirmed_at(family: Family) -> datetime:
        return state[family].confirmed_at or datetime.min.replace(tzinfo=UTC)

    well = [family for family, each in statuses.items() if each in _WELL]
    return statuses[max(well, key=confirmed_at)]
