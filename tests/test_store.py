"""The stored state: real files, whole, damaged, or not to be written at all."""

from collections.abc import Callable
import json
import logging
from pathlib import Path
import stat
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .conftest import AddEntry, Later, Restart, account
from .home import act, state_of
from .internet import CANARY, IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

STATUS = "sensor.home_example_com"


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Let Home Assistant read and write real files."""
    return {}


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Have the files in a folder of the test's own."""
    return hass_tmp_config_dir


@pytest.fixture
def path(hass: HomeAssistant) -> Path:
    """Return the file."""
    return Path(hass.config.path(".storage", "ddns_plus.state"))


@pytest.fixture
async def published(
    add_entry: AddEntry, connected: MockConfigEntry, account_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return an account of which the hostname is published."""
    return await add_entry(account_entry)


async def test_whole(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    path: Path,
    caplog: pytest.LogCaptureFixture,
    restart: Restart,
) -> None:
    """What was published is known after a restart; the file is nobody else's to read."""
    text = path.read_text()
    assert IPV4 in text
    assert CANARY not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await restart()
    assert path.read_text() == text
    assert state_of(hass, STATUS) == "up_to_date"
    assert len(dyndns2.requests) == 1
    assert "left out" not in caplog.text


def without_data(stored: dict[str, Any]) -> object:
    """Return a file without its data."""
    del stored["data"]
    return stored


def of_a_later_version(stored: dict[str, Any]) -> object:
    """Return what a later version left behind, which was taken back."""
    return {**stored, "version": 2}


def of_an_unknown_version(stored: dict[str, Any]) -> object:
    """Return what no version ever wrote."""
    return {**stored, "version": 0}


def with_a_list(stored: dict[str, Any]) -> object:
    """Return a file with data of another kind."""
    return {**stored, "data": []}


def with_numbers(stored: dict[str, Any]) -> object:
    """Return a file with parts of another kind."""
    return {**stored, "data": {"accounts": 1, "connections": [1]}}


def with_a_damaged_state(stored: dict[str, Any]) -> object:
    """Return a file with an address that is none."""
    text = json.dumps(stored).replace(IPV4, "11.22.33.444")
    return json.loads(text)


def with_the_families_mixed_up(stored: dict[str, Any]) -> object:
    """Return a file with addresses of the other family."""
    text = json.dumps(stored).replace(IPV4, "::1")
    return json.loads(text)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda _: "no JSON", 0),
        (lambda _: [], 1),
        (lambda _: {"a": 1}, 1),
        (without_data, 1),
        (of_a_later_version, 1),
        (of_an_unknown_version, 1),
        (with_a_list, 1),
        (with_numbers, 2),
        (with_a_damaged_state, 2),
        (with_the_families_mixed_up, 2),
    ],
)
async def test_damaged(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    path: Path,
    caplog: pytest.LogCaptureFixture,
    later: Later,
    restart: Restart,
    damage: Callable[[dict[str, Any]], object],
    told: int,
) -> None:
    """It is said once; all is published once more, and then as ever."""
    damaged = damage(json.loads(path.read_text()))
    path.write_text(damaged if isinstance(damaged, str) else json.dumps(damaged))
    await restart()
    assert caplog.text.count("left out") == told
    assert published.state is ConfigEntryState.LOADED
    assert dyndns2.requests[1:] == dyndns2.requests[:1]
    assert state_of(hass, STATUS) == "up_to_date"

    await restart()
    assert len(dyndns2.requests) == 2
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}


async def test_unreadable(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    path: Path,
    restart: Restart,
) -> None:
    """Whatever lies in its place is no reason to give up."""
    path.unlink()
    path.mkdir()
    await restart()
    assert published.state is ConfigEntryState.LOADED
    assert state_of(hass, STATUS) == "up_to_date"


async def test_not_json(
    hass: HomeAssistant,
    published: MockConfigEntry,
    path: Path,
    issue_registry: ir.IssueRegistry,
    restart: Restart,
) -> None:
    """Home Assistant itself keeps a copy, and tells people."""
    path.write_text("{")
    await restart()
    [(_, issue)] = issue_registry.issues
    assert issue.startswith("storage_corruption_ddns_plus.state")
    assert list(path.parent.glob("ddns_plus.state.corrupt.*"))


