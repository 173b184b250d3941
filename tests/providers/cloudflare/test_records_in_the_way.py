"""Records that refuse, or that somebody else changes at the same time."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidField,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.outcome import Outcome
from tests.providers.fake_cloudflare import FakeCloudflare, plain, refuse
from tests.providers.fake_cloudflare_zone import Zone

from .account import BATCH, NEW, NEW6, OLD, Connect, failure, many, publish, update


async def test_cname_in_the_way(connect: Connect, zone: Zone) -> None:
    """A CNAME is told, other hostnames are published; without it all is well."""
    cname = zone.add("CNAME", "a.example.org", "elsewhere.example.net")
    account = connect()
    updates = [update("a.example.org", NEW), update("b.example.org", NEW)]
    refused, published = await publish(account, *updates)
    assert isinstance(refused, InvalidField)
    assert (refused.field, refused.code) == ("hostname", "cname_in_the_way")
    assert published is Outcome.CREATED
    del zone.records[cname["id"]]
    assert await publish(account, *updates) == [Outcome.CREATED, Outcome.UNCHANGED]


async def test_record_of_a_service_is_left_alone(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """A read-only record is told, not fought."""
    record = zone.add("AAAA", "a.example.org", "100::", meta={"read_only": True})
    account = connect()
    refused, published = await publish(
        account, update("a.example.org", NEW6), update("b.example.org", NEW)
    )
    assert isinstance(refused, Refused)
    assert refused.code == "record_managed"
    assert not refused.account_wide
    assert published is Outcome.CREATED
    record["meta"] = {}
    assert await publish(account, update("a.example.org", NEW6)) == [Outcome.UPDATED]


@pytest.mark.usefixtures("zone")
async def test_one_bad_record_does_not_fail_the_others(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """The record that spoils a batch is found in few requests; the others are published."""
    updates = many(100)
    updates[41] = update("host041.example.org", NEW, ttl=30)
    account = connect()
    results = await publish(account, *updates)
    error = results.pop(41)
    assert results == [Outcome.CREATED] * 99
    assert isinstance(error, InvalidField)
    assert (error.field, error.code) == ("ttl", "ttl_refused")
    assert "between 60 and 86400" in error.said
    assert fake.count(BATCH) <= 1 + 2 * 7
    assert await publish(account, update("host041.example.org", NEW, ttl=60)) == [
        Outcome.CREATED
    ]


@pytest.mark.usefixtures("zone")
async def test_search_for_bad_records_ends(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """The search ends where most records are bad; no hostname is stopped for another."""
    results = await publish(connect(), *many(150, ttl=30), *many(150, NEW6))
    assert fake.count(BATCH) <= 1 + 2 + 2 * 50
    for result in results[150:]:
        assert result is Outcome.CREATED or (
            isinstance(result, UnexpectedResponse) and result.code == "batch_refused"
        )
    assert all(isinstance(result, DdnsError) for result in results[:150])


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1038, (Refused, None, "top_level_domain_refused")),
        (9000, (InvalidField, "hostname", "hostname_refused")),
        (9041, (InvalidField, "proxied", "proxied_refused")),
        (81045, (Refused, None, "record_quota_exceeded")),
        (81053, (InvalidField, "hostname", "cname_in_the_way")),
        (81054, (InvalidField, "hostname", "cname_in_the_way")),
        (81056, (InvalidField, "hostname", "ns_in_the_way")),
        (4711, (UnexpectedResponse, None, "4711")),
    ],
)
async def test_refused_record(
    connect: Connect,
    fake: FakeCloudflare,
    code: int,
    expected: tuple[type[DdnsError], str | None, str],
) -> None:
    """Every code of a record's refusal has its meaning, for that record alone."""
    fake.interject(BATCH, refuse(400, code, "Not this one."))
    account = connect()
    error = await failure(account)
    assert (type(error), getattr(error, "field", None), error.code) == expected
    assert error.said == f"{code} Not this one."
    assert not error.account_wide
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.CREATED]


async def test_quota_of_the_zone(connect: Connect, zone: Zone) -> None:
    """A full zone takes changes, but nothing new."""
    for number in range(999):
        zone.add("TXT", f"text{number}.example.org", "text")
    zone.add("A", "a.example.org", OLD)
    changed, refused = await publish(
        connect(), update("a.example.org", NEW, OLD), update("b.example.org", NEW)
    )
    assert changed is Outcome.UPDATED
    assert isinstance(refused, Refused)
    assert refused.code == "record_quota_exceeded"


# somebody else changes the zone at the same time


def meanwhile(act: Callable[[], object]) -> Any:
    """Return an interjection that does something and lets the request through."""

    async def interjection(_: object) -> None:
        act()

    return interjection


async def test_vanished_record_is_created_anew(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """A record that is deleted between list and batch is looked for once more."""
    zone.add("A", "a.example.org", OLD)
    fake.interject(BATCH, meanwhile(zone.records.clear))
    results = await publish(
        connect(), update("a.example.org", NEW, OLD), update("b.example.org", NEW)
    )
    assert results == [Outcome.CREATED, Outcome.CREATED]
    assert zone.contents("a.example.org") == [NEW]


async def test_identical_record_is_proven(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """That a record exists is believed when the list says so too."""
    fake.interject(BATCH, meanwhile(lambda: zone.add("A", "a.example.org", NEW)))
    assert await publish(connect(), update("a.example.org", NEW)) == [Outcome.UNCHANGED]
    assert zone.contents("a.example.org") == [NEW]


async def test_identical_record_beside_ours(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """Where the new address stands already, our old record goes."""
    zone.add("A", "a.example.org", OLD)
    fake.interject(BATCH, meanwhile(lambda: zone.add("A", "a.example.org", NEW)))
    assert await publish(connect(), update("a.example.org", NEW, OLD)) == [
        Outcome.UPDATED
    ]
    assert zone.contents("a.example.org") == [NEW]


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("code", [81044, 81057, 81058])
async def test_contradiction_is_not_argued_with(
    connect: Connect, fake: FakeCloudflare, code: int
) -> None:
    """Refused again after the second list, the update waits."""
    fake.interject(BATCH, *[refuse(400, code, "Never.")] * 2)
    error = await failure(connect())
    assert isinstance(error, UnexpectedResponse)
    assert fake.count(BATCH) == 2


@pytest.mark.usefixtures("zone")
async def test_second_list_may_fail(connect: Connect, fake: FakeCloudflare) -> None:
    """Its error is the update's; what is published stays published."""
    fake.interject(BATCH, refuse(400, 4711, "Split."), refuse(400, 81058, "Identical."))
    fake.interject("GET .*/dns_records", meanwhile(lambda: None), plain(502, "gone"))
    first, second = await publish(
        connect(), update("a.example.org", NEW), update("b.example.org", NEW)
    )
    assert isinstance(first, Unavailable)
    assert second is Outcome.CREATED
