"""An address that changes while a provider is asked: its answer is not waited for long."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.ddns_plus import provider_call
from custom_components.ddns_plus.const import DOMAIN, EVENT_UPDATE
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.providers.base import Limits, Result, Update
from homeassistant.core import HomeAssistant

from .conftest import AddEntry, Later, scripted_account
from .home import state_of
from .internet import IPV4, IPV4_NEW, IPV6_NEW, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

IPV4_NEWEST = "11.22.33.66"
HOME = ("home.example.com", Family.IPV4)
PUBLISHED = "sensor.home_example_com_published_ipv4"
STATUS = "sensor.home_example_com_status"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """Return how long an overtaken call goes on: only faked time is ever that long."""
    patience = timedelta(minutes=1)
    monkeypatch.setattr(provider_call, "_LAST_WAIT", patience)
    return patience


class SlowProvider:
    """What makes a provider answer when the test says so; `applies` is before that."""

    def __init__(self, world: Any, *, applies: bool) -> None:
        """Be asked nothing yet."""
        self.asked, self.answer = asyncio.Event(), asyncio.Event()
        self.world = world
        self.applies = applies

    async def publish(self, _: Any, updates: Sequence[Update]) -> Sequence[Result]:
        """Take the first call, and be quick again from the next one on."""
        self.world.publish = None
        taken = self.world.take(updates) if self.applies else ()
        self.asked.set()
        await self.answer.wait()
        return taken or self.world.take(updates)


@pytest.fixture(params=[True, False], ids=["applied", "lost"])
def slow(request: pytest.FixtureRequest, world: Any) -> SlowProvider:
    """Return a slow provider that applied what it was sent, or has not got it."""
    return SlowProvider(world, applies=request.param)


async def look(hass: HomeAssistant) -> None:
    """Have the address looked for now."""
    await hass.services.async_call("ddns_plus", "check_address", blocking=True)


async def begin_slow_call(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
) -> None:
    """Have an update to the new address begin, which is not answered."""
    world.publish = slow.publish
    internet.ipv4 = IPV4_NEW
    await look(hass)
    await slow.asked.wait()


async def begin_forced_call(
    hass: HomeAssistant, world: Any, slow: SlowProvider
) -> asyncio.Task[Any]:
    """Have an update begin that somebody forced, which is not answered."""
    world.publish = slow.publish
    forced = hass.async_create_task(
        hass.services.async_call(
            DOMAIN, "force_update", {}, blocking=True, return_response=True
        )
    )
    await slow.asked.wait()
    return forced


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: timedelta
) -> None:
    """Let time pass."""
    freezer.tick(time)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def go_on(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: timedelta
) -> None:
    """Let time pass while something is waited for."""
    freezer.tick(time)
    async_fire_time_changed(hass)
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize("readable", [True, False])
async def test_newer_address_overtakes(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    patience: timedelta,
    readable: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is published as soon as the call before has had its time, with no complaint."""
    world.readable = readable
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    updates = async_capture_events(hass, EVENT_UPDATE)
    await begin_slow_call(hass, internet, world, slow)
    internet.ipv4 = IPV4_NEWEST
    await look(hass)
    assert len(world.calls) == 2

    await pass_time(hass, freezer, patience)
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}
    assert len(world.calls) == 3
    assert world.reads == (1 if readable else 0)
    assert state_of(hass, PUBLISHED) == IPV4_NEWEST
    assert state_of(hass, STATUS) == "updated"
    assert [item.data["type"] for item in updates] == ["updated"]
    assert updates[0].data["old_address"] == IPV4
    assert "could not be updated" not in caplog.text


async def test_answer_that_comes_in_time_counts(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    connected: MockConfigEntry,
) -> None:
    """Then nothing is in doubt, and nothing is read."""
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    updates = async_capture_events(hass, EVENT_UPDATE)
    await begin_slow_call(hass, internet, world, slow)
    internet.ipv4 = IPV4_NEWEST
    await look(hass)
    slow.answer.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}
    assert (len(world.calls), world.reads) == (3, 0)
    assert [item.data["new_address"] for item in updates] == [IPV4_NEW, IPV4_NEWEST]


