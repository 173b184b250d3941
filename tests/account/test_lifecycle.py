"""An account that is reloaded, removed or stopped in the middle of an update."""

import asyncio
from collections.abc import Mapping
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.engine.decide import Force
from custom_components.ddns_plus.store import STORAGE_KEY
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from tests.conftest import AddEntry, Later, account
from tests.home import state_of
from tests.internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

STATUS = "sensor.home_example_com"
NEW = [IPV4_NEW, IPV6]
UPDATED: Mapping[str, Any] = {"ipv4": "update", "ipv6": "update", "settings": {}}


@pytest.fixture
async def updating(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    freezer: FrozenDateTimeFactory,
    add_entry: AddEntry,
    connected: MockConfigEntry,
) -> MockConfigEntry:
    """Return an account with two hostnames in the middle of an update of both."""
    entry = await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    assert len(dyndns2.requests) == 1
    dyndns2.hold = asyncio.Event()
    internet.ipv4 = IPV4_NEW
    freezer.tick(120)
    async_fire_time_changed(hass)
    await dyndns2.asked(2)
    return entry


def subentry(entry: MockConfigEntry, name: str) -> ConfigSubentry:
    """Return the hostname of an account."""
    [found] = [item for item in entry.subentries.values() if item.unique_id == name]
    return found


async def answered(hass: HomeAssistant, dyndns2: Dyndns2Server) -> None:
    """Have the provider answer, and wait until all that this sets off is done."""
    assert dyndns2.hold is not None
    dyndns2.hold.set()
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_reload(
    hass: HomeAssistant, dyndns2: Dyndns2Server, updating: MockConfigEntry
) -> None:
    """The update is finished first, and not made again."""
    hass.config_entries.async_schedule_reload(updating.entry_id)
    await asyncio.sleep(0)
    assert updating.state is ConfigEntryState.UNLOAD_IN_PROGRESS
    await answered(hass, dyndns2)
    assert updating.state is ConfigEntryState.LOADED
    assert len(dyndns2.requests) == 2
    assert state_of(hass, STATUS) == "up_to_date"
    assert state_of(hass, "sensor.home_example_com_published_ipv4") == IPV4_NEW


