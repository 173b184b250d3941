"""What an answer makes of the state: rules 5, 6 and 12 of the engine."""

import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.engine.decide import (
    Force,
    Mode,
    Publish,
    Reason,
    Stop,
    failed,
    failed_account,
    failure_cleared,
    read_back,
)
from custom_components.ddns_plus.core.engine.state import AccountState
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    FailureKind,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Limits, Update

from .engine_driver import (
    HOME,
    HOME_IPV6,
    HOUR,
    IPV4,
    IPV6,
    MINUTE,
    OFFICE,
    SECOND,
    START,
    Driver,
    publish,
    skip,
    wait,
)

A, B, C, _ = IPV4


# Rule 5: state is stored before and after each call


def test_rule_5_an_interrupted_update_is_sent_once_more_after_the_interval() -> None:
    """The process was killed between the call and the stored answer."""
    driver = Driver(Limits(minimum_interval=10 * MINUTE))
    driver.publish()
    driver.wait(HOUR)
    driver.see(B)
    driver.begin()
    driver.restart()
    assert driver.decide() == wait(Reason.MINIMUM_INTERVAL, HOUR + 10 * MINUTE)
    driver.wait(10 * MINUTE)
    assert driver.publish() == publish(Reason.INTERRUPTED, B)
    driver.restart()
    driver.wait(HOUR)
    assert driver.decide() == skip(Reason.UNCHANGED)


def test_rule_5_an_interrupted_update_is_read_back() -> None:
    """What the provider holds ends the doubt without another call."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.begin()
    driver.restart()
    driver.wait(MINUTE)
    state = read_back(driver.state(), {B}, B, driver.now)
    assert (state.published, state.attempt) == (B, None)
    assert state.outcome is Outcome.UPDATED
    assert state.changed_at == state.confirmed_at == driver.now
    driver.change(HOME, state)
    assert driver.decide() == skip(Reason.UNCHANGED)


@pytest.mark.parametrize(
    ("held", "wanted", "left"),
    [
        pytest.param({A}, B, A, id="not_applied"),
        pytest.param({A, B}, B, A, id="half_applied"),
        pytest.param({A, B}, A, B, id="half_applied_and_not_wanted_any_more"),
        pytest.param({B}, C, B, id="applied_and_not_wanted_any_more"),
        pytest.param({B}, None, B, id="applied_and_to_be_withdrawn"),
        pytest.param(set(), B, None, id="gone"),
        pytest.param({C}, B, None, id="changed_by_others"),
        pytest.param({A}, A, A, id="not_applied_and_not_wanted_any_more"),
    ],
)
def test_rule_5_what_is_read_back_of_ours_is_the_next_to_be_replaced(
    held: set[Address], wanted: Address | None, left: Address | None
) -> None:
    """An update cut short leaves the old address, the new one, both or none."""
    driver = Driver.with_all_published()
    before = driver.state()
    driver.see(B)
    driver.begin()
    state = read_back(driver.state(), held, wanted, START + MINUTE)
    assert (state.published, state.attempt) == (left, None)
    assert state.confirmed_at == before.confirmed_at
    driver.change(HOME, state)
    if wanted is None:
        driver.modes[HOME] = Mode.WITHDRAW
        assert driver.decide() == publish(Reason.WITHDRAWAL, None)
    else:
        driver.see(wanted)
        reason = Reason.UNCHANGED if left == wanted else Reason.CHANGED
        assert driver.decide().reason is reason  # type: ignore[union-attr]


def test_rule_5_reading_tells_nothing_of_an_update_to_the_same_address() -> None:
    """Whether a forced update arrived cannot be seen: it is sent once more."""
    driver = Driver.with_all_published()
    driver.begin(force=Force.FORCE)
    state = read_back(driver.state(), {A}, A, START + MINUTE)
    assert state == driver.state()
    assert driver.decide() == publish(Reason.INTERRUPTED)


def test_rule_5_reading_tells_nothing_of_other_settings() -> None:
    """The address arrived with the old TTL: it is sent once more, with the new one."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.begin()
    driver.reset("home")
    assert driver.state().possible == (A, B)
    driver.change(HOME, read_back(driver.state(), {B}, B, START))
    assert driver.state().published == B
    assert driver.decide() == publish(Reason.CHANGED, B)


def test_rule_5_other_settings_do_not_end_the_doubt() -> None:
    """Nor does it become a certainty that a first update arrived."""
    driver = Driver()
    driver.begin()
    driver.reset("home")
    assert driver.state().ours == A
    state = read_back(driver.state(), {A}, A, START)
    assert state == driver.state()
    assert driver.decide() == publish(Reason.INTERRUPTED)


