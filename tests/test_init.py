"""Setting up, unloading, reloading and removing accounts and connections."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component

from .conftest import AddEntry, Later, Restart, account, account_at, scripted_account
from .home import force_update, state_of, unavailable
from .internet import CANARY, IPV4, IPV6, Dyndns2Server, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

STATUS = "sensor.home_example_com"


async def test_load_and_unload(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """Unloaded they ask nobody; loaded again they go on where they were."""
    await add_entry(account_entry)
    assert unavailable(hass) == []
    for entry in (account_entry, connected):
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert entry.state is ConfigEntryState.NOT_LOADED
    assert len(unavailable(hass)) == len(hass.states.async_all())
    asked = len(internet.requests)
    await later(days=2)
    assert len(internet.requests) == asked

    for entry in (account_entry, connected):
        assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert unavailable(hass) == []
    assert state_of(hass, STATUS) == "up_to_date"
    assert len(dyndns2.requests) == 1


async def test_a_provider_that_this_version_does_not_know(
    hass: HomeAssistant, connected: MockConfigEntry
) -> None:
    """It is said, in words that can be translated; nothing else suffers."""
    entry = account_at("dyndns2", {"server_url": "https://example.com"})
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "provider": "gone"}
    )
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "unknown_provider"
    assert entry.error_reason_translation_placeholders == {"provider": "gone"}
    assert connected.state is ConfigEntryState.LOADED


@pytest.mark.usefixtures("public_services")
async def test_a_connection_comes_with_the_first_account(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """Without being asked for; the account publishes as soon as it knows the address."""
    await add_entry(account(dyndns2, "home.example.com"))
    [_, connection] = hass.config_entries.async_entries(DOMAIN)
    assert connection.data == {"kind": "connection"}
    assert connection.state is ConfigEntryState.LOADED
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}
    assert len(dyndns2.requests) == 1


async def test_no_connection_is_made_for_nobody(
    hass: HomeAssistant,
    connected: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """The last one can be removed, and leaves nothing behind."""
    await hass.config_entries.async_remove(connected.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not hass.config_entries.async_entries(DOMAIN)
    assert not dr.async_entries_for_config_entry(device_registry, connected.entry_id)
    assert not er.async_entries_for_config_entry(entity_registry, connected.entry_id)
    assert not hass.states.async_all()


async def test_removal_of_an_account(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Its repairs, devices and entities go; its records stay as they are."""
    await add_entry(account_entry)
    dyndns2.answer = "abuse"
    await force_update(hass)
    assert issue_registry.issues
    await hass.config_entries.async_remove(account_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not issue_registry.issues
    assert not dr.async_entries_for_config_entry(
        device_registry, account_entry.entry_id
    )
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}
    assert hass.config_entries.async_entries(DOMAIN) == [connected]


async def test_devices(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """There is one for an account and each hostname; each goes with what it stands for."""
    entry = await add_entry(account_entry)
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert {device.name for device in devices} == {"Test account", "home.example.com"}
    assert not entry.supports_remove_device
    await hass.config_entries.async_remove(entry.entry_id)
    assert not dr.async_entries_for_config_entry(device_registry, entry.entry_id)


async def test_an_account_without_hostnames(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """It is nothing special: it has nothing to do."""
    entry = await add_entry(account(dyndns2))
    await later(days=1)
    await restart()
    assert entry.state is ConfigEntryState.LOADED
    assert dyndns2.requests == []


async def test_a_provider_that_knows_ipv4_only(
    hass: HomeAssistant,
    plugins: None,
    add_entry: AddEntry,
    connected: MockConfigEntry,
) -> None:
    """A family that the provider cannot publish is off, whatever the hostname wants."""
    settings = {"username": "somebody", "password": CANARY}
    await add_entry(account_at("listing", settings, "home.example.com"))
    assert state_of(hass, "sensor.home_example_com_published_ipv4") == IPV4
    assert state_of(hass, STATUS) == "up_to_date"
    results = await force_update(hass)
    assert [(item["family"], item["result"]) for item in results] == [
        ("ipv4", "updated"),
        ("ipv6", "skipped"),
    ]


async def test_all_at_once(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    world: Any,
    connection_entry: MockConfigEntry,
    restart: Restart,
) -> None:
    """Home Assistant starts them side by side, in any order."""
    entries = [
        account(dyndns2, "home.example.com"),
        scripted_account("nas.example.com", "vpn.example.com"),
        connection_entry,
    ]
    for entry in entries:
        entry.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
    assert len(dyndns2.requests) == len(world.calls) == 1
    assert len(world.records) == 4
    await restart()
    assert len(dyndns2.requests) == len(world.calls) == 1
