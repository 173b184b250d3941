"""Published records whose address stays unknown: told once, with the reason."""

from collections.abc import Callable
import logging

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, Later, account
from tests.home import attribute_of, state_of
from tests.internet import IPV4, IPV6, Dyndns2Server, Internet
from tests.repairs import issues, only_issue

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

PUBLISHED_IPV4 = "sensor.home_example_com_published_ipv4"
STATUS = "sensor.home_example_com"


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged of records that may be outdated."""
    return [
        record.getMessage()
        for record in caplog.records
        if "may be outdated" in record.getMessage()
        and record.levelno == logging.WARNING
    ]


def private_address(internet: Internet) -> None:
    """Tell an address that is not public."""
    internet.ipv4 = "192.168.1.20"


def no_ipv6(internet: Internet) -> None:
    """Answer over IPv6 no more."""
    internet.ipv6 = None


@pytest.mark.parametrize(
    ("lose", "family", "reason"),
    [
        (private_address, "IPv4", "Only addresses that are not public were told"),
        (no_ipv6, "IPv6", "No service can be reached"),
    ],
)
async def test_one_family_is_lost(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    lose: Callable[[Internet], None],
    family: str,
    reason: str,
) -> None:
    """The other one works, so nothing else would tell; it ends when it is found."""
    await add_entry(account(dyndns2, "home.example.com", "www.example.com"))
    lose(internet)
    await later(minutes=2)
    assert state_of(hass, STATUS) == "address_unknown"
    assert issues(hass) == {}
    await later(minutes=4)
    await later(minutes=2)
    assert issues(hass) == {
        "outdated": {
            "account": "Test account",
            "records": f"home.example.com ({family}), www.example.com ({family})",
            "reason": reason,
        }
    }
    assert state_of(hass, STATUS) == "stale"
    await later(days=1)
    [line] = told(caplog)
    assert f"home.example.com ({family}), www.example.com ({family})" in line

    internet.go_online()
    await later(minutes=2)
    assert issues(hass) == {}
    assert state_of(hass, STATUS) == "up_to_date"
    assert dyndns2.records["home.example.com"] == [IPV4, IPV6]
    assert len(told(caplog)) == 1


async def test_offline(
    hass: HomeAssistant,
    internet: Internet,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """That is told by the connection, and there is nothing to settle."""
    await add_entry(account_entry)
    internet.go_offline()
    for _ in range(4):
        await later(minutes=3)
    assert state_of(hass, STATUS) == "stale"
    assert attribute_of(hass, PUBLISHED_IPV4, "unknown") == "offline"
    assert issues(hass) == {}
    assert told(caplog) == []


async def test_told_by_a_repair_of_the_connection(
    hass: HomeAssistant,
    internet: Internet,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """Once is enough."""
    await add_entry(account_entry)
    internet.lies["127.0.0.1"] = "93.184.216.34"
    internet.ipv4 = "93.184.216.99"
    for _ in range(5):
        await later(minutes=2)
    assert state_of(hass, STATUS) == "stale"
    assert set(issues(hass)) == {"conflict"}


async def test_connection_that_is_disabled(
    hass: HomeAssistant,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """It is easily forgotten; who ignores the repair is not asked again by a reload."""
    await add_entry(account_entry)
    await hass.config_entries.async_set_disabled_by(
        connected.entry_id, ConfigEntryDisabler.USER
    )
    await later(seconds=0)
    await later(minutes=6)
    found = issues(hass)["outdated"]
    assert found["records"] == "home.example.com (IPv4, IPv6)"
    assert found["reason"] == "The internet connection is not running"

    ir.async_ignore_issue(hass, DOMAIN, only_issue(hass).issue_id, True)
    await hass.config_entries.async_reload(account_entry.entry_id)
    await later(minutes=6)
    assert only_issue(hass).dismissed_version is not None

    await hass.config_entries.async_set_disabled_by(connected.entry_id, None)
    await later(minutes=2)
    assert issues(hass) == {}


async def test_account_that_stops(
    hass: HomeAssistant,
    internet: Internet,
    connected: MockConfigEntry,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
) -> None:
    """It takes its repair along."""
    await add_entry(account_entry)
    private_address(internet)
    await later(minutes=2)
    await later(minutes=6)
    assert set(issues(hass)) == {"outdated"}
    await hass.config_entries.async_unload(account_entry.entry_id)
    assert issues(hass) == {}