def test_rule_5_a_first_update_is_read_back() -> None:
    """Nothing was published before, so what is held is the attempt's doing."""
    driver = Driver()
    driver.begin()
    driver.change(HOME, read_back(driver.state(), {A}, A, START))
    assert driver.state().outcome is Outcome.UPDATED
    assert driver.decide() == skip(Reason.UNCHANGED)


def test_rule_5_nothing_is_read_back_without_an_open_attempt() -> None:
    """Else a look at the provider would rewrite what is known."""
    driver = Driver.with_all_published()
    assert read_back(driver.state(), {B}, B, START) == driver.state()


@pytest.mark.parametrize("wanted", [A, B, C])
def test_rule_5_an_update_that_may_have_taken_effect_is_sent_again(
    wanted: Address,
) -> None:
    """Even if the old address is wanted again: nobody knows what the record holds."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.fail(Unavailable("timeout", maybe_applied=True))
    driver.restart()
    driver.wait(MINUTE)
    driver.see(wanted)
    assert driver.decide() == publish(Reason.INTERRUPTED, wanted)


def test_rule_5_a_later_failure_does_not_end_the_doubt() -> None:
    """A to B may have arrived, C was refused: A must be sent although it was driver."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.fail(Unavailable("timeout", maybe_applied=True))
    driver.see(C)
    driver.fail(Unavailable("http_503"))
    driver.restart()
    driver.see(A)
    assert driver.publish() == publish(Reason.INTERRUPTED, A)
    assert driver.decide() == skip(Reason.UNCHANGED, START + MINUTE)


def test_rule_5_an_update_that_failed_for_certain_leaves_the_old_one() -> None:
    """Then the old address needs no call when it is wanted again."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.fail(Unavailable("cannot_connect"))
    driver.see(A)
    assert driver.decide() == skip(Reason.UNCHANGED)


# Rule 6: a failure touches one hostname and family, or the account


def test_rule_6_a_failure_touches_one_hostname_and_family() -> None:
    """The other family and the other hostname are published as if nothing was."""
    driver = Driver()
    driver.fail(InvalidField("hostname", "nohost"))
    assert isinstance(driver.decide(), Stop)
    assert driver.decide(HOME_IPV6) == publish(Reason.CHANGED, IPV6[0])
    assert driver.decide(OFFICE) == publish(Reason.CHANGED)
    assert driver.account.failure is None


@pytest.mark.parametrize(
    "error", [InvalidCredentials("badauth"), Refused("abuse", account_wide=True)]
)
def test_rule_6_what_concerns_the_account_stops_all_its_hostnames(
    error: DdnsError,
) -> None:
    """And both families, in one go."""
    driver = Driver()
    driver.fail(error)
    for key in driver.keys:
        decision = driver.decide(key)
        assert isinstance(decision, Stop)
        assert decision.failure.code == error.code


def test_rule_6_a_rate_limit_of_the_account_holds_all_its_hostnames() -> None:
    """One 429 is enough."""
    driver = Driver()
    error = RateLimited("http_429", account_wide=True, retry_after=7 * MINUTE)
    driver.fail(error)
    expected = wait(Reason.PROVIDER_WAIT, 7 * MINUTE)
    assert {driver.decide(key) for key in driver.keys} == {expected}
    driver.wait(7 * MINUTE)
    assert all(isinstance(driver.decide(key), Publish) for key in driver.keys)


def test_rule_6_a_server_out_of_order_is_no_fault_of_the_account() -> None:
    """Without a wait of the provider's own every record backs off for itself."""
    driver = Driver()
    error = Unavailable("http_503", account_wide=True)
    assert failed_account(driver.account, error, START) == driver.account


def test_rule_6_no_wait_of_the_account_is_ever_shortened() -> None:
    """Of two answers the longer wait counts, whichever came first."""
    long = RateLimited("http_429", account_wide=True, retry_after=HOUR)
    short = RateLimited("http_429", account_wide=True, retry_after=MINUTE)
    for first, second in ((long, short), (short, long)):
        account = failed_account(AccountState(), first, START)
        account = failed_account(account, second, START)
        assert account.retry_at == START + HOUR


def test_rule_6_a_stop_of_the_account_outlives_any_later_failure() -> None:
    """A rate limit met by another request must not bring wrong credentials back."""
    account = failed_account(AccountState(), InvalidCredentials("badauth"), START)
    error = RateLimited("http_429", account_wide=True, retry_after=HOUR)
    account = failed_account(account, error, START)
    assert account.stopped
    assert account.failure is not None
    assert account.failure.code == "badauth"
    assert account.retry_at == START + HOUR


