"""The main job in a real Home Assistant, from nothing to the removal of an account."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
import json
from pathlib import Path

import pytest
import pytest_asyncio

from homeassistant.util import slugify
from scripts.demo.home_assistant_api import ApiError, FlowKind
from scripts.demo.state import Family

from .canary import canaries_below, canaries_in
from .event_stream import EventStream
from .home import CONNECTION, DNS_HOSTNAMES, DYNDNS2_HOSTNAMES, TTL, Home, slug, until

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

HOME, NEW = DNS_HOSTNAMES
_README = Path(__file__).parents[2] / "README.md"
IP_CHANGED = "ddns_plus_ip_changed"
UPDATE = "ddns_plus_update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What was seen before and during the set-up, which happens once."""

    digged_before: tuple[str, ...]
    started: datetime


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def beginning(empty_home: Home) -> Beginning:
    """Set everything up, and wait until it is published."""
    home = empty_home
    digged = await home.digged(HOME)
    started = datetime.now(UTC).replace(microsecond=0)
    for add in (home.add_connection, home.add_dns_account, home.add_dyndns2_account):
        step = await add()
        assert step.type == "create_entry", step
    await home.until_published()
    return Beginning(digged_before=digged, started=started)


@pytest.fixture
def home(empty_home: Home, beginning: Beginning) -> Home:
    """Return the home in which everything is set up and published."""
    return empty_home


async def test_set_up_publishes(home: Home, beginning: Beginning) -> None:
    """What the config flow was told is what the DNS services hold."""
    assert beginning.digged_before == ("198.51.100.1",)
    for hostname in DNS_HOSTNAMES:
        assert await home.digged(hostname) == (home.ipv4, home.ipv6)
        assert await home.bind.ttl(hostname, "A") == TTL
    for hostname in DYNDNS2_HOSTNAMES:
        assert home.held(hostname) == (home.ipv4, home.ipv6)
    entries = await home.entries()
    assert {name: entry["state"] for name, entry in entries.items()} == {
        CONNECTION: "loaded",
        "rfc2136": "loaded",
        "dyndns2": "loaded",
    }


async def test_entities(home: Home, beginning: Beginning) -> None:
    """Every entity says what is right."""
    path = f"/api/diagnostics/config_entry/{await home.entry_id('rfc2136')}"

    async def not_in_dns() -> list[str]:
        found = (await home.home_assistant.rest("GET", path))["data"]["hostnames"]
        return [each["hostname"] for each in found if not each["dns_match"]]

    await until(not_in_dns, lambda left: not left)
    states = await home.states()
    entries = await home.entries()
    accounts = [entries[name]["title"] for name in ("rfc2136", "dyndns2")]
    assert _without_times(states, beginning.started) == {
        f"binary_sensor.{CONNECTION}_carrier_grade_nat": "unknown",
        f"binary_sensor.{CONNECTION}_online": "on",
        f"button.{CONNECTION}_check_now": "unknown",
        f"event.{CONNECTION}_address_change": "unknown",
        f"sensor.{CONNECTION}_ipv4_address": home.ipv4,
        f"sensor.{CONNECTION}_ipv6_address": home.ipv6,
        f"sensor.{CONNECTION}_ipv6_prefix": str(ip_network((home.ipv6, 64), False)),
        f"sensor.{CONNECTION}_last_change": "a time",
        **{
            source: states[source]
            for family in ("ipv4", "ipv6")
            for source in (f"sensor.{CONNECTION}_{family}_source",)
        },
        **_of_accounts(map(slugify, accounts)),
        **_expected(home, HOME, status="up_to_date"),
        **_expected(home, NEW, status="up_to_date"),
        **_expected(home, DYNDNS2_HOSTNAMES[0], status="up_to_date"),
        **_expected(home, DYNDNS2_HOSTNAMES[1], status="up_to_date"),
    }


def _of_accounts(names: Iterable[str]) -> dict[str, str]:
    """Return the states of accounts whose hostnames are published."""
    return {
        entity_id: state
        for name in names
        for entity_id, state in (
            (f"binary_sensor.{name}_problem", "off"),
            (f"button.{name}_update_all", "unknown"),
            (f"event.{name}_update", "a time"),
        )
    }


