"""The main job: a hostname follows the public address."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.core import HomeAssistant

from .conftest import AddEntry
from .internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet


async def test_a_hostname_follows_the_public_address(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    account_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The first address is published, then each change, then nothing more."""
    await add_entry(connection_entry)
    await add_entry(account_entry)
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}
    assert hass.states.get("sensor.home_example_com_published_ipv4").state == IPV4
    assert hass.states.get("sensor.internet_connection_ipv4_address").state == IPV4

    internet.ipv4 = IPV4_NEW
    freezer.tick(timedelta(minutes=2))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert hass.states.get("sensor.home_example_com_status").state == "updated"
    assert len(dyndns2.requests) == 2
