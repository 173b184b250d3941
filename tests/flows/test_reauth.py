"""Credentials that are refused while an account runs: a person is asked for new ones."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, Later, Restart, account
from tests.home import force_update, state_of
from tests.internet import IPV4_NEW, IPV6, Dyndns2Server, Internet

pytestmark = pytest.mark.usefixtures("all_entities_enabled", "connected")


def asked(hass: HomeAssistant) -> list[Any]:
    """Return where a person is asked for new credentials."""
    return [
        flow
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] == SOURCE_REAUTH
    ]


async def submit(hass: HomeAssistant, **credentials: str) -> Any:
    """Enter new credentials, and wait until all that this sets off is done."""
    [flow] = asked(hass)
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], credentials
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def test_refused_and_accepted_again(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """A person is asked once; with new credentials all is caught up and told."""
    entry = await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    assert asked(hass) == []
    dyndns2.password = "another-one"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    [flow] = asked(hass)
    assert flow["context"]["entry_id"] == entry.entry_id
    assert flow["context"]["title_placeholders"] == {"name": "Test account"}
    assert state_of(hass, "sensor.home_example_com") == "invalid_credentials"

    # no more requests with refused credentials, and no second question
    requests = len(dyndns2.requests)
    await later(hours=7)
    await force_update(hass)
    assert len(dyndns2.requests) == requests
    assert asked(hass) == [flow]

    events = async_capture_events(hass, "ddns_plus_update")
    result = await submit(hass, password="another-one")
    assert result["reason"] == "update_succeeded"
    assert asked(hass) == []
    assert entry.state is ConfigEntryState.LOADED
    assert dyndns2.records["home.example.com"] == [IPV4_NEW, IPV6]
    assert state_of(hass, "binary_sensor.home_example_com_problem") == "off"
    assert {event.data["type"] for event in events} == {"recovered", "updated"}


async def test_new_credentials_that_are_refused_too(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """Then a person is asked again, in the same form."""
    dyndns2.password = "another-one"
    await add_entry(account_entry)
    [flow] = asked(hass)
    result = await submit(hass, password="wrong-again")
    assert result["errors"] == {"base": "invalid_credentials"}
    assert asked(hass) == [flow]

    await submit(hass, password="another-one")
    assert asked(hass) == []
    assert state_of(hass, "sensor.home_example_com") == "up_to_date"


async def test_after_a_restart(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    restart: Restart,
) -> None:
    """While the stop lasts a person is asked again, and the provider left alone."""
    dyndns2.answer = "badauth"
    await add_entry(account_entry)
    for flow in asked(hass):
        hass.config_entries.flow.async_abort(flow["flow_id"])
    await restart()
    assert len(asked(hass)) == 1
    assert len(dyndns2.requests) == 1


async def test_accepted_after_all(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """The flow ends by itself when the provider accepts the old credentials again."""
    dyndns2.answer = "badauth"
    await add_entry(account_entry)
    assert len(asked(hass)) == 1
    dyndns2.answer = None
    await force_update(hass, override_stop=True)
    assert asked(hass) == []
    assert not [
        issue
        for issue in ir.async_get(hass).issues.values()
        if issue.issue_id.startswith("config_entry_reauth_")
    ]


@pytest.mark.parametrize("answer", ["nohost", "abuse", "911", "interval", ""])
async def test_nobody_is_asked_for_anything_else(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    answer: str,
) -> None:
    """Other credentials would not help."""
    dyndns2.answer = answer
    await add_entry(account_entry)
    assert dyndns2.requests
    assert asked(hass) == []
