"""The timer: one action, after the latest wait that was set."""

from datetime import timedelta

from custom_components.ddns_plus.timer import Timer
from homeassistant.core import HomeAssistant, callback

from .conftest import Later


async def test_it_runs_once(hass: HomeAssistant, later: Later) -> None:
    """And can be set again by its own action."""
    runs: list[bool] = []

    @callback
    def run() -> None:
        runs.append(timer.is_set)
        if len(runs) < 2:
            timer.async_set(60)

    timer = Timer(hass, "test", run)
    assert not timer.is_set
    timer.async_set(timedelta(seconds=5))
    assert timer.is_set
    await later(seconds=6)
    assert runs == [False]
    await later(seconds=61)
    await later(seconds=61)
    assert runs == [False, False]
    assert not timer.is_set


async def test_another_wait_replaces_the_one_before(
    hass: HomeAssistant, later: Later
) -> None:
    """And a wait that is cancelled ends without its action."""
    runs: list[None] = []
    timer = Timer(hass, "test", callback(lambda: runs.append(None)))
    timer.async_set(5)
    timer.async_set(60)
    await later(seconds=6)
    assert runs == []
    await later(seconds=55)
    assert runs == [None]
    timer.async_set(5)
    timer.async_cancel()
    timer.async_cancel()
    await later(seconds=6)
    assert runs == [None]


async def test_it_ends_with_home_assistant(hass: HomeAssistant) -> None:
    """A wait that is left fails a test, unless the stop of Home Assistant cancels it."""
    Timer(hass, "test", callback(lambda: None)).async_set(3600)