def _expected(home: Home, hostname: str, *, status: str) -> dict[str, str]:
    """Return the states of a hostname that is published."""
    name = slug(hostname)
    return {
        f"button.{name}_update_now": "unknown",
        f"event.{name}_update": "a time",
        f"sensor.{name}_last_update": "a time",
        f"sensor.{name}_published_ipv4": home.ipv4,
        f"sensor.{name}_published_ipv6": home.ipv6,
        f"sensor.{name}": status,
        f"switch.{name}_automatic_updates": "on",
    }


def _without_times(states: Mapping[str, str], earliest: datetime) -> dict[str, str]:
    """Return states in which a time since the start is only that."""
    now = datetime.now(UTC) + timedelta(seconds=1)

    def plain(state: str) -> str:
        try:
            moment = datetime.fromisoformat(state)
        except ValueError:
            return state
        return "a time" if earliest <= moment <= now else state

    return {entity_id: plain(state) for entity_id, state in states.items()}


async def test_address_change(home: Home) -> None:
    """A changed address is published everywhere by itself, and told on the event bus."""
    await home.forget_changes()
    old = {"ipv4": home.ipv4, "ipv6": home.ipv6}
    async with EventStream(home.home_assistant, IP_CHANGED, UPDATE) as stream:
        home.change_address()
        await home.until_published()
        changes = await stream.of(IP_CHANGED, lambda data: len(data) >= 2)
        hostnames = {*DNS_HOSTNAMES, *DYNDNS2_HOSTNAMES}
        updates = await stream.of(
            UPDATE,
            lambda data: (
                {(e["hostname"], e["family"]) for e in data}
                == {(hostname, family) for hostname in hostnames for family in Family}
            ),
        )
    new = {"ipv4": home.ipv4, "ipv6": home.ipv6}
    devices = await home.device_ids()
    entry_id = await home.entry_id(CONNECTION)
    assert sorted(change["family"] for change in changes) == list(Family)
    for change in changes:
        family = change["family"]
        assert change == {
            "family": family,
            "old_address": old[family],
            "new_address": new[family],
            "source": change["source"],
            "hostnames": sorted(hostnames),
            "config_entry_id": entry_id,
            "device_id": devices["Internet connection"],
        }
    [update] = [
        update
        for update in updates
        if (update["hostname"], update["family"]) == (HOME, "ipv6")
    ]
    assert update == {
        "type": "updated",
        "hostname": HOME,
        "family": "ipv6",
        "old_address": old["ipv6"],
        "new_address": new["ipv6"],
        "reason": "changed",
        "error": None,
        "detail": None,
        "source": update["source"],
        "config_entry_id": await home.entry_id("rfc2136"),
        "subentry_id": (await home.subentry_ids("rfc2136"))[HOME],
        "device_id": devices[HOME],
    }
    assert await home.digged(HOME) == (home.ipv4, home.ipv6)
    assert home.held(DYNDNS2_HOSTNAMES[0]) == (home.ipv4, home.ipv6)


async def test_force_update(home: Home) -> None:
    """A forced update is sent though nothing has changed, and answers for each record."""
    asked, serial = home.servers.state.provider_requests, await home.bind.serial()
    answer = await home.call("force_update")
    assert answer == {
        "results": [
            {
                "hostname": hostname,
                "family": family,
                "result": "unchanged",
                "address": address,
            }
            for hostname in (*DNS_HOSTNAMES, *DYNDNS2_HOSTNAMES)
            for family, address in (("ipv4", home.ipv4), ("ipv6", home.ipv6))
        ]
    }
    assert home.servers.state.provider_requests == asked + 1
    assert await home.bind.serial() == serial


async def test_force_update_of_some(home: Home) -> None:
    """A device and a hostname add up; nobody else is asked."""
    devices = await home.device_ids()
    asked = home.servers.state.provider_requests
    answer = await home.call(
        "force_update", {"device_id": devices[HOME], "hostname": [NEW.upper()]}
    )
    assert {result["hostname"] for result in answer["results"]} == {HOME, NEW}
    assert home.servers.state.provider_requests == asked


async def test_check_address(home: Home) -> None:
    """The address is asked for now, and answered."""
    answer = await home.call("check_address")
    [connection] = answer["connections"]
    sources = {connection[family].pop("source") for family in Family}
    assert None not in sources
    assert connection == {
        "config_entry_id": await home.entry_id(CONNECTION),
        "name": "Internet connection",
        "ipv4": {"address": home.ipv4, "unknown": None},
        "ipv6": {"address": home.ipv6, "unknown": None},
    }


