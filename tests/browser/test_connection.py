"""A person deals with an internet connection: its options, its oddities, its page."""

from ipaddress import IPv4Address

import pytest

from scripts.demo.state import Family

from .line import NAME, Line, close_repair, open_connection, open_repair
from .person import Person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SHARED = IPv4Address("100.64.9.9")
PRIVATE = IPv4Address("192.168.178.20")
OTHER = IPv4Address("11.22.99.99")
PHONE = 412, 915
# all of a long form at once
TALL = 1280, 2600


async def test_options(line: Line, person: Person) -> None:
    """What is wrong is said where it is wrong, nothing typed is lost, answers are shown."""
    await person.look_on(*TALL)
    await person.open_integration()
    await person.click("Configure")
    await person.sees("How the public address is watched")
    await person.picture("folded")
    for section in ("Sources", "Checking", "Network"):
        await person.unfold(section)
    await person.picture("unfolded")

    await person.fill("Fixed IPv4 address", "192.168.1.10")
    await person.click("Submit")
    await person.sees_error("192.168.1.10 is a private address")
    # what is wrong can be seen without looking for it
    await person.picture("private_address")
    await person.sees_typed("Fixed IPv4 address", "192.168.1.10")
    await person.fill("Fixed IPv4 address", "")

    await person.add_to("Web services of your own")
    await person.sees("The web address that answers with the public address")
    await person.picture("source")
    await person.fill("URL", "htp:/echo")
    await person.click("Add", last=True)
    await person.sees("htp:/echo")
    await person.picture("added")
    await person.click("Submit")
    await person.sees_error("htp:/echo")
    await person.picture("broken_url")
    await person.click("Edit", last=True)
    await person.sees_typed("URL", "htp:/echo")
    await person.fill("URL", line.demo.servers.echo_urls[0].url)
    await person.picture("corrected")
    await person.click("Save")
    await person.click("Submit")
    await person.sees("What the sources answer")
    await person.look_on(1280, 960)
    await person.sees(str(line.address))
    await person.picture("answers")
    await person.look_on(*PHONE)
    await person.picture("answers_on_phone")
    await person.pick("Save")
    await person.sees("Options successfully saved")
    await person.picture("saved")


async def test_shared_at_first(own_line: Line, person: Person) -> None:
    """A shared address is not published before a person has said that it shall be."""
    title = f"{NAME}: IPv4 held back"
    line = own_line
    await line.end()
    before = line.published()
    line.demo.servers.router.address = SHARED
    await line.begin()
    await line.check()
    await open_repair(person, title)
    await person.sees("Nobody could reach your home")
    assert line.published() == before
    await person.picture("dialog")
    await person.look_on(*PHONE)
    await person.picture("dialog_on_phone")
    await person.look_on(1280, 960)
    await person.pick("Publish the shared")
    await close_repair(person, title)
    await line.until_published(line.address)


async def test_shared_later(line: Line, person: Person) -> None:
    """An address that is shared later stays published; the device's page tells it."""
    title = f"{NAME}: shared IPv4 address"
    line.demo.servers.router.address = SHARED
    await line.check()
    await open_connection(person)
    await person.sees_value("Carrier-grade NAT", "Yes")
    await person.picture("device")
    await open_repair(person, title)
    await person.sees("nobody can reach your home")
    await person.picture("dialog")
    await person.pick("Go on publishing it")
    await close_repair(person, title)
    assert line.published() == {str(line.address)}


async def test_router_differs(line: Line, person: Person) -> None:
    """A person chooses whose address is published where the router has another one."""
    title = f"{NAME}: two addresses"
    line.demo.servers.router.address = OTHER
    await line.check()
    await open_repair(person, title)
    await person.sees(f"The router says {OTHER}, but {line.address} is seen outside")
    assert line.published() == {str(line.address)}
    await person.picture("dialog")
    await person.look_on(*PHONE)
    await person.picture("dialog_on_phone")
    await person.look_on(1280, 960)
    await person.pick(f"Publish {OTHER}")
    await close_repair(person, title)
    await line.until_published(OTHER)
    await open_connection(person)
    await person.sees_value("IPv4 address", str(OTHER))
    await person.picture("device")


async def test_double_nat(line: Line, person: Person) -> None:
    """Two routers in a row are explained once; the address stays published."""
    title = f"{NAME}: two routers in a row"
    line.demo.servers.router.address = PRIVATE
    await line.check()
    await open_repair(person, title)
    await person.sees("The router has a private address")
    await person.picture("dialog")
    await person.click("Submit")
    await person.sees("Nothing was changed")
    await close_repair(person, title)
    assert line.published() == {str(line.address)}


async def test_device(line: Line, person: Person) -> None:
    """The page of a connection shows its addresses, who told them, and checks on request."""
    await person.look_on(1536, 1200)
    await open_connection(person)
    await person.sees_value("IPv4 address", str(line.address))
    await person.sees_value("Carrier-grade NAT", "No")
    await person.sees_value("IPv4 source", "Router by NAT-PMP or PCP")
    await person.picture("before")
    state = line.demo.servers.state
    state.set_addresses({Family.IPV4: state.new_address(Family.IPV4)})
    await person.click("Press")
    await person.sees_value("IPv4 address", str(line.address))
    await person.picture("after")
    await line.until_published(line.address)
