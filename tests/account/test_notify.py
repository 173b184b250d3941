"""The log: one line for each thing that happens, and silence in between."""

import logging

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from tests.conftest import AddEntry, Later, account
from tests.home import force_update
from tests.internet import IPV4_NEW, Dyndns2Server, Internet

pytestmark = pytest.mark.usefixtures("connected")

HOME = "home.example.com A, home.example.com AAAA"


class Log:
    """What stands in the log of ours, without what only developers see."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        """Read from now on."""
        self._caplog = caplog
        caplog.clear()

    def news(self) -> list[tuple[int, str]]:
        """Return level and text of what is new."""
        found = [
            (record.levelno, record.getMessage())
            for record in self._caplog.records
            if record.name.startswith("custom_components.ddns_plus")
            and record.levelno >= logging.INFO
        ]
        self._caplog.clear()
        return found


@pytest.fixture
def log(connected: MockConfigEntry, caplog: pytest.LogCaptureFixture) -> Log:
    """Return the log of what happens after the connection is known."""
    caplog.set_level(logging.INFO)
    return Log(caplog)


async def test_updates(
    internet: Internet,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    log: Log,
) -> None:
    """An update is a line that nobody must read; a check is none."""
    await add_entry(account_entry)
    assert log.news() == [(logging.INFO, f"Test account: {HOME} updated")]
    for _ in range(5):
        await later(minutes=5)
    assert log.news() == []
    internet.ipv4 = IPV4_NEW
    await later(minutes=5)
    assert log.news() == [
        (logging.INFO, "Test account: home.example.com A updated"),
    ]


async def test_outage(
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    log: Log,
) -> None:
    """What the next try does not cure is one warning, however long it lasts."""
    dyndns2.answer = "911"
    await add_entry(account_entry)
    for expected in (logging.INFO, logging.WARNING):
        [(level, text)] = log.news()
        assert level == expected
        assert text.startswith(f"Test account: {HOME} could not be updated, next try")
        assert text.endswith(": 911 the provider is out of order or in maintenance")
        await later(minutes=31)

    for _ in range(10):
        await later(minutes=31)
    assert len(dyndns2.requests) > 5
    assert log.news() == []

    dyndns2.answer = None
    await later(minutes=73)
    assert log.news() == [
        (logging.INFO, f"Test account: {HOME} recovered"),
        (logging.INFO, f"Test account: {HOME} updated"),
    ]


async def test_what_the_next_try_cures(
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    log: Log,
) -> None:
    """It never was worth a warning."""
    dyndns2.answer = "911"
    await add_entry(account_entry)
    dyndns2.answer = None
    await later(minutes=31)
    assert [level for level, _ in log.news()] == 3 * [logging.INFO]


async def test_stop_after_a_failure(
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    log: Log,
) -> None:
    """What a person must settle is a warning of its own."""
    dyndns2.answer = "911"
    await add_entry(account_entry)
    dyndns2.answer = "nohost"
    await later(minutes=31)
    assert [level for level, _ in log.news()] == [logging.INFO, logging.WARNING]


async def test_stop(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    log: Log,
) -> None:
    """A stop is one warning, not repeated by whoever tries all the same."""
    dyndns2.answer = "nohost"
    entry = await add_entry(account_entry)
    text = (
        f"Test account: {HOME} stopped until you have settled this: "
        "nohost the hostname does not exist in this account"
    )
    assert log.news() == [(logging.WARNING, text)]
    await later(hours=7)
    await force_update(hass)
    await force_update(hass, override_stop=True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert log.news() == []

    dyndns2.answer = None
    await force_update(hass, override_stop=True)
    assert [level for level, _ in log.news()] == [logging.INFO, logging.INFO]


async def test_many_hostnames(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    log: Log,
) -> None:
    """What stops a whole account is one line, not one for each of its hostnames."""
    dyndns2.answer = "badauth"
    names = [f"host-{number:02}.example.com" for number in range(30)]
    await add_entry(account(dyndns2, *names))
    [(level, text)] = log.news()
    assert level == logging.WARNING
    assert text == (
        "Test account: "
        + ", ".join(f"{name} {kind}" for name in names[:5] for kind in ("A", "AAAA"))
        + " and 50 more stopped until you have settled this: "
        "badauth the user name or password is wrong"
    )


async def test_each_cause_has_its_line(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    log: Log,
) -> None:
    """Different things at the same time are told apart."""
    names = ("good.example.com", "bad.example.com", "worse.example.com")
    dyndns2.answer = "good\ngood\nnohost\nnohost\n!yours\n!yours"
    await add_entry(account(dyndns2, *names))
    assert [
        (level, text.partition(" A,")[0].removeprefix("Test account: "))
        for level, text in log.news()
    ] == [
        (logging.INFO, "good.example.com"),
        (logging.WARNING, "bad.example.com"),
        (logging.WARNING, "worse.example.com"),
    ]


async def test_event_of_a_hostname_without_device(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    later: Later,
) -> None:
    """An event is told even if its device is gone."""
    entry = await add_entry(account_entry)
    [subentry_id] = entry.subentries
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, subentry_id), entry.entry_id
    )
    assert device is not None
    device_registry.async_remove_device(device.id)
    events = async_capture_events(hass, "ddns_plus_update")
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert [event.data["device_id"] for event in events] == [None]
