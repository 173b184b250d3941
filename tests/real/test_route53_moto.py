"""Route 53 against moto's server, with boto3 to look at what came of it."""

from collections.abc import AsyncGenerator

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.errors import InvalidField, Refused
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.outcome import Outcome
from tests.core.dialects.zone_updates import told, update

from .moto_server import Moto, addresses, record_set, running_moto

pytestmark = pytest.mark.real

NEW, NEW_V6 = "203.0.113.7", "2001:db8::7"
VPC = {"VPCRegion": "us-east-1", "VPCId": "vpc-1a2b3c4d"}


@pytest.fixture
async def moto(loopback: None) -> AsyncGenerator[Moto]:
    """Return a running server."""
    async with running_moto() as server:
        yield server


async def test_new_hostnames_are_created(moto: Moto) -> None:
    """Both families, a wildcard, an apex and an international name, in one batch."""
    zone_id = await moto.new_zone("example.org")
    names = ["home.example.org", "*.example.org", "example.org", "bücher.example.org"]
    updates = [update(name, address) for name in names for address in (NEW, NEW_V6)]

    assert await moto.provider.publish(updates) == [Outcome.CREATED] * 8
    held = await moto.held(zone_id)
    assert {name for name, _ in held} == {
        r"\052.example.org.",
        "example.org.",
        "home.example.org.",
        "xn--bcher-kva.example.org.",
    }
    for (_, record_type), each in held.items():
        assert addresses(each) == [NEW if record_type == "A" else NEW_V6]
        assert each["TTL"] == 300
    assert moto.requests == [
        "GET /hostedzone",
        f"GET /hostedzone/{zone_id}/rrset",
        f"POST /hostedzone/{zone_id}/rrset/",
    ]
    assert await moto.provider.publish(updates) == [Outcome.UNCHANGED] * 8


async def test_changed_address(moto: Moto) -> None:
    """TTL and foreign values stay, other records are not touched, and a wish is obeyed."""
    zone_id = await moto.new_zone("example.org")
    text = record_set("home.example.org.", "TXT", '"text"')
    await moto.put(
        zone_id,
        text,
        record_set("home.example.org.", "A", "192.0.2.1", "192.0.2.2"),
        record_set("short.example.org.", "A", "192.0.2.1"),
    )
    results = await moto.provider.publish(
        [
            update("home.example.org", NEW, "192.0.2.1"),
            update("short.example.org", "192.0.2.1", ttl=30),
        ]
    )

    assert results == [Outcome.UPDATED] * 2
    held = await moto.held(zone_id)
    assert sorted(addresses(held["home.example.org.", "A"])) == ["192.0.2.2", NEW]
    assert held["home.example.org.", "A"]["TTL"] == 77
    assert held["home.example.org.", "TXT"] == text
    assert held["short.example.org.", "A"]["TTL"] == 30


async def test_withdrawal(moto: Moto) -> None:
    """Our value goes, a foreign one beside it stays, and what is not ours is left."""
    zone_id = await moto.new_zone("example.org")
    await moto.put(
        zone_id,
        record_set("home.example.org.", "A", "192.0.2.1"),
        record_set("home.example.org.", "AAAA", "2001:DB8:0:0:0:0:0:1"),
        record_set("shared.example.org.", "A", "192.0.2.1", "192.0.2.2"),
        record_set("other.example.org.", "A", "192.0.2.2"),
    )
    results = await moto.provider.publish(
        [
            update("home.example.org", None, "192.0.2.1"),
            update("home.example.org", None, "2001:db8::1"),
            update("shared.example.org", None, "192.0.2.1"),
            update("other.example.org", None, "192.0.2.1"),
        ]
    )

    assert results == [Outcome.WITHDRAWN] * 4
    held = await moto.held(zone_id)
    assert {name: addresses(each) for (name, _), each in held.items()} == {
        "other.example.org.": ["192.0.2.2"],
        "shared.example.org.": ["192.0.2.2"],
    }