def test_rule_6_families_back_off_each_for_itself() -> None:
    """A failing AAAA never slows the A."""
    driver = Driver()
    driver.fail(Unavailable("http_503"), HOME_IPV6)
    assert driver.decide(HOME_IPV6) == wait(Reason.BACK_OFF, MINUTE)
    assert driver.decide(HOME) == publish(Reason.CHANGED)


# Rule 12: no secret, whatever the provider answers


def test_rule_12_a_hostnames_own_secret_is_not_in_an_updates_repr() -> None:
    """An update may stand in a trace-back or a log."""
    settings = {"token": "s3cret-canary"}
    update = Update(
        hostname=Hostname.parse("home.example.org"),
        family=Family.IPV4,
        address=A,
        settings=settings,
    )
    assert "s3cret-canary" not in repr(update)
    assert "home.example.org" in repr(update)


def test_rule_12_a_state_keeps_only_the_redacted_facts_of_an_error() -> None:
    """What an exception carries along is not stored with its code and detail."""
    driver = Driver()
    error = Unavailable("http_503", "the server is out of order")
    error.__cause__ = ValueError("s3cret-canary")
    error.add_note("s3cret-canary")
    driver.fail(error)
    assert "s3cret-canary" not in repr(driver.account)
    assert "s3cret-canary" not in repr(driver.account.as_json())


# What comes after an answer


def test_success_notes_when_the_address_changed_and_was_confirmed() -> None:
    """Two different times: a confirmation is no change."""
    driver = Driver()
    driver.publish()
    driver.wait(HOUR)
    driver.publish(force=Force.FORCE)
    state = driver.state()
    assert state.changed_at == START
    assert state.confirmed_at == START + HOUR


def test_success_ends_the_failure() -> None:
    """With its wait and its count."""
    driver = Driver()
    driver.fail(Unavailable("911", retry_after=HOUR))
    driver.wait(HOUR)
    driver.publish()
    state = driver.state()
    assert (state.failure, state.failures, state.retry_at) == (None, 0, None)
    assert state.asked_until is None


def test_a_failure_of_an_address_that_is_not_wanted_any_more_is_over() -> None:
    """The published address turned out to be right after all."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.fail(Unavailable("http_503"))
    driver.see(A)
    state = failure_cleared(driver.state())
    assert (state.failure, state.failures, state.retry_at) == (None, 0, None)
    assert state.published == A


def test_calm_does_not_end_a_wait_of_the_providers() -> None:
    """A to B was asked too often, back to A and on to C: C waits."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.fail(RateLimited("http_429", retry_after=HOUR))
    driver.see(A)
    driver.change(HOME, failure_cleared(driver.state()))
    assert driver.state().failure is None
    driver.see(C)
    expected = wait(Reason.PROVIDER_WAIT, HOUR)
    assert driver.decide(force=Force.FORCE) == expected


def test_calm_does_not_end_a_stop() -> None:
    """Only a person does."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.fail(InvalidField("hostname", "nohost"))
    driver.see(A)
    assert driver.decide() == skip(Reason.UNCHANGED)
    state = driver.state()
    assert failure_cleared(state) == state


def test_calm_leaves_a_stop_of_the_account_to_the_account() -> None:
    """The record is right, and the account stays stopped."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.fail(InvalidCredentials("badauth"))
    driver.see(A)
    assert failure_cleared(driver.state()).failure is None
    driver.change(HOME, failure_cleared(driver.state()))
    driver.see(C)
    assert isinstance(driver.decide(), Stop)


def test_calm_changes_nothing_where_nothing_failed() -> None:
    """It is called in every round."""
    driver = Driver.with_all_published()
    state = driver.state()
    assert failure_cleared(state) is state


def test_a_failure_is_told_with_its_facts() -> None:
    """For the entities, the repairs and the log."""
    driver = Driver()
    driver.begin()
    state = failed(
        driver.state(),
        InvalidField("ttl", "ttl_too_small", "at least 60 seconds"),
        START + SECOND,
        Limits(),
        0,
    )
    failure = state.failure
    assert failure is not None
    assert failure.kind is FailureKind.INVALID_FIELD
    assert (failure.field, failure.code) == ("ttl", "ttl_too_small")
    assert failure.said == "at least 60 seconds"
    assert (failure.at, failure.address) == (START + SECOND, A)
    assert state.retry_at is None
