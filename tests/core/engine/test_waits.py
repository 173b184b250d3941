"""Stops and waits: rules 7 and 8 of the engine; time is passed in."""

from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address
from custom_components.ddns_plus.core.engine.back_off import back_off
from custom_components.ddns_plus.core.engine.decide import (
    Force,
    Publish,
    Reason,
    Stop,
    Wait,
    failed_account,
)
from custom_components.ddns_plus.core.engine.round import digest
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Limits

from .engine_driver import (
    DAY,
    HOME,
    HOUR,
    IPV4,
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

STOPS = [
    InvalidCredentials("badauth"),
    InvalidField("hostname", "nohost"),
    InvalidField("hostname", "notfqdn"),
    Refused("abuse", account_wide=True),
    Refused("!donator"),
]


# Rule 7: a stop survives until the user acts


@pytest.mark.parametrize("error", STOPS, ids=lambda error: error.code)
def test_rule_7_a_stop_survives_restart_time_force_and_a_new_address(
    error: DdnsError,
) -> None:
    """Nothing but a person ends it."""
    driver = Driver()
    driver.fail(error)
    driver.restart()
    driver.wait(400 * DAY)
    driver.see(B)
    for force in (Force.NONE, Force.FORCE):
        decision = driver.decide(force=force)
        assert isinstance(decision, Stop)
        assert decision.failure.code == error.code


@pytest.mark.parametrize("error", STOPS, ids=lambda error: error.code)
def test_rule_7_override_stop_is_the_users_word(error: DdnsError) -> None:
    """It tries once more, and a new refusal stops again."""
    driver = Driver()
    driver.fail(error)
    driver.fail(error, force=Force.OVERRIDE_STOP)
    assert isinstance(driver.decide(), Stop)
    assert driver.decide(force=Force.OVERRIDE_STOP) == publish(Reason.FORCED)


@pytest.mark.parametrize("error", STOPS, ids=lambda error: error.code)
def test_rule_7_reauth_and_repair_lift_the_stop(error: DdnsError) -> None:
    """All hostnames of the account are tried at once."""
    driver = Driver()
    driver.fail(error)
    driver.account = driver.account.released()
    assert driver.decide() == publish(Reason.CHANGED)
    assert driver.account.failure is None


def test_rule_7_repairing_one_hostname_leaves_the_other_stopped() -> None:
    """A repair concerns what it names."""
    driver = Driver()
    driver.fail(InvalidField("hostname", "nohost"))
    driver.fail(InvalidField("hostname", "nohost"), OFFICE)
    released = driver.account.hostname("home").released()
    driver.account = driver.account.with_hostname("home", released)
    assert driver.decide(HOME) == publish(Reason.CHANGED)
    assert isinstance(driver.decide(OFFICE), Stop)


def test_rule_7_reconfiguring_a_hostname_lifts_its_stop() -> None:
    """But not that of its account."""
    driver = Driver()
    driver.fail(InvalidField("hostname", "nohost"))
    driver.reset("home")
    assert driver.decide() == publish(Reason.CHANGED)
    driver.fail(InvalidCredentials("badauth"))
    driver.reset("home")
    assert isinstance(driver.decide(), Stop)


def test_rule_7_a_success_after_override_stop_frees_the_whole_account() -> None:
    """The records that met the same refusal are published without another word."""
    driver = Driver()
    error = InvalidCredentials("badauth")
    driver.begin(HOME)
    driver.begin(OFFICE)
    driver.reject(error, HOME)
    driver.reject(error, OFFICE)
    sent = {HOME: driver.begin(HOME, Force.OVERRIDE_STOP)}
    results = {HOME: Outcome.UPDATED}
    driver.account = digest(driver.account, sent, results, driver.limits, START, 0)
    assert driver.account.failure is None
    assert driver.decide(HOME) == skip(Reason.UNCHANGED)
    # soon, but not at once: what was refused a moment ago is not hammered
    assert driver.decide(OFFICE) == wait(Reason.BACK_OFF, MINUTE)
    driver.wait(MINUTE)
    assert driver.decide(OFFICE) == publish(Reason.CHANGED)


@pytest.mark.parametrize(
    ("force", "expected"),
    [
        (Force.NONE, skip(Reason.PAUSED)),
        (Force.FORCE, publish(Reason.FORCED)),
        (Force.OVERRIDE_STOP, publish(Reason.FORCED)),
    ],
)
def test_rule_7_force_overrides_a_pause(force: Force, expected: object) -> None:
    """The switch stops what happens by itself, not what a person asks for."""
    driver = Driver()
    driver.pause("home")
    driver.restart()
    assert driver.decide(force=force) == expected
    assert driver.decide(OFFICE) == publish(Reason.CHANGED)


def test_rule_7_force_overrides_soft_back_off() -> None:
    """The wait was ours, not the provider's."""
    driver = Driver()
    driver.fail(Unavailable("timeout"))
    assert driver.decide() == wait(Reason.BACK_OFF, MINUTE)
    assert driver.decide(force=Force.FORCE) == publish(Reason.FORCED)


@pytest.mark.parametrize("force", Force)
@pytest.mark.parametrize("address", [A, B])
@pytest.mark.parametrize(
    "error",
    [
        RateLimited("http_429"),
        RateLimited("http_429", retry_after=30 * MINUTE),
        RateLimited("http_429", account_wide=True, retry_after=30 * MINUTE),
        Unavailable("911", retry_after=30 * MINUTE),
        UnexpectedResponse("http_520", retry_after=30 * MINUTE),
    ],
    ids=str,
)
def test_rule_7_force_never_overrides_a_wait_of_the_providers(
    error: DdnsError, address: Address, force: Force
) -> None:
    """Nor does a new address."""
    driver = Driver()
    driver.fail(error)
    driver.restart()
    driver.see(address)
    assert driver.decide(force=force) == wait(Reason.PROVIDER_WAIT, 30 * MINUTE)


@pytest.mark.parametrize("account_wide", [False, True])
def test_rule_7_override_stop_waits_if_the_refusal_named_a_time(
    account_wide: bool,
) -> None:
    """A stop may come with a wait; a person ends only the stop."""
    driver = Driver()
    error = Refused("abuse", account_wide=account_wide, retry_after=HOUR)
    driver.fail(error)
    expected = wait(Reason.PROVIDER_WAIT, HOUR)
    assert isinstance(driver.decide(), Stop)
    assert driver.decide(force=Force.OVERRIDE_STOP) == expected
    driver.account = driver.account.released()
    assert driver.decide() == expected


@pytest.mark.parametrize("force", Force)
def test_rule_7_force_never_overrides_the_minimum_interval(force: Force) -> None:
    """It is the provider's rule."""
    driver = Driver(Limits(minimum_interval=10 * MINUTE))
    driver.publish()
    driver.see(B)
    assert driver.decide(force=force) == wait(Reason.MINIMUM_INTERVAL, 10 * MINUTE)
    driver.wait(10 * MINUTE)
    assert isinstance(driver.decide(force=force), Publish)


# Rule 8: waits are honoured to the second


def test_rule_8_retry_after_is_honoured_to_the_second() -> None:
    """With no jitter: neither a second early nor late."""
    driver = Driver()
    driver.fail(Unavailable("http_503", retry_after=timedelta(seconds=77)), jitter=1)
    assert driver.decide() == wait(Reason.PROVIDER_WAIT, timedelta(seconds=77))
    driver.wait(timedelta(seconds=76))
    assert isinstance(driver.decide(), Wait)
    driver.wait(SECOND)
    assert driver.decide() == publish(Reason.CHANGED)


def test_rule_8_a_rate_limit_without_a_time_waits_as_the_provider_wants() -> None:
    """Half an hour where its documents say nothing."""
    driver = Driver()
    driver.fail(RateLimited("http_429", account_wide=True), jitter=1)
    assert driver.decide(OFFICE) == wait(Reason.PROVIDER_WAIT, 30 * MINUTE)
    driver = Driver(Limits(outage_wait=2 * HOUR))
    driver.fail(RateLimited("http_429", account_wide=True), jitter=1)
    assert driver.decide(HOME) == wait(Reason.PROVIDER_WAIT, 2 * HOUR)
    assert driver.decide(OFFICE) == wait(Reason.PROVIDER_WAIT, 2 * HOUR)


@pytest.mark.parametrize("retry_after", [SECOND, 5 * SECOND, None])
@pytest.mark.parametrize("error", [RateLimited, Unavailable])
def test_rule_8_a_short_retry_after_is_no_leave_to_hurry(
    error: type[DdnsError], retry_after: timedelta | None
) -> None:
    """A server whose error page always says "in a second" is asked ever more rarely."""
    driver = Driver()
    tries = 0
    while driver.now < START + 8 * HOUR:
        driver.fail(error("http_503", retry_after=retry_after))
        tries += 1
        decision = driver.decide()
        assert isinstance(decision, Wait)
        driver.wait(decision.until - driver.now)
    assert tries <= 12
    driver.publish()
    assert driver.decide() == skip(Reason.UNCHANGED)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Unavailable, RateLimited, UnexpectedResponse]),
            st.none() | st.timedeltas(timedelta(), timedelta(days=1)),
            st.floats(0, 1),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_rule_8_a_wait_is_the_longer_of_what_was_asked_and_our_own(
    answers: list[tuple[type[DdnsError], timedelta | None, float]],
) -> None:
    """Whatever the provider answers, and in whatever order."""
    driver = Driver()
    for failures, (error, retry_after, jitter) in enumerate(answers, 1):
        driver.fail(error("http_503", retry_after=retry_after), jitter=jitter)
        decision = driver.decide()
        assert isinstance(decision, Wait)
        waited = decision.until - driver.now
        assert waited >= (retry_after or timedelta())
        assert waited >= back_off(error.kind, failures, jitter)
        driver.wait(waited)


