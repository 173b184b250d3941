"""A connection that a person has disabled: its hostnames say that something is wrong."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later
from tests.home import state_of
from tests.internet import IPV4_NEW, IPV6, Dyndns2Server, Internet

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")
PROBLEM = "binary_sensor.home_example_com_problem"


async def test_a_disabled_connection_is_said(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """After five minutes its hostnames are a problem, until it is enabled again."""
    await add_entry(account_entry)
    await hass.config_entries.async_set_disabled_by(
        connected.entry_id, ConfigEntryDisabler.USER
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, PROBLEM) == "off"
    await later(minutes=6)
    assert state_of(hass, "sensor.home_example_com_status") == "stale"
    assert state_of(hass, PROBLEM) == "on"

    internet.ipv4 = IPV4_NEW
    await hass.config_entries.async_set_disabled_by(connected.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, PROBLEM) == "off"
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
