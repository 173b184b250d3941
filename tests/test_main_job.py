"""The main job: hostnames follow the public address."""

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ddns_plus.const import EVENT_IP_CHANGED, EVENT_UPDATE
from homeassistant.core import HomeAssistant

from .conftest import AddEntry, Later, account
from .home import state_of
from .internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")


async def test_a_hostname_follows_the_public_address(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """The first address is published, then each change, then nothing more."""
    await add_entry(connection_entry)
    await add_entry(account_entry)
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}
    assert state_of(hass, "sensor.home_example_com_published_ipv4") == IPV4
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == IPV4

    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert state_of(hass, "sensor.home_example_com") == "up_to_date"
    for _ in range(24):
        await later(hours=1)
    assert len(dyndns2.requests) == 2


async def test_automations_find_what_they_are_told(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """When an event is fired the entities show it already; the event names all."""
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    seen = []

    def note(_event: object) -> None:
        seen.append(state_of(hass, "sensor.nas_example_com_published_ipv4"))

    changes = async_capture_events(hass, EVENT_IP_CHANGED)
    updates = async_capture_events(hass, EVENT_UPDATE)
    hass.bus.async_listen(EVENT_UPDATE, note)
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert seen == [IPV4_NEW, IPV4_NEW]
    assert [item.data["hostname"] for item in updates] == [
        "home.example.com",
        "nas.example.com",
    ]
    assert {item.data["family"] for item in updates} == {"ipv4"}
    [change] = changes
    assert change.data["hostnames"] == ["home.example.com", "nas.example.com"]