async def test_reload_while_the_provider_is_slow(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    updating: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is not waited for too long; what became of the update is found out by one more."""
    reload = hass.async_create_task(hass.config_entries.async_reload(updating.entry_id))
    await asyncio.sleep(0)
    freezer.tick(6)
    await reload
    await dyndns2.asked(3)
    assert dyndns2.requests[2] == dyndns2.requests[1]
    await answered(hass, dyndns2)
    # the provider had made the first one after all
    assert state_of(hass, STATUS) == "up_to_date"
    assert state_of(hass, "sensor.home_example_com_published_ipv4") == IPV4_NEW
    assert len(dyndns2.requests) == 3


async def test_removal(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    internet: Internet,
    dyndns2: Dyndns2Server,
    updating: MockConfigEntry,
    later: Later,
) -> None:
    """Nothing is left behind, and nothing is sent any more."""
    removal = hass.async_create_task(
        hass.config_entries.async_remove(updating.entry_id)
    )
    await asyncio.sleep(0)
    await answered(hass, dyndns2)
    await removal
    assert hass_storage[STORAGE_KEY]["data"]["accounts"] == {}
    assert not [item for item in hass.states.async_entity_ids() if "home" in item]
    internet.ipv4 = "11.22.33.66"
    await later(days=1)
    assert len(dyndns2.requests) == 2


async def test_home_assistant_stops(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    dyndns2: Dyndns2Server,
    updating: MockConfigEntry,
) -> None:
    """The answer is waited for, so that the update is not made again after the restart."""
    stop = hass.async_create_task(hass.async_stop())
    await asyncio.sleep(0)
    assert dyndns2.hold is not None
    dyndns2.hold.set()
    await stop
    [state] = hass_storage[STORAGE_KEY]["data"]["accounts"].values()
    for hostname in state["hostnames"].values():
        assert hostname["families"]["ipv4"]["published"] == IPV4_NEW
        assert hostname["families"]["ipv4"]["attempt"] is None
    assert len(dyndns2.requests) == 2


async def test_hostname_added(
    hass: HomeAssistant, dyndns2: Dyndns2Server, updating: MockConfigEntry
) -> None:
    """It is published after the update, alone."""
    hass.config_entries.async_add_subentry(
        updating,
        ConfigSubentry(
            data={"hostname": "new.example.com", **UPDATED},
            subentry_type="hostname",
            title="new.example.com",
            unique_id="new.example.com",
        ),
    )
    await answered(hass, dyndns2)
    assert [item["hostname"] for item in dyndns2.requests[1:]] == [
        "home.example.com,nas.example.com",
        "new.example.com",
    ]
    assert dyndns2.records["new.example.com"] == NEW


async def test_hostname_removed(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    internet: Internet,
    dyndns2: Dyndns2Server,
    updating: MockConfigEntry,
    later: Later,
) -> None:
    """It is not updated any more; the record itself is left alone."""
    gone = subentry(updating, "home.example.com")
    hass.config_entries.async_remove_subentry(updating, gone.subentry_id)
    await answered(hass, dyndns2)
    assert len(dyndns2.requests) == 2
    assert hass.states.get(STATUS) is None

    internet.ipv4 = "11.22.33.66"
    await later(hours=1)
    assert [item["hostname"] for item in dyndns2.requests[2:]] == ["nas.example.com"]
    assert dyndns2.records["home.example.com"] == NEW
    [state] = hass_storage[STORAGE_KEY]["data"]["accounts"].values()
    assert gone.subentry_id not in state["hostnames"]


async def test_hostname_changed(
    hass: HomeAssistant, dyndns2: Dyndns2Server, updating: MockConfigEntry
) -> None:
    """What the change leaves as it is, is not sent again."""
    hass.config_entries.async_update_subentry(
        updating,
        subentry(updating, "home.example.com"),
        data={"hostname": "home.example.com", **UPDATED, "ipv6": "off"},
    )
    await answered(hass, dyndns2)
    assert len(dyndns2.requests) == 2
    assert hass.states.get("sensor.home_example_com_published_ipv6") is None
    assert state_of(hass, STATUS) == "up_to_date"


async def test_a_script_that_is_cancelled_cuts_nothing_short(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
) -> None:
    """The update that it asked for is made and shown."""
    await add_entry(account(dyndns2, "home.example.com"))
    dyndns2.hold = asyncio.Event()
    script = hass.async_create_task(
        hass.services.async_call(DOMAIN, "force_update", {}, blocking=True)
    )
    await dyndns2.asked(2)
    script.cancel()
    await asyncio.wait([script])
    await answered(hass, dyndns2)
    assert state_of(hass, STATUS) == "up_to_date"
    assert len(dyndns2.requests) == 2


async def test_an_action_that_comes_too_late(
    hass: HomeAssistant, dyndns2: Dyndns2Server, updating: MockConfigEntry
) -> None:
    """It is told that the account is not running any more, and sends nothing."""
    late = hass.async_create_task(
        updating.runtime_data.async_publish(None, Force.FORCE)
    )
    unload = hass.async_create_task(hass.config_entries.async_unload(updating.entry_id))
    await asyncio.sleep(0)
    await answered(hass, dyndns2)
    assert await unload
    with pytest.raises(HomeAssistantError) as told:
        await late
    assert told.value.translation_key == "service_config_entry_not_loaded"
    assert len(dyndns2.requests) == 2


async def test_pausing_waits_for_its_turn(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    updating: MockConfigEntry,
    later: Later,
) -> None:
    """An update under way does not overwrite what the person wants."""
    home = subentry(updating, "home.example.com").subentry_id
    pause = hass.async_create_task(updating.runtime_data.async_set_paused(home, True))
    await asyncio.sleep(0)
    await answered(hass, dyndns2)
    await pause
    assert state_of(hass, "switch.home_example_com_automatic_updates") == "off"
    internet.ipv4 = "11.22.33.66"
    await later(hours=1)
    assert dyndns2.records["home.example.com"] == NEW
    assert dyndns2.records["nas.example.com"] == ["11.22.33.66", IPV6]

    await updating.runtime_data.async_set_paused(home, False)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dyndns2.records["home.example.com"] == ["11.22.33.66", IPV6]
    assert len(dyndns2.requests) == 4


async def test_two_accounts_set_up_at_once(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    connection_entry: MockConfigEntry,
) -> None:
    """Each publishes once; neither needs the connection to be there first."""
    first, second = (
        account(dyndns2, name) for name in ("a.example.com", "b.example.com")
    )
    for entry in (first, second, connection_entry):
        entry.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {entry.state for entry in (first, second, connection_entry)} == {
        ConfigEntryState.LOADED
    }
    assert dyndns2.records == {
        "a.example.com": [IPV4, IPV6],
        "b.example.com": [IPV4, IPV6],
    }
    assert len(dyndns2.requests) == 2
