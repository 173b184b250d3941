"""One round of publishing: which records go together, and what answers mean for each."""

from datetime import timedelta

import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.engine.decide import (
    Decision,
    Publish,
    Reason,
    Stop,
)
from custom_components.ddns_plus.core.engine.round import (
    RecordKey,
    apply_read_back,
    attributed,
    begin,
    blocked,
    confirmed,
    digest,
    doubtful,
    paired,
)
from custom_components.ddns_plus.core.engine.state import (
    AccountState,
    Attempt,
    Failure,
    FamilyState,
    HostnameState,
)
from custom_components.ddns_plus.core.errors import (
    FailureKind,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Unavailable,
)
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Limits

from .engine_driver import (
    HOME,
    HOME_IPV6,
    IPV4,
    IPV6,
    MINUTE,
    OFFICE,
    SECOND,
    START,
    publish,
    skip,
    wait,
)

A, B = IPV4[:2]
LIMITS = Limits()
STOP = Stop(failure=Failure(kind=FailureKind.REFUSED, code="x", at=START))
OFF = skip(Reason.FAMILY_OFF)


def published(*addresses: Address) -> AccountState:
    """Return an account with one hostname, of which these addresses are published."""
    hostname = HostnameState()
    for address in addresses:
        state = FamilyState(published=address, confirmed_at=START)
        hostname = hostname.with_family(Family.of(address), state)
    return AccountState(hostnames={"home": hostname})


@pytest.mark.parametrize(
    ("other", "together"),
    [
        # what has nothing to send goes along
        (skip(Reason.UNCHANGED), publish(Reason.UNCHANGED, IPV6[0])),
        (wait(Reason.BACK_OFF, MINUTE), publish(Reason.RETRY, IPV6[0])),
        # as it was published, while nobody knows better
        (skip(Reason.ADDRESS_UNKNOWN), publish(Reason.UNCHANGED, IPV6[1])),
        (skip(Reason.NOT_PUBLISHABLE), publish(Reason.UNCHANGED, IPV6[1])),
        # what is not managed, or must not be sent, does not
        (OFF, OFF),
        (skip(Reason.NOT_PUBLISHED), skip(Reason.NOT_PUBLISHED)),
        (STOP, STOP),
        (publish(Reason.RETRY, IPV6[0]), publish(Reason.RETRY, IPV6[0])),
    ],
)
def test_both_families_go_together(other: Decision, together: Decision) -> None:
    """The family that changed is sent, and what it takes along."""
    decisions = {HOME: publish(Reason.CHANGED), HOME_IPV6: other}
    addresses: dict[RecordKey, Address | None] = {HOME: A, HOME_IPV6: IPV6[0]}
    assert paired(decisions, addresses, published(IPV6[1])) == {
        HOME: publish(Reason.CHANGED),
        HOME_IPV6: together,
    }


@pytest.mark.parametrize("reason", [Reason.MINIMUM_INTERVAL, Reason.PROVIDER_WAIT])
def test_a_family_that_must_wait_holds_the_other_one_back(reason: Reason) -> None:
    """The hostname is sent when both may be."""
    held = wait(reason, MINUTE)
    decisions = {HOME: held, HOME_IPV6: publish(Reason.CHANGED, IPV6[0])}
    assert paired(decisions, {}, AccountState()) == {HOME: held, HOME_IPV6: held}


@pytest.mark.parametrize(
    "decision",
    [
        skip(Reason.ADDRESS_UNKNOWN),
        # a withdrawal that failed wants no address
        wait(Reason.BACK_OFF, MINUTE),
    ],
)
def test_nothing_goes_along_without_an_address(decision: Decision) -> None:
    """What was never published, or is to be removed, is not invented."""
    decisions = {HOME: publish(Reason.CHANGED), HOME_IPV6: decision}
    assert paired(decisions, {HOME: A}, AccountState()) == decisions


def test_nothing_is_sent_for_company_alone() -> None:
    """Two families with nothing to send stay at home."""
    decisions: dict[RecordKey, Decision] = {
        HOME: skip(Reason.UNCHANGED),
        HOME_IPV6: wait(Reason.BACK_OFF, MINUTE),
    }
    assert paired(decisions, {HOME: A, HOME_IPV6: IPV6[0]}, AccountState()) == decisions


def test_company_is_not_told_to_be_updated() -> None:
    """The provider's word is about the hostname; nothing else is put in its mouth."""
    sent = {
        HOME: publish(Reason.CHANGED),
        HOME_IPV6: publish(Reason.UNCHANGED, IPV6[0]),
    }
    assert attributed(sent, [Outcome.UPDATED, Outcome.UPDATED]) == {
        HOME: Outcome.UPDATED,
        HOME_IPV6: Outcome.UNCHANGED,
    }
    error = Unavailable("timeout")
    for result in (error, Outcome.CREATED, Outcome.UNCHANGED):
        assert attributed(sent, [result, result])[HOME_IPV6] is result


