"""Changing an account: new credentials after a refusal, other settings, or just a new try."""

import asyncio
from base64 import b64encode
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.providers.dyndns2 import Dyndns2
from custom_components.ddns_plus.store import STORAGE_KEY
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.setup import async_setup_component
from scripts.demo.servers import DemoServers
from tests.conftest import AddEntry, account_at
from tests.flow_driver import Flow
from tests.home import force_update
from tests.internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet
from tests.providers.fake_cloudflare import FakeCloudflare

HOME = "home.example.com"
STATUS = "sensor.home_example_com"
PUBLISHED = {HOME: [IPV4, IPV6]}
NEW_PASSWORD = "canary-new-2b6f"
TOKEN = "canary-token-4f1d9c2ab07e"
NEW_TOKEN = "canary-token-0a9b8c7d6e5f"


def at_provider(provider: str, unique_id: str, **settings: Any) -> MockConfigEntry:
    """Return an account without hostnames."""
    return MockConfigEntry(
        domain=DOMAIN,
        unique_id=unique_id,
        title=provider,
        data={"kind": "account", "provider": provider, "settings": settings},
    )


async def reauth_of(hass: HomeAssistant) -> Flow:
    """Return the flow that Home Assistant began by itself."""
    [progress] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    result = await hass.config_entries.flow.async_configure(progress["flow_id"])
    return Flow(hass, hass.config_entries.flow, ("config",), result)


