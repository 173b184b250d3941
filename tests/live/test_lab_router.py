"""A router whose address is not the one that is seen outside, and what a person decides."""

import asyncio

import pytest

from tests.real.router import WAN_ADDRESS

from .lab import CONNECTION, Lab
from .outside import ZONE
from .router_programs import nat_pmp

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME = f"router.{ZONE}"
SHARED, SEEN_SHARED = "100.64.9.9", "11.22.33.99"
PRIVATE, SEEN_PRIVATE = "192.168.1.2", "11.22.33.55"
SEEN_TUNNEL = "11.22.33.200"
# of https and of DNS over TLS: what goes to the name server is not what this is about
ECHOES = "443, 853"
ONLINE = f"binary_sensor.{CONNECTION}_online"
CARRIER_GRADE_NAT = f"binary_sensor.{CONNECTION}_carrier_grade_nat"
SETTLE_SECONDS = 40


async def test_carrier_grade_nat_is_held_back_until_a_person_decides(lab: Lab) -> None:
    """An address that nobody can reach is not published before a person says so."""
    lab.router.set_wan_address(SHARED)
    lab.translate(SHARED, SEEN_SHARED)
    async with lab.router_is(lambda: nat_pmp(SHARED)):
        await lab.add_account(HOSTNAME)
        await lab.outside.published(HOSTNAME, "AAAA", await lab.stable_address())
        await lab.check()
        await lab.until_state(CARRIER_GRADE_NAT, "on", SETTLE_SECONDS)
        await lab.until_issues("carrier_grade_nat")
        await asyncio.sleep(2)
        assert await lab.outside.held(HOSTNAME, "A") == []
        step = await lab.fix("carrier_grade_nat", "accept_shared")
        assert step.type == "create_entry", step
        await lab.outside.published(HOSTNAME, "A", SEEN_SHARED, SETTLE_SECONDS)
        await lab.until_issues()
        await lab.check()
        await lab.until_state(CARRIER_GRADE_NAT, "on", SETTLE_SECONDS)


async def test_a_router_of_its_own_again(lab: Lab) -> None:
    """An address of one's own is published, and nothing is wrong any more."""
    lab.see_as_it_is()
    lab.router.set_wan_address(WAN_ADDRESS)
    await lab.outside.published(HOSTNAME, "A", WAN_ADDRESS, SETTLE_SECONDS)
    await lab.check()
    await lab.until_state(CARRIER_GRADE_NAT, "off", SETTLE_SECONDS)
    assert await lab.issues() == {}


async def test_router_that_hides_its_address_is_published_and_told(lab: Lab) -> None:
    """A real miniupnpd tells no address that is not public: it may be either kind of NAT."""
    await lab.set_options(accept_carrier_grade_nat=False)
    await lab.until_state(ONLINE, "on")
    lab.translate(SHARED, SEEN_SHARED)
    lab.router.set_wan_address(SHARED)
    await lab.outside.published(HOSTNAME, "A", SEEN_SHARED, SETTLE_SECONDS)
    await lab.check()
    await lab.until_issues("no_public_address", seconds=SETTLE_SECONDS)
    await lab.until_state(CARRIER_GRADE_NAT, "unknown", SETTLE_SECONDS)


async def test_double_nat_is_published_and_told(lab: Lab) -> None:
    """Behind two routers the outer address is right, but ports need both."""
    lab.translate(PRIVATE, SEEN_PRIVATE)
    lab.router.set_wan_address(PRIVATE)
    async with lab.router_is(lambda: nat_pmp(PRIVATE)):
        await lab.forget_changes()
        await lab.outside.published(HOSTNAME, "A", SEEN_PRIVATE, SETTLE_SECONDS)
        await lab.check()
        await lab.until_issues("double_nat")
        # the outer router would know
        await lab.until_state(CARRIER_GRADE_NAT, "unknown", SETTLE_SECONDS)


async def test_a_tunnel_is_not_published_unasked(lab: Lab) -> None:
    """Where the house leaves by another address than the router's the record is kept."""
    lab.see_as_it_is()
    lab.router.set_wan_address(WAN_ADDRESS)
    await lab.forget_changes()
    await lab.outside.published(HOSTNAME, "A", WAN_ADDRESS, SETTLE_SECONDS)
    await lab.until_issues()
    lab.translate(WAN_ADDRESS, SEEN_TUNNEL, ports=ECHOES)
    updates = lab.outside.updates_sent
    await lab.check()
    await lab.until_issues("router_differs", seconds=SETTLE_SECONDS)
    issue = (await lab.issues())["router_differs"]
    placeholders = issue["translation_placeholders"]
    assert placeholders["router_address"] == WAN_ADDRESS
    assert placeholders["outside_address"] == SEEN_TUNNEL
    assert await lab.outside.held(HOSTNAME, "A") == [WAN_ADDRESS]
    assert lab.outside.updates_sent == updates


async def test_a_person_chooses_what_is_seen_outside(lab: Lab) -> None:
    """The other address is published when a person says that it is the right one."""
    step = await lab.fix("router_differs", "publish_outside")
    assert step.type == "create_entry", step
    await lab.outside.published(HOSTNAME, "A", SEEN_TUNNEL, SETTLE_SECONDS)
    await lab.until_issues()


async def test_a_person_chooses_the_router(lab: Lab) -> None:
    """The router alone is believed when a person says so."""
    await lab.set_options(router_difference="router")
    await lab.outside.published(HOSTNAME, "A", WAN_ADDRESS, SETTLE_SECONDS)
    assert await lab.issues() == {}


async def test_nobody_was_worried(lab: Lab) -> None:
    """All that leaves no trace in the log that would worry a person."""
    assert lab.complaints() == []
