"""Sensors: what they show of an address and of a hostname, on good days and bad ones."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.config_entries import ConfigEntryDisabler, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations

from .conftest import AddEntry, Later, account, connection, with_known_ids
from .home import attribute_of, force_update, state_of, unavailable
from .internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet

pytestmark = pytest.mark.usefixtures("all_entities_enabled")

STATUS = "sensor.home_example_com"
LAST_ERROR = "sensor.home_example_com_last_error"
LAST_UPDATE = "sensor.home_example_com_last_update"
NEXT_ATTEMPT = "sensor.home_example_com_next_attempt"
PUBLISHED_IPV4 = "sensor.home_example_com_published_ipv4"
PUBLISHED_IPV6 = "sensor.home_example_com_published_ipv6"
IPV4_SOURCE = "sensor.internet_connection_ipv4_source"
IPV6_SOURCE = "sensor.internet_connection_ipv6_source"
ABUSE = (
    "updates are blocked because there were too many; unblock them at the provider. "
    "If there are two addresses, the server may need a separate request for IPv6"
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.usefixtures("public_services")
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
    watched = connection(
        {
            "sources": {"built_in": ["cloudflare"], "custom": []},
            "checking": {"trust_single_source": True},
        }
    )
    with patch("custom_components.ddns_plus.PLATFORMS", [Platform.SENSOR]):
        watched = await add_entry(with_known_ids(watched))
        entry = await add_entry(with_known_ids(account(dyndns2, "home.example.com")))
    await snapshot_platform(hass, entity_registry, snapshot, watched.entry_id)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("answer", "status", "error", "words"),
    [
        (
            "badauth",
            "invalid_credentials",
            "badauth",
            "the user name or password is wrong",
        ),
        (
            "nohost",
            "invalid_field",
            "nohost",
            "the hostname does not exist in this account",
        ),
        ("abuse", "refused", "abuse", ABUSE),
        (
            "911",
            "provider_unavailable",
            "911",
            "the provider is out of order or in maintenance",
        ),
        ("interval", "rate_limited", "interval", "updates came too quickly"),
        ("<html>hello</html>", "unexpected_response", "unknown_answer", "hello"),
        ("", "unexpected_response", "empty_answer", "the answer is empty"),
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
    words: str,
) -> None:
    """A failure is named; what was published stays known, and nothing is unavailable."""
    await add_entry(account_entry)
    assert state_of(hass, STATUS) == "up_to_date"
    assert state_of(hass, LAST_ERROR) == "none"
    before = state_of(hass, LAST_UPDATE)

    assert attribute_of(hass, LAST_ERROR, "code") is None

    dyndns2.answer = answer
    await later(minutes=1)
    await force_update(hass)
    assert state_of(hass, STATUS) == status
    assert state_of(hass, LAST_ERROR) == words
    assert attribute_of(hass, LAST_ERROR, "code") == error
    assert state_of(hass, PUBLISHED_IPV4) == IPV4
    assert state_of(hass, PUBLISHED_IPV6) == IPV6
    assert state_of(hass, LAST_UPDATE) == before
    assert unavailable(hass) == []

    dyndns2.answer = None
    await later(hours=1)
    await force_update(hass, override_stop=True)
    assert state_of(hass, STATUS) == "up_to_date"
    assert state_of(hass, LAST_ERROR) == "none"
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
    assert attribute_of(hass, STATUS, "next_attempt") == until

    dyndns2.answer = None
    await later(minutes=29)
    assert len(dyndns2.requests) == 1
    await later(minutes=2)
    assert state_of(hass, NEXT_ATTEMPT) == "unknown"
    assert attribute_of(hass, STATUS, "next_attempt") is None
    assert state_of(hass, STATUS) == "up_to_date"
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
    assert state_of(hass, IPV4_SOURCE) == "unknown"
    assert state_of(hass, "sensor.internet_connection_last_change") == "unknown"
    assert state_of(hass, STATUS) == "address_unknown"
    assert state_of(hass, PUBLISHED_IPV4) == "unknown"

    internet.go_online()
    await later(minutes=2)
    assert state_of(hass, address) == IPV4
    assert "127.0.0." in state_of(hass, IPV4_SOURCE)
    assert state_of(hass, STATUS) == "up_to_date"

    internet.go_offline()
    await later(minutes=2)
    assert state_of(hass, address) == "unknown"
    assert state_of(hass, PUBLISHED_IPV4) == IPV4


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"127.0.0.1": None, "127.0.0.2": None}, "offline"),
        ({"127.0.0.1": "192.168.1.20", "127.0.0.2": "192.168.1.20"}, "refused"),
        ({"127.0.0.1": "11.22.33.44", "127.0.0.2": "11.22.33.55"}, "conflict"),
        ({"127.0.0.1": "11.22.33.77", "127.0.0.2": "192.168.1.20"}, "undecided"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_why_an_address_is_unknown(
    hass: HomeAssistant,
    internet: Internet,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    answers: dict[str, str | None],
    reason: str,
) -> None:
    """Each entity without an address says why; with an address there is nothing to say."""
    await add_entry(account_entry)
    shown = ("sensor.internet_connection_ipv4_address", IPV4_SOURCE, PUBLISHED_IPV4)
    assert [attribute_of(hass, each, "unknown") for each in shown] == [None] * 3

    internet.ipv4 = None
    internet.lies = {host: answer for host, answer in answers.items() if answer}
    await later(minutes=2)
    assert [state_of(hass, each) for each in shown] == ["unknown", "unknown", IPV4]
    assert [attribute_of(hass, each, "unknown") for each in shown] == [reason] * 3
    assert state_of(hass, STATUS) == "address_unknown"
    # the other family is none the worse
    assert attribute_of(hass, PUBLISHED_IPV6, "unknown") is None

    internet.ipv4, internet.lies = IPV4, {}
    await later(minutes=2)
    assert [attribute_of(hass, each, "unknown") for each in shown] == [None] * 3
    assert state_of(hass, STATUS) == "up_to_date"


async def test_why_there_is_no_prefix(
    hass: HomeAssistant, internet: Internet, add_entry: AddEntry
) -> None:
    """Nor the address that it belongs to."""
    internet.ipv6 = None
    await add_entry(connection(internet.options()))
    prefix = "sensor.internet_connection_ipv6_prefix"
    assert state_of(hass, prefix) == "unknown"
    assert attribute_of(hass, prefix, "unknown") == "offline"


async def test_connection_that_does_not_run(
    hass: HomeAssistant,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """A hostname says so itself, for the entities of the connection are gone."""
    await hass.config_entries.async_set_disabled_by(
        connected.entry_id, ConfigEntryDisabler.USER
    )
    await add_entry(account_entry)
    assert state_of(hass, PUBLISHED_IPV4) == "unknown"
    assert attribute_of(hass, PUBLISHED_IPV4, "unknown") == "not_running"
    # there is no provider that is to be called
    assert attribute_of(hass, STATUS, "next_attempt") is None


@pytest.mark.usefixtures("connected")
async def test_hostname_of_an_account_that_is_stopped(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """A hostname that was never tried shows the failure of its account."""
    dyndns2.answer = "badauth"
    await add_entry(account_entry)
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {
                **next(iter(account_entry.subentries.values())).data,
                "hostname": "b.example.com",
            }
        ),
        subentry_type="hostname",
        title="b.example.com",
        unique_id="b.example.com",
    )
    hass.config_entries.async_add_subentry(account_entry, subentry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.b_example_com") == "invalid_credentials"
    last_error = "sensor.b_example_com_last_error"
    assert attribute_of(hass, last_error, "code") == "badauth"


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
async def test_sources_have_names(hass: HomeAssistant, add_entry: AddEntry) -> None:
    """Automations compare with the key of what is built in; people see its name."""
    options = {"sources": {"built_in": ["cloudflare", "ident"], "fixed_ipv6": IPV6}}
    await add_entry(connection(options))
    names = await async_get_translations(hass, "en", "entity", {DOMAIN})
    name = "component.ddns_plus.entity.sensor.source.state.{}"
    for entity_id, shown in (
        (IPV4_SOURCE, {"cloudflare": "Cloudflare", "ident": "ident.me"}),
        (IPV6_SOURCE, {"fixed": "Fixed address"}),
    ):
        source = hass.states.get(entity_id)
        assert source is not None
        assert source.attributes["device_class"] == "enum"
        assert source.state in source.attributes["options"]
        assert shown == {
            key: names[name.format(key)] for key in source.attributes["options"]
        }


@pytest.mark.usefixtures("connected")
async def test_a_source_of_ones_own_is_called_by_its_host(hass: HomeAssistant) -> None:
    """With the port, if it has one; that is what the choice of states offers, too."""
    source = hass.states.get(IPV4_SOURCE)
    assert source is not None
    assert source.state.startswith("127.0.0.")
    assert source.state in source.attributes["options"]
    assert len(source.attributes["options"]) == 2


@pytest.mark.usefixtures("internet")
async def test_long_name_of_a_source(hass: HomeAssistant, add_entry: AddEntry) -> None:
    """The longest name of a host with its port is more than a state can hold."""
    host = ".".join(["a" * 63] * 3 + ["b" * 61])
    custom = [{"url": f"https://{host}:44300/", "family": "ipv4"}]
    await add_entry(connection({"sources": {"built_in": [], "custom": custom}}))
    source = hass.states.get(IPV4_SOURCE)
    assert source is not None
    assert source.attributes["options"] == [f"{host}:4"]


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
