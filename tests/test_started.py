"""What happens while Home Assistant is off or starts: told when automations can hear it."""

from collections.abc import Mapping
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_mock_service,
)

from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component

from .conftest import AddEntry, Later
from .home import event_type_of, state_of
from .internet import IPV4_NEW, IPV6, Dyndns2Server, Internet

pytestmark = pytest.mark.usefixtures("all_entities_enabled")

STATUS = "sensor.home_example_com"
PROBLEM = "binary_sensor.home_example_com_problem"

# those of the README, and one for each other way to listen
AUTOMATIONS: list[Mapping[str, Any]] = [
    {"trigger": "event", "event_type": "ddns_plus_ip_changed"},
    {"trigger": "event", "event_type": "ddns_plus_update"},
    {"trigger": "state", "entity_id": "event.internet_connection_address_change"},
    {"trigger": "state", "entity_id": "sensor.internet_connection_ipv4_address"},
    {"trigger": "state", "entity_id": PROBLEM, "to": "on", "for": "00:30:00"},
]


@pytest.fixture
async def heard(
    hass: HomeAssistant,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    dyndns2: Dyndns2Server,
) -> Any:
    """Return what automations hear in a Home Assistant that is about to start."""
    await add_entry(account_entry)
    for entry in (account_entry, connected):
        await hass.config_entries.async_unload(entry.entry_id)
    dyndns2.requests.clear()
    hass.set_state(CoreState.not_running)
    calls = async_mock_service(hass, "test", "heard")
    automations = [
        {
            "alias": f"number {number}",
            "triggers": [trigger],
            "actions": [{"action": "test.heard", "data": {"number": number}}],
        }
        for number, trigger in enumerate(AUTOMATIONS)
    ]
    assert await async_setup_component(hass, "automation", {"automation": automations})
    return calls


async def boot(hass: HomeAssistant, *entries: MockConfigEntry) -> None:
    """Set up entries as a start does, without its end."""
    for entry in entries:
        assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def numbers(calls: Any) -> list[int]:
    """Return which automations have heard something, each once."""
    return sorted({call.data["number"] for call in calls})


async def test_an_address_that_changed_meanwhile(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    heard: Any,
) -> None:
    """It is published at once, and told once, when automations are armed."""
    events = async_capture_events(hass, "ddns_plus_ip_changed")
    internet.ipv4 = IPV4_NEW
    await boot(hass, connected, account_entry)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert (events, numbers(heard)) == ([], [])

    await hass.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert numbers(heard) == [0, 1, 2, 3]
    [event] = events
    assert event.data["new_address"] == IPV4_NEW
    change = "event.internet_connection_address_change"
    assert event_type_of(hass, change) == "ipv4_changed"
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == IPV4_NEW


async def test_a_hostname_that_stops_meanwhile(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    heard: Any,
    later: Later,
) -> None:
    """Its sensor turns on when automations are armed, and it recovers as ever."""
    dyndns2.answer = "nohost"
    internet.ipv4 = IPV4_NEW
    await boot(hass, connected, account_entry)
    await hass.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, PROBLEM) == "on"
    assert 4 not in numbers(heard)
    await later(minutes=31)
    assert 4 in numbers(heard)

    dyndns2.answer = None
    await hass.services.async_call(
        "ddns_plus", "force_update", {"override_stop": True}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, PROBLEM) == "off"


async def test_nothing_new(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    heard: Any,
) -> None:
    """A start by itself is no news."""
    await boot(hass, connected, account_entry)
    await hass.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert 0 not in numbers(heard)
    assert 1 not in numbers(heard)
    assert dyndns2.requests == []