def test_rule_8_a_new_address_waits_only_as_long_as_was_asked() -> None:
    """Our own back-off is about the address that failed."""
    driver = Driver()
    for _ in range(4):
        driver.fail(Unavailable("http_503", retry_after=SECOND), force=Force.FORCE)
        driver.wait(SECOND)
    assert driver.decide() == Wait(
        reason=Reason.BACK_OFF, until=driver.now - SECOND + 30 * MINUTE
    )
    driver.see(B)
    assert driver.decide() == publish(Reason.CHANGED, B)


@pytest.mark.parametrize("retry_after", [timedelta(), -HOUR])
def test_rule_8_a_wait_of_nothing_is_no_wait(retry_after: timedelta) -> None:
    """A provider whose date lies in the past would be asked without end."""
    driver = Driver()
    driver.fail(Unavailable("http_503", retry_after=retry_after))
    assert driver.decide() == wait(Reason.BACK_OFF, MINUTE)
    driver.fail(RateLimited("http_429", retry_after=retry_after), OFFICE)
    assert driver.decide(OFFICE) == wait(Reason.PROVIDER_WAIT, 30 * MINUTE)


def test_rule_8_an_absurd_wait_ends() -> None:
    """A mistake of the provider's must not silence a hostname for ever."""
    driver = Driver()
    driver.fail(Unavailable("http_503", retry_after=timedelta.max))
    assert driver.decide() == wait(Reason.PROVIDER_WAIT, 7 * DAY)


