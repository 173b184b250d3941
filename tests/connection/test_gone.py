"""Sources, entities and interfaces that are gone: told in words, and found again."""

from typing import Any

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.ddns_plus.connection.issues import ConnectionIssue
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
from tests.conftest import AddEntry, Later, connection
from tests.home import event_type_of, state_of
from tests.internet import IPV4, IPV4_NEW, Internet
from tests.outside import ROUTER, lead_outside, options, router_says
from tests.repairs import issues, only_issue

pytestmark = pytest.mark.usefixtures("freezer", "loopback", "no_secret_in_log")

ADDRESS = "sensor.internet_connection_ipv4_address"
ONLINE = "binary_sensor.internet_connection_online"
EVENT = "event.internet_connection_address_change"
RENAMED = "sensor.wan_address"


def entity_alone() -> dict[str, Any]:
    """Return the options of a connection whose only source is the router's entity."""
    return {
        "ipv4": True,
        "ipv6": False,
        "sources": {
            "built_in": [],
            "entities": [{"entity_id": ROUTER, "family": "ipv4"}],
        },
        "checking": {"interval": {"seconds": 60}, "trust_single_source": True},
    }


async def test_renamed_entity(
    hass: HomeAssistant, add_entry: AddEntry, later: Later
) -> None:
    """It stays the source under its new name, and a new address is found there."""
    router_says(hass, IPV4)
    entry = await add_entry(connection(entity_alone()))
    assert state_of(hass, ADDRESS) == IPV4
    er.async_get(hass).async_update_entity(ROUTER, new_entity_id=RENAMED)
    hass.states.async_remove(ROUTER)
    hass.states.async_set(RENAMED, IPV4_NEW)
    await hass.async_block_till_done(wait_background_tasks=True)
    await later(minutes=2)
    assert entry.options["sources"]["entities"][0]["entity_id"] == RENAMED
    assert state_of(hass, ADDRESS) == IPV4_NEW
    assert state_of(hass, ONLINE) == "on"
    assert issues(hass) == {}


async def test_renamed_entity_of_a_disabled_connection(
    hass: HomeAssistant, add_entry: AddEntry
) -> None:
    """The rename is followed there, too; other changes of an entity are none."""
    router_says(hass, IPV4)
    entry = await add_entry(connection(entity_alone()))
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    before = entry.options
    er.async_get(hass).async_update_entity(ROUTER, name="WAN")
    await hass.async_block_till_done()
    assert entry.options is before
    er.async_get(hass).async_update_entity(ROUTER, new_entity_id=RENAMED)
    await hass.async_block_till_done()
    assert entry.options == {
        **before,
        "sources": {
            **before["sources"],
            "entities": [{"entity_id": RENAMED, "family": "ipv4"}],
        },
    }


async def test_removed_entity(
    hass: HomeAssistant, add_entry: AddEntry, later: Later
) -> None:
    """A repair names it, once it lasts; the line is not called down."""
    router_says(hass, IPV4)
    await add_entry(connection(entity_alone()))
    hass.states.async_remove(ROUTER)
    er.async_get(hass).async_remove(ROUTER)
    await later(minutes=1, seconds=6)
    assert issues(hass) == {}
    for _ in range(2):
        await later(minutes=1, seconds=6)
    assert issues(hass) == {
        ConnectionIssue.SOURCE_GONE: {
            "connection": "Internet connection",
            "family": "IPv4",
            "entities": f"`{ROUTER}`",
        }
    }
    assert state_of(hass, ONLINE) == "unknown"
    assert event_type_of(hass, EVENT) is None

    router_says(hass, IPV4_NEW)
    await later(minutes=1, seconds=6)
    assert issues(hass) == {}
    assert state_of(hass, ADDRESS) == IPV4_NEW


async def test_entity_that_is_not_ready_at_the_start(
    hass: HomeAssistant, add_entry: AddEntry, later: Later
) -> None:
    """It makes no noise, however long the start takes."""
    hass.set_state(CoreState.starting)
    await add_entry(connection(entity_alone()))
    for _ in range(3):
        await later(minutes=2)
    assert state_of(hass, ONLINE) == "unknown"
    assert issues(hass) == {}
    router_says(hass, IPV4)
    await later(minutes=1, seconds=6)
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await later(minutes=1, seconds=6)
    assert state_of(hass, ONLINE) == "on"
    assert issues(hass) == {}
    assert event_type_of(hass, EVENT) is None


@pytest.mark.parametrize("answer", [502, 403, 429, "<html>Log in</html>"])
async def test_service_that_answers_with_no_address(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    later: Later,
    answer: int | str,
) -> None:
    """The line is not called down: the service was reached."""

    async def refuse(_request: web.Request) -> web.Response:
        if isinstance(answer, str):
            return web.Response(text=answer)
        return web.Response(status=answer)

    alone = internet.options(trust_single_source=True)
    alone["ipv6"] = False
    alone["sources"]["custom"] = alone["sources"]["custom"][:1]
    await add_entry(connection(alone))
    assert state_of(hass, ONLINE) == "on"
    told = async_capture_events(hass, "state_changed")
    internet.lies["127.0.0.1"] = refuse
    for _ in range(3):
        await later(minutes=2)
    states = {
        event.data["new_state"].state
        for event in told
        if event.data["entity_id"] == ONLINE and event.data["new_state"]
    }
    assert states == {"unknown"}
    assert event_type_of(hass, EVENT) is None

    del internet.lies["127.0.0.1"]
    await later(minutes=20)
    assert state_of(hass, ONLINE) == "on"


@pytest.mark.parametrize("families", [{"ipv4", "ipv6"}, {"ipv6"}])
async def test_missing_interface(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
    families: set[str],
) -> None:
    """One repair names it, unless the line is only redialled; it ends with the cause."""
    lead_outside(internet, monkeypatch)
    chosen = {
        **options(interface="missing0"),
        **{family: family in families for family in ("ipv4", "ipv6")},
    }
    chosen["sources"]["entities"] = []
    await add_entry(connection(chosen))
    for _ in range(3):
        await later(seconds=3)
    assert issues(hass) == {}
    for _ in range(6):
        await later(minutes=1, seconds=6)
    assert set(issues(hass)) == {ConnectionIssue.INTERFACE_GONE}
    assert issues(hass)[ConnectionIssue.INTERFACE_GONE]["interface"] == "missing0"
    assert not only_issue(hass).is_fixable
    assert state_of(hass, ONLINE) == "off"

    monkeypatch.setattr(
        "custom_components.ddns_plus.core.local_endpoint.bind_to_interface",
        lambda *_: None,
    )
    await later(minutes=1, seconds=6)
    assert issues(hass) == {}
    assert state_of(hass, ONLINE) == "on"
