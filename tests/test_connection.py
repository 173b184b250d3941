"""An internet connection: its address, its entities, and bad days."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from homeassistant.core import HomeAssistant

from .conftest import AddEntry
from .internet import IPV4, IPV4_NEW, IPV6, Internet

ADDRESS = "sensor.internet_connection_ipv4_address"


async def test_address_is_known_and_followed(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The address is shown, and a change told once on the bus and by the event entity."""
    events = async_capture_events(hass, "ddns_plus_ip_changed")
    await add_entry(connection_entry)
    assert hass.states.get(ADDRESS).state == IPV4
    assert hass.states.get("sensor.internet_connection_ipv6_address").state == IPV6
    assert hass.states.get("binary_sensor.internet_connection_online").state == "on"
    assert not events

    internet.ipv4 = IPV4_NEW
    freezer.tick(timedelta(minutes=2))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(ADDRESS).state == IPV4_NEW
    assert len(events) == 1
    assert events[0].data["old_address"] == IPV4
    assert events[0].data["new_address"] == IPV4_NEW
    event = hass.states.get("event.internet_connection_address_change")
    assert event.attributes["event_type"] == "ipv4_changed"
