"""What is published at Cloudflare, and what is left alone."""

from typing import Any

import pytest

from custom_components.ddns_plus.core.errors import InvalidField
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Setting, Update
from custom_components.ddns_plus.core.providers import load_provider, provider_slugs
from custom_components.ddns_plus.core.providers.cloudflare import Cloudflare
from tests.providers.fake_cloudflare import FakeCloudflare
from tests.providers.fake_cloudflare_zone import Zone
from tests.providers.replay import ReplayServer

from .account import BATCH, FOREIGN, NEW, NEW6, OLD, Connect, failure, publish, update


async def test_provider_is_found_by_its_file_name() -> None:
    """The provider is one file of several; the others are no providers."""
    assert load_provider("cloudflare") is Cloudflare
    assert [slug for slug in provider_slugs() if "cloudflare" in slug] == ["cloudflare"]


async def test_creates_what_is_missing(
    connect: Connect, replay: ReplayServer, zone: Zone
) -> None:
    """A new record is not proxied and its TTL is automatic."""
    results = await publish(
        connect(), update("a.example.org", NEW), update("a.example.org", NEW6)
    )
    assert results == [Outcome.CREATED, Outcome.CREATED]
    assert zone.contents("a.example.org", "A") == [NEW]
    assert zone.contents("a.example.org", "AAAA") == [NEW6]
    assert [
        (record["ttl"], record["proxied"]) for record in zone.find("a.example.org")
    ] == [(1, False), (1, False)]
    zone_url = f"https://api.cloudflare.com/client/v4/zones/{zone.id}"
    assert [request.url for request in replay.requests[1:]] == [
        f"{zone_url}/dns_records",
        f"{zone_url}/dns_records/batch",
    ]


