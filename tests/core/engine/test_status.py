"""One word for how a hostname is doing."""

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.decide import (
    Decision,
    Publish,
    Reason,
    Skip,
    Stop,
    Wait,
)
from custom_components.ddns_plus.core.engine.state import (
    Failure,
    FamilyState,
    HostnameState,
)
from custom_components.ddns_plus.core.engine.status import Status, overall, status
from custom_components.ddns_plus.core.errors import FailureKind
from custom_components.ddns_plus.core.outcome import Outcome

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = ip_address("81.2.69.142")
PUBLISHED = FamilyState(published=ADDRESS, outcome=Outcome.UPDATED)


def failure(kind: FailureKind) -> Failure:
    """Return a failure."""
    return Failure(kind=kind, code="code", at=NOW)


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


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [
        (Outcome.CREATED, Status.UP_TO_DATE),
        (Outcome.UPDATED, Status.UP_TO_DATE),
        (Outcome.UNCHANGED, Status.UP_TO_DATE),
        (Outcome.PENDING, Status.PENDING),
        (Outcome.WITHDRAWN, Status.WITHDRAWN),
    ],
)
def test_a_record_that_is_right_is_up_to_date(outcome: Outcome, shown: Status) -> None:
    """One word for "all is well": what the provider did is told by the event."""
    state = FamilyState(published=ADDRESS, outcome=outcome)
    assert status(Skip(reason=Reason.UNCHANGED), state) is shown


def test_a_new_record_is_pending_or_waiting() -> None:
    """Nothing has been answered yet."""
    publish = Publish(reason=Reason.CHANGED, address=ADDRESS)
    wait = Wait(reason=Reason.PROVIDER_WAIT, until=NOW)
    assert status(publish, FamilyState()) is Status.PENDING
    assert status(wait, FamilyState()) is Status.WAITING


def _overall(ipv4: FamilyState | None, ipv6: FamilyState | None) -> Status:
    """Return the status of a hostname; a family without state has no address."""
    states = {Family.IPV4: ipv4, Family.IPV6: ipv6}
    decisions: dict[Family, Decision] = {
        family: Skip(
            reason=Reason.ADDRESS_UNKNOWN if state is None else Reason.UNCHANGED
        )
        for family, state in states.items()
    }
    known = {family: state or FamilyState() for family, state in states.items()}
    return overall(decisions, HostnameState(families=known))


def test_a_failing_family_is_shown_first() -> None:
    """What needs a person comes before what passes, and that before what is well."""
    well = FamilyState(outcome=Outcome.UPDATED, confirmed_at=NOW)
    refused = FamilyState(failure=failure(FailureKind.REFUSED))
    unavailable = FamilyState(failure=failure(FailureKind.UNAVAILABLE))
    assert _overall(well, refused) is Status.REFUSED
    assert _overall(unavailable, well) is Status.UNAVAILABLE
    assert _overall(unavailable, refused) is Status.REFUSED


def test_a_home_without_ipv6_is_well() -> None:
    """One family that is up to date is enough; none at all is said."""
    well = FamilyState(outcome=Outcome.UPDATED, confirmed_at=NOW)
    assert _overall(well, None) is Status.UP_TO_DATE
    assert _overall(None, None) is Status.ADDRESS_UNKNOWN


@pytest.mark.parametrize("lost", Family)
def test_an_address_that_is_lost_is_not_hidden_by_the_other_family(
    lost: Family,
) -> None:
    """The record of a lost IPv4 may be wrong, though IPv6 was created once."""
    decisions: dict[Family, Decision] = dict.fromkeys(
        Family, Skip(reason=Reason.UNCHANGED)
    )
    decisions[lost] = Skip(reason=Reason.ADDRESS_UNKNOWN)
    well = FamilyState(outcome=Outcome.CREATED, confirmed_at=NOW)
    address = ip_address("81.2.69.142" if lost is Family.IPV4 else "2606:2800:220:1::1")
    published = FamilyState(published=address, outcome=Outcome.UPDATED)
    state = HostnameState(families={**dict.fromkeys(Family, well), lost: published})
    assert overall(decisions, state) is Status.ADDRESS_UNKNOWN


def test_a_family_that_is_off_does_not_hide_an_unknown_address() -> None:
    """Nor does one that was removed from the record."""
    unknown = Skip(reason=Reason.ADDRESS_UNKNOWN)
    for reason in (Reason.FAMILY_OFF, Reason.NOT_PUBLISHED):
        decisions = {Family.IPV4: unknown, Family.IPV6: Skip(reason=reason)}
        assert overall(decisions, HostnameState()) is Status.ADDRESS_UNKNOWN


def test_a_record_that_may_be_outdated_is_shown_before_the_family_that_is_well() -> (
    None
):
    """But not before what failed, and not when a person has switched it off."""
    unknown = Skip(reason=Reason.ADDRESS_UNKNOWN)
    decisions = {Family.IPV4: Skip(reason=Reason.UNCHANGED), Family.IPV6: unknown}
    state = HostnameState(
        families=dict.fromkeys(Family, FamilyState(outcome=Outcome.UPDATED))
    )
    assert overall(decisions, state) is Status.UP_TO_DATE
    assert overall(decisions, state, {Family.IPV6}) is Status.STALE
    failing = FamilyState(failure=failure(FailureKind.UNAVAILABLE))
    assert status(unknown, failing, stale=True) is Status.UNAVAILABLE
    assert status(Skip(reason=Reason.PAUSED), PUBLISHED, stale=True) is Status.PAUSED


def test_a_problem_is_what_does_not_work_as_it_should() -> None:
    """Not a pause, nor a wait, nor an outage of the connection that shows elsewhere."""
    problems = {each for each in Status if each.problem}
    assert problems == {
        *(Status(kind.value) for kind in FailureKind),
        Status.NOT_PUBLISHABLE,
        Status.STALE,
    }