async def test_what_had_arrived_is_not_sent_again(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    patience: timedelta,
) -> None:
    """The other family, which the call was about, is read back; people are told of both."""
    slow = SlowProvider(world, applies=True)
    await add_entry(scripted_account("home.example.com"))
    updates = async_capture_events(hass, EVENT_UPDATE)
    world.publish = slow.publish
    internet.ipv6 = IPV6_NEW
    await look(hass)
    await slow.asked.wait()
    internet.ipv4 = IPV4_NEW
    await look(hass)
    await pass_time(hass, freezer, patience)
    [_, [sent_ipv6], [sent_ipv4]] = world.calls
    assert str(sent_ipv6.address) == IPV6_NEW
    assert str(sent_ipv4.address) == IPV4_NEW
    assert {item.data["new_address"] for item in updates} == {IPV4_NEW, IPV6_NEW}
    assert {item.data["type"] for item in updates} == {"updated"}


async def test_unknown_address_overtakes_nothing(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    patience: timedelta,
) -> None:
    """While nothing newer could be published the answer is waited for."""
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    await begin_slow_call(hass, internet, world, slow)
    internet.go_offline()
    await look(hass)
    await go_on(hass, freezer, patience)
    slow.answer.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (len(world.calls), world.reads) == (2, 0)
    assert state_of(hass, PUBLISHED) == IPV4_NEW


async def test_provider_with_a_minimum_interval_is_waited_for(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    patience: timedelta,
    later: Later,
) -> None:
    """It must be left alone for a while in any case: nothing is won by doubt."""
    world.limits = Limits(minimum_interval=timedelta(minutes=10))
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    await later(minutes=30)
    await begin_slow_call(hass, internet, world, slow)
    internet.ipv4 = IPV4_NEWEST
    await look(hass)
    await go_on(hass, freezer, patience)
    slow.answer.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (len(world.calls), world.reads) == (2, 0)
    assert state_of(hass, PUBLISHED) == IPV4_NEW
    await later(minutes=10)
    assert len(world.calls) == 3
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}


async def test_family_that_becomes_known_overtakes_nothing(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    patience: timedelta,
) -> None:
    """It says nothing of the line that the call was made through."""
    internet.ipv6 = ""
    await look(hass)
    await add_entry(scripted_account("home.example.com"))
    await begin_slow_call(hass, internet, world, slow)
    internet.ipv6 = IPV6_NEW
    await look(hass)
    await go_on(hass, freezer, patience)
    slow.answer.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (len(world.calls), world.reads) == (3, 0)
    assert state_of(hass, PUBLISHED) == IPV4_NEW


async def test_forced_update_goes_on(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    patience: timedelta,
) -> None:
    """Who forced it is told what became of the newest address."""
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    forced = await begin_forced_call(hass, world, slow)
    internet.ipv4 = IPV4_NEWEST
    await look(hass)
    await pass_time(hass, freezer, patience)
    result = (await forced)["results"][0]
    assert (result["family"], result["result"]) == ("ipv4", "updated")
    assert state_of(hass, PUBLISHED) == IPV4_NEWEST
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}


async def test_reading_back_is_overtaken_too(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    patience: timedelta,
) -> None:
    """An address that changes once more is published though nobody answers what is held."""
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    asked = asyncio.Event()

    async def read(_: Any) -> Any:
        world.read = None
        asked.set()
        await asyncio.Event().wait()

    world.read = read
    # more than two changes would be held back
    forced = await begin_forced_call(hass, world, slow)
    internet.ipv4 = IPV4_NEW
    await look(hass)
    freezer.tick(patience)
    async_fire_time_changed(hass)
    await asked.wait()
    internet.ipv4 = IPV4_NEWEST
    await look(hass)
    await pass_time(hass, freezer, patience)
    await forced
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}
    assert (len(world.calls), world.reads) == (3, 2)
