"""Switch: automatic updates of a hostname, off and on."""

from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .conftest import AddEntry, Later, Restart, account, with_known_ids
from .home import act, state_of
from .internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet

SWITCH = "switch.home_example_com_automatic_updates"
STATUS = "sensor.home_example_com"


async def test_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
) -> None:
    """A hostname has a switch, a connection none."""
    with patch("custom_components.ddns_plus.PLATFORMS", [Platform.SWITCH]):
        connection = await add_entry(with_known_ids(connection_entry))
        entry = await add_entry(with_known_ids(account(dyndns2, "home.example.com")))
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
    assert not er.async_entries_for_config_entry(entity_registry, connection.entry_id)


@pytest.mark.usefixtures("connected")
async def test_off_and_on(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """While it is off the record is left alone; what was missed is caught up."""
    await add_entry(account_entry)
    assert state_of(hass, SWITCH) == "on"
    await act(hass, "switch.turn_off", SWITCH)
    assert state_of(hass, SWITCH) == "off"
    assert state_of(hass, STATUS) == "paused"

    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == IPV4_NEW
    assert len(dyndns2.requests) == 1

    await act(hass, "switch.turn_on", SWITCH)
    assert state_of(hass, SWITCH) == "on"
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert len(dyndns2.requests) == 2


@pytest.mark.usefixtures("connected")
async def test_only_one_hostname_is_held_back(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """The other hostnames of the account go on."""
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    await act(hass, "switch.turn_off", SWITCH)
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert dyndns2.records == {
        "home.example.com": [IPV4, IPV6],
        "nas.example.com": [IPV4_NEW, IPV6],
    }


@pytest.mark.usefixtures("connected")
async def test_off_survives_a_restart_but_not_a_person(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    restart: Restart,
) -> None:
    """Off stays off; who asks for an update all the same gets one."""
    await add_entry(account_entry)
    await act(hass, "switch.turn_off", SWITCH)
    await restart()
    assert state_of(hass, SWITCH) == "off"
    assert len(dyndns2.requests) == 1

    await act(hass, "button.press", "button.home_example_com_update_now")
    assert len(dyndns2.requests) == 2
    assert state_of(hass, SWITCH) == "off"
