"""Requests that are overtaken by a newer address, and carried out after it."""

from datetime import datetime, timedelta
import random

import pytest

from custom_components.ddns_plus.core.address import Address
from custom_components.ddns_plus.core.engine.decide import (
    Publish,
    Reason,
    Skip,
    Wait,
    read_back,
)
from custom_components.ddns_plus.core.errors import Unavailable

from .engine_driver import HOME, HOUR, IPV4, MINUTE, SECOND, START, Driver, publish

A, B, C, _ = IPV4
TIMED_OUT = Unavailable("timeout", maybe_applied=True)


class Server:
    """A server that handles requests side by side, each within 18 seconds."""

    def __init__(self, chance: random.Random) -> None:
        """Hold the first address."""
        self.chance = chance
        self.writes: list[tuple[datetime, Address | None]] = []
        self.tries = 0

    def take(self, address: Address | None, now: datetime) -> timedelta:
        """Take a request; return how long the answer takes."""
        self.tries += 1
        takes = timedelta(seconds=self.chance.uniform(0, 18))
        self.writes.append((now + takes, address))
        return takes

    def held(self, now: datetime) -> Address | None:
        """Return what the record holds."""
        done = [write for write in self.writes if write[0] <= now]
        return max(done, key=lambda write: write[0])[1]


def rest(driver: Driver, server: Server, until: datetime, readable: bool) -> None:
    """Do what is due; a newer address cuts a call short, and so does the end."""
    while driver.now < until:
        decision = driver.decide()
        if isinstance(decision, Publish) and driver.state().attempt and readable:
            held = server.held(driver.now)
            state = read_back(
                driver.state(), {held} if held else (), decision.address, driver.now
            )
            driver.change(HOME, state)
            decision = driver.decide()
        if isinstance(decision, Publish):
            sent = driver.begin()
            takes = server.take(sent.address, driver.now)
            if driver.now + takes >= until:
                driver.now = until
                return
            driver.wait(takes)
            driver.confirm(HOME, sent.address)
            continue
        later = decision.until if isinstance(decision, (Skip, Wait)) else None
        driver.wait(min(later or until, until) - driver.now)


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("seed", range(300))
def test_the_last_address_wins_over_late_requests(seed: int, readable: bool) -> None:
    """Also after a crash in the middle, and without a look at DNS."""
    chance = random.Random(seed)
    driver, server = Driver(), Server(chance)
    rest(driver, server, driver.now + HOUR, readable)
    for _ in range(chance.randint(1, 4)):
        driver.see(chance.choice([A, B, C]))
        pause = timedelta(seconds=chance.choice([0, 2, 5, 15, 40]))
        rest(driver, server, driver.now + pause, readable)
        if chance.random() < 0.3:
            driver.restart()
    tries = server.tries
    rest(driver, server, driver.now + HOUR, readable)
    assert server.held(driver.now) == driver.observations[HOME[1]].address
    assert driver.state().published == driver.observations[HOME[1]].address
    assert driver.state().attempt is None
    assert server.tries <= tries + 3


def test_a_late_request_is_waited_for_and_confirmed_once() -> None:
    """After the patience of the server, and then never again."""
    driver = Driver()
    driver.publish()
    driver.wait(HOUR)
    driver.see(B)
    driver.begin()
    driver.wait(2 * SECOND)
    driver.see(C)
    assert driver.publish() == publish(Reason.INTERRUPTED, C)
    assert driver.decide() == Skip(reason=Reason.UNCHANGED, until=START + HOUR + MINUTE)
    driver.restart()
    driver.wait(58 * SECOND)
    assert driver.publish() == publish(Reason.CONFIRMATION, C)
    assert driver.decide() == Skip(reason=Reason.UNCHANGED)


def test_an_answer_that_came_long_ago_needs_no_confirmation() -> None:
    """What timed out an hour ago is not carried out any more."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.fail(TIMED_OUT)
    driver.wait(HOUR)
    driver.see(C)
    driver.publish()
    assert driver.decide() == Skip(reason=Reason.UNCHANGED)


def test_the_old_address_is_read_too_early() -> None:
    """The record still holds it; a request on its way may replace it yet."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.begin()
    driver.wait(2 * SECOND)
    driver.see(A)
    driver.change(HOME, read_back(driver.state(), {A}, A, driver.now))
    assert driver.decide() == Skip(reason=Reason.UNCHANGED, until=START + MINUTE)
    driver.wait(58 * SECOND)
    assert driver.decide() == publish(Reason.CONFIRMATION, A)
    driver.change(HOME, read_back(driver.state(), {B}, A, driver.now))
    assert driver.decide() == publish(Reason.CHANGED, A)
