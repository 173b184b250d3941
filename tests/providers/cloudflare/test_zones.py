"""Zones, their lists, and how many requests a change takes."""

from ipaddress import ip_address

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.errors import InvalidField
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.outcome import Outcome
from tests.providers.fake_cloudflare import FakeCloudflare, plain
from tests.providers.fake_cloudflare_zone import Zone

from .account import BATCH, FOREIGN, NEW, NEW6, OLD, Connect, many, publish, update


async def test_longest_zone_holds_the_name(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """A zone below another one is preferred, on whatever page it stands."""
    for number in range(60):
        fake.add_zone(f"zone{number}.example")
    deep = fake.add_zone("deep.example.org")
    results = await publish(
        connect(),
        update("a.deep.example.org", NEW),
        update("notdeep.example.org", NEW),
        update("a.zone59.example", NEW),
        update("a.example.net", NEW),
    )
    assert results[:3] == [Outcome.CREATED] * 3
    assert deep.contents("a.deep.example.org") == [NEW]
    assert zone.contents("notdeep.example.org") == [NEW]
    assert isinstance(results[3], InvalidField)
    assert results[3].code == "zone_not_found"


async def test_zones_are_offered(connect: Connect, fake: FakeCloudflare) -> None:
    """The account's zones can be picked from; what is no hostname is not offered."""
    for name in ("example.org", "xn--bcher-kva.example", "localhost"):
        fake.add_zone(name)
    assert await connect().hostnames() == [
        Hostname("example.org"),
        Hostname("xn--bcher-kva.example"),
    ]


async def test_read_tells_what_is_held(connect: Connect, zone: Zone) -> None:
    """Every address at a name is told, and that there is none."""
    zone.add("A", "a.example.org", OLD)
    zone.add("A", "a.example.org", FOREIGN)
    name = Hostname("a.example.org")
    outside = Hostname("a.example.net")
    held = await connect().read(
        [(name, Family.IPV4), (name, Family.IPV6), (outside, Family.IPV4)]
    )
    assert held == {
        (name, Family.IPV4): frozenset({ip_address(OLD), ip_address(FOREIGN)}),
        (name, Family.IPV6): frozenset(),
    }


async def test_zone_without_its_name_servers_is_pending(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """It is published all the same, and the result says that it is not visible yet."""
    zone = fake.add_zone("example.org", status="pending")
    account = connect()
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.PENDING]
    assert zone.contents("a.example.org") == [NEW]
    zone.status = "active"
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.UNCHANGED]


@pytest.mark.parametrize("first", ["active", "pending"])
async def test_zone_of_two_accounts(
    connect: Connect, fake: FakeCloudflare, first: str
) -> None:
    """Of a zone that two accounts claim the active one is meant."""
    both = {
        status: fake.add_zone("example.org", status=status)
        for status in sorted(("active", "pending"), key=lambda each: each != first)
    }
    account = connect()
    assert await account.hostnames() == [Hostname("example.org")]
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.CREATED]
    assert both["active"].contents("a.example.org") == [NEW]
    assert both["pending"].records == {}


async def test_hundred_hostnames_take_three_requests(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """Created, changed, or both families at once: a list of zones, a list, a batch."""
    account = connect()
    for updates, outcome in (
        (many(100, OLD), Outcome.CREATED),
        (many(100, NEW), Outcome.UPDATED),
    ):
        fake.calls.clear()
        assert await publish(account, *updates) == [outcome] * 100
        assert fake.count() == 3
    fake.calls.clear()
    both = [*many(100, OLD), *many(100, NEW6)]
    results = await publish(account, *both)
    assert results == [Outcome.UPDATED] * 100 + [Outcome.CREATED] * 100
    assert fake.count() == 3
    assert len(zone.records) == 200


async def test_batches_hold_what_the_free_plan_takes(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """More than 200 changes are sent in several batches."""
    assert await publish(connect(), *many(450)) == [Outcome.CREATED] * 450
    assert fake.count(BATCH) == 3
    assert len(zone.records) == 450


async def test_single_hostname_is_asked_for_by_name(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """A zone is not listed for one of its names."""
    for number in range(300):
        zone.add("A", f"host{number}.example.org", FOREIGN)
    zone.add("A", "a.example.org", OLD)
    await publish(
        connect(), update("a.example.org", NEW), update("a.example.org", NEW6)
    )
    assert fake.count() == 3
    assert fake.calls[1].query["name.exact"] == "a.example.org"


async def test_long_records_are_listed_in_smaller_pages(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """Comments and tags can make a page too large to read."""
    for number in range(300):
        zone.add("A", f"host{number:03}.example.org", OLD, comment="c" * 500)
    updates = [*many(3), update("new.example.org", NEW)]
    assert await publish(connect(), *updates) == [Outcome.UPDATED] * 3 + [
        Outcome.CREATED
    ]
    assert [call.query["per_page"] for call in fake.calls[1:4]] == ["200", "50", "50"]


async def test_unreadable_answer_to_a_batch_is_read_back(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """A batch whose answer is too long was carried out, as the next list shows."""
    fake.corrupt(BATCH, plain(200, "x" * 100_000, "application/json"))
    assert await publish(connect(), *many(2)) == [Outcome.UNCHANGED] * 2
    assert fake.count(BATCH) == 1
    assert len(zone.records) == 2
