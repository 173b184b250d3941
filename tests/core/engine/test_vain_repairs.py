"""Repairs of what DNS shows wrong, and the provider finds right."""

from custom_components.ddns_plus.core.engine.decide import Reason, Skip
from custom_components.ddns_plus.core.outcome import Outcome

from .engine_driver import DAY, HOME, IPV4, START, Driver, publish

A, B, *_ = IPV4


def repair(driver: Driver, outcome: Outcome, address: object = A) -> None:
    """Make the repair that is due."""
    decision = driver.begin()
    assert decision.reason is Reason.DRIFT
    assert decision.address == address
    driver.confirm(HOME, decision.address, outcome)


def test_repairs_in_vain_end() -> None:
    """Two a day apart, then one a month, over restarts, until something changes."""
    driver = Driver.with_all_published()
    driver.drifted = {HOME}
    repair(driver, Outcome.UNCHANGED)
    driver.wait(DAY)
    repair(driver, Outcome.UNCHANGED)
    driver.restart()
    assert driver.decide() == Skip(
        reason=Reason.UNCHANGED, until=START + DAY + 30 * DAY
    )
    driver.wait(30 * DAY)
    repair(driver, Outcome.UNCHANGED)
    driver.wait(DAY)
    assert isinstance(driver.decide(), Skip)

    driver.see(B)
    assert driver.publish() == publish(Reason.CHANGED, B)
    repair(driver, Outcome.UPDATED, B)


def test_repairs_that_change_something_go_on() -> None:
    """The record is changed by others again and again."""
    driver = Driver.with_all_published()
    driver.drifted = {HOME}
    for _ in range(5):
        repair(driver, Outcome.UPDATED)
        driver.wait(DAY)
