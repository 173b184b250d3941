"""How often a provider lets its zones be changed; time is passed in."""

from datetime import datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.decide import Force, Publish, Reason, Wait
from custom_components.ddns_plus.core.engine.round import digest
from custom_components.ddns_plus.core.engine.status import Status, status
from custom_components.ddns_plus.core.engine.write_limits import (
    next_write,
    with_writes,
    writes_left,
)
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Limits, Result
from custom_components.ddns_plus.core.providers.desec import Desec

from .engine_driver import (
    DAY,
    HOME,
    HOME_IPV6,
    HOUR,
    IPV4,
    OFFICE,
    SECOND,
    START,
    Driver,
    skip,
    wait,
)

A, B, C, D = IPV4
THREE_A_DAY = ((3, DAY),)
DESEC = Desec.info.limits.writes


def driver_of(writes: tuple[tuple[int, timedelta], ...]) -> Driver:
    """Return an account at a provider with limits of writes."""
    return Driver(Limits(writes=writes))


def round_of(driver: Driver, *keys: tuple[str, Family], result: Result) -> None:
    """Send what is due of some records in one round, and take the same answer for all."""
    sent = {key: driver.begin(key) for key in keys}
    driver.account = digest(
        driver.account, sent, dict.fromkeys(keys, result), driver.limits, driver.now, 0
    )


def spend(driver: Driver) -> None:
    """Publish three addresses, an hour apart."""
    for address in (A, B, C):
        driver.see(address)
        round_of(driver, HOME, result=Outcome.UPDATED)
        driver.wait(HOUR)


def test_a_spent_budget_waits_until_the_oldest_write_is_a_day_old() -> None:
    """It is shown as waiting, not as a failure; then it goes on, one by one."""
    driver = driver_of(THREE_A_DAY)
    spend(driver)
    driver.see(D)
    held = driver.decide()
    assert held == wait(Reason.WRITE_LIMIT, DAY)
    assert status(held, driver.state()) is Status.WAITING

    driver.wait(21 * HOUR - SECOND)
    assert isinstance(driver.decide(), Wait)
    driver.wait(SECOND)
    assert isinstance(driver.decide(), Publish)
    round_of(driver, HOME, result=Outcome.UPDATED)
    driver.see(A)
    assert driver.decide() == wait(Reason.WRITE_LIMIT, DAY + HOUR)


@pytest.mark.parametrize("force", Force)
def test_nobody_overrides_it(force: Force) -> None:
    """It is the provider's limit, like its minimum interval."""
    driver = driver_of(THREE_A_DAY)
    spend(driver)
    driver.see(D)
    assert driver.decide(force=force) == wait(Reason.WRITE_LIMIT, DAY)


def test_what_is_right_waits_for_nothing() -> None:
    """A spent budget is no news where nothing is to be written."""
    driver = driver_of(THREE_A_DAY)
    spend(driver)
    assert driver.decide() == skip(Reason.UNCHANGED)
    assert driver.decide(OFFICE) == wait(Reason.WRITE_LIMIT, DAY)


def test_many_records_in_one_round_are_one_write() -> None:
    """That is what bulk requests are for."""
    driver = driver_of(THREE_A_DAY)
    round_of(driver, HOME, HOME_IPV6, OFFICE, result=Outcome.CREATED)
    assert driver.account.writes == (START,)


def test_every_request_counts() -> None:
    """One round may need several; a part may not have arrived."""
    driver = driver_of(THREE_A_DAY)
    sent = {HOME: driver.begin(HOME)}
    results = {HOME: Outcome.UNCHANGED}
    driver.account = digest(
        driver.account, sent, results, driver.limits, driver.now, 0, requests=2
    )
    assert driver.account.writes == (START, START)
    assert writes_left(driver.account.writes, THREE_A_DAY, START) == 1
    assert writes_left(driver.account.writes, THREE_A_DAY, START + DAY) == 3
    assert writes_left(driver.account.writes, (), START) is None


def test_a_restart_forgets_nothing() -> None:
    """The writes are stored with the account."""
    driver = driver_of(THREE_A_DAY)
    spend(driver)
    driver.restart()
    driver.see(D)
    assert driver.decide() == wait(Reason.WRITE_LIMIT, DAY)


def test_a_clock_set_back_makes_no_wait_longer() -> None:
    """The writes move with it, and keep their distances."""
    driver = driver_of(THREE_A_DAY)
    spend(driver)
    driver.see(D)
    driver.wait(-100 * DAY)
    held = driver.decide()
    assert isinstance(held, Wait)
    assert held.until - driver.now == DAY - 2 * HOUR


def test_a_provider_without_limits_keeps_no_account() -> None:
    """Nothing is stored that nobody asks for."""
    driver = driver_of(())
    spend(driver)
    assert driver.account.writes == ()


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        (Outcome.CREATED, True),
        (Outcome.WITHDRAWN, True),
        (Outcome.UNCHANGED, False),
        (InvalidField("ttl", "ttl_refused"), True),
        (UnexpectedResponse("html"), True),
        (InvalidCredentials("token_refused"), False),
        (RateLimited("rate_limited"), False),
        (Unavailable("cannot_connect"), False),
        (Unavailable("timeout", maybe_applied=True), True),
    ],
)
def test_what_counts_as_a_write(result: Outcome | DdnsError, counts: bool) -> None:
    """What was refused for its content was counted; what never arrived was not."""
    driver = driver_of(THREE_A_DAY)
    round_of(driver, HOME, result=result)
    assert bool(driver.account.writes) is counts


@given(st.lists(st.integers(0, 90), min_size=350, max_size=400))
def test_no_limit_is_ever_exceeded(pauses: list[int]) -> None:
    """Whoever writes only when it is allowed stays within every limit."""
    assert DESEC[-1] == (300, DAY)
    writes: tuple[datetime, ...] = ()
    made, now = list[datetime](), START
    for pause in pauses:
        now += timedelta(seconds=pause)
        due = next_write(writes, DESEC)
        left = writes_left(writes, DESEC, now)
        assert left is not None
        assert bool(left) is (due is None or due <= now)
        if due is not None and due > now:
            now = due
        writes = with_writes(writes, DESEC, now)
        made.append(now)
    for count, period in DESEC:
        for index in range(count, len(made)):
            assert made[index] - made[index - count] >= period
    assert len(writes) <= 300