def test_doubt() -> None:
    """Only what is to be sent now, and was cut short before, is in doubt."""
    attempt = Attempt(address=B, at=START)
    state = AccountState()
    for key in (HOME, OFFICE):
        hostname = state.hostname(key[0]).with_family(
            key[1], FamilyState(published=A, confirmed_at=START, attempt=attempt)
        )
        state = state.with_hostname(key[0], hostname)
    decisions: dict[RecordKey, Decision] = {
        HOME: publish(Reason.INTERRUPTED, B),
        HOME_IPV6: publish(Reason.CHANGED, IPV6[0]),
        OFFICE: wait(Reason.MINIMUM_INTERVAL, MINUTE),
    }
    assert doubtful(state, decisions) == {HOME: decisions[HOME]}

    later = START + MINUTE
    known = apply_read_back(
        state, doubtful(state, decisions), {HOME: frozenset({B})}, later
    )
    assert known.hostname("home")[Family.IPV4].published == B
    assert known.hostname("home")[Family.IPV4].attempt is None
    assert known.hostname("office") == state.hostname("office")
    assert confirmed(state, known) == {HOME}
    # nobody can tell
    assert apply_read_back(state, doubtful(state, decisions), {}, later) == state


def test_begin_notes_what_is_sent_and_what_is_over() -> None:
    """Before the call it is on disk; a failure of another address is forgotten."""
    failure = Failure(kind=FailureKind.UNAVAILABLE, code="timeout", at=START, address=B)
    state = published(A, IPV6[0])
    hostname = state.hostname("home").with_family(
        Family.IPV6, FamilyState(published=IPV6[0], failure=failure, failures=3)
    )
    state = state.with_hostname("home", hostname)
    sent = {HOME: publish(Reason.CHANGED, B)}
    begun = begin(state, {**sent, HOME_IPV6: skip(Reason.UNCHANGED)}, sent, START)
    home = begun.hostname("home")
    assert home[Family.IPV4].attempt == Attempt(address=B, at=START)
    assert home[Family.IPV4].sent_at == START
    assert home[Family.IPV6].failure is None
    assert home[Family.IPV6].failures == 0
    assert confirmed(state, begun) == frozenset()


def test_digest_keeps_failures_where_they_belong() -> None:
    """A failure touches one record; one of the account touches all, and outlives success."""
    sent: dict[RecordKey, Publish] = {
        HOME: publish(Reason.CHANGED, A),
        HOME_IPV6: publish(Reason.CHANGED, IPV6[0]),
    }
    begun = begin(AccountState(), sent, sent, START)
    after = digest(
        begun,
        sent,
        {HOME: Outcome.CREATED, HOME_IPV6: InvalidField("hostname", "nohost")},
        LIMITS,
        START,
        0,
    )
    home = after.hostname("home")
    assert after.failure is None
    assert home[Family.IPV4].published == A
    assert home[Family.IPV4].outcome is Outcome.CREATED
    assert home[Family.IPV6].stopped
    assert confirmed(begun, after) == {HOME}

    limited = RateLimited("http_429", account_wide=True, retry_after=90 * SECOND)
    results = {HOME: Outcome.UPDATED, HOME_IPV6: limited}
    after = digest(begun, sent, results, LIMITS, START, 0)
    assert after.retry_at == START + timedelta(seconds=90)
    results = dict.fromkeys(sent, Outcome.UPDATED)
    assert digest(after, sent, results, LIMITS, START, 0).retry_at is None

    refused = InvalidCredentials("badauth")
    after = digest(begun, sent, dict.fromkeys(sent, refused), LIMITS, START, 0)
    assert after.stopped


def test_barred() -> None:
    """Who may not even be sent stops, keeps another stop, and what is in doubt."""
    error = InvalidField("connection", "connection_removed")
    attempt = Attempt(address=B, at=START)
    hostname = AccountState().hostname("home")
    hostname = hostname.with_family(
        Family.IPV4, FamilyState(published=A, attempt=attempt)
    ).with_family(Family.IPV6, FamilyState(failure=STOP.failure))
    state = AccountState().with_hostname("home", hostname)
    home = blocked(state, [HOME, HOME_IPV6], error, LIMITS, START).hostname("home")
    assert home[Family.IPV4].stopped
    assert home[Family.IPV4].published == A
    assert home[Family.IPV4].attempt == attempt
    assert home[Family.IPV6].failure == STOP.failure
