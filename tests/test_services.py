"""Action: update hostnames now."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component

from .conftest import AddEntry, Later, account
from .home import ask, force_update, state_of
from .internet import IPV4, IPV6, Dyndns2Server, Internet
from .texts import placeholders_of, text_at

pytestmark = pytest.mark.usefixtures("all_entities_enabled")


@pytest.fixture
async def other_dyndns2(loopback: None) -> Any:
    """Return another dyndns2 service."""
    async with Dyndns2Server() as server:
        yield server


@pytest.fixture
async def home(
    add_entry: AddEntry, connected: MockConfigEntry, dyndns2: Dyndns2Server
) -> MockConfigEntry:
    """Return an account with two hostnames, both up to date."""
    entry = await add_entry(
        account(dyndns2, "home.example.com", "xn--bcher-kva.example.com")
    )
    dyndns2.requests.clear()
    return entry


@pytest.fixture
async def office(
    add_entry: AddEntry, connected: MockConfigEntry, other_dyndns2: Dyndns2Server
) -> MockConfigEntry:
    """Return an account at another service, with one hostname that is up to date."""
    entry = await add_entry(account(other_dyndns2, "office.example.net"))
    other_dyndns2.requests.clear()
    return entry


def device_of(
    hass: HomeAssistant, entry: MockConfigEntry, hostname: str | None = None
) -> str:
    """Return the id of the device of a hostname, or of the entry itself."""
    identifier = entry.entry_id
    if hostname is not None:
        [identifier] = [
            key for key, item in entry.subentries.items() if item.title == hostname
        ]
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, identifier), entry.entry_id
    )
    assert device is not None
    return device.id


def updated(results: list[dict[str, Any]]) -> set[str]:
    """Return the hostnames that were updated."""
    return {item["hostname"] for item in results if item["result"] != "skipped"}


async def test_actions_are_there_without_an_entry(hass: HomeAssistant) -> None:
    """Automations that use them stay valid, and learn what is missing."""
    assert await async_setup_component(hass, DOMAIN, {})
    with pytest.raises(ServiceValidationError) as caught:
        await force_update(hass)
    assert caught.value.translation_key == "no_hostnames"
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, "check_address")
    assert caught.value.translation_key == "no_connection"


@pytest.mark.usefixtures("office")
async def test_force_update_of_all(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    other_dyndns2: Dyndns2Server,
    home: MockConfigEntry,
) -> None:
    """Without a target all hostnames of all accounts are sent, changed or not."""
    results = await force_update(hass)
    addresses = f"{IPV4},{IPV6}"
    assert dyndns2.requests == [
        {"hostname": "home.example.com,xn--bcher-kva.example.com", "myip": addresses}
    ]
    assert other_dyndns2.requests == [
        {"hostname": "office.example.net", "myip": addresses}
    ]
    results.sort(key=lambda item: (item["hostname"], item["family"]))
    assert results == [
        {
            "hostname": hostname,
            "family": family,
            "result": "unchanged",
            "address": address,
        }
        for hostname in (
            "home.example.com",
            "office.example.net",
            "xn--bcher-kva.example.com",
        )
        for family, address in (("ipv4", IPV4), ("ipv6", IPV6))
    ]


@pytest.mark.parametrize(
    ("hostname", "found"),
    [
        ("home.example.com", "home.example.com"),
        (" HOME.Example.COM. ", "home.example.com"),
        ("Bücher.example.com", "xn--bcher-kva.example.com"),
        ("xn--bcher-kva.example.com", "xn--bcher-kva.example.com"),
    ],
)
async def test_hostname_as_a_person_writes_it(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    home: MockConfigEntry,
    hostname: str,
    found: str,
) -> None:
    """One name is sent, however it is written."""
    assert updated(await force_update(hass, hostname=hostname)) == {found}
    assert [request["hostname"] for request in dyndns2.requests] == [found]


async def test_any_mix_of_targets(
    hass: HomeAssistant, home: MockConfigEntry, office: MockConfigEntry
) -> None:
    """Entries, devices and hostnames add up; each hostname is sent once."""
    names = {"home.example.com", "xn--bcher-kva.example.com"}
    assert updated(await force_update(hass, config_entry_id=home.entry_id)) == names
    assert updated(await force_update(hass, device_id=device_of(hass, home))) == names
    one = device_of(hass, home, "home.example.com")
    assert updated(await force_update(hass, device_id=one)) == {"home.example.com"}
    results = await force_update(
        hass,
        config_entry_id=[office.entry_id],
        device_id=[one],
        hostname=["office.example.net", "bücher.example.com"],
    )
    assert updated(results) == {*names, "office.example.net"}
    assert len(results) == 6


async def test_the_same_hostname_in_two_accounts(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    other_dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
) -> None:
    """A name that two services publish is sent to both."""
    await add_entry(account(dyndns2, "home.example.com"))
    await add_entry(account(other_dyndns2, "home.example.com"))
    assert len(await force_update(hass, hostname="home.example.com")) == 4
    assert len(dyndns2.requests) == len(other_dyndns2.requests) == 2


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"hostname": "other.example.com"}, "hostname_not_found"),
        ({"hostname": "no hostname"}, "hostname_not_found"),
        ({"hostname": ["home.example.com", ""]}, "hostname_not_found"),
        ({"hostname": []}, "no_hostnames"),
        ({"device_id": []}, "no_hostnames"),
        ({"config_entry_id": []}, "no_hostnames"),
        ({"config_entry_id": "nothing"}, "service_config_entry_not_found"),
        ({"config_entry_id": "foreign"}, "service_config_entry_wrong_domain"),
        ({"config_entry_id": "unloaded"}, "service_config_entry_not_loaded"),
        ({"config_entry_id": "connection"}, "not_an_account"),
        ({"device_id": "nothing"}, "service_device_not_found"),
        ({"device_id": "device of foreign"}, "service_device_wrong_domain"),
        ({"device_id": "device of unloaded"}, "service_config_entry_not_loaded"),
        ({"device_id": "device of connection"}, "not_an_account"),
        ({"hostname": "office.example.net"}, "hostname_not_found"),
    ],
)
async def test_targets_that_are_none(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    dyndns2: Dyndns2Server,
    home: MockConfigEntry,
    office: MockConfigEntry,
    connected: MockConfigEntry,
    data: dict[str, str | list[str]],
    key: str,
) -> None:
    """What is wrong is said, and nothing is sent; then the right target works."""
    foreign = MockConfigEntry(domain="elsewhere", title="Elsewhere")
    foreign.add_to_hass(hass)
    devices = {
        "connection": device_of(hass, connected),
        "unloaded": device_of(hass, office),
        "foreign": device_registry.async_get_or_create(
            config_entry_id=foreign.entry_id, identifiers={("elsewhere", "1")}
        ).id,
    }
    entries = {"connection": connected, "unloaded": office, "foreign": foreign}
    known = {name: entry.entry_id for name, entry in entries.items()}
    known |= {f"device of {name}": device for name, device in devices.items()}
    assert await hass.config_entries.async_unload(office.entry_id)

    def resolved(value: str | list[str]) -> str | list[str]:
        return known.get(value, value) if isinstance(value, str) else value

    wrong = {name: resolved(value) for name, value in data.items()}
    for respond in (True, False):
        with pytest.raises(ServiceValidationError) as caught:
            await hass.services.async_call(
                DOMAIN, "force_update", wrong, blocking=True, return_response=respond
            )
        assert caught.value.translation_key == key
        if caught.value.translation_domain == DOMAIN:
            text = text_at("exceptions", key, "message")
            assert text is not None
            given = set(caught.value.translation_placeholders or {})
            assert placeholders_of(text) == given
    assert dyndns2.requests == []

    assert len(await force_update(hass, hostname="home.example.com")) == 2


async def test_unknown_fields_are_refused(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """A field that is mistyped does not turn into an update of everything."""
    with pytest.raises(vol.Invalid, match="hostnames"):
        await force_update(hass, hostnames="home.example.com")
    assert await force_update(hass, hostname="home.example.com")


async def test_answer_for_what_failed(
    hass: HomeAssistant, dyndns2: Dyndns2Server, home: MockConfigEntry, later: Later
) -> None:
    """A failure, a stop and a wait are told, each hostname and family for itself."""
    one = {"hostname": "home.example.com"}
    dyndns2.answer = "nohost"
    results = await force_update(hass, **one)
    assert results[0] == {
        "hostname": "home.example.com",
        "family": "ipv4",
        "result": "failed",
        "failure": "invalid_field",
        "error": "nohost",
        "detail": "the hostname does not exist in this account",
    }
    dyndns2.answer = None
    stopped = await force_update(hass, **one)
    assert stopped == [{**result, "result": "stopped"} for result in results]
    assert len(dyndns2.requests) == 1

    results = await force_update(hass, **one, override_stop=True)
    assert [result["result"] for result in results] == ["unchanged", "unchanged"]

    dyndns2.answer = "911"
    assert {item["result"] for item in await force_update(hass, **one)} == {"failed"}
    requests = len(dyndns2.requests)
    for result in await force_update(hass, **one, override_stop=True):
        assert result["result"] == "waiting"
        assert result["reason"] == "provider_wait"
        assert result["until"].endswith("+00:00")
    assert len(dyndns2.requests) == requests

    dyndns2.answer = None
    await later(minutes=31)
    results = await force_update(hass, **one)
    assert [result["result"] for result in results] == ["unchanged", "unchanged"]


async def test_families_that_are_not_sent(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """A family that is off, and one without an address, are told as such."""
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    internet.ipv4 = None
    await later(minutes=2)
    assert await force_update(hass) == [
        {
            "hostname": "home.example.com",
            "family": "ipv4",
            "result": "skipped",
            "reason": "address_unknown",
        },
        {
            "hostname": "home.example.com",
            "family": "ipv6",
            "result": "skipped",
            "reason": "family_off",
        },
    ]


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("badauth", "update_failed"),
        ("nohost", "update_failed"),
        ("911", "update_failed"),
        ("", "update_failed"),
    ],
)
async def test_errors_without_an_answer(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    home: MockConfigEntry,
    later: Later,
    answer: str,
    key: str,
) -> None:
    """Who does not ask for the answer gets an error, and none when it works again."""
    dyndns2.answer = answer
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(DOMAIN, "force_update", {}, blocking=True)
    assert caught.value.translation_domain == DOMAIN
    assert caught.value.translation_key == key

    dyndns2.answer = None
    await later(hours=1)
    await hass.services.async_call(
        DOMAIN, "force_update", {"override_stop": True}, blocking=True
    )
    assert state_of(hass, "binary_sensor.home_example_com_problem") == "off"


async def test_the_gravest_error_is_told(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    other_dyndns2: Dyndns2Server,
    home: MockConfigEntry,
    office: MockConfigEntry,
) -> None:
    """What a person must settle is told before what a wait cures."""
    dyndns2.answer = "911"
    other_dyndns2.answer = "nohost"
    await force_update(hass)
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(DOMAIN, "force_update", {}, blocking=True)
    assert caught.value.translation_key == "update_stopped"
    assert caught.value.translation_placeholders == {
        "hostname": "office.example.net",
        "error_code": "nohost",
        "error_detail": "the hostname does not exist in this account",
    }


async def test_two_calls_at_once(
    hass: HomeAssistant, dyndns2: Dyndns2Server, home: MockConfigEntry
) -> None:
    """Both get their answer, and the provider one request after the other."""
    dyndns2.hold = asyncio.Event()
    calls = [
        asyncio.create_task(force_update(hass, hostname=name))
        for name in ("home.example.com", "bücher.example.com")
    ]
    while not dyndns2.requests:
        await asyncio.sleep(0)
    assert len(dyndns2.requests) == 1
    dyndns2.hold.set()
    assert [updated(await call) for call in calls] == [
        {"home.example.com"},
        {"xn--bcher-kva.example.com"},
    ]
    assert len(dyndns2.requests) == 2


async def test_accounts_do_not_wait_for_one_another(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    other_dyndns2: Dyndns2Server,
    home: MockConfigEntry,
    office: MockConfigEntry,
) -> None:
    """A service that hangs holds up its own hostnames only."""
    dyndns2.hold = asyncio.Event()
    call = asyncio.create_task(force_update(hass))
    while not (dyndns2.requests and other_dyndns2.requests):
        await asyncio.sleep(0)
    dyndns2.hold.set()
    assert len(await call) == 6


@pytest.mark.parametrize("data", [{}, {"override_stop": True}])
async def test_who_may_not_press_the_button_may_not_update(
    hass: HomeAssistant,
    home: MockConfigEntry,
    dyndns2: Dyndns2Server,
    hass_read_only_user: User,
    hass_admin_user: User,
    data: dict[str, Any],
) -> None:
    """The actions ask for the same permission as the buttons; automations have it."""
    for action, more in (("force_update", data), ("check_address", {})):
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN,
                action,
                more,
                blocking=True,
                context=Context(user_id=hass_read_only_user.id),
            )
    with pytest.raises(UnknownUser):
        await hass.services.async_call(
            DOMAIN, "force_update", data, blocking=True, context=Context(user_id="gone")
        )
    assert dyndns2.requests == []
    for context in (Context(user_id=hass_admin_user.id), Context()):
        dyndns2.requests.clear()
        await hass.services.async_call(
            DOMAIN, "force_update", data, blocking=True, context=context
        )
        assert len(dyndns2.requests) == 1
