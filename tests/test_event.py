"""Events: each thing that happens is told once, on the bus and by the event entity."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_mock_service,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion
import yaml

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.const import Platform
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component

from .conftest import AddEntry, Later, Restart, account, with_known_ids
from .home import act, event_type_of, force_update, state_of
from .internet import IPV4, IPV4_NEW, IPV6, IPV6_NEW, Dyndns2Server, Internet

ADDRESS_CHANGE = "event.internet_connection_address_change"
README = Path(__file__).parents[1] / "README.md"
ACCOUNT_UPDATE = "event.test_account_update"
UPDATE = "event.home_example_com_update"


@pytest.fixture
def updates(hass: HomeAssistant) -> list[Event[Mapping[str, Any]]]:
    """Return what is told of hostnames on the bus from now on."""
    return async_capture_events(hass, "ddns_plus_update")


@pytest.fixture
def changes(hass: HomeAssistant) -> list[Event[Mapping[str, Any]]]:
    """Return what is told of addresses on the bus from now on."""
    return async_capture_events(hass, "ddns_plus_ip_changed")


def told(events: list[Event[Mapping[str, Any]]]) -> list[tuple[str, str]]:
    """Return what was told of which family, and forget it."""
    found = [(event.data["type"], event.data["family"]) for event in events]
    events.clear()
    return found


def of_both(*types: str) -> list[tuple[str, str]]:
    """Return that something was told of both families."""
    return [(item, family) for family in ("ipv4", "ipv6") for item in types]


async def test_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
) -> None:
    """The event entities of a connection, an account and a hostname."""
    dyndns2.answer = ""
    with patch("custom_components.ddns_plus.PLATFORMS", [Platform.EVENT]):
        connection = await add_entry(with_known_ids(connection_entry))
        entry = account(dyndns2, "home.example.com", ipv4="off", ipv6="off")
        entry = await add_entry(with_known_ids(entry))
    await snapshot_platform(hass, entity_registry, snapshot, connection.entry_id)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_an_account_tells_of_all_its_hostnames(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """One event for all to which the same happened, so that one automation is enough."""
    await add_entry(account(dyndns2, "nas.example.com", "home.example.com"))
    shown: list[tuple[str, list[str], str | None]] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        assert state is not None
        facts = state.attributes
        shown.append((facts["event_type"], facts["hostnames"], facts["error"]))

    async_track_state_change_event(hass, [ACCOUNT_UPDATE], changed)
    both = ["home.example.com", "nas.example.com"]
    dyndns2.answer = "911"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert shown == [("failed", both, "911")]

    shown.clear()
    dyndns2.answer = None
    await later(minutes=31)
    assert shown == [("recovered", both, None), ("updated", both, None)]


async def test_a_changed_address(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    later: Later,
    changes: list[Event[Mapping[str, Any]]],
) -> None:
    """A change is told with old and new address and all that it concerns; nothing else is."""
    connection = await add_entry(connection_entry)
    await add_entry(account(dyndns2, "nas.example.com", "home.example.com"))
    await later(minutes=2)
    assert changes == []
    assert event_type_of(hass, ADDRESS_CHANGE) is None

    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, connection.entry_id), connection.entry_id
    )
    assert device is not None
    [change] = changes
    source = change.data["source"]
    assert source.startswith("127.0.0.")
    assert change.data == {
        "family": "ipv4",
        "old_address": IPV4,
        "new_address": IPV4_NEW,
        "source": source,
        "hostnames": ["home.example.com", "nas.example.com"],
        "config_entry_id": connection.entry_id,
        "device_id": device.id,
    }
    shown = hass.states.get(ADDRESS_CHANGE)
    assert shown is not None
    assert shown.attributes["event_type"] == "ipv4_changed"
    assert shown.attributes["old_address"] == IPV4
    assert shown.attributes["new_address"] == IPV4_NEW

    await later(minutes=2)
    assert len(changes) == 1
    internet.ipv6 = IPV6_NEW
    await later(minutes=2)
    assert [item.data["family"] for item in changes] == ["ipv4", "ipv6"]
    assert event_type_of(hass, ADDRESS_CHANGE) == "ipv6_changed"


async def test_lost_and_recovered(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    later: Later,
    changes: list[Event[Mapping[str, Any]]],
) -> None:
    """A lost connection is told once, and that it is back; the address is the same."""
    await add_entry(connection_entry)
    internet.go_offline()
    await later(minutes=2)
    assert event_type_of(hass, ADDRESS_CHANGE) == "lost"
    told_at = state_of(hass, ADDRESS_CHANGE)
    await later(minutes=2)
    assert state_of(hass, ADDRESS_CHANGE) == told_at

    internet.go_online()
    await later(minutes=2)
    assert event_type_of(hass, ADDRESS_CHANGE) == "recovered"
    assert changes == []


async def test_an_update(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    later: Later,
    updates: list[Event[Mapping[str, Any]]],
) -> None:
    """An update is told with old and new address and all that it concerns."""
    entry = await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    assert told(updates) == [("updated", "ipv4")]
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    [subentry_id] = entry.subentries
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, subentry_id), entry.entry_id
    )
    assert device is not None
    [update] = updates
    source = update.data["source"]
    assert source.startswith("127.0.0.")
    facts = {
        "hostname": "home.example.com",
        "family": "ipv4",
        "old_address": IPV4,
        "new_address": IPV4_NEW,
        "source": source,
        "reason": "changed",
        "error": None,
        "detail": None,
    }
    assert update.data == {
        **facts,
        "type": "updated",
        "config_entry_id": entry.entry_id,
        "subentry_id": subentry_id,
        "device_id": device.id,
    }
    shown = hass.states.get(UPDATE)
    assert shown is not None
    assert {key: shown.attributes[key] for key in facts} == facts
    assert shown.attributes["event_type"] == "updated"

    updates.clear()
    await later(minutes=2)
    await later(hours=1)
    assert updates == []


@pytest.mark.usefixtures("connected")
async def test_the_states_are_there_when_an_event_comes(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """An automation that an event starts sees what the event is about."""
    seen: list[str] = []

    def look(_event: Event) -> None:
        seen.append(state_of(hass, "sensor.home_example_com_published_ipv4"))

    hass.bus.async_listen("ddns_plus_update", look)
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    assert seen == [IPV4]


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("answer", "event", "error"),
    [
        ("badauth", "stopped", "badauth"),
        ("nohost", "stopped", "nohost"),
        ("abuse", "stopped", "abuse"),
        ("911", "failed", "911"),
        ("interval", "failed", "interval"),
        ("<h1>Welcome</h1>", "failed", "unknown_answer"),
    ],
)
async def test_failure_and_recovery(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    updates: list[Event[Mapping[str, Any]]],
    answer: str,
    event: str,
    error: str,
) -> None:
    """A failure is told once however often it is repeated, and so is its end."""
    await add_entry(account_entry)
    updates.clear()
    dyndns2.answer = answer
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert {item.data["error"] for item in updates} == {error}
    assert {item.data["new_address"] for item in updates} == {IPV4_NEW, IPV6}
    assert {item.data["old_address"] for item in updates} == {IPV4, IPV6}
    assert told(updates) == of_both(event)
    assert event_type_of(hass, UPDATE) == event

    for _ in range(3):
        await later(hours=1)
        await force_update(hass, override_stop=True)
    assert told(updates) == []

    dyndns2.answer = None
    await later(hours=7)
    await force_update(hass, override_stop=True)
    assert told(updates) == [
        ("recovered", "ipv4"),
        ("updated", "ipv4"),
        ("recovered", "ipv6"),
        ("updated", "ipv6"),
    ]


@pytest.mark.usefixtures("connected")
async def test_from_failing_to_stopped(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    updates: list[Event[Mapping[str, Any]]],
) -> None:
    """That a person is needed now is told, even if it failed before."""
    dyndns2.answer = ""
    await add_entry(account_entry)
    assert told(updates) == of_both("failed")
    dyndns2.answer = "nohost"
    await later(hours=1)
    assert told(updates) == of_both("stopped")
    dyndns2.answer = ""
    await force_update(hass, override_stop=True)
    assert told(updates) == []


@pytest.mark.usefixtures("connected")
async def test_a_failure_that_is_over_because_the_address_is_back(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
    updates: list[Event[Mapping[str, Any]]],
) -> None:
    """When what is published is right again, nothing fails any more."""
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    updates.clear()
    # a refusal: after an answer that is not understood the record would be in doubt
    dyndns2.answer = "911"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert told(updates) == [("failed", "ipv4")]

    requests = len(dyndns2.requests)
    internet.ipv4 = IPV4
    await later(minutes=2)
    # who comes back to an address that was left is believed only if it lasts
    await later(minutes=2)
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == IPV4
    assert len(dyndns2.requests) == requests
    assert told(updates) == [("recovered", "ipv4")]


@pytest.mark.usefixtures("connected")
async def test_a_restart_is_no_event(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    restart: Restart,
    updates: list[Event[Mapping[str, Any]]],
    changes: list[Event[Mapping[str, Any]]],
) -> None:
    """After a restart nothing is told that was told before, good or bad."""
    await add_entry(account_entry)
    dyndns2.answer = "nohost"
    await force_update(hass)
    assert told(updates) == [*of_both("updated"), *of_both("stopped")]
    await restart()
    await later(minutes=2)
    assert updates == []
    assert changes == []
    assert event_type_of(hass, ADDRESS_CHANGE) is None


@pytest.mark.usefixtures("connected")
async def test_a_stop_lifted_by_a_person_ends_with_a_recovery(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    updates: list[Event[Mapping[str, Any]]],
) -> None:
    """Also when the provider then says that nothing had to be changed."""
    entry = await add_entry(account_entry)
    dyndns2.answer = "abuse"
    await later(minutes=1)
    await force_update(hass)
    assert told(updates) == [*of_both("updated"), *of_both("stopped")]

    dyndns2.answer = None
    await entry.runtime_data.async_release()
    await hass.async_block_till_done(wait_background_tasks=True)
    await act(hass, "button.press", "button.home_example_com_update_now")
    assert told(updates) == of_both("recovered")
    await later(minutes=1)
    await act(hass, "button.press", "button.home_example_com_update_now")
    assert updates == []


async def test_the_automation_of_the_readme(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """It hears each failure once, and no reload."""
    entry = await add_entry(account(dyndns2, "home.example.com"))
    messages = async_mock_service(hass, "notify", "notify")
    examples = README.read_text(encoding="utf-8").split("```")
    [example] = [item for item in examples if "alias: Tell that an update" in item]
    automation = yaml.safe_load(example.removeprefix("yaml"))
    assert await async_setup_component(hass, "automation", {"automation": automation})
    dyndns2.answer = "nohost"
    internet.ipv4, internet.ipv6 = IPV4_NEW, IPV6_NEW
    await later(minutes=2)
    said = [call.data["message"] for call in messages]
    assert said
    assert set(said) == {"home.example.com: stopped"}
    for reloaded in (entry, connected):
        assert await hass.config_entries.async_reload(reloaded.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert len(messages) == len(said)
