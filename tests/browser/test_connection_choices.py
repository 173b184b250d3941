"""A person decides where the public address comes from, and which may be published."""

import pytest

from scripts.demo.home_assistant_api import FlowKind
from scripts.demo.state import Family

from .line import HOSTNAME, NAME, Line, close_repair, open_connection, open_repair
from .person import Person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ENTITY, ENTITY_NAME = "sensor.router_wan_address", "Router WAN address"
FIXED = "11.22.99.99"
# all of a long form at once
TALL = 1280, 2600


async def open_options(person: Person, section: str) -> None:
    """Open the options of the connection, and a section of them."""
    await person.look_on(*TALL)
    await person.open_integration()
    await person.click("Configure")
    await person.unfold(section)


async def test_entity(line: Line, person: Person) -> None:
    """An entity is chosen like anywhere else, and the trial shows what it tells."""
    await line.demo.home_assistant.rest(
        "POST",
        f"/api/states/{ENTITY}",
        {
            "state": str(line.address),
            "attributes": {"friendly_name": ENTITY_NAME},
        },
    )
    await open_options(person, "Sources")
    await person.add_to("Entities")
    await person.picture("dialog")
    await person.choose_entity(ENTITY_NAME)
    # IPv4 is chosen already
    await person.picture("chosen")
    await person.click("Add", last=True)
    await person.sees(ENTITY_NAME)
    await person.picture("added")
    await person.click("Submit")
    await person.sees("What the sources answer")
    await person.look_on(1280, 960)
    await person.sees(ENTITY)
    await person.picture("answers")
    await person.pick("Save")
    await person.sees("Options successfully saved")


async def test_fixed_address(line: Line, person: Person) -> None:
    """What is typed in is published, and nobody is asked."""
    await open_options(person, "Sources")
    await person.fill("Fixed IPv4 address", FIXED)
    await person.picture("filled")
    await person.click("Submit")
    await person.pick("Save")
    await person.sees("Options successfully saved")
    await line.until_published(FIXED)
    await person.look_on(1280, 960)
    await open_connection(person)
    await person.sees_value("IPv4 address", FIXED)
    await person.picture("device")


async def test_allowed_networks(line: Line, person: Person) -> None:
    """An address from elsewhere is not published, and Repairs tells why."""
    allowed, title = line.address, f"{NAME}: IPv4 not allowed"
    await open_options(person, "Checking")
    await person.page.get_by_role("button", name="Add Allowed network").click()
    await person.fill("Allowed network", f"{allowed}/32")
    await person.picture("filled")
    await person.click("Submit")
    await person.pick("Save")
    await person.sees("Options successfully saved")
    await line.until_set("allowed_networks", 1)
    state = line.demo.servers.state
    state.set_addresses({Family.IPV4: state.new_address(Family.IPV4)})
    await line.check()
    await person.look_on(1280, 960)
    await open_repair(person, title)
    await person.sees(f"The public address is {line.address}")
    await person.picture("dialog")
    await person.open_integration()
    await person.page.get_by_text(HOSTNAME).last.click()
    await person.sees_value(HOSTNAME, "Address held back")
    await person.picture("hostname")
    assert line.published() == {str(allowed)}


async def test_translated_ipv6(own_line: Line, person: Person) -> None:
    """An IPv6 address that is not this machine's is published when a person says so."""
    line, title = own_line, f"{NAME}: IPv6 held back"
    await line.end()
    await line.begin(ipv6_outside=True)
    before = line.published(Family.IPV6)
    await line.until_published(line.address)
    await line.check()
    await open_repair(person, title)
    await person.sees("an IPv6 address is seen that this machine does not have")
    await person.picture("dialog")
    assert line.published(Family.IPV6) == before
    await person.pick("Publish the address seen outside")
    await close_repair(person, title)
    ipv6 = line.demo.servers.state.addresses[Family.IPV6]
    await line.until_published(ipv6, Family.IPV6)


async def test_connection_that_was_removed(line: Line, person: Person) -> None:
    """A hostname that has lost its connection waits for a person who says what it follows."""
    api, title = line.demo.home_assistant, f"{HOSTNAME} follows no connection"
    entry_id = await line.add_connection("Cellar")
    await api.run_flow(
        [await line.entry_id("RFC 2136"), "hostname"],
        [
            (
                "reconfigure",
                {
                    "hostname": HOSTNAME,
                    "ipv4": True,
                    "ipv6": False,
                    "connection": entry_id,
                },
            )
        ],
        FlowKind.SUBENTRY,
        subentry_id=await line.subentry_id(HOSTNAME),
    )
    await api.rest("DELETE", f"/api/config/config_entries/entry/{entry_id}")
    await open_repair(person, title)
    await person.sees("followed an internet connection that was removed")
    await person.picture("dialog")
    await person.pick(f"Follow {NAME}")
    await close_repair(person, title)
    state = line.demo.servers.state
    state.set_addresses({Family.IPV4: state.new_address(Family.IPV4)})
    await line.check()
    await line.until_published(line.address)
