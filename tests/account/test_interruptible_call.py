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

from custom_components.ddns_plus.account import interruptible_call
from custom_components.ddns_plus.const import DOMAIN, EVENT_UPDATE
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.provider_info import Limits, Result, Update
from homeassistant.core import Event, HomeAssistant
from tests.conftest import AddEntry, Later, scripted_account
from tests.home import state_of
from tests.internet import IPV4, IPV4_NEW, IPV6_NEW, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

IPV4_NEWEST = "11.22.33.66"
HOME = ("home.example.com", Family.IPV4)
PUBLISHED = "sensor.home_example_com_published_ipv4"
STATUS = "sensor.home_example_com"
# only faked time is ever that long
PATIENCE = timedelta(minutes=1)


class SlowProvider:
    """A provider that answers one call when the test says so.

    `applies` is whether it does what that call says before, or never gets it.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        internet: Internet,
        world: Any,
    ) -> None:
        """Be asked nothing yet."""
        self.applies = False
        self.answer = asyncio.Event()
        self.updates: list[Event[Any]] = []
        self._asked = asyncio.Event()
        self._hass = hass
        self._freezer = freezer
        self._internet = internet
        self._world = world

    async def add(self, add_entry: AddEntry, **families: str) -> None:
        """Have an account there, of which the first update is quick."""
        await add_entry(scripted_account("home.example.com", **families))
        self.updates = async_capture_events(self._hass, EVENT_UPDATE)

    def be_slow(self) -> None:
        """Be slow with the next call."""
        self._world.publish = self._publish

    async def asked(self) -> None:
        """Wait until the slow call has come."""
        await self._asked.wait()

    async def begin_forced_call(self) -> asyncio.Task[Any]:
        """Have a slow update begin that somebody forced."""
        self.be_slow()
        forced = self._hass.async_create_task(
            self._hass.services.async_call(
                DOMAIN, "force_update", {}, blocking=True, return_response=True
            )
        )
        await self.asked()
        return forced

    async def begin_call(self) -> None:
        """Have a slow update to the new address begin."""
        self.be_slow()
        await self.change(IPV4_NEW)
        await self.asked()

    async def change(self, ipv4: str | None = None, ipv6: str | None = None) -> None:
        """Have an address change, and have it seen."""
        self._internet.ipv4 = ipv4 or self._internet.ipv4
        self._internet.ipv6 = ipv6 or self._internet.ipv6
        await self.look()
        # after a change of one family the other one is being looked at
        await self.look()

    async def look(self) -> None:
        """Have the address looked for."""
        await self._hass.services.async_call(DOMAIN, "check_address", blocking=True)

    async def pass_time(self) -> None:
        """Let as much time pass as an overtaken call has."""
        self._freezer.tick(PATIENCE)
        async_fire_time_changed(self._hass)
        for _ in range(10):
            await asyncio.sleep(0)

    async def settle(self) -> None:
        """Wait until nothing more is to be done."""
        await self._hass.async_block_till_done(wait_background_tasks=True)

    async def _publish(self, _: Any, updates: Sequence[Update]) -> Sequence[Result]:
        """Take the call, and be quick again from the next one on."""
        self._world.publish = None
        taken = self._world.take(updates) if self.applies else ()
        self._asked.set()
        await self.answer.wait()
        return taken or self._world.take(updates)


@pytest.fixture
def slow(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    internet: Internet,
    world: Any,
    connected: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> SlowProvider:
    """Return a slow provider."""
    monkeypatch.setattr(interruptible_call, "_LAST_WAIT", PATIENCE)
    return SlowProvider(hass, freezer, internet, world)


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("applied", [True, False])
async def test_newer_address_overtakes(
    hass: HomeAssistant,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    readable: bool,
    applied: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is published as soon as the call before has had its time, with no complaint."""
    world.readable, slow.applies = readable, applied
    await slow.add(add_entry, ipv6="off")
    await slow.begin_call()
    await slow.change(IPV4_NEWEST)
    assert len(world.calls) == 2

    await slow.pass_time()
    await slow.settle()
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}
    assert len(world.calls) == 3
    assert world.reads == (1 if readable else 0)
    assert state_of(hass, PUBLISHED) == IPV4_NEWEST
    assert state_of(hass, STATUS) == "up_to_date"
    [updated] = slow.updates
    assert (updated.data["type"], updated.data["old_address"]) == ("updated", IPV4)
    assert "could not be updated" not in caplog.text


