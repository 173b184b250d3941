"""One real update within the flow: nothing is called successful that was not tried."""

import asyncio

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, Later, account
from tests.flow_driver import Flow, typed
from tests.home import state_of
from tests.internet import IPV4, IPV6, Dyndns2Server, Internet
from tests.repairs import issues

HOME, NAS = "home.example.com", "nas.example.com"
STATUS = "sensor.home_example_com"
NEW_PASSWORD = "canary-new-2b6f"
PUBLISHED = {HOME: [IPV4, IPV6]}


async def at_first_update(
    hass: HomeAssistant, server: Dyndns2Server, *hostnames: str, **changes: str
) -> Flow:
    """Return the flow of a new account after its first update was sent."""
    flow = await Flow.add(hass, "dyndns2")
    await flow.submit(**typed(server, **changes))
    return await flow.submit(hostnames=list(hostnames or [HOME]))


@pytest.mark.usefixtures("connected")
async def test_new_account_is_updated_once(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """The end of the flow says what was published; the account does not send it again."""
    events = async_capture_events(hass, "ddns_plus_update")
    flow = await at_first_update(hass, dyndns2)
    assert flow.entry.unique_id
    assert flow.result["description"] == "updated"
    assert flow.placeholders["hostname"] == HOME
    assert flow.placeholders["addresses"] == f"{IPV4}, {IPV6}"
    assert dyndns2.records == PUBLISHED
    assert len(dyndns2.requests) == 1
    assert state_of(hass, STATUS) == "up_to_date"
    told = [(item.data["type"], item.data["new_address"]) for item in events]
    assert told == [("updated", IPV4), ("updated", IPV6)]
    assert {item.data["config_entry_id"] for item in events} == {flow.entry.entry_id}


@pytest.mark.usefixtures("connected")
async def test_account_that_appears_during_its_first_update(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """The other entry stays as it is; Home Assistant would replace it."""
    dyndns2.hold = asyncio.Event()
    first = hass.async_create_task(at_first_update(hass, dyndns2))
    await dyndns2.asked(1)
    other = account(dyndns2, NAS)
    other.add_to_hass(hass)
    dyndns2.hold.set()
    assert (await first).reason == "already_configured"
    assert [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data["kind"] == "account"
    ] == [other]


@pytest.mark.usefixtures("connected")
async def test_other_hostnames_follow(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """One hostname tells whether the credentials are right; none is sent twice."""
    await at_first_update(hass, dyndns2, HOME, NAS)
    assert set(dyndns2.records) == {HOME, NAS}
    sent = [name for item in dyndns2.requests for name in item["hostname"].split(",")]
    assert sorted(sent) == [HOME, NAS]


@pytest.mark.usefixtures("connected")
async def test_wrong_password_of_a_new_account(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """The form of the account comes again with all that was typed, then the hostnames."""
    flow = await at_first_update(hass, dyndns2, password="wrong")
    assert flow.step == "account"
    assert flow.errors == {"base": "invalid_credentials"}
    assert flow.placeholders["error_code"] == "badauth"
    assert flow.filled["password"] == "wrong"
    assert not hass.config_entries.flow.async_progress_by_handler(
        DOMAIN, match_context={"source": "reauth"}
    )
    await flow.submit(**typed(dyndns2))
    assert flow.step == "hostnames"
    assert flow.filled["hostnames"] == [HOME]
    await flow.submit(**flow.filled)
    assert flow.entry.data["settings"]["password"] == dyndns2.password
    assert dyndns2.records == PUBLISHED
    assert len(dyndns2.requests) == 2


@pytest.mark.usefixtures("connected")
async def test_service_that_is_out_of_order(
    hass: HomeAssistant, dyndns2: Dyndns2Server, later: Later
) -> None:
    """That says nothing of the credentials: a person decides, and the wait is kept."""
    dyndns2.answer = "911"
    flow = await at_first_update(hass, dyndns2)
    assert flow.step == "update_failed"
    assert flow.placeholders["error_code"] == "911"
    await flow.choose("try_again")
    assert flow.step == "update_failed"
    sent = len(dyndns2.requests)
    await flow.choose("create_account")
    assert flow.result["description"] is None
    assert state_of(hass, STATUS) == "provider_unavailable"
    assert len(dyndns2.requests) == sent
    dyndns2.answer = None
    await later(hours=1)
    assert dyndns2.records == PUBLISHED


@pytest.mark.usefixtures("connected")
async def test_hostname_that_is_not_there(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """The hostname can be corrected; one that is added all the same asks for a person."""
    dyndns2.answer = "nohost"
    flow = await at_first_update(hass, dyndns2)
    assert flow.step == "update_failed"
    await flow.choose("hostnames")
    assert flow.filled["hostnames"] == [HOME]
    await flow.submit(hostnames=[NAS])
    await flow.choose("create_account")
    assert [item.title for item in flow.entry.subentries.values()] == [NAS]
    assert issues(hass)["hostname_invalid"]["hostname"] == NAS
    assert dyndns2.tries == 2


@pytest.mark.usefixtures("public_services")
async def test_first_account_of_all(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """Without a connection the address is looked for within the flow."""
    flow = await at_first_update(hass, dyndns2)
    assert flow.result["description"] == "updated"
    assert dyndns2.records == PUBLISHED
    assert len(dyndns2.requests) == 1


@pytest.mark.usefixtures("connected")
async def test_wrong_password_is_not_stored(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """The account goes on with the one that it has."""
    await add_entry(account_entry)
    flow = await Flow.reconfigure(hass, account_entry)
    await flow.submit(**flow.filled | {"password": "wrong"})
    assert flow.step == "reconfigure"
    assert flow.errors == {"base": "invalid_credentials"}
    assert flow.filled["password"] == "wrong"
    assert account_entry.data["settings"]["password"] == dyndns2.password
    assert state_of(hass, STATUS) == "up_to_date"
    dyndns2.password = NEW_PASSWORD
    await flow.submit(**flow.filled | {"password": NEW_PASSWORD})
    assert flow.reason == "update_succeeded"
    assert account_entry.data["settings"]["password"] == NEW_PASSWORD
    # the first update, the wrong password, and the right one
    assert len(dyndns2.requests) == 3


@pytest.mark.usefixtures("connected")
async def test_settled_elsewhere(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """New credentials of two hostnames: each is sent once, and each recovery is told."""
    entry = account(dyndns2, HOME, NAS)
    dyndns2.password = NEW_PASSWORD
    await add_entry(entry)
    sent = len(dyndns2.requests)
    events = async_capture_events(hass, "ddns_plus_update")
    flow = await Flow.reauthenticate(hass, entry)
    await flow.submit(password=NEW_PASSWORD)
    assert flow.reason == "update_succeeded"
    names = [item["hostname"] for item in dyndns2.requests[sent:]]
    assert sorted(names) == [HOME, NAS]
    told = {(event.data["hostname"], event.data["type"]) for event in events}
    assert {(HOME, "updated"), (NAS, "updated")} <= told


@pytest.mark.usefixtures("connected")
async def test_outage_while_credentials_are_changed(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """It is not called a success; what is saved all the same waits as after any outage."""
    await add_entry(account_entry)
    flow = await Flow.reconfigure(hass, account_entry)
    dyndns2.answer = "dnserr"
    await flow.submit(**flow.filled | {"password": NEW_PASSWORD})
    assert flow.step == "update_failed"
    assert account_entry.data["settings"]["password"] == dyndns2.password
    sent = len(dyndns2.requests)
    await flow.choose("save_account")
    assert flow.reason == "reconfigure_successful"
    assert account_entry.data["settings"]["password"] == NEW_PASSWORD
    assert len(dyndns2.requests) == sent
    assert state_of(hass, STATUS) == "provider_unavailable"


async def test_address_that_is_not_known(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
) -> None:
    """Nothing can be sent then, and that is said."""
    await hass.config_entries.async_set_disabled_by(connected.entry_id, None)
    await add_entry(account_entry)
    assert await hass.config_entries.async_unload(connected.entry_id)
    flow = await Flow.reconfigure(hass, account_entry)
    await flow.submit(**flow.filled | {"password": NEW_PASSWORD})
    assert flow.reason == "saved_untried"
    assert account_entry.data["settings"]["password"] == NEW_PASSWORD
    assert not [
        issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN
    ]
