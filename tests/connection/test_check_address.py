"""Action: check the address now."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from tests.conftest import AddEntry
from tests.home import ask, state_of
from tests.internet import IPV4, IPV4_NEW, IPV6, Internet


async def test_check_address(
    hass: HomeAssistant, internet: Internet, connected: MockConfigEntry
) -> None:
    """The address is looked up at once, and told; also that it is unknown."""
    internet.ipv4 = IPV4_NEW
    internet.ipv6 = None
    answer = await ask(hass, "check_address")
    [connection] = answer["connections"]
    source = connection["ipv4"]["source"]
    assert connection == {
        "config_entry_id": connected.entry_id,
        "name": "Internet connection",
        "ipv4": {"address": IPV4_NEW, "unknown": None, "source": source},
        "ipv6": {"address": None, "unknown": "offline", "source": None},
    }
    assert source.startswith("127.0.0.")
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == IPV4_NEW

    internet.go_online(ipv4=IPV4_NEW)
    answer = await ask(hass, "check_address", config_entry_id=connected.entry_id)
    assert answer["connections"][0]["ipv6"]["address"] == IPV6


async def test_check_address_without_an_answer(
    hass: HomeAssistant, internet: Internet, connected: MockConfigEntry
) -> None:
    """Who does not ask for the answer sees it in the states."""
    internet.ipv4 = IPV4_NEW
    await hass.services.async_call(DOMAIN, "check_address", {}, blocking=True)
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == IPV4_NEW


async def test_check_address_of_what_is_no_connection(
    hass: HomeAssistant,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
) -> None:
    """An account has no address to check; an entry that does not run cannot do it."""
    await add_entry(account_entry)
    for entry_id, key in (
        (account_entry.entry_id, "not_a_connection"),
        ("nothing", "service_config_entry_not_found"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await ask(hass, "check_address", config_entry_id=entry_id)
        assert caught.value.translation_key == key
    assert await hass.config_entries.async_unload(connected.entry_id)
    for data, key in (
        ({"config_entry_id": connected.entry_id}, "service_config_entry_not_loaded"),
        ({}, "no_connection"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await ask(hass, "check_address", **data)
        assert caught.value.translation_key == key

    assert await hass.config_entries.async_setup(connected.entry_id)
    answer = await ask(hass, "check_address")
    assert answer["connections"][0]["ipv4"]["address"] == IPV4
