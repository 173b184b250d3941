"""Refusals: what stops, what is an outage, and what is tried again by itself."""

from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.engine.decide import (
    Force,
    Publish,
    Skip,
    Stop,
    Wait,
)
from custom_components.ddns_plus.core.engine.round import RecordKey, digest
from custom_components.ddns_plus.core.errors import (
    Authority,
    DdnsError,
    FailureKind,
    InvalidCredentials,
    InvalidField,
    Refused,
)
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Result

from .engine_driver import DAY, HOME, HOUR, IPV4, MINUTE, OFFICE, START, Driver

REFUSALS = [
    InvalidCredentials("http_403", "Attention Required! | Cloudflare"),
    InvalidField("hostname", "http_404", "404 page not found"),
    Refused("blocked", account_wide=True),
]


def answer(driver: Driver, result: Result, *, force: Force = Force.NONE) -> None:
    """Carry out what is due, and take one answer for it."""
    sent = {HOME: driver.begin(force=force)}
    results = {HOME: result}
    driver.account = digest(driver.account, sent, results, driver.limits, driver.now, 0)


def accepted() -> Driver:
    """Return an account whose hostname was published, and has a new address."""
    driver = Driver()
    answer(driver, Outcome.UPDATED)
    driver.see(IPV4[1])
    return driver


def pass_time_until_due(driver: Driver) -> None:
    """Wait as long as the decision says."""
    decision = driver.decide()
    assert isinstance(decision, (Skip, Stop, Wait))
    assert decision.until is not None
    driver.wait(decision.until - driver.now)
    driver.restart()


@pytest.mark.parametrize("authority", [Authority.PAGE, Authority.PROVIDER])
@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_one_refusal_of_what_was_accepted_is_no_verdict(
    error: DdnsError, authority: Authority
) -> None:
    """The next try is soon, by itself, and heals all."""
    driver = accepted()
    answer(driver, error.of(authority))
    state = driver.state()
    assert state.failure is not None
    assert state.failure.kind is FailureKind.UNEXPECTED_RESPONSE
    assert state.failure.code == error.code
    assert not state.stopped
    assert not driver.account.stopped
    pass_time_until_due(driver)
    assert driver.now == START + 15 * MINUTE
    answer(driver, Outcome.UPDATED)
    assert driver.state().doubted_at is None
    assert driver.state().published == IPV4[1]


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_a_page_never_stops_what_was_accepted(error: DdnsError) -> None:
    """A proxy may stand before the provider for days."""
    driver = accepted()
    tries = 0
    while driver.now < START + 3 * DAY:
        answer(driver, error.of(Authority.PAGE))
        tries += 1
        assert not driver.state().stopped
        assert not driver.account.stopped
        pass_time_until_due(driver)
    assert tries <= 22


def test_a_page_is_no_first_refusal() -> None:
    """The provider's own word, hours later, is still the first."""
    driver = accepted()
    answer(driver, REFUSALS[0].of(Authority.PAGE))
    driver.wait(4 * HOUR)
    answer(driver, REFUSALS[0].of(Authority.PROVIDER))
    assert not driver.account.stopped


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_a_providers_word_stops_hours_later_and_is_asked_again_rarely(
    error: DdnsError,
) -> None:
    """A stop that the provider did not mean ends without a person."""
    driver = accepted()
    times = []
    while driver.now < START + 5 * DAY:
        times.append(driver.now - START)
        answer(driver, error.of(Authority.PROVIDER))
        pass_time_until_due(driver)
    believed = times[3]
    assert believed >= 3 * HOUR
    assert [each - believed for each in times[4:7]] == [
        timedelta(hours=6),
        timedelta(hours=30),
        timedelta(hours=54),
    ]
    assert isinstance(driver.decide(), Publish)
    answer(driver, Outcome.UPDATED)
    assert not driver.account.stopped
    assert not driver.state().stopped


def test_a_stop_that_is_asked_again_waits_for_its_time() -> None:
    """A restart, a plain force and a new address do not shorten it."""
    driver = accepted()
    for _ in range(4):
        answer(driver, REFUSALS[0].of(Authority.PROVIDER))
        decision = driver.decide()
        pass_time_until_due(driver)
    assert isinstance(decision, Stop)
    driver.wait(-MINUTE)
    driver.see(IPV4[2])
    driver.restart()
    assert isinstance(driver.decide(), Stop)
    assert isinstance(driver.decide(OFFICE), Stop)
    assert isinstance(driver.decide(force=Force.FORCE), Stop)


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_the_word_of_a_provider_that_blocks_stops_at_once(error: DdnsError) -> None:
    """It is never sent again by itself."""
    driver = accepted()
    answer(driver, error.of(Authority.FINAL))
    driver.wait(400 * DAY)
    driver.restart()
    decision = driver.decide()
    assert isinstance(decision, Stop)
    assert decision.until is None


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_what_was_never_accepted_stops_at_once(error: DdnsError) -> None:
    """A person has just typed it; a page may still go away."""
    driver = Driver()
    answer(driver, error.of(Authority.PROVIDER))
    decision = driver.decide()
    assert isinstance(decision, Stop)
    assert decision.until is None
    driver = Driver()
    answer(driver, error.of(Authority.PAGE))
    decision = driver.decide()
    assert isinstance(decision, Stop)
    assert decision.until == START + 6 * HOUR


def test_new_credentials_are_judged_on_their_own() -> None:
    """What earlier ones were taken for says nothing of them."""
    driver = accepted()
    driver.account = driver.account.released()
    answer(driver, REFUSALS[0].of(Authority.PROVIDER))
    assert driver.account.stopped


@given(st.sampled_from(Authority), st.sampled_from(REFUSALS))
def test_an_account_is_not_stopped_by_an_answer_that_accepts(
    authority: Authority, error: DdnsError
) -> None:
    """The refusal is about the hostname, whatever it says of the account."""
    driver = Driver()
    sent = {HOME: driver.begin(HOME), OFFICE: driver.begin(OFFICE)}
    results: dict[RecordKey, Result] = {
        HOME: Outcome.UPDATED,
        OFFICE: error.of(authority),
    }
    driver.account = digest(driver.account, sent, results, driver.limits, driver.now, 0)
    assert not driver.account.stopped
    assert driver.state(OFFICE).stopped
    driver.see(IPV4[1])
    assert isinstance(driver.decide(HOME), Publish)
