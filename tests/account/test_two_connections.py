"""Several internet connections: which of them a hostname follows when they come and go."""

from collections.abc import AsyncGenerator
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import ddns_plus
from custom_components.ddns_plus import _async_account
from custom_components.ddns_plus.account.coordinator import AccountCoordinator
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.entries import async_get_hostnames
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, Later, Restart, account, account_at, connection
from tests.flow_driver import Flow
from tests.home import attribute_of, state_of
from tests.internet import CANARY, IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures(
    "all_entities_enabled", "freezer", "no_secret_in_log"
)

HOME = {"home.example.com": [IPV4, IPV6]}
LTE = "11.99.99.99"


@pytest.fixture
async def mobile(loopback: None) -> AsyncGenerator[Internet]:
    """Return how the internet sees this home through a second line."""
    async with Internet() as other:
        other.go_online(LTE)
        yield other


def second_line(mobile: Internet) -> MockConfigEntry:
    """Return a second connection, which has another address and no IPv6."""
    return connection({**mobile.options(), "ipv6": False}, "LTE")


@pytest.fixture
async def lte(
    mobile: Internet, add_entry: AddEntry, connected: MockConfigEntry
) -> MockConfigEntry:
    """Return a second connection."""
    return await add_entry(second_line(mobile))


async def test_two_connections(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    lte: MockConfigEntry,
) -> None:
    """A hostname follows the one it is bound to, the first one unless it is."""
    bound = account(dyndns2, "lte.example.com", connection=lte.entry_id)
    await add_entry(account(dyndns2, "home.example.com"))
    await add_entry(bound)
    assert dyndns2.records == {**HOME, "lte.example.com": [LTE]}
    assert async_get_hostnames(hass, connected.entry_id) == ["home.example.com"]
    assert async_get_hostnames(hass, lte.entry_id) == ["lte.example.com"]


async def test_an_account_looks_only_when_a_connection_that_it_follows_tells(
    internet: Internet,
    mobile: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    lte: MockConfigEntry,
) -> None:
    """The address of another connection concerns none of its hostnames."""
    home = await add_entry(account(dyndns2, "home.example.com"))
    bound = account(dyndns2, "lte.example.com", title="LTE", connection=lte.entry_id)
    bound = await add_entry(bound)
    looks: list[str] = []

    def look(coordinator: AccountCoordinator) -> None:
        looks.append(coordinator.name)
        schedule(coordinator)

    schedule = AccountCoordinator.async_schedule
    with patch.object(AccountCoordinator, "async_schedule", look):
        internet.ipv4 = IPV4_NEW
        await connected.runtime_data.async_check()
        assert set(looks) == {home.title}
        looks.clear()
        mobile.ipv4 = IPV4
        await lte.runtime_data.async_check()
        assert set(looks) == {bound.title}


async def test_the_bound_connection_is_removed(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    lte: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    later: Later,
    restart: Restart,
) -> None:
    """No other address takes its place; a person is told, and chooses another one."""
    entry = await add_entry(
        account(dyndns2, "lte.example.com", "home.example.com", connection=lte.entry_id)
    )
    [subentry, other] = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, other, data={**other.data, "connection": connected.entry_id}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    held = {"lte.example.com": [LTE], "home.example.com": [IPV4, IPV6]}
    assert dyndns2.records == held
    sent = len(dyndns2.requests)

    await hass.config_entries.async_remove(lte.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    issue = (DOMAIN, f"{entry.entry_id}_{subentry.subentry_id}")
    assert set(issue_registry.issues) == {issue}
    assert state_of(hass, "sensor.lte_example_com") == "invalid_field"
    last_error = "sensor.lte_example_com_last_error"
    assert attribute_of(hass, last_error, "code") == "connection_removed"
    assert state_of(hass, "binary_sensor.lte_example_com_problem") == "on"

    await restart()
    await entry.runtime_data.async_release(subentry.subentry_id)
    await later(days=1)
    assert set(issue_registry.issues) == {issue}
    assert dyndns2.records == held
    assert len(dyndns2.requests) == sent

    flow = await Flow.change_hostname(hass, entry, "lte.example.com")
    await flow.submit(hostname="lte.example.com", ipv4=True, ipv6=True)
    assert state_of(hass, "sensor.lte_example_com") == "up_to_date"
    assert dyndns2.records["lte.example.com"] == [IPV4, IPV6]
    assert not issue_registry.issues


async def test_the_first_connection_is_removed(
    hass: HomeAssistant,
    internet: Internet,
    mobile: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    later: Later,
    restart: Restart,
) -> None:
    """Who never chose a line followed the first one, and is not led to the second."""
    names = ("home.example.com", "nas.example.com", "www.example.com")
    entry = await add_entry(account(dyndns2, *names))
    asleep = account_at("duckdns", {"token": CANARY}, "old.duckdns.org")
    asleep.disabled_by = ConfigEntryDisabler.USER
    asleep.add_to_hass(hass)
    held = {name: [IPV4, IPV6] for name in names}
    assert dyndns2.records == held
    sent = len(dyndns2.requests)

    with patch.object(ddns_plus, "_async_account", wraps=_async_account) as set_up:
        await add_entry(second_line(mobile))
    # all of them at once
    assert set_up.call_count == 1
    for each in (entry, asleep):
        lines = {item.data["connection"] for item in each.subentries.values()}
        assert lines == {connected.entry_id}
    await restart()
    assert async_get_hostnames(hass, connected.entry_id) == sorted(names)
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname="new.example.com", ipv4=False)
    assert dyndns2.records == {**held, "new.example.com": [IPV6]}

    await hass.config_entries.async_remove(connected.entry_id)
    await restart()
    await later(days=1)
    assert len(issue_registry.issues) == 4
    assert dyndns2.records == {**held, "new.example.com": [IPV6]}
    assert len(dyndns2.requests) == sent + 1

    flow = await Flow.change_hostname(hass, entry, "home.example.com")
    await flow.submit(hostname="home.example.com", ipv4=True, ipv6=False)
    assert dyndns2.records["home.example.com"] == [LTE]
    assert dyndns2.records["nas.example.com"] == [IPV4, IPV6]
    assert len(issue_registry.issues) == 3


@pytest.mark.usefixtures("public_services")
async def test_connection_that_is_replaced(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    lte: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Who is down to one line has nothing to choose, and nothing to repair."""
    entry = await add_entry(account(dyndns2, "home.example.com"))
    [subentry] = entry.subentries.values()
    assert subentry.data["connection"] == connected.entry_id
    await hass.config_entries.async_remove(lte.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    [subentry] = entry.subentries.values()
    assert "connection" not in subentry.data
    assert len(dyndns2.requests) == 1

    # another one takes its place by itself
    internet.ipv4 = IPV4_NEW
    await hass.config_entries.async_remove(connected.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not issue_registry.issues
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
