"""An account that was killed before it could note the provider's answer."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ddns_plus.const import EVENT_UPDATE
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.errors import RateLimited, Unavailable
from custom_components.ddns_plus.core.provider_info import Limits
from custom_components.ddns_plus.store import STORAGE_KEY
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, Restart, scripted_account
from tests.home import attribute_of, force_update, state_of
from tests.internet import IPV4, IPV4_NEW, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures(
    "all_entities_enabled", "freezer", "no_secret_in_log"
)

STATUS = "sensor.home_example_com"
LAST_ERROR = "sensor.home_example_com_last_error"
PUBLISHED = "sensor.home_example_com_published_ipv4"
KEY = ("home.example.com", Family.IPV4)
OLD, NEW = ip_address(IPV4), ip_address(IPV4_NEW)


@pytest.fixture
async def killed(
    hass_storage: dict[str, Any],
    internet: Internet,
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> Mapping[str, Any]:
    """Return what was stored while an update was made, of which nobody saw the answer."""
    world.limits = Limits(minimum_interval=timedelta(minutes=5))
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    assert world.records == {KEY: OLD}
    stored: dict[str, Any] = {}

    async def publish(_provider: Any, updates: Any) -> Any:
        stored.update(deepcopy(hass_storage[STORAGE_KEY]))
        return world.take(updates)

    world.publish = publish
    internet.ipv4 = IPV4_NEW
    await later(minutes=10)
    assert world.records == {KEY: NEW}
    world.publish = None
    world.calls.clear()
    return stored


async def test_read_back(
    hass: HomeAssistant, world: Any, killed: Mapping[str, Any], restart: Restart
) -> None:
    """The provider is asked what it holds, and need not be told again; people are."""
    updates = async_capture_events(hass, EVENT_UPDATE)
    world.limits = Limits()
    await restart(killed)
    assert world.reads == 1
    assert world.calls == []
    assert state_of(hass, PUBLISHED) == IPV4_NEW
    assert state_of(hass, STATUS) == "up_to_date"
    assert [item.data["type"] for item in updates] == ["updated"]
    await restart()
    assert world.reads == 1


async def test_read_back_finds_the_old_address(
    hass: HomeAssistant, world: Any, killed: Mapping[str, Any], restart: Restart
) -> None:
    """An update that was lost is made."""
    world.limits = Limits()
    world.records[KEY] = OLD
    await restart(killed)
    assert world.records == {KEY: NEW}
    [[update]] = world.calls
    assert update.previous == OLD
    assert state_of(hass, STATUS) == "up_to_date"


async def test_one_more_after_the_minimum_interval(
    hass: HomeAssistant,
    world: Any,
    killed: Mapping[str, Any],
    restart: Restart,
    later: Later,
) -> None:
    """Where the provider cannot tell, the update is made once more."""
    world.readable = False
    await restart(killed)
    assert state_of(hass, PUBLISHED) == IPV4
    await later(seconds=299)
    assert world.calls == []
    await later(seconds=1)
    assert len(world.calls) == 1
    assert state_of(hass, PUBLISHED) == IPV4_NEW
    await later(days=1)
    assert len(world.calls) == 1


@pytest.mark.parametrize(
    ("error", "shown", "wait"),
    [
        (Unavailable("timeout"), "provider_unavailable", (60, 72)),
        (
            RateLimited(
                "http_429", account_wide=True, retry_after=timedelta(seconds=90)
            ),
            "rate_limited",
            (90, 90),
        ),
    ],
)
async def test_who_cannot_be_read_is_not_written_to(
    hass: HomeAssistant,
    world: Any,
    killed: Mapping[str, Any],
    restart: Restart,
    later: Later,
    error: Exception,
    shown: str,
    wait: tuple[int, int],
) -> None:
    """The error of reading is one like any other; the doubt outlives it."""

    async def read(_provider: Any) -> Any:
        raise error

    world.limits = Limits()
    world.read = read
    await restart(killed)
    assert world.reads == 1
    assert world.calls == []
    assert state_of(hass, STATUS) == shown
    assert attribute_of(hass, LAST_ERROR, "code") == str(error)

    world.read = None
    await later(seconds=wait[0] - 1)
    assert world.reads == 1
    await later(seconds=wait[1] - wait[0] + 1)
    assert world.reads == 2
    assert world.calls == []
    assert state_of(hass, PUBLISHED) == IPV4_NEW
    assert state_of(hass, STATUS) == "up_to_date"


async def test_a_fault_on_reading(
    hass: HomeAssistant,
    world: Any,
    killed: Mapping[str, Any],
    restart: Restart,
    later: Later,
) -> None:
    """A fault in the provider is its error, too."""

    async def read(provider: Any) -> Any:
        raise KeyError(provider.settings["password"])

    world.limits = Limits()
    world.read = read
    await restart(killed)
    assert world.calls == []
    assert state_of(hass, STATUS) == "unexpected_response"
    assert attribute_of(hass, LAST_ERROR, "code") == "internal_error"

    world.read = None
    await later(minutes=18)
    assert state_of(hass, PUBLISHED) == IPV4_NEW
    assert state_of(hass, LAST_ERROR) == "none"


async def test_a_force_tells_of_an_error_of_reading(
    hass: HomeAssistant, world: Any, killed: Mapping[str, Any], restart: Restart
) -> None:
    """Whoever asks for an update in between learns why it was not made."""

    async def read(_provider: Any) -> Any:
        raise Unavailable("timeout", "no answer")

    world.limits = Limits()
    world.read = read
    await restart(killed)
    [result, _] = await force_update(hass)
    assert result["result"] == "failed"
    assert result["error"] == "timeout"
    assert world.calls == []

    world.read = None
    [result, _] = await force_update(hass)
    assert result["result"] == "updated"
    assert world.records == {KEY: NEW}


async def test_a_withdrawal_that_was_lost(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    restart: Restart,
) -> None:
    """It is read back as well: what is gone needs no second withdrawal."""
    entry = await add_entry(scripted_account("home.example.com", ipv6="off"))
    [subentry] = entry.subentries.values()
    stored: dict[str, Any] = {}

    async def publish(_provider: Any, updates: Any) -> Any:
        stored.update(deepcopy(hass_storage[STORAGE_KEY]))
        return world.take(updates)

    world.publish = publish
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "ipv4": "withdraw"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert world.records == {}
    world.calls.clear()
    await restart(stored)
    assert world.calls == []
    assert state_of(hass, STATUS) == "withdrawn"