async def test_answer_that_comes_in_time_counts(
    world: Any, slow: SlowProvider, add_entry: AddEntry
) -> None:
    """Then nothing is in doubt, and nothing is read."""
    await slow.add(add_entry, ipv6="off")
    await slow.begin_call()
    await slow.change(IPV4_NEWEST)
    slow.answer.set()
    await slow.settle()
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}
    assert (len(world.calls), world.reads) == (3, 0)
    addresses = [item.data["new_address"] for item in slow.updates]
    assert addresses == [IPV4_NEW, IPV4_NEWEST]


async def test_what_had_arrived_is_not_sent_again(
    world: Any, slow: SlowProvider, add_entry: AddEntry
) -> None:
    """The other family, which the call was about, is read back; people are told of both."""
    slow.applies = True
    await slow.add(add_entry)
    slow.be_slow()
    await slow.change(ipv6=IPV6_NEW)
    await slow.asked()
    await slow.change(IPV4_NEW)
    await slow.pass_time()
    await slow.settle()
    [_, [sent_ipv6], [sent_ipv4]] = world.calls
    assert str(sent_ipv6.address) == IPV6_NEW
    assert str(sent_ipv4.address) == IPV4_NEW
    told = {item.data["new_address"]: item.data["type"] for item in slow.updates}
    assert told == {IPV4_NEW: "updated", IPV6_NEW: "updated"}


async def test_unknown_address_overtakes_nothing(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
) -> None:
    """While nothing newer could be published the answer is waited for."""
    await slow.add(add_entry, ipv6="off")
    await slow.begin_call()
    internet.go_offline()
    await slow.look()
    await slow.pass_time()
    slow.answer.set()
    await slow.settle()
    assert (len(world.calls), world.reads) == (2, 0)
    assert state_of(hass, PUBLISHED) == IPV4_NEW


async def test_family_that_becomes_known_overtakes_nothing(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
) -> None:
    """It says nothing of the line that the call was made through."""
    internet.ipv6 = None
    await slow.look()
    await slow.add(add_entry)
    await slow.begin_call()
    await slow.change(ipv6=IPV6_NEW)
    await slow.pass_time()
    slow.answer.set()
    await slow.settle()
    assert (len(world.calls), world.reads) == (3, 0)
    assert state_of(hass, PUBLISHED) == IPV4_NEW


async def test_provider_with_a_minimum_interval_is_waited_for(
    hass: HomeAssistant,
    world: Any,
    slow: SlowProvider,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """It must be left alone for a while in any case: nothing is won by doubt."""
    world.limits = Limits(minimum_interval=timedelta(minutes=10))
    await slow.add(add_entry, ipv6="off")
    await later(minutes=30)
    await slow.begin_call()
    await slow.change(IPV4_NEWEST)
    await slow.pass_time()
    slow.answer.set()
    await slow.settle()
    assert (len(world.calls), world.reads) == (2, 0)
    assert state_of(hass, PUBLISHED) == IPV4_NEW
    await later(minutes=10)
    assert len(world.calls) == 3
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}


async def test_overtaken_call_counts_as_a_write(
    world: Any, slow: SlowProvider, add_entry: AddEntry
) -> None:
    """The provider may have counted it."""
    world.limits = Limits(writes=((2, timedelta(hours=1)),))
    await slow.add(add_entry, ipv6="off")
    await slow.begin_call()
    await slow.change(IPV4_NEWEST)
    await slow.pass_time()
    await slow.settle()
    # the first update, and the one that was cut: the next one waits
    assert len(world.calls) == 2


async def test_forced_update_goes_on(
    hass: HomeAssistant, world: Any, slow: SlowProvider, add_entry: AddEntry
) -> None:
    """Who forced it is told what became of the newest address."""
    await slow.add(add_entry, ipv6="off")
    forced = await slow.begin_forced_call()
    await slow.change(IPV4_NEWEST)
    await slow.pass_time()
    result = (await forced)["results"][0]
    assert (result["family"], result["result"]) == ("ipv4", "updated")
    assert state_of(hass, PUBLISHED) == IPV4_NEWEST
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}


async def test_reading_back_is_overtaken_too(
    world: Any, slow: SlowProvider, add_entry: AddEntry
) -> None:
    """An address that changes once more is published though nobody answers what is held."""
    await slow.add(add_entry, ipv6="off")
    asked = asyncio.Event()

    async def read(_: Any) -> Any:
        world.read = None
        asked.set()
        await asyncio.Event().wait()

    world.read = read
    # more than two changes would be held back
    forced = await slow.begin_forced_call()
    await slow.change(IPV4_NEW)
    await slow.pass_time()
    await asked.wait()
    await slow.change(IPV4_NEWEST)
    await slow.pass_time()
    await forced
    assert world.records == {HOME: ip_address(IPV4_NEWEST)}
    assert (len(world.calls), world.reads) == (3, 2)
