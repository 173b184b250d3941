"""Waits of a machine whose clock is wrong at boot, and set right, or set, in the run."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.engine.clock import RunClock
from custom_components.ddns_plus.core.engine.decide import Reason, Wait
from custom_components.ddns_plus.core.engine.state import AccountState, FamilyState
from custom_components.ddns_plus.core.errors import RateLimited, Unavailable
from custom_components.ddns_plus.core.provider_info import Limits

from .engine_driver import DAY, HOME, HOUR, IPV4, MINUTE, SECOND, START, Driver

A, B, C, _ = IPV4
HALF_HOUR = 30 * MINUTE


class Machine:
    """A machine with an account, whose clock may be wrong."""

    def __init__(self, limits: Limits = Limits()) -> None:
        """Start with a clock that is right."""
        self.driver = Driver(limits)
        self.true = START
        self.wrong_by = timedelta()
        self.boot(timedelta())

    def boot(self, wrong_by: timedelta) -> None:
        """Start again with what is stored."""
        self.driver.restart()
        self.wrong_by = wrong_by
        self.clock = RunClock(
            lambda: self.true + self.wrong_by,
            self._steady,
            self.driver.account,
        )
        self.look()

    def _steady(self) -> timedelta:
        return self.true - START

    def set_clock(self, wrong_by: timedelta) -> None:
        """Set the clock."""
        self.wrong_by = wrong_by
        self.look()

    def look(self) -> None:
        """Do what each round begins with."""
        self.driver.account = self.clock.settled(self.driver.account)
        self.driver.now = self.clock.now

    def wait(self, duration: timedelta) -> None:
        """Let time pass."""
        self.true += duration
        self.look()

    def left(self) -> timedelta:
        """Return how long the update that is due still waits."""
        decision = self.driver.decide()
        return (
            decision.until - self.driver.now
            if isinstance(decision, Wait)
            else timedelta()
        )


@pytest.mark.parametrize(
    "boots_at",
    [datetime(1970, 1, 1, tzinfo=UTC) - START, -10 * MINUTE, -2 * MINUTE, DAY],
)
@pytest.mark.parametrize("outage", [SECOND, MINUTE, 5 * MINUTE])
def test_a_wait_over_a_boot_with_a_wrong_clock(
    boots_at: timedelta, outage: timedelta
) -> None:
    """It is as long as it was, as soon as the clock is right."""
    machine = Machine()
    machine.driver.fail(Unavailable("911", retry_after=HALF_HOUR))
    machine.true += outage
    machine.boot(boots_at)
    machine.driver.see(B)
    if boots_at < timedelta():
        assert machine.left() >= HALF_HOUR - outage
    machine.wait(30 * SECOND)
    machine.set_clock(timedelta())
    assert machine.left() == HALF_HOUR - outage - 30 * SECOND


@pytest.mark.parametrize(
    "wrong_by", [datetime(1970, 1, 1, tzinfo=UTC) - START, -10 * MINUTE, 3650 * DAY]
)
def test_a_wait_that_began_under_a_wrong_clock(wrong_by: timedelta) -> None:
    """Setting the clock makes it neither shorter nor longer, in either direction."""
    machine = Machine()
    machine.driver.publish()
    machine.true += HOUR
    machine.boot(wrong_by)
    machine.wait(SECOND)
    machine.driver.see(B)
    machine.driver.fail(
        RateLimited("http_429", account_wide=True, retry_after=HALF_HOUR)
    )
    machine.wait(30 * SECOND)
    machine.set_clock(timedelta())
    assert machine.left() == HALF_HOUR - 30 * SECOND
    state = machine.driver.state()
    assert state.sent_at == machine.true - 30 * SECOND
    # what is older stays what it was
    assert state.confirmed_at == START
    machine.wait(HALF_HOUR)
    assert machine.left() == timedelta()


def test_a_limit_of_writes_over_a_boot_with_a_wrong_clock() -> None:
    """It counts writes of before, and those made before the clock was right."""
    limits = Limits(writes=((2, DAY),))
    machine = Machine(limits)
    machine.driver.publish()
    machine.driver.account = AccountState(
        hostnames=machine.driver.account.hostnames, writes=(START,)
    )
    machine.true += HOUR
    machine.boot(datetime(1970, 1, 1, tzinfo=UTC) - START)
    machine.wait(SECOND)
    account = machine.driver.account
    machine.driver.account = AccountState(
        hostnames=account.hostnames, writes=(*account.writes, machine.clock.now)
    )
    machine.driver.see(C)
    machine.wait(30 * SECOND)
    machine.set_clock(timedelta())
    assert machine.driver.account.writes == (START, machine.true - 30 * SECOND)
    assert machine.left() == DAY - HOUR - 31 * SECOND


def test_a_clock_that_stays_behind() -> None:
    """After a quarter of an hour what is stored counts as noted by one that was ahead."""
    machine = Machine()
    machine.driver.fail(Unavailable("911", retry_after=HALF_HOUR))
    machine.boot(-400 * DAY)
    machine.wait(15 * MINUTE)
    assert machine.left() == 15 * MINUTE
    machine.wait(SECOND)
    assert machine.driver.now == machine.true - 400 * DAY
    assert machine.left() == 15 * MINUTE - SECOND
    machine.set_clock(timedelta())
    assert machine.left() == 15 * MINUTE - SECOND


def test_no_wait_is_longer_than_any_that_is_noted() -> None:
    """A time from nowhere does not hold for years."""
    machine = Machine()
    stored = FamilyState(
        sent_at=START, asked_until=START + 4000 * DAY, retry_at=START + 4000 * DAY
    )
    machine.driver.change(HOME, stored)
    machine.boot(timedelta())
    decision = machine.driver.decide()
    assert decision == Wait(reason=Reason.PROVIDER_WAIT, until=START + 7 * DAY)


@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 400),
            st.sampled_from(
                [timedelta(), -HOUR, HOUR, -10 * MINUTE, 3000 * DAY, -3000 * DAY]
            ),
        ),
        max_size=6,
    )
)
def test_a_clock_set_at_will_changes_no_wait(
    steps: list[tuple[int, timedelta]],
) -> None:
    """Whatever is set within a run, a wait that began in it keeps its length."""
    machine = Machine()
    machine.driver.fail(Unavailable("911", retry_after=HALF_HOUR))
    began = machine.true
    machine.driver.see(B)
    for seconds, wrong_by in steps:
        machine.wait(timedelta(seconds=seconds))
        machine.set_clock(wrong_by)
        left = max(began + HALF_HOUR - machine.true, timedelta())
        assert machine.left() == left
