"""Sensors: what they show of an address and of a hostname, on good days and bad ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.detection import SOURCES
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .conftest import AddEntry, Later, account, with_known_ids
from .home import force_update, state_of, unavailable
from .internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet

STATUS = "sensor.home_example_com_status"
LAST_ERROR = "sensor.home_example_com_last_error"
LAST_UPDATE = "sensor.home_example_com_last_update"
NEXT_ATTEMPT = "sensor.home_example_com_next_attempt"
PUBLISHED_IPV4 = "sensor.home_example_com_published_ipv4"
PUBLISHED_IPV6 = "sensor.home_example_com_published_ipv6"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.usefixtures("all_entities_enabled", "public_services")
async def test_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The sensors of a connection and of a hostname."""
    freezer.move_to(NOON)
    connection = MockConfigEntry(
        domain=DOMAIN,
        title="Internet connection",
        data={"kind": "connection"},
        options={
            "sources": {"built_in": ["cloudflare"], "custom": []},
            "checking": {"trust_single_source": True},
        },
    )
    with patch("custom_components.ddns_plus.PLATFORMS", [Platform.SENSOR]):
        connection = await add_entry(with_known_ids(connection))
        entry = await add_entry(with_known_ids(account(dyndns2, "home.example.com")))
    await snapshot_platform(hass, entity_registry, snapshot, connection.entry_id)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ("badauth", "invalid_credentials", "badauth"),
        ("nohost", "invalid_field", "nohost"),
        ("abuse", "refused", "abuse"),
        ("911", "provider_unavailable", "911"),
        ("interval", "rate_limited", "interval"),
        ("<html>hello</html>", "unexpected_response", "unknown_answer"),
        ("", "unexpected_response", "empty_answer"),
    ],
)
async def test_failure_and_recovery(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    answer: str,
    status: str,
    error: str,
) -> None:
    """A failure is named; what was published stays known, and nothing is unavailable."""
    await add_entry(account_entry)
    assert state_of(hass, STATUS) == "updated"
    assert state_of(hass, LAST_ERROR) == "unknown"
    before = state_of(hass, LAST_UPDATE)

    dyndns2.answer = answer
    await later(minutes=1)
    await force_update(hass)
    assert state_of(hass, STATUS) == status
    assert state_of(hass, LAST_ERROR) == error
    assert state_of(hass, PUBLISHED_IPV4) == IPV4
    assert state_of(hass, PUBLISHED_IPV6) == IPV6
    assert state_of(hass, LAST_UPDATE) == before
    assert unavailable(hass) == []

    dyndns2.answer = None
    await later(hours=1)
    await force_update(hass, override_stop=True)
    assert state_of(hass, STATUS) == "unchanged"
    assert state_of(hass, LAST_ERROR) == "unknown"
    assert state_of(hass, NEXT_ATTEMPT) == "unknown"
    assert state_of(hass, LAST_UPDATE) > before


@pytest.mark.usefixtures("connected")
async def test_next_attempt_after_an_outage(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
) -> None:
    """After a 911 the provider is left alone for half an hour, then tried by itself."""
    freezer.move_to(NOON)
    dyndns2.answer = "911"
    await add_entry(account_entry)
    until = NOON + timedelta(minutes=30)
    assert datetime.fromisoformat(state_of(hass, NEXT_ATTEMPT)) == until

    dyndns2.answer = None
    await later(minutes=29)
    assert len(dyndns2.requests) == 1
    await later(minutes=2)
    assert state_of(hass, NEXT_ATTEMPT) == "unknown"
    assert state_of(hass, STATUS) == "updated"
    assert len(dyndns2.requests) == 2


async def test_a_line_that_is_down_and_comes_back(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """Without the internet the address is unknown, and nothing else is lost."""
    internet.go_offline()
    await add_entry(connection_entry)
    await add_entry(account_entry)
    address = "sensor.internet_connection_ipv4_address"
    assert state_of(hass, address) == "unknown"
    assert state_of(hass, "sensor.internet_connection_source") == "unknown"
    assert state_of(hass, "sensor.internet_connection_last_change") == "unknown"
    assert state_of(hass, STATUS) == "address_unknown"
    assert state_of(hass, PUBLISHED_IPV4) == "unknown"

    internet.go_online()
    await later(minutes=2)
    assert state_of(hass, address) == IPV4
    assert "127.0.0." in state_of(hass, "sensor.internet_connection_source")
    assert state_of(hass, STATUS) == "updated"

    internet.go_offline()
    await later(minutes=2)
    assert state_of(hass, address) == "unknown"
    assert state_of(hass, PUBLISHED_IPV4) == IPV4


async def test_last_change(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
) -> None:
    """The time of a change is shown with the change, not with the next check."""
    freezer.move_to(NOON)
    await add_entry(connection_entry)
    last_change = "sensor.internet_connection_last_change"
    assert datetime.fromisoformat(state_of(hass, last_change)) == NOON

    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == IPV4_NEW
    assert datetime.fromisoformat(state_of(hass, last_change)) == NOON + timedelta(
        minutes=2
    )


@pytest.mark.usefixtures("public_services")
async def test_long_names_of_sources(
    hass: HomeAssistant,
    add_entry: AddEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two sources with long names do not break the state, which holds 255 characters."""
    custom: dict[str, list[str]] = {"built_in": []}
    for number, family in enumerate(("ipv4", "ipv6")):
        source = replace(SOURCES["ident"], key=str(number) * 200, **{family: None})
        monkeypatch.setitem(SOURCES, source.key, source)
        custom["built_in"].append(source.key)
    await add_entry(
        MockConfigEntry(
            domain=DOMAIN,
            title="Internet connection",
            data={"kind": "connection"},
            options={"sources": custom, "checking": {"trust_single_source": True}},
        )
    )
    source_state = state_of(hass, "sensor.internet_connection_source")
    assert len(source_state) == 255
    assert source_state.startswith("0" * 200 + ", 1")


@pytest.mark.usefixtures("connected")
async def test_family_that_is_off(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """A family has its sensor while it is on; its settings survive being off."""
    entry = await add_entry(account(dyndns2, "home.example.com"))
    entity_registry.async_update_entity(PUBLISHED_IPV6, name="My IPv6")
    [subentry] = entry.subentries.values()

    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "ipv6": "off"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(PUBLISHED_IPV6) is None
    assert entity_registry.async_get(PUBLISHED_IPV6) is None
    assert state_of(hass, PUBLISHED_IPV4) == IPV4

    [subentry] = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "ipv6": "update"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, PUBLISHED_IPV6) == IPV6
    shown = entity_registry.async_get(PUBLISHED_IPV6)
    assert shown is not None
    assert shown.name == "My IPv6"


async def test_connection_without_ipv6(
    hass: HomeAssistant, add_entry: AddEntry, connection_entry: MockConfigEntry
) -> None:
    """A family that is not watched has no sensor."""
    entry = await add_entry(connection_entry)
    ipv6_address = "sensor.internet_connection_ipv6_address"
    ipv6_prefix = "sensor.internet_connection_ipv6_prefix"
    assert state_of(hass, ipv6_address) == IPV6
    assert state_of(hass, ipv6_prefix) == "2606:2800:220:1::/64"
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "ipv6": False}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(ipv6_address) is None
    assert hass.states.get(ipv6_prefix) is None
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == IPV4