@pytest.mark.parametrize(
    ("action", "data", "status"),
    [
        (
            "force_update",
            {"hostname": "nobody.example.org"},
            "service_validation_error",
        ),
        ("force_update", {"device_id": "0123"}, "service_validation_error"),
        ("force_update", {"config_entry_id": "0123"}, "service_validation_error"),
        ("check_address", {"config_entry_id": "0123"}, "service_validation_error"),
        ("force_update", {"typo": "home.example.org"}, "invalid_format"),
    ],
)
async def test_action_errors(
    home: Home, action: str, data: Mapping[str, str], status: str
) -> None:
    """What cannot be done is refused with the name of what is wrong; nobody is asked."""
    asked = home.provider_requests
    with pytest.raises(ApiError) as caught:
        await home.call(action, data)
    [(key, value)] = data.items()
    wrong = key if status == "invalid_format" else value
    assert caught.value.status == status
    assert wrong in caught.value.answer
    assert home.provider_requests == asked


async def test_switch_and_button(home: Home) -> None:
    """A hostname that is switched off stays behind until its button is pressed."""
    name = slug(NEW)
    await home.forget_changes()
    await home.act("switch", "turn_off", f"switch.{name}_automatic_updates")
    await home.until_states({f"sensor.{name}": "paused"})
    held = await home.digged(NEW)
    home.change_address(Family.IPV4)
    await home.until_published([HOME, *DYNDNS2_HOSTNAMES])
    assert await home.digged(NEW) == held

    await home.act("button", "press", f"button.{name}_update_now")
    await home.until_published([NEW])
    assert await home.digged(NEW) == (home.ipv4, home.ipv6)
    await home.act("switch", "turn_on", f"switch.{name}_automatic_updates")
    await home.until_states({f"sensor.{name}": "up_to_date"})


async def test_add_hostname(home: Home) -> None:
    """A hostname that is added is published, and no other is sent again."""
    hostname = "added.example.org"
    asked, serial = home.servers.state.provider_requests, await home.bind.serial()
    step = await home.home_assistant.run_flow(
        [await home.entry_id("rfc2136"), "hostname"],
        [("user", {"hostname": hostname, "ipv4": True, "ipv6": False})],
        FlowKind.SUBENTRY,
    )
    assert step.type == "create_entry"
    await home.until_states({f"sensor.{slug(hostname)}_published_ipv4": home.ipv4})
    assert await home.digged(hostname) == (home.ipv4,)
    assert await home.bind.serial() == serial + 1
    assert home.servers.state.provider_requests == asked


async def test_reconfigure_hostname(home: Home) -> None:
    """A hostname that is changed keeps its history and is published at once."""
    hostname = "added.example.org"
    step = await home.home_assistant.run_flow(
        [await home.entry_id("rfc2136"), "hostname"],
        [
            (
                "reconfigure",
                {"hostname": hostname, "ipv4": True, "ipv6": True, "ttl": 90},
            )
        ],
        FlowKind.SUBENTRY,
        subentry_id=(await home.subentry_ids("rfc2136"))[hostname],
    )
    assert (step.type, step.answer["reason"]) == ("abort", "reconfigure_successful")
    await home.until_published([hostname])
    assert await home.digged(hostname) == (home.ipv4, home.ipv6)
    assert await home.bind.ttl(hostname, "AAAA") == 90


@pytest.mark.parametrize("name", ["rfc2136", "dyndns2", CONNECTION])
async def test_diagnostics(home: Home, name: str) -> None:
    """Diagnostics can be downloaded, and tell no secret, address or hostname."""
    entry_id = await home.entry_id(name)
    path = f"/api/diagnostics/config_entry/{entry_id}"
    downloaded = await home.home_assistant.rest("GET", path)
    text = json.dumps(downloaded["data"])
    private = (home.ipv4, home.ipv6, *DNS_HOSTNAMES, *DYNDNS2_HOSTNAMES)
    assert [each for each in private if each in text] == []
    assert canaries_in(json.dumps(downloaded)) == []
    if name == CONNECTION:
        assert downloaded["data"]["online"] is True
    else:
        assert downloaded["data"]["provider"] == name
        assert len(downloaded["data"]["hostnames"]) >= 2


