"""What an error does to the other records and zones of the same round."""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import override

import aiohttp
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.dialects.zone import (
    ChangeKind,
    Holdings,
    Operation,
    Record,
    Zone,
    ZoneProvider,
)
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import ProviderInfo, Result, Update

OLD = ip_address("198.18.0.1")
NEW = ip_address("198.18.0.2")


class Zones(ZoneProvider):
    """A provider whose records are a list, and whose answers a test can spoil."""

    info = ProviderInfo(
        slug="zones", name="Zones", website="", credentials_url="", fields=()
    )
    outdated = frozenset({"outdated"})

    def __init__(self, http: HttpClient, *zones: str) -> None:
        """Start with empty zones."""
        super().__init__({}, http)
        self.names = [Zone(name=Hostname(name)) for name in zones]
        self.records: list[Record] = []
        self.asked: list[str] = []
        self.spoiled: list[DdnsError | Sequence[Result]] = []

    @override
    async def zones(self) -> Sequence[Zone]:
        """Return the zones."""
        return self.names

    @override
    async def holdings(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Return the records, other hostnames' too."""
        self.asked.append(f"list {zone.name}")
        return Holdings(records=list(self.records))

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Change the records, or do what a test wants."""
        self.asked.append(f"apply {zone.name}")
        if self.spoiled:
            spoiled = self.spoiled.pop(0)
            if isinstance(spoiled, DdnsError):
                raise spoiled
            return spoiled
        for operation in operations:
            if operation.record is not None:
                self.records.remove(operation.record)
            if operation.change is not ChangeKind.DELETE and operation.update.address:
                self.records.append(record(operation.update))
        return [operation.outcome for operation in operations]


def update(name: str) -> Update:
    """Return an update to the new address."""
    return Update(hostname=Hostname(name), family=Family.IPV4, address=NEW)


def record(wanted: Update) -> Record:
    """Return the record of an update."""
    assert wanted.address is not None
    return Record(
        hostname=wanted.hostname, family=wanted.family, address=wanted.address
    )


@pytest.fixture
async def account(http: HttpClient) -> Zones:
    """Return an account with two zones."""
    return Zones(http, "example.org", "example.net")


@pytest.fixture
async def http() -> HttpClient:
    """Return a client that no test here uses."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        return HttpClient(session, user_agent="test")


async def test_error_spares_what_is_right(account: Zones) -> None:
    """An error on changing is not one of the records that need no change."""
    right, wrong = update("a.example.org"), update("b.example.org")
    account.records = [record(right)]
    error = Unavailable("timeout", maybe_applied=True)
    account.spoiled = [error]
    assert await account.publish([wrong, right]) == [error, Outcome.UNCHANGED]
    assert await account.publish([wrong, right]) == [
        Outcome.CREATED,
        Outcome.UNCHANGED,
    ]


async def test_every_operation_needs_an_answer(account: Zones) -> None:
    """Less answers than operations leave all of them open."""
    account.spoiled = [[Outcome.CREATED]]
    results = await account.publish([update("a.example.org"), update("b.example.org")])
    for result in results:
        assert isinstance(result, UnexpectedResponse)
        assert result.code == "incomplete"
        assert result.maybe_applied


@pytest.mark.parametrize("raised", [True, False])
async def test_error_of_the_account_ends_the_asking(
    account: Zones, raised: bool
) -> None:
    """Raised or as a result, it is every zone's, and no other zone is asked."""
    error = InvalidCredentials("refused")
    account.spoiled = [error if raised else [error]]
    updates = [update("a.example.org"), update("a.example.net")]
    assert await account.publish(updates) == [error, error]
    assert account.asked == ["list example.org", "apply example.org"]


async def test_error_of_a_zone_is_that_zones(account: Zones) -> None:
    """Another zone is published all the same."""
    error = Unavailable("http_500")
    account.spoiled = [error]
    updates = [update("a.example.org"), update("a.example.net")]
    assert await account.publish(updates) == [error, Outcome.CREATED]


async def test_outdated_is_looked_at_once_more(account: Zones) -> None:
    """A list that was outdated is made anew, and only once."""
    outdated = UnexpectedResponse("outdated")
    account.spoiled = [[outdated, Outcome.CREATED]]
    updates = [update("a.example.org"), update("b.example.org")]
    assert await account.publish(updates) == [Outcome.CREATED, Outcome.CREATED]
    assert account.records == [record(updates[0])]
    account.records, account.asked = [], []
    account.spoiled = [[outdated], [outdated]]
    assert await account.publish(updates[:1]) == [outdated]
    assert account.asked == ["list example.org", "apply example.org"] * 2


async def test_zone_without_its_name_servers(account: Zones) -> None:
    """What is published there is pending; a failure stays a failure."""
    account.names = [replace(zone, delegated=False) for zone in account.names]
    error = Unavailable("http_500")
    account.spoiled = [[Outcome.CREATED, error]]
    updates = [update("a.example.org"), update("b.example.org")]
    assert await account.publish(updates) == [Outcome.PENDING, error]
    withdrawal = Update(
        hostname=Hostname("c.example.org"),
        family=Family.IPV4,
        address=None,
        previous=OLD,
    )
    assert await account.publish([withdrawal]) == [Outcome.WITHDRAWN]
