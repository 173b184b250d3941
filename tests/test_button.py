"""Buttons: check the address now, update a hostname now."""

from datetime import UTC, datetime
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.ddns_plus.account.provider import DATA_SESSION
from custom_components.ddns_plus.const import DOMAIN
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from .conftest import AddEntry, Later, account, account_at, with_known_ids
from .home import act, force_update, state_of, unavailable
from .internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet
from .providers.fake_cloudflare import plain
from .providers.replay import ReplayServer
from .texts import TEXTS

CHECK_NOW = "button.internet_connection_check_now"
UPDATE_ALL = "button.test_account_update_all"
UPDATE_NOW = "button.home_example_com_update_now"


def message_of(err: HomeAssistantError) -> str:
    """Return what a person reads of an error."""
    assert err.translation_domain == DOMAIN
    text: str = TEXTS["exceptions"][err.translation_key]["message"]
    return text.format(**(err.translation_placeholders or {}))


async def test_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
) -> None:
    """The buttons of a connection, an account and a hostname."""
    with patch("custom_components.ddns_plus.PLATFORMS", [Platform.BUTTON]):
        connection = await add_entry(with_known_ids(connection_entry))
        entry = await add_entry(with_known_ids(account(dyndns2, "home.example.com")))
    await snapshot_platform(hass, entity_registry, snapshot, connection.entry_id)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


@pytest.mark.usefixtures("connected")
async def test_check_now(hass: HomeAssistant, internet: Internet) -> None:
    """A changed address is found at once; being offline is shown, and no error."""
    address = "sensor.internet_connection_ipv4_address"
    internet.ipv4 = IPV4_NEW
    await act(hass, "button.press", CHECK_NOW)
    assert state_of(hass, address) == IPV4_NEW

    internet.go_offline()
    await act(hass, "button.press", CHECK_NOW)
    assert state_of(hass, address) == "unknown"
    assert unavailable(hass) == []

    internet.go_online(ipv4=IPV4_NEW)
    await act(hass, "button.press", CHECK_NOW)
    assert state_of(hass, address) == IPV4_NEW


@pytest.mark.usefixtures("connected")
async def test_update_now(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """One hostname is sent, changed or not, and no other."""
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    dyndns2.requests.clear()
    await act(hass, "button.press", UPDATE_NOW)
    assert dyndns2.requests == [
        {"hostname": "home.example.com", "myip": f"{IPV4},{IPV6}"}
    ]


@pytest.mark.usefixtures("connected")
async def test_update_all(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """All hostnames of the account are sent, changed or not; a failure is said."""
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    async with Dyndns2Server() as other:
        entry = account(other, "www.example.com")
        await add_entry(entry)
        dyndns2.requests.clear()
        other.requests.clear()
        await act(hass, "button.press", UPDATE_ALL)
        sent = ",".join(each["hostname"] for each in dyndns2.requests)
        assert sorted(sent.split(",")) == ["home.example.com", "nas.example.com"]
        assert other.requests == []

    dyndns2.answer = "nohost"
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "button.press", UPDATE_ALL)
    assert "the hostname does not exist in this account" in message_of(caught.value)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("answer", "code", "detail"),
    [
        ("badauth", "badauth", "the user name or password is wrong"),
        ("nohost", "nohost", "the hostname does not exist in this account"),
        ("abuse", "abuse", "updates are blocked because there were too many"),
        ("911", "911", "the provider is out of order"),
        ("<h1>Welcome</h1>", "unknown_answer", "Welcome"),
    ],
)
async def test_update_now_fails_and_works_again(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    answer: str,
    code: str,
    detail: str,
) -> None:
    """What went wrong is said, with no trace of the provider's own exception."""
    await add_entry(account_entry)
    dyndns2.answer = answer
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "button.press", UPDATE_NOW)
    message = message_of(caught.value)
    assert "home.example.com was not updated" in message
    assert code in message
    assert detail in message
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None

    dyndns2.answer = None
    await later(hours=1)
    await force_update(hass, override_stop=True)
    await act(hass, "button.press", UPDATE_NOW)
    assert state_of(hass, "sensor.home_example_com") == "up_to_date"


@pytest.mark.usefixtures("connected")
async def test_a_stop_is_not_overridden(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """What a person must settle first is said, and the provider left alone."""
    dyndns2.answer = "nohost"
    await add_entry(account_entry)
    dyndns2.answer = None
    dyndns2.requests.clear()
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "button.press", UPDATE_NOW)
    assert caught.value.translation_key == "update_stopped"
    message = message_of(caught.value)
    assert "home.example.com needs your attention" in message
    assert "nohost" in message
    assert "the hostname does not exist in this account" in message
    assert dyndns2.requests == []


@pytest.mark.usefixtures("connected")
async def test_a_wait_is_not_overridden(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    freezer: FrozenDateTimeFactory,
) -> None:
    """While the provider wants to be left alone, a person is told until when."""
    freezer.move_to(datetime(2026, 11, 22, 12, tzinfo=UTC))
    await hass.config.async_set_time_zone("Europe/Paris")
    dyndns2.answer = "911"
    await add_entry(account_entry)
    dyndns2.answer = None
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "button.press", UPDATE_NOW)
    assert message_of(caught.value) == (
        "home.example.com was not updated: the provider must not be asked before "
        "2026-11-22 13:30:00."
    )
    assert len(dyndns2.requests) == 1

    await later(minutes=31)
    assert len(dyndns2.requests) == 2
    await act(hass, "button.press", UPDATE_NOW)
    assert len(dyndns2.requests) == 3


@pytest.mark.usefixtures("connected")
async def test_the_minimum_interval_is_not_overridden(
    hass: HomeAssistant, loopback: None, add_entry: AddEntry, later: Later
) -> None:
    """A provider that wants five minutes between updates gets them."""
    settings = {"username": "somebody", "password": "secret"}
    async with ReplayServer() as server:
        server.always(plain(200, "good"))
        hass.data[DATA_SESSION] = server.session
        await add_entry(account_at("noip", settings, "home.ddns.net"))
        assert len(server.requests) == 1
        with pytest.raises(HomeAssistantError) as caught:
            await act(hass, "button.press", "button.home_ddns_net_update_now")
        assert caught.value.translation_key == "update_waiting"
        assert len(server.requests) == 1

        await later(minutes=6)
        await act(hass, "button.press", "button.home_ddns_net_update_now")
        assert len(server.requests) == 2


async def test_without_an_address(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """That nothing is known to publish is said; one family of two is enough."""
    internet.go_offline()
    await add_entry(connection_entry)
    await add_entry(account_entry)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "button.press", UPDATE_NOW)
    assert caught.value.translation_key == "address_unknown"
    assert dyndns2.requests == []

    internet.ipv4 = IPV4
    await later(minutes=2)
    dyndns2.requests.clear()
    await act(hass, "button.press", UPDATE_NOW)
    assert dyndns2.requests == [{"hostname": "home.example.com", "myip": IPV4}]


async def test_with_an_address_that_may_not_be_published(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """Outside of the allowed networks nothing is sent, and that is said."""
    await add_entry(
        MockConfigEntry(
            domain=DOMAIN,
            title="Internet connection",
            data={"kind": "connection"},
            options=internet.options(allowed_networks=["93.184.0.0/16"]),
        )
    )
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "button.press", UPDATE_NOW)
    assert caught.value.translation_key == "not_publishable"
    assert dyndns2.requests == []

    internet.ipv4 = "93.184.216.34"
    await later(minutes=2)
    await act(hass, "button.press", UPDATE_NOW)
    assert dyndns2.records == {"home.example.com": ["93.184.216.34"]}
