"""Devices and ids: what a rename, a removal and a failure do to them."""

import asyncio

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.ddns_plus.account.coordinator import AccountCoordinator
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.engine.decide import Force
from custom_components.ddns_plus.entity import HostnameEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .conftest import AddEntry, account, with_known_ids
from .home import state_of, unavailable
from .internet import IPV4, Dyndns2Server


async def test_devices(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    snapshot: SnapshotAssertion,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
) -> None:
    """A connection, an account, and its hostnames behind it are services."""
    connection = await add_entry(with_known_ids(connection_entry))
    entry = account(dyndns2, "xn--bcher-kva.example.com", "*.example.com")
    entry = await add_entry(with_known_ids(entry))
    for each in (connection, entry):
        for device in dr.async_entries_for_config_entry(device_registry, each.entry_id):
            assert device == snapshot(name=str(device.name))
    account_device = device_registry.async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    assert account_device is not None
    for subentry_id in entry.subentries:
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, subentry_id), entry.entry_id
        )
        assert device is not None
        assert device.via_device_id == account_device.id
        assert device.config_subentry_id == subentry_id


@pytest.mark.usefixtures("connected")
async def test_rename(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """A hostname that is renamed keeps its entities, and so its history."""
    entry = await add_entry(account_entry)
    [subentry] = entry.subentries.values()
    before = {
        item.entity_id
        for item in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    }
    hass.config_entries.async_update_subentry(
        entry,
        subentry,
        data={**subentry.data, "hostname": "new.example.com"},
        title="new.example.com",
        unique_id="new.example.com",
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    after = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {item.entity_id for item in after} == before
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, subentry.subentry_id), entry.entry_id
    )
    assert device is not None
    assert device.name == "new.example.com"
    assert state_of(hass, "sensor.home_example_com_published_ipv4") == IPV4


@pytest.mark.usefixtures("connected")
async def test_hostnames_are_shown_one_after_the_other(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hundred hostnames hold nothing up; what is new of one writes only its entities."""
    names = ("home.example.com", "nas.example.com", "www.example.com")
    shown: list[tuple[int, str]] = []
    steps = 0

    async def count_steps() -> None:
        nonlocal steps
        while True:
            await asyncio.sleep(0)
            steps += 1

    def write(entity: HostnameEntity) -> None:
        shown.append((steps, entity.subentry_id))

    monkeypatch.setattr(HostnameEntity, "_handle_coordinator_update", write)
    entry = await add_entry(account(dyndns2, *names))
    counting = hass.async_create_background_task(count_steps(), "steps")
    shown.clear()
    account_of: AccountCoordinator = entry.runtime_data
    home, *_ = entry.subentries
    await account_of.async_publish([home], Force.FORCE)
    assert {subentry_id for _, subentry_id in shown} == {home}

    shown.clear()
    await account_of.async_publish(force=Force.FORCE)
    counting.cancel()
    assert {subentry_id for _, subentry_id in shown} == set(entry.subentries)
    by_step: dict[int, set[str]] = {}
    for step, subentry_id in shown:
        by_step.setdefault(step, set()).add(subentry_id)
    assert [len(ids) for ids in by_step.values()] == [1] * len(names)


@pytest.mark.usefixtures("connected")
async def test_removed_hostname(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
) -> None:
    """Device and entities go with their hostname; the others stay, and send nothing."""
    entry = await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    [home, nas] = entry.subentries
    requests = len(dyndns2.requests)
    hass.config_entries.async_remove_subentry(entry, home)
    await hass.async_block_till_done(wait_background_tasks=True)
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert {device.name for device in devices} == {"Test account", "nas.example.com"}
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {item.config_subentry_id for item in entities} == {nas, None}
    assert unavailable(hass) == []
    assert len(dyndns2.requests) == requests


@pytest.mark.usefixtures("connected")
async def test_what_a_hostname_shows_by_default(
    hass: HomeAssistant, add_entry: AddEntry, account_entry: MockConfigEntry
) -> None:
    """There may be hundreds of hostnames, and each entity takes 8 KiB."""
    await add_entry(account_entry)
    shown = {
        entity_id
        for entity_id in hass.states.async_entity_ids()
        if "home_example_com" in entity_id
    }
    assert shown == {
        "button.home_example_com_update_now",
        "event.home_example_com_update",
        "sensor.home_example_com_last_update",
        "sensor.home_example_com_published_ipv4",
        "sensor.home_example_com_published_ipv6",
        "sensor.home_example_com",
        "switch.home_example_com_automatic_updates",
    }