async def test_device_diagnostics(home: Home) -> None:
    """The diagnostics of a hostname's device are about that hostname."""
    entry_id = await home.entry_id("rfc2136")
    device_id = (await home.device_ids())[HOME]
    path = f"/api/diagnostics/config_entry/{entry_id}/device/{device_id}"
    downloaded = await home.home_assistant.rest("GET", path)
    [hostname] = downloaded["data"]["hostnames"]
    assert hostname["ipv4"]["mode"] == "update"
    assert HOME not in json.dumps(downloaded["data"])


async def test_restart(home: Home) -> None:
    """A restart asks no provider anything: nothing has changed."""
    before = _comparable(await home.states())
    asked = home.provider_requests
    await home.home_assistant.restart()
    await home.until_states(
        {
            f"sensor.{CONNECTION}_ipv4_address": home.ipv4,
            f"sensor.{CONNECTION}_ipv6_address": home.ipv6,
        }
    )
    # asks once more, so that whoever listens has had his say
    await home.call("check_address")
    await home.until_published()

    async def differing() -> set[tuple[str, str]]:
        return before.items() ^ _comparable(await home.states()).items()

    await until(differing, lambda states: not states)
    assert home.provider_requests == asked


def _comparable(states: Mapping[str, str]) -> dict[str, str]:
    """Return the states that a restart must not change."""
    return {
        entity_id: state
        for entity_id, state in states.items()
        # told by the source that answers first
        if not entity_id.endswith("_source")
    }


async def test_power_cut(home: Home) -> None:
    """Home Assistant and the address change together: the README's automation hears it."""
    instance = home.home_assistant
    await instance.kill()
    configuration = instance.config_dir / "configuration.yaml"
    before = configuration.read_text()
    configuration.write_text(before + _automation())
    old = home.ipv4, home.ipv6
    home.change_address()
    await instance.start()
    await home.until_published()

    async def told() -> set[str]:
        notes = await instance.websocket({"type": "persistent_notification/get"})
        return {note["message"] for note in notes if " is now " in note["message"]}

    expected = {
        f"{family}: {before} is now {now}"
        for family, before, now in zip(
            ("ipv4", "ipv6"), old, (home.ipv4, home.ipv6), strict=True
        )
    }
    await until(told, lambda messages: messages == expected)
    configuration.write_text(before)
    await instance.restart()


def _automation() -> str:
    """Return the README's automation on a new address, told by a notification."""
    text = _README.read_text(encoding="utf-8")
    start = text.index("alias: Tell me my new address")
    lines = text[start : text.index("```", start)].splitlines()
    listed = "\n".join(
        ("automation:", f"  - {lines[0]}", *("    " + each for each in lines[1:]))
    )
    return listed.replace("notify.notify", "persistent_notification.create") + "\n"


async def test_nothing_leaks(home: Home) -> None:
    """No secret is in any file, log or state, but where config entries are stored."""
    assert list(canaries_below(home.home_assistant.config_dir)) == []
    assert canaries_in(json.dumps(await home.home_assistant.states())) == []


async def test_remove_account(home: Home) -> None:
    """An account that is removed leaves nothing behind, and its records as they are."""
    entry_id = await home.entry_id("dyndns2")
    held = home.held(DYNDNS2_HOSTNAMES[0])
    asked = home.provider_requests
    path = f"/api/config/config_entries/entry/{entry_id}"
    await home.home_assistant.rest("DELETE", path)
    assert "dyndns2" not in await home.entries()
    names = tuple(slug(hostname) for hostname in DYNDNS2_HOSTNAMES)
    assert not [key for key in await home.states() if key.endswith(names)]
    assert not set(DYNDNS2_HOSTNAMES) & set(await home.device_ids())
    storage = home.home_assistant.config_dir / ".storage" / "ddns_plus.state"

    async def stored() -> str:
        return await asyncio.to_thread(storage.read_text)

    await until(stored, lambda text: entry_id not in text)
    assert home.held(DYNDNS2_HOSTNAMES[0]) == held
    assert home.provider_requests == asked


async def test_nothing_to_complain(home: Home) -> None:
    """The log of the whole run has no warning of ours, and no blocking call at all."""
    assert home.complaints() == []
    assert "blocking call" not in home.home_assistant.log_text()
