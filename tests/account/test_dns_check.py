"""What the authoritative name servers hold: shown, and repaired at most once a day."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from copy import deepcopy
from datetime import timedelta
from typing import Any

import dns.rcode
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ddns_plus.core.errors import RateLimited
from custom_components.ddns_plus.core.net.dns import NameServer
from custom_components.ddns_plus.store import STORAGE_KEY
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, Restart, scripted_account
from tests.core.net.dns_server import ScriptedServer, holds, running, silent
from tests.home import force_update, state_of
from tests.internet import IPV4, IPV4_NEW, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures(
    "all_entities_enabled", "freezer", "no_secret_in_log"
)

MATCH = "binary_sensor.home_example_com_dns_match"
WRONG = "11.99.99.99"


async def _put_off(_: Any, updates: Sequence[Any]) -> Sequence[Any]:
    raise RateLimited("http_429", retry_after=timedelta(days=1))


@pytest.fixture
async def name_server(loopback: None, world: Any) -> AsyncGenerator[ScriptedServer]:
    """Return the name server of the scripted provider's zone, which has the right record."""
    async with running(ScriptedServer(udp=holds(IPV4))) as server:
        world.name_servers = [NameServer(host="127.0.0.1", port=server.port)]
        yield server


@pytest.fixture
async def published(
    name_server: ScriptedServer, add_entry: AddEntry, connected: MockConfigEntry
) -> MockConfigEntry:
    """Return an account of which the hostname is published, and never was looked for."""
    entry = await add_entry(scripted_account("home.example.com", ipv6="off"))
    assert name_server.queries == []
    return entry


async def test_it_is_looked_for_after_an_update(
    hass: HomeAssistant,
    internet: Internet,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
) -> None:
    """Soon, ever later until it is there, and then a few times a day."""
    assert state_of(hass, MATCH) == "unknown"
    name_server.udp = holds(WRONG)
    for number, seconds in enumerate((10, 66, 330, 1320), 1):
        await later(seconds=seconds)
        assert len(name_server.queries) == number
        assert state_of(hass, MATCH) == "off"
    name_server.udp = holds(IPV4, WRONG)
    await later(seconds=3960)
    assert state_of(hass, MATCH) == "on"
    assert len(name_server.queries) == 5
    await later(hours=5, minutes=59)
    assert len(name_server.queries) == 5
    await later(minutes=37)
    assert len(name_server.queries) == 6

    internet.ipv4 = IPV4_NEW
    await later(minutes=4)
    # what is known of the address before says nothing of the new one
    assert state_of(hass, MATCH) == "unknown"
    name_server.udp = holds(IPV4_NEW)
    await later(seconds=11)
    assert state_of(hass, MATCH) == "on"


