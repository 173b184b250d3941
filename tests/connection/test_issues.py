"""Repairs of a connection: what is found is told, while it lasts, and only when it lasts."""

from collections.abc import Mapping
from dataclasses import replace
import logging
from typing import Any

import pytest

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, Later, Restart, account, connection
from tests.home import act, state_of
from tests.internet import IPV4, IPV4_NEW, Dyndns2Server, Internet
from tests.outside import lead_outside, options, router_says
from tests.repairs import issues, only_issue

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

ADDRESS = "sensor.internet_connection_ipv4_address"
OF_ANOTHER = "11.99.88.77"
SHARED = "100.64.1.1"
PRIVATE = "192.168.178.20"
# a router that has an address that it does not tell
HIDDEN = "0.0.0.0"
# what the router says, and what is then told
SITUATIONS = {
    OF_ANOTHER: "router_differs",
    SHARED: "carrier_grade_nat",
    PRIVATE: "double_nat",
    HIDDEN: "no_public_address",
}


@pytest.fixture(autouse=True)
def outside(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two operators beyond the router."""
    lead_outside(internet, monkeypatch)


def logged(caplog: pytest.LogCaptureFixture, text: str) -> int:
    """Return how often a text was logged for everybody to read."""
    return sum(
        text in record.getMessage() and record.levelno == logging.INFO
        for record in caplog.records
    )


@pytest.mark.parametrize(("says", "key"), SITUATIONS.items())
async def test_found_later(
    hass: HomeAssistant,
    add_entry: AddEntry,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    says: str,
    key: str,
) -> None:
    """What the router says now is told when it lasts, once, and not when it is over."""
    router_says(hass, IPV4)
    await add_entry(connection(options()))
    assert state_of(hass, ADDRESS) == IPV4
    assert issues(hass) == {}

    router_says(hass, says)
    await later(minutes=2)
    assert issues(hass) == {}
    for _ in range(3):
        await later(minutes=2)
        assert set(issues(hass)) == {key}
        # what is published stays
        assert state_of(hass, ADDRESS) == IPV4
    issue = only_issue(hass)
    assert issue.is_fixable
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issues(hass)[key]["connection"] == "Internet connection"
    assert logged(caplog, f"needs attention: {key}") == 1

    router_says(hass, IPV4)
    await later(minutes=2)
    assert set(issues(hass)) == {key}
    await later(minutes=2)
    assert issues(hass) == {}
    await later(minutes=2)
    assert logged(caplog, f"this is over: {key}") == 1


@pytest.mark.parametrize("says", SITUATIONS)
async def test_once_is_not_enough(
    hass: HomeAssistant, add_entry: AddEntry, later: Later, says: str
) -> None:
    """What a single round finds, such as while the router dials in, is told to nobody."""
    router_says(hass, IPV4)
    await add_entry(connection(options()))
    for _ in range(3):
        router_says(hass, says)
        await later(minutes=2)
        router_says(hass, IPV4)
        await later(minutes=2)
        assert issues(hass) == {}


async def test_router_that_differs_from_the_beginning(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry, later: Later
) -> None:
    """Both addresses are named, and neither is published."""
    router_says(hass, OF_ANOTHER)
    await add_entry(connection(options()))
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    await later(minutes=2)
    assert issues(hass) == {}
    for _ in range(3):
        await later(minutes=2)
    assert issues(hass) == {
        "router_differs": {
            "connection": "Internet connection",
            "family": "IPv4",
            "router_address": OF_ANOTHER,
            "outside_address": IPV4,
        }
    }
    assert dyndns2.requests == []


async def test_shared_address_that_was_never_published(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry, later: Later
) -> None:
    """It is held back, and the text says so."""
    router_says(hass, SHARED)
    await add_entry(connection(options()))
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    await later(minutes=2)
    assert set(issues(hass)) == {"carrier_grade_nat_held_back"}
    assert dyndns2.requests == []


@pytest.mark.parametrize(
    ("says", "network"),
    [
        (OF_ANOTHER, {"router_difference": "outside"}),
        (OF_ANOTHER, {"router_difference": "router"}),
        (SHARED, {"accept_carrier_grade_nat": True}),
    ],
)
async def test_decided_beforehand(
    hass: HomeAssistant,
    add_entry: AddEntry,
    later: Later,
    says: str,
    network: Mapping[str, Any],
) -> None:
    """Who has set it in the options is not asked."""
    router_says(hass, says)
    await add_entry(connection(options(**network)))
    for _ in range(5):
        await later(minutes=2)
        assert issues(hass) == {}
    expected = OF_ANOTHER if network.get("router_difference") == "router" else IPV4
    assert state_of(hass, ADDRESS) == expected


async def test_silence_ends_nothing(
    hass: HomeAssistant, internet: Internet, add_entry: AddEntry, later: Later
) -> None:
    """Neither a router that says nothing nor being offline shows that it is over."""
    router_says(hass, SHARED)
    await add_entry(connection(options()))
    await later(minutes=2)
    issue = only_issue(hass)
    router_says(hass, "unavailable")
    for _ in range(3):
        await later(minutes=2)
        assert only_issue(hass) == issue
    internet.go_offline()
    for _ in range(3):
        await later(minutes=2)
        assert only_issue(hass) == issue


@pytest.mark.parametrize("says", SITUATIONS)
async def test_ignored(
    hass: HomeAssistant,
    add_entry: AddEntry,
    later: Later,
    issue_registry: ir.IssueRegistry,
    restart: Restart,
    says: str,
) -> None:
    """What is ignored stays so, over reloads and restarts, until it is over."""
    router_says(hass, says)
    entry = await add_entry(connection(options()))
    for _ in range(4):
        await later(minutes=2)
    issue_id = only_issue(hass).issue_id
    ir.async_ignore_issue(hass, DOMAIN, issue_id, True)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(4):
        await later(minutes=2)
    assert only_issue(hass).dismissed_version
    assert only_issue(hass).active

    # as Home Assistant has it after a start: known, but not active
    key = (DOMAIN, issue_id)
    issue_registry.issues[key] = replace(issue_registry.issues[key], active=False)
    await restart()
    assert only_issue(hass).dismissed_version
    for _ in range(4):
        await later(minutes=2)
    assert only_issue(hass).dismissed_version
    assert only_issue(hass).active


@pytest.mark.parametrize(
    ("says", "keeps"), [(OF_ANOTHER, False), (SHARED, False), (PRIVATE, True)]
)
async def test_ignored_and_back(
    hass: HomeAssistant, add_entry: AddEntry, later: Later, says: str, keeps: bool
) -> None:
    """It is told again when it comes back; two routers in a row are explained only once."""
    router_says(hass, says)
    await add_entry(connection(options()))
    for _ in range(4):
        await later(minutes=2)
    ir.async_ignore_issue(hass, DOMAIN, only_issue(hass).issue_id, True)
    router_says(hass, IPV4)
    for _ in range(3):
        await later(minutes=2)
    router_says(hass, says)
    for _ in range(4):
        await later(minutes=2)
    assert bool(only_issue(hass).dismissed_version) is keeps


async def test_operators_that_contradict_each_other(
    hass: HomeAssistant, internet: Internet, add_entry: AddEntry, later: Later
) -> None:
    """It is told after three rounds in a row, and over when they agree."""
    router_says(hass, "unavailable")
    await add_entry(connection(options()))
    internet.lies = {"127.0.0.1": OF_ANOTHER, "127.0.0.2": IPV4_NEW}
    for _ in range(2):
        await later(minutes=2)
        assert issues(hass) == {}
    await later(minutes=2)
    told = issues(hass)["conflict"]
    assert set(told["addresses"].split(", ")) == {OF_ANOTHER, IPV4_NEW}
    assert told["family"] == "IPv4"
    assert not only_issue(hass).is_fixable
    # who looks again, or is offline, has not settled it
    await act(hass, "button.press", "button.internet_connection_check_now")
    assert set(issues(hass)) == {"conflict"}
    internet.lies = {}
    internet.ipv4 = None
    await later(minutes=2)
    assert set(issues(hass)) == {"conflict"}
    internet.ipv4 = IPV4
    await later(minutes=2)
    assert issues(hass) == {}


async def test_address_that_goes_to_and_fro(
    hass: HomeAssistant, internet: Internet, add_entry: AddEntry, later: Later
) -> None:
    """It needs more operators than are there; who is not to blame is not named."""
    router_says(hass, "unavailable")
    await add_entry(connection(options()))
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, ADDRESS) == IPV4_NEW
    internet.ipv4 = IPV4
    for _ in range(6):
        await later(minutes=2)
        assert issues(hass) == {}
    assert state_of(hass, ADDRESS) == "unknown"


async def test_only_one_operator(
    hass: HomeAssistant, internet: Internet, add_entry: AddEntry, later: Later
) -> None:
    """Who answered is named, and who failed, and why."""

    async def fail(_request: object) -> Any:
        raise ConnectionResetError

    router_says(hass, "unavailable")
    await add_entry(connection(options()))
    internet.ipv4 = IPV4_NEW
    internet.lies = {"127.0.0.2": fail}
    for _ in range(2):
        await later(minutes=2)
        assert issues(hass) == {}
    await later(minutes=2)
    told = issues(hass)["single_operator"]
    assert told["answered"] == "deSEC"
    assert told["failed"] == (
        "`sensor.router_external_ip`: Has no address to tell; "
        "ident.me: Answered with an error (500)"
    )
    assert told["family"] == "IPv4"
    assert not only_issue(hass).is_fixable
    # another doubt takes its place
    internet.lies = {"127.0.0.2": OF_ANOTHER}
    await later(minutes=4)
    assert set(issues(hass)) == {"conflict"}
    internet.lies = {}
    await later(minutes=4)
    assert issues(hass) == {}
    assert state_of(hass, ADDRESS) == IPV4_NEW


async def test_address_that_is_not_allowed(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """An address of a VPN is named, and not published; it ends with the VPN."""
    router_says(hass, "unavailable")
    wanted = options()
    wanted["checking"]["allowed_networks"] = ["11.22.0.0/16"]
    entry = await add_entry(connection(wanted))
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    internet.ipv4 = OF_ANOTHER
    await later(minutes=2)
    assert issues(hass)["address_not_allowed"]["address"] == OF_ANOTHER
    assert not only_issue(hass).is_fixable
    internet.ipv4 = None
    await later(minutes=2)
    assert set(issues(hass)) == {"address_not_allowed"}
    internet.ipv4 = IPV4
    # an address that comes back soon is believed later
    await later(minutes=35)
    assert issues(hass) == {}

    internet.ipv4 = IPV4_NEW
    await later(minutes=35)
    assert issues(hass) == {}
    wanted["checking"]["allowed_networks"] = ["93.184.0.0/16"]
    hass.config_entries.async_update_entry(entry, options={**wanted, "ipv6": False})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert set(issues(hass)) == {"address_not_allowed"}
    del wanted["checking"]["allowed_networks"]
    hass.config_entries.async_update_entry(entry, options={**wanted, "ipv6": True})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}
    assert OF_ANOTHER not in dyndns2.records["home.example.com"]
