"""Internet connections that come, go and change, and the hostnames that follow them."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ddns_plus.const import DOMAIN, EVENT_IP_CHANGED
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.setup import async_setup_component
from tests.conftest import AddEntry, Later, Restart, account, connection
from tests.home import event_type_of, state_of, unavailable
from tests.internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures(
    "all_entities_enabled", "freezer", "no_secret_in_log"
)

ADDRESS = "sensor.internet_connection_ipv4_address"
EVENT = "event.internet_connection_address_change"
STATUS = "sensor.home_example_com"
PROBLEM = "binary_sensor.home_example_com_problem"
HOME = {"home.example.com": [IPV4, IPV6]}
LTE = "11.99.99.99"


async def test_no_internet_at_boot(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    account_entry: MockConfigEntry,
    connection_entry: MockConfigEntry,
    later: Later,
) -> None:
    """All is there and says so; what is due is published when the internet comes."""
    internet.go_offline()
    account_entry.add_to_hass(hass)
    connection_entry.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert account_entry.state is connection_entry.state is ConfigEntryState.LOADED
    assert unavailable(hass) == []
    for _ in range(5):
        await later(minutes=2)
    assert state_of(hass, ADDRESS) == "unknown"
    assert state_of(hass, STATUS) == "address_unknown"
    assert state_of(hass, "binary_sensor.internet_connection_online") == "off"
    assert dyndns2.requests == []

    internet.go_online()
    await later(minutes=2)
    assert dyndns2.records == HOME
    assert len(dyndns2.requests) == 1
    assert state_of(hass, STATUS) == "up_to_date"


async def test_what_is_known_survives_a_restart(
    hass: HomeAssistant,
    internet: Internet,
    connected: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """For comparing: a change while Home Assistant was off is told as one."""
    events = async_capture_events(hass, EVENT_IP_CHANGED)
    changed = state_of(hass, "sensor.internet_connection_last_change")
    await later(minutes=10)
    await restart()
    assert state_of(hass, "sensor.internet_connection_last_change") == changed
    assert not events

    internet.ipv4 = IPV4_NEW
    await restart()
    assert event_type_of(hass, EVENT) == "ipv4_changed"
    [event] = events
    assert (event.data["old_address"], event.data["new_address"]) == (IPV4, IPV4_NEW)
    assert state_of(hass, "sensor.internet_connection_last_change") > changed


@pytest.mark.usefixtures("public_services")
async def test_removal(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
) -> None:
    """Accounts cannot be without any: a new one comes by itself, and finds all in order."""
    await add_entry(account_entry)
    await hass.config_entries.async_remove(connected.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    [new] = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry is not account_entry
    ]
    assert new.state is ConfigEntryState.LOADED
    assert new.entry_id != connected.entry_id
    assert state_of(hass, STATUS) == "up_to_date"
    assert dyndns2.records == HOME
    assert len(dyndns2.requests) == 1


async def test_disabled(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """Nothing is published until it is enabled again; that is said after five minutes."""
    await add_entry(account_entry)
    await hass.config_entries.async_set_disabled_by(
        connected.entry_id, ConfigEntryDisabler.USER
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, STATUS) == "address_unknown"
    assert state_of(hass, PROBLEM) == "off"
    await later(minutes=6)
    assert state_of(hass, STATUS) == "stale"
    assert state_of(hass, PROBLEM) == "on"
    assert await hass.config_entries.async_reload(account_entry.entry_id)
    internet.ipv4 = IPV4_NEW
    await later(days=1)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 2
    assert dyndns2.records == HOME
    assert len(dyndns2.requests) == 1

    await hass.config_entries.async_set_disabled_by(connected.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert len(dyndns2.requests) == 2
    assert state_of(hass, PROBLEM) == "off"


async def test_reload_is_no_trouble_of_the_hostnames(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    restart: Restart,
    later: Later,
) -> None:
    """The status stays as it is, also at boot; only what lasts is told."""
    await add_entry(account_entry)
    assert state_of(hass, STATUS) == "up_to_date"
    seen: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == STATUS and (new := event.data["new_state"]):
            seen.append(new.state)

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    hass.config_entries.async_update_entry(connected, title="DSL")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert connected.state is ConfigEntryState.LOADED
    assert seen == []
    await restart()
    assert set(seen) <= {"unavailable", "up_to_date"}
    assert seen[-1] == "up_to_date"
    assert len(dyndns2.requests) == 1

    # sources that say nothing after a reload are another matter
    internet.go_offline()
    assert await hass.config_entries.async_reload(connected.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, STATUS) == "address_unknown"
    await later(minutes=6)
    assert state_of(hass, STATUS) == "stale"


@pytest.mark.parametrize(
    ("families", "address"),
    [
        ({"ipv4": True, "ipv6": False}, IPV4),
        ({"ipv4": False, "ipv6": True}, IPV6),
    ],
)
async def test_options_changed(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    families: dict[str, bool],
    address: str,
) -> None:
    """The connection begins anew with them; what is published stays as it is."""
    await add_entry(account(dyndns2, "home.example.com"))
    hass.config_entries.async_update_entry(
        connected, options={**connected.options, **families}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert connected.state is ConfigEntryState.LOADED
    assert len(dyndns2.requests) == 1
    assert state_of(hass, STATUS) == "up_to_date"
    # of the family that nobody asks for any more nothing is sent
    await add_entry(account(dyndns2, "new.example.com"))
    assert dyndns2.records == {**HOME, "new.example.com": [address]}


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
async def test_a_family_without_connection(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    later: Later,
    family: str,
) -> None:
    """The other one is published all the same, and that is well."""
    setattr(internet, family, None)
    await later(minutes=2)
    await add_entry(account_entry)
    [expected] = {IPV4, IPV6} - {vars(Internet())[family]}
    assert dyndns2.records == {"home.example.com": [expected]}
    assert state_of(hass, STATUS) == "up_to_date"
    assert state_of(hass, "binary_sensor.internet_connection_online") == "on"


@pytest.mark.parametrize(
    ("suffix", "composed"),
    [
        ("::1:2:3:4", "2606:2800:220:1:1:2:3:4"),
        ("00:11:22:33:44:55", "2606:2800:220:1:211:22ff:fe33:4455"),
    ],
)
async def test_another_machine_of_the_network(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    suffix: str,
    composed: str,
) -> None:
    """Its record takes the prefix from the connection, and follows it."""
    await add_entry(account(dyndns2, "nas.example.com", ipv6_suffix=suffix))
    assert dyndns2.records == {"nas.example.com": [IPV4, composed]}
    internet.ipv6 = "2606:2800:220:2::44"
    await later(minutes=2)
    assert dyndns2.records == {
        "nas.example.com": [IPV4, composed.replace("220:1:", "220:2:")]
    }


async def test_allowed_networks(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """An address outside of them, as of a VPN, is shown but not published."""
    options: dict[str, Any] = internet.options(allowed_networks=["11.22.0.0/16"])
    await add_entry(connection(options))
    await add_entry(account_entry)
    assert dyndns2.records == HOME
    internet.ipv4 = LTE
    await later(minutes=2)
    assert state_of(hass, ADDRESS) == LTE
    assert dyndns2.records == HOME
    assert len(dyndns2.requests) == 1
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}


async def test_the_only_connection_is_replaced_by_one_with_its_rules(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
) -> None:
    """What was held back by its options is not published because it was removed."""
    checking = connected.options.get("checking", {})
    options = {
        **connected.options,
        "checking": {**checking, "allowed_networks": ["203.0.114.0/24"]},
        "ipv6": False,
    }
    hass.config_entries.async_update_entry(connected, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)
    await add_entry(account_entry)
    assert dyndns2.records == {}
    await hass.config_entries.async_remove(connected.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dyndns2.records == {}
    [new] = [
        entry
        for entry in hass.config_entries.async_entries("ddns_plus")
        if entry.entry_id != account_entry.entry_id
    ]
    assert new.options == options


@pytest.mark.usefixtures("public_services")
async def test_no_connection_comes_for_disabled_accounts(
    hass: HomeAssistant,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
) -> None:
    """It would ask the outside for nothing; the next account that is enabled adds one."""
    await add_entry(account_entry)
    await hass.config_entries.async_set_disabled_by(
        account_entry.entry_id, ConfigEntryDisabler.USER
    )
    await hass.config_entries.async_remove(connected.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.config_entries.async_entries("ddns_plus") == [account_entry]
    await hass.config_entries.async_set_disabled_by(account_entry.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(hass.config_entries.async_entries("ddns_plus")) == 2
