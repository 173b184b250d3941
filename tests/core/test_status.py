"""One word for how a hostname is doing."""

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from custom_components.ddns_plus.core.engine import (
    Decision,
    Publish,
    Reason,
    Skip,
    Stop,
    Wait,
)
from custom_components.ddns_plus.core.state import (
    Failure,
    FailureKind,
    FamilyState,
    Outcome,
)
from custom_components.ddns_plus.core.status import Status, status

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = ip_address("81.2.69.142")
PUBLISHED = FamilyState(published=ADDRESS, outcome=Outcome.UPDATED)


def failure(kind: FailureKind) -> Failure:
    """Return a failure."""
    return Failure(kind=kind, code="code", detail="", at=NOW)


@pytest.mark.parametrize("kind", FailureKind)
def test_a_stop_is_shown_as_what_caused_it(kind: FailureKind) -> None:
    """Even if it is the account that stopped, and the record itself never failed."""
    assert status(Stop(failure=failure(kind)), PUBLISHED) == kind.value


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize(
    "decision",
    [
        Wait(reason=Reason.BACK_OFF, until=NOW),
        Publish(reason=Reason.RETRY, address=ADDRESS),
        Skip(reason=Reason.ADDRESS_UNKNOWN),
        Skip(reason=Reason.NOT_PUBLISHABLE),
        Skip(reason=Reason.UNCHANGED),
    ],
    ids=lambda decision: decision.reason,
)
def test_a_failure_is_shown_until_it_is_over(
    decision: Decision, kind: FailureKind
) -> None:
    """Waiting for the next try, or for an address, does not hide it."""
    assert status(decision, FamilyState(failure=failure(kind))) == kind.value


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (Reason.FAMILY_OFF, Status.OFF),
        (Reason.PAUSED, Status.PAUSED),
        (Reason.NOT_PUBLISHED, Status.WITHDRAWN),
    ],
)
def test_what_the_user_wants_is_shown_first(reason: Reason, shown: Status) -> None:
    """A family that is off has no problem, whatever happened before."""
    for state in (
        FamilyState(),
        PUBLISHED,
        FamilyState(failure=failure(FailureKind.REFUSED)),
    ):
        assert status(Skip(reason=reason), state) is shown
    assert not shown.problem


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (Reason.ADDRESS_UNKNOWN, Status.ADDRESS_UNKNOWN),
        (Reason.NOT_PUBLISHABLE, Status.NOT_PUBLISHABLE),
    ],
)
def test_what_is_not_known_is_shown_before_the_last_outcome(
    reason: Reason, shown: Status
) -> None:
    """The record may be outdated by now."""
    assert status(Skip(reason=reason), PUBLISHED) is shown


@pytest.mark.parametrize("outcome", Outcome)
def test_a_record_that_is_right_shows_its_last_outcome(outcome: Outcome) -> None:
    """The provider's own answer."""
    state = FamilyState(published=ADDRESS, outcome=outcome)
    assert status(Skip(reason=Reason.UNCHANGED), state) == outcome.value


def test_a_new_record_is_pending_or_waiting() -> None:
    """Nothing has been answered yet."""
    publish = Publish(reason=Reason.CHANGED, address=ADDRESS)
    wait = Wait(reason=Reason.PROVIDER_WAIT, until=NOW)
    assert status(publish, FamilyState()) is Status.PENDING
    assert status(wait, FamilyState()) is Status.WAITING


def test_the_worst_of_both_families_is_shown() -> None:
    """What needs a person comes before what passes, and that before what is well."""
    worst = Status.worst
    assert worst([Status.UPDATED, Status.REFUSED]) is Status.REFUSED
    assert worst([Status.UNAVAILABLE, Status.INVALID_FIELD]) is Status.INVALID_FIELD
    assert worst([Status.OFF, Status.UNCHANGED]) is Status.UNCHANGED
    assert worst([Status.ADDRESS_UNKNOWN, Status.UPDATED]) is Status.ADDRESS_UNKNOWN
    assert worst([]) is Status.OFF


def test_a_problem_is_what_does_not_work_as_it_should() -> None:
    """Not a pause, nor a wait, nor an outage of the connection that shows elsewhere."""
    problems = {each for each in Status if each.problem}
    assert problems == {
        *(Status(kind.value) for kind in FailureKind),
        Status.NOT_PUBLISHABLE,
    }