async def test_after_a_restart(
    hass: HomeAssistant,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """It is looked for when the start is over."""
    await restart()
    await later(seconds=59)
    assert name_server.queries == []
    await later(seconds=61)
    assert len(name_server.queries) == 1
    assert state_of(hass, MATCH) == "on"


async def test_after_a_restored_backup(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    internet: Internet,
    world: Any,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """The home has the backup's address again, the record has that of later."""
    backup = deepcopy(hass_storage[STORAGE_KEY])
    internet.ipv4 = IPV4_NEW
    await later(days=1)
    assert len(world.calls) == 2
    internet.ipv4 = IPV4
    name_server.udp = holds(IPV4_NEW)
    await restart(backup)
    assert len(world.calls) == 2
    await later(minutes=2)
    assert len(world.calls) == 3
    assert state_of(hass, MATCH) == "off"
    name_server.udp = holds(IPV4)
    await later(seconds=11)
    assert state_of(hass, MATCH) == "on"


async def test_drift(
    hass: HomeAssistant,
    world: Any,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """A record that stays wrong is sent again, but not more than once a day."""
    name_server.udp = holds(WRONG)
    await later(seconds=10)
    await later(minutes=50)
    assert state_of(hass, MATCH) == "off"
    assert len(world.calls) == 1
    await later(minutes=30)
    assert len(world.calls) == 2
    for hour in range(23):
        await later(hours=1)
        if hour == 12:
            await restart()
    assert len(world.calls) == 2
    for _ in range(18):
        await later(hours=1)
    assert len(world.calls) == 3

    # found out well before the next one would be due
    name_server.udp = holds(IPV4)
    for _ in range(3 * 24):
        await later(hours=1)
    assert state_of(hass, MATCH) == "on"
    assert len(world.calls) == 3


@pytest.mark.parametrize(
    ("resolvable", "held", "shown"),
    [
        (None, IPV4, "on"),
        (None, WRONG, "unknown"),
        (False, IPV4, "unknown"),
        (False, WRONG, "unknown"),
    ],
)
async def test_what_dns_cannot_show(
    hass: HomeAssistant,
    world: Any,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
    restart: Restart,
    resolvable: bool | None,
    held: str,
    shown: str,
) -> None:
    """Where another address is no fault, it is not taken for one."""
    world.resolvable = resolvable
    name_server.udp = holds(held)
    await restart()
    for _ in range(24):
        await later(hours=1)
    assert state_of(hass, MATCH) == shown
    assert len(world.calls) == 1
    assert bool(name_server.queries) is (resolvable is not False)


async def test_address_that_is_not_public(
    hass: HomeAssistant,
    world: Any,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
) -> None:
    """It is an answer for the home, and proves nothing wrong."""
    name_server.udp = holds("192.168.1.10")
    for _ in range(48):
        await later(hours=1)
    assert name_server.queries
    assert state_of(hass, MATCH) == "unknown"
    assert len(world.calls) == 1


async def test_mismatch_found_early_in_the_routine(
    hass: HomeAssistant,
    world: Any,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
) -> None:
    """It is looked at again as soon as it would be a proof, not six hours later."""
    await later(seconds=10)
    assert state_of(hass, MATCH) == "on"
    await later(hours=5, minutes=50)
    # an update that is put off, but was carried out by half
    world.publish = _put_off
    await force_update(hass)
    name_server.udp = holds(WRONG)
    await later(minutes=50)
    assert state_of(hass, MATCH) == "off"
    assert len(name_server.queries) == 2
    await later(minutes=20)
    assert len(name_server.queries) == 3


async def test_no_clear_answer(
    hass: HomeAssistant,
    world: Any,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
) -> None:
    """It proves nothing."""
    name_server.udp = holds(rcode=dns.rcode.SERVFAIL)
    for _ in range(24):
        await later(hours=1)
    assert name_server.queries
    assert state_of(hass, MATCH) == "unknown"
    assert len(world.calls) == 1


async def test_published_anew_during_a_look(
    hass: HomeAssistant,
    internet: Internet,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
) -> None:
    """The answer is of no use; the new address is looked for soon."""
    name_server.udp = silent
    freezer.tick(11)
    async_fire_time_changed(hass)
    while not name_server.queries:
        await asyncio.sleep(0)
    internet.ipv4 = IPV4_NEW
    await hass.services.async_call("ddns_plus", "check_address", blocking=True)
    while state_of(hass, "sensor.home_example_com_published_ipv4") != IPV4_NEW:
        await asyncio.sleep(0)
    name_server.udp = holds(WRONG)
    freezer.tick(6)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, MATCH) == "unknown"

    name_server.udp = holds(IPV4_NEW)
    await later(seconds=5)
    assert state_of(hass, MATCH) == "on"


async def test_unloaded_during_a_look(
    hass: HomeAssistant,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
) -> None:
    """It ends, and no other one comes."""
    name_server.udp = silent
    freezer.tick(11)
    async_fire_time_changed(hass)
    while not name_server.queries:
        await asyncio.sleep(0)
    assert await hass.config_entries.async_unload(published.entry_id)
    asked = len(name_server.queries)
    await later(days=1)
    assert len(name_server.queries) == asked


async def test_a_withdrawn_address_is_not_looked_for(
    hass: HomeAssistant,
    world: Any,
    name_server: ScriptedServer,
    published: MockConfigEntry,
    later: Later,
) -> None:
    """Its absence is what was asked for."""
    [subentry] = published.subentries.values()
    hass.config_entries.async_update_subentry(
        published, subentry, data={**subentry.data, "ipv4": "withdraw"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert world.records == {}
    await later(days=1)
    assert name_server.queries == []
    await force_update(hass)
    assert len(world.calls) == 2