async def test_change_keeps_what_is_not_named(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """Proxied, TTL, comment, tags and settings survive a changed address."""
    plain_record = zone.add(
        "A", "a.example.org", OLD, ttl=600, comment="mine", tags=["owner:me"]
    )
    proxied = zone.add("A", "b.example.org", OLD, proxied=True, comment="orange")
    before = [dict(plain_record), dict(proxied)]
    results = await publish(
        connect(),
        update("a.example.org", NEW, OLD),
        update("b.example.org", NEW, OLD),
    )
    assert results == [Outcome.UPDATED, Outcome.UPDATED]
    after = [zone.records[record["id"]] for record in before]
    assert after == [
        record | {"content": NEW, "modified_on": changed["modified_on"]}
        for record, changed in zip(before, after, strict=True)
    ]
    assert fake.calls[-1].body == {
        "patches": [{"id": record["id"], "content": NEW} for record in before]
    }


async def test_unchanged_writes_nothing(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """A record that is right is left alone."""
    zone.add("AAAA", "a.example.org", "2001:DB8:0::2".lower())
    assert await publish(connect(), update("a.example.org", NEW6)) == [
        Outcome.UNCHANGED
    ]
    assert fake.count(BATCH) == 0


async def test_foreign_records_are_untouched(connect: Connect, zone: Zone) -> None:
    """Of several records of a type only ours changes; other types and names stay."""
    zone.add("A", "a.example.org", FOREIGN, comment="the other line")
    ours = zone.add("A", "a.example.org", OLD)
    zone.add("TXT", "a.example.org", "text")
    zone.add("MX", "example.org", "mail.example.org")
    zone.add("A", "b.example.org", OLD)
    before = {key: dict(record) for key, record in zone.records.items()}
    assert await publish(connect(), update("a.example.org", NEW, OLD)) == [
        Outcome.UPDATED
    ]
    assert zone.records[ours["id"]]["content"] == NEW
    del before[ours["id"]], zone.records[ours["id"]]
    assert zone.records == before


async def test_several_unknown_records_are_nobodys(
    connect: Connect, zone: Zone
) -> None:
    """Which of several records to change is for a person to say."""
    zone.add("A", "a.example.org", FOREIGN)
    other = zone.add("A", "a.example.org", "198.18.7.8")
    account = connect()
    error = await failure(account)
    assert isinstance(error, InvalidField)
    assert (error.field, error.code) == ("hostname", "several_records")
    assert zone.contents("a.example.org") == [FOREIGN, "198.18.7.8"]
    del zone.records[other["id"]]
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.UPDATED]
    assert zone.contents("a.example.org") == [NEW]


async def test_interrupted_run_is_tidied_up(connect: Connect, zone: Zone) -> None:
    """Our old address beside the new one goes."""
    zone.add("A", "a.example.org", OLD)
    zone.add("A", "a.example.org", NEW)
    assert await publish(connect(), update("a.example.org", NEW, OLD)) == [
        Outcome.UPDATED
    ]
    assert zone.contents("a.example.org") == [NEW]


async def test_withdrawal_removes_ours_alone(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """A withdrawal deletes what was published before, once."""
    zone.add("A", "a.example.org", OLD)
    zone.add("A", "a.example.org", FOREIGN)
    account = connect()
    withdrawal = update("a.example.org", None, OLD)
    assert await publish(account, withdrawal) == [Outcome.WITHDRAWN]
    assert zone.contents("a.example.org") == [FOREIGN]
    assert await publish(account, withdrawal) == [Outcome.WITHDRAWN]
    assert fake.count(BATCH) == 1


async def test_nothing_is_deleted_before_all_else_is_in_place(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """A batch deletes first, which could leave a name without any address for a moment."""
    zone.add("AAAA", "a.example.org", NEW6)
    results = await publish(
        connect(),
        update("a.example.org", None, NEW6),
        update("a.example.org", NEW),
    )
    assert results == [Outcome.WITHDRAWN, Outcome.CREATED]
    bodies = [call.body for call in fake.calls if call.path.endswith("/batch")]
    assert [list(body) for body in bodies] == [["posts"], ["deletes"]]


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        # whatever TTL is wanted, a proxied record says 1
        ({"proxied": True}, {}, (Outcome.UNCHANGED, 1, True)),
        ({"proxied": True}, {"ttl": 300}, (Outcome.UNCHANGED, 1, True)),
        ({"proxied": True}, {"proxied": "proxied"}, (Outcome.UNCHANGED, 1, True)),
        (
            {"proxied": True},
            {"proxied": "proxied", "ttl": 300},
            (Outcome.UNCHANGED, 1, True),
        ),
        ({"proxied": True}, {"proxied": "dns_only"}, (Outcome.UPDATED, 1, False)),
        (
            {"proxied": True},
            {"proxied": "dns_only", "ttl": 300},
            (Outcome.UPDATED, 300, False),
        ),
        ({"ttl": 300}, {"proxied": "proxied"}, (Outcome.UPDATED, 1, True)),
        ({"ttl": 300}, {}, (Outcome.UNCHANGED, 300, False)),
        ({"ttl": 300}, {"ttl": 300}, (Outcome.UNCHANGED, 300, False)),
        ({"ttl": 300}, {"ttl": 1}, (Outcome.UPDATED, 1, False)),
        ({}, {"proxied": "dns_only", "ttl": 60}, (Outcome.UPDATED, 60, False)),
    ],
)
async def test_settings_of_a_right_address(
    connect: Connect,
    zone: Zone,
    held: dict[str, Any],
    wanted: dict[str, Setting],
    expected: tuple[Outcome, int, bool],
) -> None:
    """TTL and proxying become what is wanted, and stay where nothing is wanted."""
    made = zone.add("A", "a.example.org", NEW, **held)
    account = connect()
    wish = update("a.example.org", NEW, **wanted)
    (outcome,) = await publish(account, wish)
    record = zone.records[made["id"]]
    assert (outcome, record["ttl"], record["proxied"]) == expected
    assert await publish(account, wish) == [Outcome.UNCHANGED]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ({"ttl": 300}, (300, False)),
        ({"proxied": "proxied"}, (1, True)),
        ({"proxied": "proxied", "ttl": 300}, (1, True)),
        ({"proxied": "dns_only"}, (1, False)),
    ],
)
async def test_settings_of_a_new_record(
    connect: Connect, zone: Zone, wanted: dict[str, Setting], shown: tuple[int, bool]
) -> None:
    """A record is created as it is wanted."""
    account = connect()
    wish = update("a.example.org", NEW, **wanted)
    assert await publish(account, wish) == [Outcome.CREATED]
    (record,) = zone.find("a.example.org")
    assert (record["ttl"], record["proxied"]) == shown
    assert await publish(account, wish) == [Outcome.UNCHANGED]


async def test_dns_shows_only_what_is_surely_not_proxied(connect: Connect) -> None:
    """A proxied name never resolves to the home address."""
    account = connect()
    assert account.resolvable({"proxied": "dns_only"}) is True
    assert account.resolvable({"proxied": "proxied"}) is False
    assert account.resolvable({}) is None


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("Bücher.example.org", "xn--bcher-kva.example.org"),
        ("*.example.org", "*.example.org"),
        ("*.deep.example.org", "*.deep.example.org"),
        ("EXAMPLE.org.", "example.org"),
        ("_service.example.org", "_service.example.org"),
    ],
)
@pytest.mark.parametrize("others", [[], [update("other.example.org", OLD)]])
async def test_names_in_every_form(
    connect: Connect, zone: Zone, typed: str, held: str, others: list[Update]
) -> None:
    """IDNA, wildcard and apex are found again, alone and among others."""
    account = connect()
    for address, outcome in (
        (OLD, Outcome.CREATED),
        (OLD, Outcome.UNCHANGED),
        (NEW, Outcome.UPDATED),
    ):
        results = await publish(account, update(typed, address), *others)
        assert results[0] == outcome
    assert zone.contents(held) == [NEW]


async def test_wildcard_is_not_its_names(connect: Connect, zone: Zone) -> None:
    """A wildcard is a name like any other, not a pattern."""
    zone.add("A", "a.example.org", FOREIGN)
    await publish(connect(), update("*.example.org", NEW))
    assert zone.contents("a.example.org") == [FOREIGN]
    assert zone.contents("*.example.org") == [NEW]