@pytest.mark.parametrize(
    ("error", "minutes"),
    [
        (Unavailable("timeout"), [1, 5, 15, 30, 60, 60]),
        (UnexpectedResponse("unknown_word"), [15, 60, 240, 240]),
    ],
    ids=str,
)
@pytest.mark.parametrize("jitter", [0, 0.5, 1])
def test_rule_8_back_off_grows_and_has_jitter(
    error: DdnsError, minutes: list[int], jitter: float
) -> None:
    """Many homes behind one dead server must not come back in step."""
    driver = Driver()
    for step in minutes:
        driver.fail(error, jitter=jitter)
        expected = step * MINUTE * (1 + 0.2 * jitter)
        assert driver.decide() == Wait(
            reason=Reason.BACK_OFF, until=driver.now + expected
        )
        driver.wait(expected)
    driver.publish()
    driver.see(B)
    driver.fail(error)
    assert driver.state().retry_at == driver.now + minutes[0] * MINUTE


def test_rule_8_a_failed_repair_or_forced_update_is_tried_again() -> None:
    """Although the address is the published one."""
    driver = Driver.with_all_published()
    driver.fail(Unavailable("timeout"), force=Force.FORCE)
    assert driver.decide() == wait(Reason.BACK_OFF, MINUTE)
    driver.wait(MINUTE)
    assert driver.publish() == publish(Reason.RETRY)
    assert driver.decide() == skip(Reason.UNCHANGED)


def test_rule_8_of_several_waits_the_longest_counts() -> None:
    """And it is the one that is told."""
    driver = Driver(Limits(minimum_interval=HOUR))
    driver.fail(Unavailable("911", retry_after=30 * MINUTE))
    assert driver.decide() == wait(Reason.MINIMUM_INTERVAL, HOUR)
    driver.limits = Limits(minimum_interval=10 * MINUTE)
    assert driver.decide() == wait(Reason.PROVIDER_WAIT, 30 * MINUTE)
    error = RateLimited("http_429", account_wide=True, retry_after=2 * HOUR)
    driver.account = failed_account(driver.account, error, START)
    assert driver.decide() == wait(Reason.PROVIDER_WAIT, 2 * HOUR)


def test_rule_8_a_failure_on_an_old_address_does_not_delay_a_new_one() -> None:
    """What failed is backed off from, not what is new."""
    driver = Driver()
    driver.fail(Unavailable("timeout"))
    driver.see(B)
    assert driver.decide() == publish(Reason.CHANGED, B)