async def test_one_damaged_account_beside_a_good_one(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    add_entry: AddEntry,
    path: Path,
    caplog: pytest.LogCaptureFixture,
    restart: Restart,
) -> None:
    """The good one is not touched, and keeps what a person has set."""
    await act(hass, "switch.turn_off", "switch.home_example_com_automatic_updates")
    other = await add_entry(account(dyndns2, "nas.example.com"))
    stored = json.loads(path.read_text())
    stored["data"]["accounts"][other.entry_id]["hostnames"] = None
    path.write_text(json.dumps(stored))
    await restart()
    assert "The stored state of Test account is damaged" in caplog.text
    assert [item["hostname"] for item in dyndns2.requests] == [
        "home.example.com",
        "nas.example.com",
        "nas.example.com",
    ]
    assert state_of(hass, "switch.home_example_com_automatic_updates") == "off"


async def test_removal(
    hass: HomeAssistant,
    published: MockConfigEntry,
    connected: MockConfigEntry,
    path: Path,
) -> None:
    """What is removed is forgotten; the last one takes the file along."""
    await hass.config_entries.async_remove(published.entry_id)
    stored = json.loads(path.read_text())["data"]
    assert stored["accounts"] == {}
    assert set(stored["connections"]) == {connected.entry_id}
    await hass.config_entries.async_remove(connected.entry_id)
    assert not path.exists()


async def test_removal_while_not_running(
    hass: HomeAssistant,
    published: MockConfigEntry,
    connected: MockConfigEntry,
    path: Path,
    restart: Restart,
    later: Later,
    internet: Internet,
) -> None:
    """What is left of entries that are gone is dropped, without a word of damage."""
    stored = json.loads(path.read_text())
    stored["data"]["accounts"]["gone"] = None
    path.write_text(json.dumps(stored))
    await restart()
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert set(json.loads(path.read_text())["data"]["accounts"]) == {published.entry_id}


async def test_removal_without_ever_running(hass: HomeAssistant, path: Path) -> None:
    """An entry that was disabled all the time can be removed."""
    entry = MockConfigEntry(domain=DOMAIN, data={"kind": "connection"})
    entry.add_to_hass(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not path.exists()


async def test_a_disk_that_takes_nothing(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    path: Path,
    caplog: pytest.LogCaptureFixture,
    later: Later,
    restart: Restart,
) -> None:
    """The home keeps its address; what could not be stored is with the next change."""
    path.unlink()
    path.mkdir()
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    [said] = errors_of(caplog)
    assert said.startswith("The state cannot be stored, updates go on: ")
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert state_of(hass, STATUS) == "up_to_date"
    await later(hours=1)
    assert len(dyndns2.requests) == 2
    caplog.clear()
    internet.ipv4 = "11.22.33.57"
    await later(minutes=2)
    assert len(dyndns2.requests) == 3
    assert "Saving file failed" not in caplog.text
    assert errors_of(caplog) == []

    path.rmdir()
    internet.ipv4 = "11.22.33.66"
    await later(minutes=2)
    assert errors_of(caplog) == ["The state is stored again"]
    internet.ipv4 = "11.22.33.77"
    await later(minutes=2)
    await restart()
    assert len(dyndns2.requests) == 5
    assert state_of(hass, STATUS) == "up_to_date"


def errors_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration itself has warned of."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and "ddns_plus" in record.name
    ]


async def test_a_file_that_cannot_be_removed(
    hass: HomeAssistant,
    connected: MockConfigEntry,
    path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is said, and keeps nobody from removing an entry."""
    path.unlink()
    path.mkdir()
    await hass.config_entries.async_remove(connected.entry_id)
    [said] = errors_of(caplog)
    assert "Is a directory" in said
    assert not hass.config_entries.async_entries(DOMAIN)


async def test_accounts_share_the_writes(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    connected: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Many accounts that publish at once do not write as often."""
    for number in range(20):
        account(dyndns2, f"h{number}.example.com").add_to_hass(hass)
    caplog.clear()
    await hass.config_entries.async_unload(connected.entry_id)
    hass.config.components.remove(DOMAIN)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(dyndns2.requests) == 20
    writes = [
        record
        for record in caplog.records
        if record.message.startswith("Writing data for ddns_plus.state")
    ]
    assert 2 <= len(writes) <= 10
