"""Fix flows of a connection: each choice, and the address published after it."""

from collections.abc import Mapping
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, Later, account, connection
from tests.home import state_of
from tests.internet import IPV4, IPV6, Dyndns2Server, Internet
from tests.outside import lead_outside, options, router_says
from tests.repairs import Fix, issues, only_issue

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

ADDRESS = "sensor.internet_connection_ipv4_address"
ADDRESS_V6 = "sensor.internet_connection_ipv6_address"
STATUS = "sensor.home_example_com"
OF_ANOTHER = "11.99.88.77"
SHARED = "100.64.1.1"
PRIVATE = "192.168.178.20"


@pytest.fixture(autouse=True)
def outside(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two operators beyond the router."""
    lead_outside(internet, monkeypatch)


@pytest.fixture
def fix(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Fix:
    """Return the driver of fix flows."""
    return Fix(hass, hass_client)


@pytest.fixture
def no_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a machine that knows its addresses, with none that is public."""
    host = (
        "custom_components.ddns_plus.core.detection.machine.host_address.HostAddresses"
    )
    monkeypatch.setattr(f"{host}.available", True)
    monkeypatch.setattr(f"{host}.candidate", lambda *_: None)


class Home:
    """A home with a connection and a hostname, of which time passes quickly."""

    def __init__(
        self, hass: HomeAssistant, server: Dyndns2Server, add: AddEntry, later: Later
    ) -> None:
        """Simulate the line of a home."""
        self._hass = hass
        self._server = server
        self._add = add
        self._later = later
        self.entry: MockConfigEntry = connection(options())

    async def begin(
        self, says: str, wanted: Mapping[str, Any] | None = None, **families: str
    ) -> None:
        """Report the router's address, and let it last."""
        router_says(self._hass, says)
        self.entry = await self._add(connection(wanted or options()))
        await self._add(account(self._server, "home.example.com", **families))
        await self.wait()

    async def wait(self) -> None:
        """Let a few rounds pass."""
        for _ in range(5):
            await self._later(minutes=2)

    @property
    def published(self) -> list[str] | None:
        """Return what the hostname leads to, None before anything was published."""
        return self._server.records.get("home.example.com")


@pytest.fixture
def home(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry, later: Later
) -> Home:
    """Return a home."""
    return Home(hass, dyndns2, add_entry, later)


@pytest.mark.parametrize(
    ("choice", "address"),
    [("publish_router", OF_ANOTHER), ("publish_outside", IPV4)],
)
async def test_whose_address_to_publish(
    hass: HomeAssistant, home: Home, fix: Fix, choice: str, address: str
) -> None:
    """Nothing is published before the choice, the chosen address after it."""
    await home.begin(OF_ANOTHER, ipv6="off")
    assert home.published is None
    before = home.entry.options
    shown = await fix.open(only_issue(hass))
    assert shown["menu_options"] == ["publish_router", "publish_outside", "leave"]
    assert shown["description_placeholders"]["router_address"] == OF_ANOTHER
    assert shown["description_placeholders"]["outside_address"] == IPV4

    assert (await fix.choose(choice))["type"] == "create_entry"
    await home.wait()
    assert home.published == [address]
    assert state_of(hass, ADDRESS) == address
    assert issues(hass) == {}
    network = {
        **before["network"],
        "router_difference": choice.removeprefix("publish_"),
    }
    assert home.entry.options == {**before, "network": network}


async def test_router_that_is_believed_is_followed(
    hass: HomeAssistant, home: Home, fix: Fix
) -> None:
    """Whatever is seen outside."""
    await home.begin(OF_ANOTHER, ipv6="off")
    await fix.open(only_issue(hass))
    await fix.choose("publish_router")
    router_says(hass, "11.99.88.78")
    await home.wait()
    assert home.published == ["11.99.88.78"]
    router_says(hass, PRIVATE)
    await home.wait()
    assert home.published == ["11.99.88.78"]
    # what is published is not known to be right any more
    assert set(issues(hass)) == {"outdated"}


@pytest.mark.parametrize("says", [OF_ANOTHER, SHARED])
async def test_leaving_it(hass: HomeAssistant, home: Home, fix: Fix, says: str) -> None:
    """Nothing changes, nothing is asked again, and the end of it ends that."""
    await home.begin(says, ipv6="off")
    before, options_before = only_issue(hass), home.entry.options
    assert before.dismissed_version is None
    await fix.open(before)
    result = await fix.choose("leave")
    assert (result["type"], result["reason"]) == ("abort", "left")
    await home.wait()
    assert only_issue(hass).dismissed_version
    assert home.published is None
    assert home.entry.options == options_before

    router_says(hass, IPV4)
    await home.wait()
    assert issues(hass) == {}
    assert home.published == [IPV4]


async def test_shared_address_that_is_held_back(
    hass: HomeAssistant, home: Home, fix: Fix
) -> None:
    """Who accepts it has it published, and is told no more."""
    await home.begin(SHARED, ipv6="off")
    assert home.published is None
    assert state_of(hass, "binary_sensor.internet_connection_carrier_grade_nat") == "on"
    shown = await fix.open(only_issue(hass))
    assert shown["menu_options"] == ["accept_shared", "switch_off_ipv4", "leave"]
    await fix.choose("accept_shared")
    await home.wait()
    assert home.published == [IPV4]
    assert issues(hass) == {}
    # the option stays set
    assert state_of(hass, "binary_sensor.internet_connection_carrier_grade_nat") == "on"
    assert home.entry.options["network"] == {
        "accept_translated": True,
        "accept_carrier_grade_nat": True,
    }


async def test_router_without_a_public_address(
    hass: HomeAssistant, home: Home, fix: Fix
) -> None:
    """Two routers may be fine: the address is published, and the hint goes once read."""
    await home.begin("0.0.0.0", ipv6="off")
    assert set(issues(hass)) == {"no_public_address"}
    assert home.published == [IPV4]
    shown = await fix.open(only_issue(hass))
    assert shown["menu_options"] == ["switch_off_ipv4", "leave"]
    await fix.choose("leave")
    router_says(hass, IPV4)
    await home.wait()
    router_says(hass, "0.0.0.0")
    await home.wait()
    assert only_issue(hass).dismissed_version
    assert home.published == [IPV4]


async def test_shared_address_that_was_published(
    hass: HomeAssistant, home: Home, fix: Fix
) -> None:
    """It stays when IPv4 is switched off; IPv6 goes on."""
    await home.begin(IPV4)
    assert home.published == [IPV4, IPV6]
    router_says(hass, SHARED)
    await home.wait()
    assert set(issues(hass)) == {"carrier_grade_nat"}
    assert home.published == [IPV4, IPV6]
    # leaving it would be the same as going on
    shown = await fix.open(only_issue(hass))
    assert shown["menu_options"] == ["accept_shared", "switch_off_ipv4"]
    await fix.choose("switch_off_ipv4")
    await home.wait()
    assert issues(hass) == {}
    assert home.published == [IPV4, IPV6]
    assert hass.states.get(ADDRESS) is None
    assert state_of(hass, ADDRESS_V6) == IPV6
    assert home.entry.options["ipv4"] is False


async def test_the_last_family_is_not_switched_off(
    hass: HomeAssistant, home: Home, fix: Fix
) -> None:
    """A connection without any family would be none."""
    await home.begin(SHARED, {**options(), "ipv6": False})
    shown = await fix.open(only_issue(hass))
    assert shown["menu_options"] == ["accept_shared", "leave"]


@pytest.mark.usefixtures("no_own_address")
@pytest.mark.parametrize(
    ("choice", "published"),
    [
        ("accept_translated", [IPV4, IPV6]),
        ("switch_off_ipv6", [IPV4]),
        ("leave", [IPV4]),
    ],
)
async def test_translated_address(
    hass: HomeAssistant,
    home: Home,
    fix: Fix,
    choice: str,
    published: list[str],
) -> None:
    """It is published only if a person says so."""
    await home.begin(IPV4, options(accept_translated=False))
    assert home.published == [IPV4]
    assert set(issues(hass)) == {"ipv6_translated"}
    shown = await fix.open(only_issue(hass))
    assert shown["menu_options"] == ["accept_translated", "switch_off_ipv6", "leave"]
    await fix.choose(choice)
    await home.wait()
    assert home.published == published
    assert (set(issues(hass)) == {"ipv6_translated"}) is (choice == "leave")


async def test_two_routers_in_a_row(hass: HomeAssistant, home: Home, fix: Fix) -> None:
    """That is explained once; the address is published all the same."""
    await home.begin(PRIVATE, ipv6="off")
    assert home.published == [IPV4]
    shown = await fix.open(only_issue(hass))
    assert shown["step_id"] == "confirm"
    assert (await fix.submit())["reason"] == "left"
    await home.wait()
    assert only_issue(hass).dismissed_version
    router_says(hass, IPV4)
    await home.wait()
    router_says(hass, PRIVATE)
    await home.wait()
    assert only_issue(hass).dismissed_version
    assert home.published == [IPV4]


@pytest.mark.parametrize("says", [OF_ANOTHER, SHARED, PRIVATE])
async def test_entry_that_does_not_run(
    hass: HomeAssistant, home: Home, fix: Fix, says: str
) -> None:
    """Nothing can be decided then, which is said."""
    await home.begin(says)
    issue = only_issue(hass)
    shown = await fix.open(issue)
    before = home.entry.options
    assert await hass.config_entries.async_unload(home.entry.entry_id)
    if shown["type"] == "form":
        result = await fix.submit()
    else:
        result = await fix.choose(shown["menu_options"][0])
    assert (result["type"], result["reason"]) == ("abort", "entry_not_loaded")
    assert home.entry.options == before
    assert issues(hass) == {}


async def test_hostname_whose_connection_was_removed(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    home: Home,
    fix: Fix,
) -> None:
    """It follows another connection only when a person says so."""
    router_says(hass, IPV4)
    await add_entry(connection(options()))
    second = await add_entry(connection(options(), "Second line"))
    entry = await add_entry(
        account(dyndns2, "home.example.com", connection=second.entry_id)
    )
    await hass.config_entries.async_remove(second.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    dyndns2.records.clear()
    dyndns2.requests.clear()
    await home.wait()
    assert set(issues(hass)) == {"connection_gone"}
    assert dyndns2.requests == []

    shown = await fix.open(only_issue(hass))
    assert shown["menu_options"] == ["follow_first", "leave"]
    assert shown["description_placeholders"]["connection"] == "Internet connection"
    assert shown["description_placeholders"]["hostname"] == "home.example.com"
    result = await fix.choose("leave")
    assert (result["type"], result["reason"]) == ("abort", "left")
    await home.wait()
    assert only_issue(hass).dismissed_version
    assert dyndns2.requests == []

    await fix.open(only_issue(hass))
    await fix.choose("follow_first")
    await home.wait()
    assert issues(hass) == {}
    [subentry] = entry.subentries.values()
    assert "connection" not in subentry.data
    assert state_of(hass, STATUS) == "up_to_date"


async def test_hostname_that_goes_while_it_is_asked_about(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    home: Home,
    fix: Fix,
) -> None:
    """That is said, and nothing else changes; nor without the account."""
    router_says(hass, IPV4)
    await add_entry(connection(options()))
    second = await add_entry(connection(options(), "Second line"))
    entry = await add_entry(
        account(
            dyndns2, "home.example.com", "nas.example.com", connection=second.entry_id
        )
    )
    await hass.config_entries.async_remove(second.entry_id)
    await home.wait()
    [of_nas] = [
        issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
        and (issue.translation_placeholders or {})["hostname"] == "nas.example.com"
    ]
    await fix.open(of_nas)
    [_, nas] = entry.subentries
    hass.config_entries.async_remove_subentry(entry, nas)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await fix.choose("follow_first"))["reason"] == "hostname_gone"

    issue = only_issue(hass)
    await fix.open(issue)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert (await fix.choose("follow_first"))["reason"] == "entry_not_loaded"
    assert issues(hass) == {}
