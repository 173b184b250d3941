"""Repairs of accounts: failures that need a person, until they are fixed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ddns_plus.account.issues import async_sync_issues
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.state import (
    AccountState,
    Failure,
    FamilyState,
    HostnameState,
)
from custom_components.ddns_plus.core.errors import FailureKind
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, Later, Restart, account
from tests.home import force_update, state_of
from tests.internet import IPV4_NEW, Dyndns2Server, Internet
from tests.repairs import Fix, issues, only_issue

NOT_ASKED = "Until then the provider is not asked, so that it does not block you"

pytestmark = pytest.mark.usefixtures("connected")


@pytest.fixture
def fix(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Fix:
    """Return the driver of fix flows."""
    return Fix(hass, hass_client)


@pytest.mark.parametrize(
    ("answer", "key", "placeholders"),
    [
        (
            "nohost",
            "hostname_invalid",
            {
                "account": "Test account",
                "hostname": "home.example.com",
                "error_code": "nohost",
                "error_detail": "the hostname does not exist in this account",
            },
        ),
        (
            "!donator",
            "hostname_refused",
            {
                "account": "Test account",
                "hostname": "home.example.com",
                "error_code": "!donator",
                "error_detail": "the account's plan does not include this feature",
            },
        ),
        (
            "abuse",
            "account_refused",
            {
                "account": "Test account",
                "error_code": "abuse",
                "error_detail": "updates are blocked because there were too many; unblock "
                "them at the provider. If there are two addresses, the server may need a "
                "separate request for IPv6",
            },
        ),
    ],
)
async def test_issue_and_its_fix(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    fix: Fix,
    answer: str,
    key: str,
    placeholders: dict[str, str],
) -> None:
    """The repair names the failure; submitting it resumes updates."""
    placeholders |= {"next_try": NOT_ASKED}
    dyndns2.answer = answer
    await add_entry(account_entry)
    assert issues(hass) == {key: placeholders}
    issue = only_issue(hass)
    assert issue.is_fixable
    assert issue.severity is ir.IssueSeverity.ERROR

    shown = await fix.open(issue)
    assert shown["step_id"] == "confirm"
    assert shown["description_placeholders"] == placeholders
    assert dyndns2.tries == 1
    assert issues(hass) == {key: placeholders}

    dyndns2.answer = None
    assert (await fix.submit())["type"] == "create_entry"
    assert dyndns2.tries == 2
    assert state_of(hass, "sensor.home_example_com") == "up_to_date"
    assert issues(hass) == {}


@pytest.mark.parametrize("answer", ["nohost", "!donator", "abuse"])
async def test_not_settled_after_all(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    fix: Fix,
    answer: str,
) -> None:
    """A submit that comes too early is told so, and the provider is asked once more."""
    dyndns2.answer = answer
    await add_entry(account_entry)
    before = issues(hass)
    await fix.open(only_issue(hass))
    shown = await fix.submit()
    assert shown["step_id"] == "confirm"
    assert shown["errors"] == {"base": "still_stopped"}
    assert shown["description_placeholders"]["error_code"] == answer
    assert issues(hass) == before
    assert dyndns2.tries == 2
    dyndns2.answer = None
    assert (await fix.submit())["type"] == "create_entry"
    assert issues(hass) == {}
    assert dyndns2.tries == 3


async def test_provider_that_is_out_of_order_now(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    fix: Fix,
) -> None:
    """That is no success either; what is tried by itself is no repair any more."""
    dyndns2.answer = "nohost"
    await add_entry(account_entry)
    await fix.open(only_issue(hass))
    dyndns2.answer = "911"
    shown = await fix.submit()
    assert shown["errors"] == {"base": "not_yet"}
    assert shown["description_placeholders"]["error_code"] == "911"
    assert issues(hass) == {}
    assert dyndns2.tries == 2


async def test_a_stop_that_ends_by_itself(
    hass: HomeAssistant, add_entry: AddEntry, account_entry: MockConfigEntry
) -> None:
    """The repair says when, in the time zone of the home."""
    entry = await add_entry(account_entry)
    failure = Failure(
        kind=FailureKind.REFUSED,
        code="http_403",
        at=datetime(2026, 12, 1, 20, 15, tzinfo=UTC),
        again_at=datetime(2026, 12, 2, 2, 15, tzinfo=UTC),
    )
    hostname = HostnameState().with_family(Family.IPV4, FamilyState(failure=failure))
    state = AccountState(hostnames=dict.fromkeys(entry.subentries, hostname))
    async_sync_issues(hass, entry, entry.runtime_data.hostnames, state)
    assert issues(hass)["hostname_refused"]["next_try"] == (
        "It is also tried by itself, the next time at 2026-12-01 18:15"
    )


@pytest.mark.parametrize("answer", ["badauth", "911", "interval", "", "good"])
async def test_no_issue_for_the_rest(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    answer: str,
) -> None:
    """What cures itself is no repair; credentials are asked for in another way."""
    dyndns2.answer = answer
    await add_entry(account_entry)
    assert dyndns2.requests
    assert issues(hass) == {}


async def test_one_hostname_of_several(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    fix: Fix,
) -> None:
    """Each hostname has its own issue, and fixing one resumes no other."""
    dyndns2.answer = "nohost\nnohost\nnohost\nnohost"
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    found = {
        issue.translation_placeholders["hostname"]: issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.translation_placeholders
    }
    assert set(found) == {"home.example.com", "nas.example.com"}
    dyndns2.answer = None
    dyndns2.requests.clear()

    await fix.open(found["nas.example.com"])
    await fix.submit()
    assert [request["hostname"] for request in dyndns2.requests] == ["nas.example.com"]
    assert only_issue(hass) == found["home.example.com"]


async def test_a_block_is_lifted_without_what_else_is_stopped(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
    fix: Fix,
) -> None:
    """Fixing the account does not retry a hostname that has a fault of its own."""
    dyndns2.answer = "nohost\nnohost\ngood\ngood"
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    dyndns2.answer = "abuse"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert set(issues(hass)) == {"account_refused"}
    dyndns2.answer = None
    dyndns2.requests.clear()

    await fix.open(only_issue(hass))
    await fix.submit()
    assert [request["hostname"] for request in dyndns2.requests] == ["nas.example.com"]
    assert set(issues(hass)) == {"hostname_invalid"}
    assert issues(hass)["hostname_invalid"]["hostname"] == "home.example.com"


async def test_success_ends_an_issue(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """An update that a person forced says as much as a fix."""
    dyndns2.answer = "abuse"
    await add_entry(account_entry)
    assert set(issues(hass)) == {"account_refused"}
    dyndns2.answer = None
    await force_update(hass, override_stop=True)
    assert issues(hass) == {}


async def test_removed_hostname_and_account(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """Issues of a removed hostname or account are deleted."""
    dyndns2.answer = "nohost\nnohost\nnohost\nnohost"
    entry = await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    [home, _] = entry.subentries
    hass.config_entries.async_remove_subentry(entry, home)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass)["hostname_invalid"]["hostname"] == "nas.example.com"
    assert only_issue(hass)

    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}


async def test_family_that_is_switched_off(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """The fault of a family that is not updated any more is none."""
    dyndns2.answer = "nohost"
    entry = await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    assert set(issues(hass)) == {"hostname_invalid"}
    [subentry] = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "ipv4": "off"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}


async def test_after_a_restart(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    restart: Restart,
) -> None:
    """The issue returns while the stop lasts; an ignored one stays ignored."""
    dyndns2.answer = "nohost"
    await add_entry(account_entry)
    issue = only_issue(hass)
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, True)
    # as Home Assistant has it after a start: known, but not active
    key = (DOMAIN, issue.issue_id)
    issue_registry.issues[key] = replace(issue_registry.issues[key], active=False)
    assert issues(hass) == {}
    await restart()
    assert set(issues(hass)) == {"hostname_invalid"}
    assert only_issue(hass).dismissed_version is not None
    assert dyndns2.tries == 1


async def test_entry_that_does_not_run(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    fix: Fix,
) -> None:
    """Nothing can be resumed then; that is said, and it is asked again later."""
    dyndns2.answer = "nohost"
    entry = await add_entry(account_entry)
    issue = only_issue(hass)
    await fix.open(issue)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert (await fix.submit())["reason"] == "entry_not_loaded"
    assert issues(hass) == {}

    assert await hass.config_entries.async_setup(entry.entry_id)
    dyndns2.answer = None
    await fix.open(only_issue(hass))
    assert (await fix.submit())["type"] == "create_entry"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}


async def test_a_connection_that_was_removed(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """A hostname bound to it is not published from another one; a person is asked."""
    connection = await add_entry(
        MockConfigEntry(
            domain=DOMAIN,
            title="Second line",
            data={"kind": "connection"},
            options=internet.options(),
        )
    )
    entry = account(dyndns2, "home.example.com", connection=connection.entry_id)
    await add_entry(entry)
    assert issues(hass) == {}
    await hass.config_entries.async_remove(connection.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await later(minutes=2)
    assert issues(hass)["connection_gone"]["hostname"] == "home.example.com"


@pytest.mark.parametrize("ignored", [False, True])
async def test_account_that_is_disabled(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    ignored: bool,
) -> None:
    """Nothing is asked for what does not run; it is asked again afterwards."""
    dyndns2.answer = "nohost"
    entry = await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    registry = ir.async_get(hass)
    first, second = [f"{entry.entry_id}_{key}" for key in entry.subentries]
    registry.async_ignore(DOMAIN, first, ignored)
    entries, sent = hass.config_entries, len(dyndns2.requests)
    await entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert issue_ids(hass) == ({first} if ignored else set())
    await entries.async_set_disabled_by(entry.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue_ids(hass) == {first, second}
    found = registry.async_get_issue(DOMAIN, first)
    assert found is not None
    assert (found.dismissed_version is not None) == ignored
    await entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    for key in list(entry.subentries):
        entries.async_remove_subentry(entry, key)
    await entries.async_set_disabled_by(entry.entry_id, None)
    assert issue_ids(hass) == set()
    assert len(dyndns2.requests) == sent


def issue_ids(hass: HomeAssistant) -> set[str]:
    """Return the repairs that are known, also those that are ignored."""
    return {key for domain, key in ir.async_get(hass).issues if domain == DOMAIN}


async def test_issue_without_data_is_not_fixable(hass: HomeAssistant, fix: Fix) -> None:
    """A flow that does not know its entry aborts."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        "without_data",
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key="hostname_invalid",
    )
    shown = await fix.open(only_issue(hass))
    assert shown["reason"] == "entry_not_loaded"
