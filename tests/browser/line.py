"""An internet connection with a router of its own, for tests of what a person decides."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from scripts.demo.set_up import DNS_HOSTNAMES, DOMAIN, _flows
from scripts.demo.state import Address, Family

from .person import Person

if TYPE_CHECKING:
    from .conftest import Demo

NAME = "Internet connection"
HOSTNAME = DNS_HOSTNAMES[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A connection that asks the router and the outside, and a hostname that follows it."""

    demo: Demo

    @property
    def outside(self) -> dict[str, Any]:
        """Return an echo on loopback that nobody takes for a machine of the house."""
        url = f"http://0.0.0.0:{self.demo.servers.ports.echo}/"
        return {"url": url, "family": Family.IPV4, "allow_http": True}

    @property
    def outside_ipv6(self) -> dict[str, Any]:
        """Return another one, for IPv6."""
        url = f"http://[::]:{self.demo.servers.ports.echo}/"
        return {"url": url, "family": Family.IPV6, "allow_http": True}

    @property
    def address(self) -> Address | None:
        """Return the address that is seen outside."""
        return self.demo.servers.state.addresses[Family.IPV4]

    async def begin(self, *, ipv6_outside: bool = False) -> None:
        """Add the connection, and the account; the home has an address that is new.

        `ipv6_outside` is whether all who tell IPv6 are outside of the house.
        """
        servers = self.demo.servers
        state = servers.state
        state.set_addresses({Family.IPV4: state.new_address(Family.IPV4)})
        ((user, (step, typed)), account, *_) = _flows(servers)
        _, second, *others = typed["custom"]
        if ipv6_outside:
            # there is only one address of this machine to ask it at
            typed, others = {**typed, "trust_single_source": True}, [self.outside_ipv6]
        typed = {
            **typed,
            "custom": [second, self.outside, *others],
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

    async def until_set(self, option: str, value: object) -> None:
        """Wait until the connection runs with an option, as diagnostics tell it."""
        api = self.demo.home_assistant
        path = f"/api/diagnostics/config_entry/{await self.entry_id(NAME)}"
        async with asyncio.timeout(30):
            # there are none while it is loaded anew
            while (await api.rest("GET", path))["data"].get("options", {}).get(
                option
            ) != value:
                await asyncio.sleep(0.05)

    async def check(self) -> None:
        """Have the address checked twice, as what is found once may be over at once."""
        for _ in range(2):
            await self.demo.home_assistant.rest(
                "POST",
                "/api/services/button/press",
                {"entity_id": "button.internet_connection_check_now"},
            )

    async def add_connection(self, name: str) -> str:
        """Add another connection that is asked like this one; return the id of its entry."""
        servers = self.demo.servers
        (user, (step, typed)), *_ = _flows(servers)
        finished = await self.demo.home_assistant.run_flow(
            DOMAIN, (user, (step, {**typed, "name": name}))
        )
        return str(finished.answer["result"]["entry_id"])

    async def entry_id(self, title: str) -> str:
        """Return the id of the entry whose title begins so."""
        entries = await self.demo.home_assistant.websocket(
            {"type": "config_entries/get", "domain": DOMAIN}
        )
        [found] = [item for item in entries if item["title"].startswith(title)]
        return str(found["entry_id"])

    async def subentry_id(self, hostname: str) -> str:
        """Return the id of a hostname of the account."""
        subentries = await self.demo.home_assistant.websocket(
            {
                "type": "config_entries/subentries/list",
                "entry_id": await self.entry_id("RFC 2136"),
            }
        )
        [found] = [item for item in subentries if item["title"] == hostname]
        return str(found["subentry_id"])

    def published(self, family: Family = Family.IPV4) -> set[str]:
        """Return the addresses that the DNS holds for the hostname."""
        return {
            data
            for name, _, rdtype, data in self.demo.servers.zone.records()
            if name.to_text(omit_final_dot=True) == HOSTNAME
            and rdtype.name == ("A" if family is Family.IPV4 else "AAAA")
        }

    async def until_published(
        self, address: Address | str | None, family: Family = Family.IPV4
    ) -> None:
        """Wait until the DNS holds an address."""
        state = self.demo.servers.state
        while self.published(family) != {str(address)}:
            await state.news(state.version)


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
