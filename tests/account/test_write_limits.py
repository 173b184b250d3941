"""An account at a provider that counts how often its zones are changed."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.provider_info import Limits
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, Restart, scripted_account
from tests.home import force_update, state_of
from tests.internet import IPV4, IPV4_NEW, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

STATUS = "sensor.home_example_com_status"


async def test_a_spent_budget_waits_over_a_restart(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """It is shown as waiting; when the oldest write counts no more the address is sent."""
    world.limits = Limits(writes=((2, timedelta(days=1)),))
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    internet.ipv4 = IPV4_NEW
    await later(hours=1)
    assert len(world.calls) == 2
    assert state_of(hass, STATUS) == "updated"

    internet.ipv4 = IPV4
    await later(hours=1)
    assert state_of(hass, STATUS) == "waiting"
    [result, _] = await force_update(hass)
    assert result["reason"] == "write_limit"
    await restart()
    assert state_of(hass, STATUS) == "waiting"
    await later(hours=21)
    assert len(world.calls) == 2
    await later(hours=1)
    assert len(world.calls) == 3
    assert world.records == {("home.example.com", Family.IPV4): ip_address(IPV4)}
    assert state_of(hass, STATUS) == "updated"
