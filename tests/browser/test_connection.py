"""A person deals with an internet connection: its options, its oddities, its page."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from ipaddress import IPv4Address

from playwright.async_api import expect
import pytest
import pytest_asyncio

from scripts.demo.set_up import DNS_HOSTNAMES, DOMAIN, _flows
from scripts.demo.state import Address, Family

from .conftest import Demo
from .person import Person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NAME = "Internet connection"
HOSTNAME = DNS_HOSTNAMES[0]
SHARED = IPv4Address("100.64.9.9")
PRIVATE = IPv4Address("192.168.178.20")
OTHER = IPv4Address("11.22.99.99")
PHONE = 412, 915
# all of a long form at once
TALL = 1280, 2600


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A connection that asks the router and the outside, and a hostname that follows it."""

    demo: Demo

    @property
    def outside(self) -> str:
        """Return an echo on loopback that nobody takes for a machine of the house."""
        return f"http://0.0.0.0:{self.demo.servers.ports.echo}/"

    @property
    def address(self) -> Address | None:
        """Return the address that is seen outside."""
        return self.demo.servers.state.addresses[Family.IPV4]

    async def begin(self) -> None:
        """Add the connection, and the account; the home has an address that is new."""
        servers = self.demo.servers
        state = servers.state
        state.set_addresses({Family.IPV4: state.new_address(Family.IPV4)})
        ((user, (step, typed)), account, *_) = _flows(servers)
        _, second, *others = typed["custom"]
        outside = {"url": self.outside, "family": Family.IPV4, "allow_http": True}
        typed = {
            **typed,
            "custom": [second, outside, *others],
            # whoever asks the outside asks once a minute
            "interval": {"minutes": 1},
        }
        await self.demo.home_assistant.run_flow(DOMAIN, (user, (step, typed)))
        await self.demo.home_assistant.run_flow(DOMAIN, account)

    async def end(self) -> None:
        """Remove everything that belongs to DDNS Plus; the router is a good one again."""
        servers = self.demo.servers
        home_assistant = self.demo.home_assistant
        entries = await home_assistant.websocket(
            {"type": "config_entries/get", "domain": DOMAIN}
        )
        # the connection last: an account that is left without one gets another
        for entry in sorted(entries, key=lambda entry: entry["title"] == NAME):
            path = f"/api/config/config_entries/entry/{entry['entry_id']}"
            await home_assistant.rest("DELETE", path)
        servers.router.address = None

    async def check(self) -> None:
        """Have the address checked twice, as what is found once may be over at once."""
        for _ in range(2):
            await self.demo.home_assistant.rest(
                "POST",
                "/api/services/button/press",
                {"entity_id": "button.internet_connection_check_now"},
            )

    def published(self) -> set[str]:
        """Return the IPv4 addresses that the DNS holds for the hostname."""
        return {
            data
            for name, _, rdtype, data in self.demo.servers.zone.records()
            if name.to_text(omit_final_dot=True) == HOSTNAME and rdtype.name == "A"
        }

    async def until_published(self, address: Address | None) -> None:
        """Wait until the DNS holds an address."""
        state = self.demo.servers.state
        while self.published() != {str(address)}:
            await state.news(state.version)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_line(demo: Demo) -> AsyncGenerator[Line]:
    """Return a line in place of the connection that all tests share."""
    if not demo.servers.has_router:
        pytest.skip("another program has the port of NAT-PMP, 5351")
    line = Line(demo=demo)
    yield line
    await line.end()
    connection, *_ = _flows(demo.servers)
    await demo.home_assistant.run_flow(DOMAIN, connection)


@pytest_asyncio.fixture(loop_scope="session")
async def line(own_line: Line) -> Line:
    """Return the line as it is at the beginning; the hostname follows it."""
    await own_line.end()
    await own_line.begin()
    await own_line.until_published(own_line.address)
    return own_line


async def open_repair(person: Person, title: str) -> None:
    """Open what Repairs says of the connection."""
    await person.open_repairs()
    await person.sees(title)
    await person.picture("repairs")
    await person.page.get_by_text(title).first.click()


async def close_repair(person: Person, title: str) -> None:
    """Close the dialog; nothing is left to repair."""
    await person.picture("chosen")
    await person.click("Close", last=True)
    await expect(person.page.get_by_text(title)).to_have_count(0)
    await person.picture("repaired")


async def open_connection(person: Person) -> None:
    """Open the page of the connection."""
    await person.open_integration()
    await person.page.get_by_text(NAME).last.click()
    await person.sees("Check now")


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
    await person.pick("Leave it")
    await person.sees("Nothing was changed")
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
    await person.sees_value("Source", "nat_pmp")
    await person.picture("before")
    state = line.demo.servers.state
    state.set_addresses({Family.IPV4: state.new_address(Family.IPV4)})
    await person.click("Press")
    await person.sees_value("IPv4 address", str(line.address))
    await person.picture("after")
    await line.until_published(line.address)
