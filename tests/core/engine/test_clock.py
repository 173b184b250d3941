"""Clocks that jump: what was noted in a future that never came is settled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.ddns_plus.core.engine.decide import Reason, Skip, Wait
from custom_components.ddns_plus.core.engine.state import Attempt, Failure, FamilyState
from custom_components.ddns_plus.core.errors import (
    FailureKind,
    RateLimited,
    Unavailable,
)
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
    wait,
)

A, B, C, _ = IPV4


def test_a_clock_set_back_delays_nothing() -> None:
    """All that was noted in a future that never came is over now."""
    limits = Limits(minimum_interval=10 * MINUTE, keep_alive=25 * DAY)
    driver = Driver(limits)
    driver.wait(400 * DAY)
    driver.drifted = {HOME}
    driver.publish()
    driver.wait(10 * MINUTE)
    driver.publish()
    driver.wait(-400 * DAY)
    assert driver.decide() == Skip(reason=Reason.UNCHANGED, until=driver.now + DAY)
    driver.see(B)
    assert driver.decide() == Wait(
        reason=Reason.MINIMUM_INTERVAL, until=driver.now + 10 * MINUTE
    )


@pytest.mark.parametrize("released", [False, True])
def test_a_clock_set_back_keeps_the_length_of_a_wait(released: bool) -> None:
    """The provider is asked neither early nor a year late, whatever is known of why."""
    driver = Driver()
    driver.wait(400 * DAY)
    driver.fail(RateLimited("http_429", account_wide=True, retry_after=HOUR))
    if released:
        driver.account = driver.account.released()
    driver.wait(-400 * DAY)
    driver.restart()
    assert driver.decide() == wait(Reason.PROVIDER_WAIT, HOUR)
    assert driver.decide(OFFICE) == wait(Reason.PROVIDER_WAIT, HOUR)
    assert driver.account.failure is None or driver.account.failure.at == START


def test_a_clock_set_back_leaves_no_moment_in_the_future() -> None:
    """And no moment of the past is touched."""
    failure = Failure(kind=FailureKind.UNAVAILABLE, code="timeout", at=START + DAY)
    future = FamilyState(
        changed_at=START + DAY,
        confirmed_at=START + 2 * DAY,
        sent_at=START + DAY,
        drift_sent_at=START + DAY,
        attempt=Attempt(address=A, at=START + DAY),
        failure=failure,
        retry_at=START + 2 * DAY + HOUR,
    )
    assert future.clock_error(START) == 2 * DAY
    assert future.clock_corrected(START, START + 7 * DAY) == FamilyState(
        changed_at=START,
        confirmed_at=START,
        sent_at=START,
        drift_sent_at=START,
        attempt=Attempt(address=A, at=START),
        failure=replace(failure, at=START),
        retry_at=START + HOUR,
    )
    assert future.clock_corrected(START + 2 * DAY, START + 9 * DAY) == future
    assert FamilyState(failure=failure).clock_error(START) == DAY
    assert FamilyState(attempt=future.attempt).clock_error(START) == DAY
    assert FamilyState().clock_error(START) == timedelta()


def test_a_clock_set_back_keeps_an_open_attempt() -> None:
    """The doubt does not depend on when."""
    driver = Driver()
    driver.wait(DAY)
    driver.begin()
    driver.wait(-DAY)
    attempt = driver.state().attempt
    assert attempt is not None
    assert attempt.at == START
    assert driver.decide() == publish(Reason.INTERRUPTED)


def test_a_clock_that_is_right_changes_nothing() -> None:
    """Settling is for clocks that were ahead."""
    driver = Driver()
    driver.publish(OFFICE)
    driver.fail(RateLimited("http_429", account_wide=True, retry_after=HOUR))
    before = driver.account
    driver.wait(SECOND)
    assert driver.account == before


def test_a_clock_set_forward_ends_a_wait() -> None:
    """There is no other clock to tell; the wait was kept as far as anybody can see."""
    driver = Driver()
    driver.fail(Unavailable("911", retry_after=HOUR))
    driver.wait(400 * DAY)
    assert driver.decide() == publish(Reason.CHANGED)