@pytest.mark.usefixtures("connected")
async def test_new_password_after_a_refusal(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """Nothing is sent until the password is right; then the hostname is published."""
    dyndns2.password = NEW_PASSWORD
    await add_entry(account_entry)
    assert hass.states.get(STATUS).state == "invalid_credentials"
    assert len(dyndns2.requests) == 1

    flow = await reauth_of(hass)
    assert flow.step == "reauth_confirm"
    assert flow.fields == {"password"}
    assert flow.filled == {}
    assert flow.placeholders["name"] == "Test account"
    await flow.submit(password="  ")
    assert flow.errors == {"password": "required"}
    assert flow.placeholders["name"] == "Test account"
    await flow.submit(password=f" {NEW_PASSWORD} ")
    assert flow.reason == "update_succeeded"
    assert account_entry.data["settings"]["password"] == NEW_PASSWORD
    assert account_entry.data["settings"]["username"] == "somebody"
    assert hass.states.get(STATUS).state == "up_to_date"
    assert dyndns2.records == PUBLISHED
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.usefixtures("connected")
async def test_password_that_is_wrong_again(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """Where nothing can be checked an update tells: once for each password typed."""
    dyndns2.password = NEW_PASSWORD
    await add_entry(account_entry)
    flow = await reauth_of(hass)
    await flow.submit(password="still wrong")
    assert flow.step == "reauth_confirm"
    assert flow.errors == {"base": "invalid_credentials"}
    assert flow.placeholders["error_code"] == "badauth"
    assert flow.filled == {"password": "still wrong"}
    assert hass.states.get(STATUS).state == "invalid_credentials"
    assert account_entry.data["settings"]["password"] != "still wrong"
    assert len(dyndns2.requests) == 2
    await flow.submit(password=NEW_PASSWORD)
    assert flow.reason == "update_succeeded"
    assert flow.placeholders["hostname"] == HOME
    assert flow.placeholders["addresses"] == f"{IPV4}, {IPV6}"
    assert dyndns2.records == PUBLISHED
    assert len(dyndns2.requests) == 3
    assert hass.states.get(STATUS).state == "up_to_date"


@pytest.mark.usefixtures("connected")
async def test_new_token(
    hass: HomeAssistant, cloudflare: FakeCloudflare, add_entry: AddEntry
) -> None:
    """The token is the identity: a new one of the same account takes its place."""
    cloudflare.add_token(NEW_TOKEN)
    cloudflare.add_zone("example.com")
    entry = await add_entry(at_provider("cloudflare", "old", api_token=TOKEN))
    flow = await Flow.reauthenticate(hass, entry)
    assert flow.fields == {"api_token"}
    await flow.submit(api_token=TOKEN)
    assert flow.errors == {"base": "invalid_credentials"}
    await flow.submit(api_token=NEW_TOKEN)
    assert flow.reason == "reauth_successful"
    assert entry.data["settings"] == {"api_token": NEW_TOKEN}
    assert entry.unique_id.startswith("cloudflare:")
    assert NEW_TOKEN not in entry.unique_id


@pytest.mark.usefixtures("connected")
async def test_new_token_may_be_of_another_account(
    hass: HomeAssistant, cloudflare: FakeCloudflare, add_entry: AddEntry
) -> None:
    """Nothing tells whose it is: the records are looked at once, and written if need be."""
    cloudflare.add_token(TOKEN)
    cloudflare.add_token(NEW_TOKEN)
    zone = cloudflare.add_zone("example.com")
    entry = await add_entry(account_at("cloudflare", {"api_token": TOKEN}, HOME))
    assert hass.states.get(STATUS).state == "up_to_date"
    asked, writes = cloudflare.count(), cloudflare.count("POST|PUT|PATCH|DELETE")

    flow = await Flow.reauthenticate(hass, entry)
    await flow.submit(api_token=NEW_TOKEN)
    assert hass.states.get(STATUS).state == "up_to_date"
    assert cloudflare.count() > asked
    assert cloudflare.count("POST|PUT|PATCH|DELETE") == writes

    zone.records.clear()
    flow = await Flow.reconfigure(hass, entry)
    await flow.submit(api_token=TOKEN)
    assert {record["content"] for record in zone.records.values()} == {IPV4, IPV6}
    assert hass.states.get(STATUS).state == "up_to_date"

    flow = await Flow.reconfigure(hass, entry)
    await flow.submit()
    assert flow.reason == "reconfigure_successful"
    # the same account is not asked again, and its record counts as up to date
    assert hass.states.get(STATUS).state == "up_to_date"


@pytest.mark.usefixtures("connected")
async def test_token_of_another_account(
    hass: HomeAssistant, cloudflare: FakeCloudflare, add_entry: AddEntry
) -> None:
    """Two entries for one account would work against each other."""
    cloudflare.add_token(NEW_TOKEN)
    cloudflare.add_zone("example.com")
    entry = await add_entry(at_provider("cloudflare", "old", api_token=TOKEN))
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token=NEW_TOKEN)
    await flow.submit(hostnames=["home.example.com"])
    flow = await Flow.reauthenticate(hass, entry)
    await flow.submit(api_token=NEW_TOKEN)
    assert flow.reason == "already_configured"
    assert entry.data["settings"] == {"api_token": TOKEN}


@pytest.mark.usefixtures("connected")
async def test_key_of_a_name_server(
    hass: HomeAssistant, name_server: DemoServers, add_entry: AddEntry
) -> None:
    """The name of the key may be wrong, so the form asks for it with the secret."""
    entry = await add_entry(
        at_provider(
            "rfc2136",
            "rfc2136:127.0.0.1:demo.test",
            server="127.0.0.1",
            port=name_server.ports.dns,
            zone="demo.test",
            tsig_key_name="bygone",
            tsig_algorithm="hmac-sha256",
            tsig_secret=b64encode(name_server.secret).decode(),
        )
    )
    flow = await Flow.reauthenticate(hass, entry)
    assert flow.fields == {"tsig_key_name", "tsig_algorithm", "tsig_secret"}
    assert flow.filled == {"tsig_key_name": "bygone", "tsig_algorithm": "hmac-sha256"}
    await flow.submit(tsig_key_name="demo key")
    assert flow.errors == {"tsig_key_name": "tsig_key_name_malformed"}
    await flow.submit(tsig_key_name="demo-key")
    assert flow.reason == "reauth_successful"
    assert entry.data["settings"]["tsig_key_name"] == "demo-key"
    assert entry.data["settings"]["zone"] == "demo.test"


@pytest.mark.usefixtures("connected")
async def test_key_that_is_needed_no_more(
    hass: HomeAssistant, name_server: DemoServers, add_entry: AddEntry
) -> None:
    """A secret is kept when it is left empty, but not without the key that it is of."""
    entry = await add_entry(
        at_provider(
            "rfc2136",
            "rfc2136:127.0.0.1:demo.test",
            server="127.0.0.1",
            port=name_server.ports.dns,
            zone="demo.test",
            tsig_key_name="demo-key",
            tsig_algorithm="hmac-sha256",
            tsig_secret=b64encode(name_server.secret).decode(),
        )
    )
    flow = await Flow.reconfigure(hass, entry)
    assert "tsig_secret" not in flow.filled
    near = {"server": "127.0.0.1", "advanced": {"port": name_server.ports.dns}}
    # the demo's server takes updates with a key only
    await flow.submit(**near, zone="demo.test")
    assert flow.errors == {"base": "invalid_credentials"}
    await flow.submit(**near)
    assert flow.reason == "reconfigure_successful"
    assert "tsig_secret" not in entry.data["settings"]


@pytest.mark.usefixtures("connected")
async def test_same_settings_are_a_new_try(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """Whoever has settled the cause at the provider opens the form and submits it."""
    dyndns2.answer = "nohost"
    await add_entry(account_entry)
    assert hass.states.get(STATUS).state == "invalid_field"
    dyndns2.answer = None
    flow = await Flow.reconfigure(hass, account_entry)
    assert flow.step == "reconfigure"
    assert flow.filled == {
        "server_url": dyndns2.url,
        "username": "somebody",
        "allow_http": True,
    }
    before = dict(account_entry.data)
    await flow.submit(**flow.filled)
    assert flow.reason == "update_succeeded"
    settings = before["settings"]
    filled_in = {"ipv6_mode": "comma", "ipv6_parameter": "myipv6"}
    assert account_entry.data == {**before, "settings": settings | filled_in}
    assert hass.states.get(STATUS).state == "up_to_date"
    assert dyndns2.records == PUBLISHED
    sent = len(dyndns2.requests)

    flow = await Flow.reconfigure(hass, account_entry)
    await flow.submit(**flow.filled)
    assert flow.reason == "reconfigure_successful"
    assert account_entry.state is ConfigEntryState.LOADED
    assert len(dyndns2.requests) == sent


@pytest.mark.usefixtures("connected")
async def test_another_user(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """Another account holds other records: all is sent to it, and the entry follows."""
    await add_entry(account_entry)
    dyndns2.records.clear()
    dyndns2.username = "other"
    dyndns2.password = NEW_PASSWORD
    flow = await Flow.reconfigure(hass, account_entry)
    values = flow.filled | {"username": "other", "password": NEW_PASSWORD}
    await flow.submit(**values | {"username": " "})
    assert flow.errors == {"username": "required"}
    assert flow.filled["password"] == NEW_PASSWORD
    await flow.submit(**values)
    assert flow.reason == "update_succeeded"
    assert account_entry.unique_id == f"dyndns2:{dyndns2.url}:other"
    # a name that a person gave stays
    assert account_entry.title == "Test account"
    assert dyndns2.records == PUBLISHED


@pytest.mark.usefixtures("connected")
async def test_another_server_gets_the_same_password(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """A secret that is left empty is kept; a title that we gave follows the settings."""
    await add_entry(account_entry)
    old_title = Dyndns2.identity(account_entry.data["settings"]).title
    hass.config_entries.async_update_entry(account_entry, title=old_title)
    await hass.async_block_till_done(wait_background_tasks=True)
    async with Dyndns2Server() as moved:
        flow = await Flow.reconfigure(hass, account_entry)
        await flow.submit(**flow.filled | {"server_url": moved.url})
        assert flow.reason == "update_succeeded"
        assert moved.records == PUBLISHED
        new_title = Dyndns2.identity(account_entry.data["settings"]).title
        assert account_entry.title == new_title != old_title
        assert account_entry.data["settings"]["password"] == dyndns2.password


@pytest.mark.usefixtures("connected")
async def test_other_way_to_send_is_used_at_once(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """A server that took IPv6 the wrong way has to be told again."""
    await add_entry(account_entry)
    assert [item["myip"] for item in dyndns2.requests] == [f"{IPV4},{IPV6}"]
    flow = await Flow.reconfigure(hass, account_entry)
    changed = {"advanced": {"ipv6_mode": "own_parameter"}}
    await flow.submit(**flow.filled | changed)
    assert flow.reason == "update_succeeded"
    assert dyndns2.requests[-1]["myip"] == IPV4
    assert dyndns2.requests[-1]["myipv6"] == IPV6


@pytest.mark.usefixtures("connected")
async def test_paused_hostname_stays_paused(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """What a person has switched off is not sent, to another account neither."""
    await add_entry(account_entry)
    switch = "switch.home_example_com_automatic_updates"
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": switch}, blocking=True
    )
    sent = len(dyndns2.requests)
    dyndns2.username = "other"
    flow = await Flow.reconfigure(hass, account_entry)
    await flow.submit(**flow.filled | {"username": "other"})
    assert hass.states.get(switch).state == "off"
    assert len(dyndns2.requests) == sent


@pytest.mark.usefixtures("connected")
async def test_account_that_exists_already(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """An account cannot be changed into another entry's."""
    await add_entry(account_entry)
    other = at_provider("dyndns2", f"dyndns2:{dyndns2.url}:other")
    other.add_to_hass(hass)
    flow = await Flow.reconfigure(hass, account_entry)
    await flow.submit(**flow.filled | {"username": "other"})
    assert flow.reason == "already_configured"
    assert account_entry.data["settings"]["username"] == "somebody"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("meanwhile", ["removed", "taken"])
async def test_account_that_changes_during_the_wait(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    hass_storage: dict[str, Any],
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    meanwhile: str,
) -> None:
    """An update under way is waited for; what happens until then counts."""
    entry = await add_entry(account_entry)
    internet.ipv4 = IPV4_NEW
    dyndns2.hold = asyncio.Event()
    await hass.services.async_call(DOMAIN, "check_address", blocking=True)
    await dyndns2.asked(2)
    async with Dyndns2Server() as moved:
        flow = await Flow.reconfigure(hass, entry)
        effects = []
        if meanwhile == "removed":
            removal = hass.config_entries.async_remove(entry.entry_id)
            effects.append(hass.async_create_task(removal))
        submitted = flow.submit(**flow.filled | {"server_url": moved.url})
        effects.append(hass.async_create_task(submitted))
        while entry.state is ConfigEntryState.LOADED:
            await asyncio.sleep(0)
        if meanwhile == "taken":
            unique_id = f"dyndns2:{moved.url}:somebody"
            at_provider("dyndns2", unique_id).add_to_hass(hass)
        dyndns2.hold.set()
        await asyncio.gather(*effects)
    await hass.async_block_till_done(wait_background_tasks=True)
    if meanwhile == "taken":
        assert flow.reason == "already_configured"
        assert entry.data["settings"]["server_url"] == dyndns2.url
        assert entry.state is ConfigEntryState.LOADED
        assert "already in use" not in caplog.text
    else:
        assert flow.reason == "entry_gone"
        assert hass_storage[STORAGE_KEY]["data"]["accounts"] == {}


@pytest.mark.usefixtures("connected")
async def test_removed_account_cannot_be_changed(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    connected: MockConfigEntry,
) -> None:
    """An open form ends with a reason, also that of a connection."""
    entry = await add_entry(account_entry)
    flows = [
        await Flow.reconfigure(hass, entry),
        await Flow.reconfigure(hass, connected),
        await Flow.options(hass, connected),
    ]
    for removed in (entry, connected):
        await hass.config_entries.async_remove(removed.entry_id)
    for flow in flows:
        await flow.submit(**flow.filled)
        assert flow.reason == "entry_gone"


@pytest.mark.usefixtures("connected")
async def test_update_under_way_does_not_undo_the_change(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """The old server answers only after the form was submitted."""
    await add_entry(account_entry)
    internet.ipv4 = IPV4_NEW
    dyndns2.hold = asyncio.Event()
    await hass.services.async_call(DOMAIN, "check_address", blocking=True)
    while len(dyndns2.requests) < 2:
        await asyncio.sleep(0)
    async with Dyndns2Server() as moved:
        flow = await Flow.reconfigure(hass, account_entry)
        submitted = hass.async_create_task(
            flow.submit(**flow.filled | {"server_url": moved.url})
        )
        while account_entry.state is ConfigEntryState.LOADED:
            await asyncio.sleep(0)
        dyndns2.hold.set()
        await submitted
        assert flow.reason == "update_succeeded"
        assert moved.records == {HOME: [IPV4_NEW, IPV6]}


async def test_disabled_account_can_be_changed(
    hass: HomeAssistant, dyndns2: Dyndns2Server, account_entry: MockConfigEntry
) -> None:
    """Nothing runs then, and nothing is started."""
    account_entry.disabled_by = ConfigEntryDisabler.USER
    account_entry.add_to_hass(hass)
    flow = await Flow.reconfigure(hass, account_entry)
    await flow.submit(**flow.filled | {"password": NEW_PASSWORD})
    assert flow.reason == "reconfigure_successful"
    assert account_entry.data["settings"]["password"] == NEW_PASSWORD
    assert account_entry.state is ConfigEntryState.NOT_LOADED
    assert not dyndns2.requests


async def test_provider_that_this_version_does_not_know(
    hass: HomeAssistant, connected: MockConfigEntry
) -> None:
    """The entry fails with a reason, and so does a flow that would change it."""
    entry = at_provider("bygone", "bygone:somebody", username="somebody")
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "unknown_provider"
    for begin in (Flow.reconfigure, Flow.reauthenticate):
        flow = await begin(hass, entry)
        assert flow.reason == "unknown_provider"
        assert flow.placeholders == {"provider": "bygone"}
    flow = await Flow.add_hostname(hass, entry)
    assert flow.reason == "entry_not_loaded"


@pytest.mark.usefixtures("connected")
async def test_same_credentials_that_are_right_again(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """The person is asked for new ones no more."""
    entry = await add_entry(account_entry)
    flow = await Flow.reconfigure(hass, entry)
    await flow.submit(**flow.filled)
    dyndns2.answer = "badauth"
    await force_update(hass)
    assert hass.config_entries.flow.async_progress()
    dyndns2.answer = None
    flow = await Flow.reconfigure(hass, entry)
    await flow.submit(**flow.filled)
    assert flow.reason == "update_succeeded"
    assert hass.states.get(STATUS).state == "up_to_date"
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.usefixtures("connected")
async def test_saving_what_is_stored_reloads_nothing(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
) -> None:
    """Automations on states of the account's hostnames see no change."""
    entry = await add_entry(account_entry)
    flow = await Flow.reconfigure(hass, entry)
    # the defaults that the entry did not have
    await flow.submit(**flow.filled)
    seen: list[str] = []
    sent = len(dyndns2.requests)

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        seen.append(event.data["entity_id"])

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    for flow in (
        await Flow.reconfigure(hass, entry),
        await Flow.change_hostname(hass, entry, HOME),
    ):
        await flow.submit(**flow.filled)
        assert flow.reason == "reconfigure_successful"
    assert seen == []
    assert len(dyndns2.requests) == sent
