"""When an account's provider is called, and when it is not."""

import asyncio
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ddns_plus.account import interruptible_call
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.provider_info import Limits
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, Restart, account, scripted_account
from tests.flow_driver import Flow
from tests.home import act, force_update, state_of
from tests.internet import IPV4, IPV4_NEW, IPV6, IPV6_NEW, Dyndns2Server, Internet

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

STATUS = "sensor.home_example_com"
BOTH = ("home.example.com", "nas.example.com")


async def test_a_restart_is_no_reason(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """With nothing changed the provider is not asked, and all is shown as before."""
    await add_entry(account(dyndns2, *BOTH))
    for _ in range(3):
        await restart()
        await later(hours=5)
        assert state_of(hass, STATUS) == "up_to_date"
        assert state_of(hass, "sensor.home_example_com_published_ipv6") == IPV6
    assert len(dyndns2.requests) == 1


async def test_a_change_while_off_is_published_once(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    restart: Restart,
) -> None:
    """Both families go in one request, though each is found out about on its own."""
    await add_entry(account(dyndns2, *BOTH))
    internet.ipv4, internet.ipv6 = IPV4_NEW, IPV6_NEW
    await restart()
    assert dyndns2.requests[1:] == [
        {"hostname": ",".join(BOTH), "myip": f"{IPV4_NEW},{IPV6_NEW}"}
    ]


async def test_both_families_change(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """When one has changed the other is looked at, and both go in one request."""
    await add_entry(account(dyndns2, "home.example.com"))
    internet.ipv4, internet.ipv6 = IPV4_NEW, IPV6_NEW
    await later(minutes=2)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6_NEW]}
    assert len(dyndns2.requests) == 2


async def test_the_last_address_wins(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An address that changes twice during an update is published right after it."""
    # the answer comes in time, however slow this machine is
    monkeypatch.setattr(interruptible_call, "_LAST_WAIT", timedelta(hours=2))
    await add_entry(account(dyndns2, "home.example.com"))
    dyndns2.hold = asyncio.Event()
    internet.ipv4 = IPV4_NEW
    freezer.tick(120)
    async_fire_time_changed(hass)
    await dyndns2.asked(2)

    check = hass.services.async_call("ddns_plus", "check_address", blocking=True)
    internet.ipv4 = "11.22.33.66"
    await check
    internet.ipv6 = IPV6_NEW
    await hass.services.async_call("ddns_plus", "check_address", blocking=True)
    assert len(dyndns2.requests) == 2

    dyndns2.hold.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [item["myip"] for item in dyndns2.requests[1:]] == [
        f"{IPV4_NEW},{IPV6}",
        f"11.22.33.66,{IPV6_NEW}",
    ]
    await later(hours=1)
    assert len(dyndns2.requests) == 3


async def test_a_renamed_hostname_is_sent_alone(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
) -> None:
    """A change of one hostname never sends the others again."""
    entry = await add_entry(account(dyndns2, *BOTH))
    flow = await Flow.change_hostname(hass, entry, "home.example.com")
    await flow.submit(hostname="house.example.com", ipv4=True, ipv6=True)
    assert flow.reason == "reconfigure_successful"
    assert [item["hostname"] for item in dyndns2.requests[1:]] == ["house.example.com"]


async def test_the_family_that_has_not_changed_goes_along(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """The provider might drop it otherwise; also while its address is not known."""
    await add_entry(account(dyndns2, "home.example.com"))
    internet.ipv4, internet.ipv6 = IPV4_NEW, None
    await later(minutes=2)
    assert state_of(hass, "sensor.internet_connection_ipv6_address") == "unknown"
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert len(dyndns2.requests) == 2

    internet.ipv6 = IPV6_NEW
    await later(minutes=2)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6_NEW]}
    assert len(dyndns2.requests) == 3


async def test_keep_alive(
    hass: HomeAssistant,
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """A record that would expire is confirmed in time, and not before."""
    world.limits = Limits(keep_alive=timedelta(days=25))
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    await later(days=24)
    await restart()
    assert len(world.calls) == 1
    await later(days=1)
    assert len(world.calls) == 2
    await later(days=24, hours=23)
    assert len(world.calls) == 2
    await later(hours=1)
    assert len(world.calls) == 3


async def test_minimum_interval(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """A second change waits as long as the provider demands, whoever asks."""
    world.limits = Limits(minimum_interval=timedelta(minutes=10))
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, STATUS) == "waiting"
    [result, _] = await force_update(hass)
    assert result["reason"] == "minimum_interval"
    await later(seconds=479)
    assert len(world.calls) == 1
    await later(seconds=1)
    assert len(world.calls) == 2
    assert world.records == {("home.example.com", Family.IPV4): ip_address(IPV4_NEW)}


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(days=-400)])
async def test_a_clock_set_back(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
    restart: Restart,
    jump: timedelta,
) -> None:
    """A wait keeps its length, and nothing is sent twice."""
    await add_entry(account(dyndns2, "home.example.com"))
    dyndns2.answer = "911"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert len(dyndns2.requests) == 2
    dyndns2.answer = None
    freezer.tick(jump)
    await restart()
    await later(minutes=29)
    assert len(dyndns2.requests) == 2
    await later(minutes=1)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert len(dyndns2.requests) == 3

    freezer.tick(-jump)
    await restart()
    await later(days=1)
    assert len(dyndns2.requests) == 3


async def test_a_clock_set_forward(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
) -> None:
    """What was published stays published; a change is published as ever."""
    await add_entry(account(dyndns2, "home.example.com"))
    freezer.tick(timedelta(days=400))
    await later(minutes=2)
    assert len(dyndns2.requests) == 1
    internet.ipv4 = IPV4_NEW
    await later(minutes=4)
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert len(dyndns2.requests) == 2


async def test_a_withdrawn_family(
    hass: HomeAssistant,
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    restart: Restart,
) -> None:
    """What was published from here is removed, once, and nothing else."""
    entry = await add_entry(scripted_account("home.example.com"))
    [subentry] = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "ipv6": "withdraw"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert world.records == {("home.example.com", Family.IPV4): ip_address(IPV4)}
    [update] = world.calls[-1]
    assert update.previous == ip_address(IPV6)
    await restart()
    await force_update(hass)
    assert [update.family for call in world.calls[2:] for update in call] == [
        Family.IPV4
    ]


async def test_pause_and_resume(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """A hostname that is paused is left alone, after a restart too, and then catches up."""
    await add_entry(account(dyndns2, *BOTH))
    switch = "switch.home_example_com_automatic_updates"
    await act(hass, "switch.turn_off", switch)
    await restart()
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert [item["hostname"] for item in dyndns2.requests[1:]] == ["nas.example.com"]
    assert state_of(hass, STATUS) == "paused"
    await act(hass, "switch.turn_on", switch)
    assert [item["hostname"] for item in dyndns2.requests[2:]] == ["home.example.com"]
