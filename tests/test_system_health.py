"""System health: the figures, and that they follow what happens."""

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .conftest import AddEntry, Later, account
from .home import force_update
from .internet import Dyndns2Server, Internet


async def test_figures(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """Accounts, hostnames and connections are counted, and those with a problem."""
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    well = {
        "connections": 1,
        "connections_online": 1,
        "connections_with_push": 0,
        "accounts": 1,
        "hostnames": 2,
        "hostnames_with_problem": 0,
    }
    assert await get_system_health_info(hass, DOMAIN) == well

    dyndns2.answer = "nohost"
    await force_update(hass, hostname="home.example.com")
    internet.go_offline()
    await later(minutes=2)
    assert await get_system_health_info(hass, DOMAIN) == well | {
        "connections_online": 0,
        "hostnames_with_problem": 1,
    }

    dyndns2.answer = None
    internet.go_online()
    await later(minutes=2)
    await force_update(hass, override_stop=True)
    assert await get_system_health_info(hass, DOMAIN) == well

    await hass.config_entries.async_unload(connected.entry_id)
    assert await get_system_health_info(hass, DOMAIN) == well | {
        "connections": 0,
        "connections_online": 0,
    }