async def test_what_is_not_plain_is_left_alone(moto: Moto) -> None:
    """An alias, a routing policy and a CNAME are told, and stay as they are."""
    zone_id = await moto.new_zone("example.org")
    target = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": "d123.cloudfront.net.",
        "EvaluateTargetHealth": False,
    }
    await moto.put(
        zone_id,
        {"Name": "alias.example.org.", "Type": "A", "AliasTarget": target},
        record_set("two.example.org.", "A", "192.0.2.1", SetIdentifier="a", Weight=1),
        record_set("two.example.org.", "A", "192.0.2.2", SetIdentifier="b", Weight=9),
        record_set("www.example.org.", "CNAME", "example.net"),
    )
    before = await moto.held(zone_id)
    results = await moto.provider.publish(
        [
            update("alias.example.org", NEW),
            update("two.example.org", NEW, "192.0.2.1"),
            update("two.example.org", None, "192.0.2.1"),
            update("www.example.org", NEW),
        ]
    )

    assert [told(result) for result in results] == [
        (Refused, "alias_record", None),
        (Refused, "routing_policy", None),
        (Refused, "record_managed", None),
        (InvalidField, "cname_in_the_way", "hostname"),
    ]
    assert await moto.held(zone_id) == before
    assert not any(request.startswith("POST") for request in moto.requests)


async def test_a_hundred_hostnames(moto: Moto) -> None:
    """With both families they take one list of the zone, and one batch."""
    zone_id = await moto.new_zone("example.org")
    names = [f"host{number}.example.org" for number in range(100)]
    updates = [update(name, address) for name in names for address in (NEW, NEW_V6)]

    assert set(await moto.provider.publish(updates)) == {Outcome.CREATED}
    assert len(moto.requests) == 3
    assert len(await moto.held(zone_id)) == 200


async def test_pages_of_a_large_zone(moto: Moto) -> None:
    """All of several pages is read, and a single hostname is found without them."""
    zone_id = await moto.new_zone("example.org")
    names = [f"host{number:03}.example.org" for number in range(250)]
    for part in (names[:125], names[125:]):
        await moto.put(
            zone_id, *(record_set(f"{name}.", "A", "192.0.2.1") for name in part)
        )
    records = [(Hostname(name), Family.IPV4) for name in names]

    held = await moto.provider.read(records)
    assert len(held) == 250
    assert {tuple(map(str, each)) for each in held.values()} == {("192.0.2.1",)}
    assert len(moto.requests) == 1 + 3
    moto.front.requests.clear()
    assert len(await moto.provider.read(records[-1:])) == 1
    assert len(moto.requests) == 2


async def test_zones(moto: Moto) -> None:
    """The deepest public zone has the hostname; private ones are left alone."""
    await moto.new_zone("example.org")
    deeper = await moto.new_zone("home.example.org")
    await moto.new_zone(
        "home.example.org", HostedZoneConfig={"PrivateZone": True}, VPC=VPC
    )
    inside = await moto.new_zone(
        "corp.example", HostedZoneConfig={"PrivateZone": True}, VPC=VPC
    )
    results = await moto.provider.publish(
        [update("a.home.example.org", NEW), update("a.corp.example", NEW)]
    )

    assert results[0] is Outcome.CREATED
    assert told(results[1]) == (InvalidField, "zone_private", "hostname")
    assert set(await moto.held(deeper)) == {("a.home.example.org.", "A")}
    assert await moto.held(inside) == {}
    assert await moto.provider.hostnames() == [
        Hostname("example.org"),
        Hostname("home.example.org"),
    ]


async def test_more_zones_than_a_page(moto: Moto) -> None:
    """The zone of a hostname may be on any page."""
    for number in range(101):
        await moto.new_zone(f"zone{number}.example")

    assert len(await moto.provider.hostnames() or ()) == 101
    assert moto.requests == ["GET /hostedzone"] * 2


async def test_zone_of_the_users_choice(moto: Moto) -> None:
    """Of two zones with the same name the id tells which; zones are not listed then."""
    await moto.new_zone("example.org")
    second = await moto.new_zone("example.org", HostedZoneConfig={"Comment": "2"})
    [result] = await moto.provider.publish([update("home.example.org", NEW)])
    assert told(result) == (InvalidField, "several_zones", "zone_id")

    moto.front.requests.clear()
    chosen = moto.provider_with(zone_id=f"/hostedzone/{second}")
    await chosen.verify()
    assert await chosen.publish([update("home.example.org", NEW)]) == [Outcome.CREATED]
    assert set(await moto.held(second)) == {("home.example.org.", "A")}
    assert "GET /hostedzone" not in moto.requests


async def test_verify(moto: Moto) -> None:
    """A zone must be there, and one is looked for."""
    with pytest.raises(InvalidField, match="no_zones"):
        await moto.provider.verify()
    with pytest.raises(InvalidField, match="zone_not_found"):
        await moto.provider_with(zone_id="Z0000000000000").verify()
    await moto.new_zone("example.org")
    await moto.provider.verify()
