"""The PowerDNS API against a real server."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.errors import (
    InvalidCredentials,
    InvalidField,
    Refused,
    Unavailable,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.providers.powerdns import PowerDns as Provider
from tests.core.dialects.zone_updates import told, update

from .conftest import HOME, NEW, NEW_V6
from .powerdns import PowerDns, running_powerdns

pytestmark = pytest.mark.real


@pytest.fixture
async def server(loopback: None, tmp_path: Path) -> AsyncGenerator[PowerDns]:
    """Return a running name server."""
    async with running_powerdns(tmp_path) as server:
        yield server


@pytest.fixture
def provider(server: PowerDns, http: HttpClient) -> Provider:
    """Return an account at the name server."""
    return Provider(server.settings(), http)


async def test_new_hostname_is_created(server: PowerDns, provider: Provider) -> None:
    """Both families of a name that did not exist appear, in one request."""
    before, name = await server.serial(), "new.example.org"
    results = await provider.publish([update(name, NEW), update(name, NEW_V6)])

    assert results == [Outcome.CREATED, Outcome.CREATED]
    assert await server.held(name) == [NEW]
    assert await server.held(name, "AAAA") == [NEW_V6]
    assert await server.serial() == before + 1


async def test_changed_address_keeps_ttl_and_comment(
    server: PowerDns, provider: Provider
) -> None:
    """What the administrator wrote beside the record stays."""
    assert await provider.publish([update(HOME, NEW)]) == [Outcome.UPDATED]

    rrset = await server.rrset(HOME, "A")
    assert rrset is not None
    assert rrset["ttl"] == 600
    assert [each["content"] for each in rrset["comments"]] == ["the house"]
    assert await server.held(HOME) == [NEW]


async def test_right_record_is_left_alone(server: PowerDns, provider: Provider) -> None:
    """Nothing is sent for what is right already."""
    before = await server.serial()
    assert await provider.publish([update(HOME, "198.51.100.1")]) == [Outcome.UNCHANGED]
    assert await server.serial() == before


async def test_a_hundred_hostnames_in_one_change(
    server: PowerDns, provider: Provider
) -> None:
    """They are one transaction, so the serial number grows by one."""
    before = await server.serial()
    names = [f"host{number}.example.org" for number in range(100)]
    results = await provider.publish(
        [update(name, address) for name in names for address in (NEW, NEW_V6)]
    )

    assert set(results) == {Outcome.CREATED}
    assert await server.serial() == before + 1
    assert await server.held(names[-1], "AAAA") == [NEW_V6]


async def test_a_zone_of_twenty_thousand_records(
    server: PowerDns, provider: Provider
) -> None:
    """The server tells all of the zone at once: more than three mebibytes."""
    server.fill(20_000)
    names = ["host19999.example.org", "new.example.org"]
    results = await provider.publish([update(name, NEW) for name in names])
    assert results == [Outcome.UPDATED, Outcome.CREATED]
    assert [await server.held(name) for name in names] == [[NEW], [NEW]]


async def test_foreign_and_disabled_values_survive(
    server: PowerDns, provider: Provider
) -> None:
    """Only our own value of a record set is replaced."""
    results = await provider.publish(
        [
            update("shared.example.org", NEW, "198.51.100.2"),
            update("partly.example.org", NEW),
            update("partly.example.org", NEW_V6),
        ]
    )

    assert results == [Outcome.UPDATED, Outcome.UPDATED, Outcome.CREATED]
    assert await server.held("shared.example.org") == ["198.51.100.3", NEW]
    assert await server.held("partly.example.org") == ["(198.51.100.8)", NEW]


async def test_disabled_record_is_told(server: PowerDns, provider: Provider) -> None:
    """Somebody switched it off; it is neither switched on nor given a neighbour."""
    results = await provider.publish(
        [update("off.example.org", NEW), update("off.example.org", NEW_V6)]
    )
    assert told(results[0]) == (Refused, "record_disabled", None)
    assert results[1] is Outcome.CREATED
    assert await server.held("off.example.org") == ["(198.51.100.8)"]


async def test_what_is_in_the_way_is_told(server: PowerDns, provider: Provider) -> None:
    """The others are published."""
    results = await provider.publish(
        [
            update("alias.example.org", NEW),
            update("flat.example.org", NEW),
            update("lua.example.org", NEW),
            update("text.example.org", NEW),
            update(HOME, NEW),
        ]
    )
    assert [told(each) for each in results[:3]] == [
        (InvalidField, "cname_in_the_way", "hostname"),
        (InvalidField, "alias_in_the_way", "hostname"),
        (InvalidField, "lua_in_the_way", "hostname"),
    ]
    assert results[3:] == [Outcome.CREATED, Outcome.UPDATED]
    assert await server.held("flat.example.org") == []


async def test_a_refused_record_set_does_not_spoil_the_others(
    server: PowerDns, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CNAME that came in between is found by the server, and only it is refused."""
    listed = await provider.holdings((await provider.zones())[0], [])
    monkeypatch.setattr(provider, "holdings", lambda *_: _returned(listed))
    names = [f"host{number}.example.org" for number in range(5)]
    changed = (*names[:3], "alias.example.org", *names[3:])
    results = list(await provider.publish([update(name, NEW) for name in changed]))

    assert told(results.pop(3)) == (InvalidField, "cname_in_the_way", "hostname")
    assert results == [Outcome.CREATED] * 5
    assert await server.held(names[4]) == [NEW]


async def _returned[ValueT](value: ValueT) -> ValueT:
    """Return a value, later."""
    return value


async def test_withdrawal_removes_only_ours(
    server: PowerDns, provider: Provider
) -> None:
    """Foreign values stay; what is gone already is fine."""
    results = await provider.publish(
        [
            update("shared.example.org", None, "198.51.100.2"),
            update(HOME, None, "198.51.100.1"),
            update("deep.down.example.org", None, "198.51.100.77"),
        ]
    )

    assert results == [Outcome.WITHDRAWN] * 3
    assert await server.held("shared.example.org") == ["198.51.100.3"]
    assert await server.rrset(HOME, "A") is None
    assert await server.held("deep.down.example.org") == ["198.51.100.5"]


@pytest.mark.parametrize(
    "name", ["*.example.org", "example.org", "down.example.org", "Bücher.example.org."]
)
async def test_names(server: PowerDns, provider: Provider, name: str) -> None:
    """Wildcards, the apex, names that only had names below them, and umlauts."""
    results = await provider.publish([update(name, NEW), update(name, NEW_V6, ttl=60)])

    assert results == [Outcome.CREATED, Outcome.CREATED]
    rrset = await server.rrset(Hostname.parse(name).fqdn, "AAAA")
    assert rrset is not None
    assert rrset["ttl"] == 60
    held = await provider.read([(Hostname.parse(name), Family.IPV4)])
    assert [str(each) for addresses in held.values() for each in addresses] == [NEW]


async def test_zones(server: PowerDns, http: HttpClient, provider: Provider) -> None:
    """The longest suffix counts, a copied zone is not written to, one may be named."""
    names = [zone.fqdn for zone in await provider.hostnames() or ()]
    assert set(names) == {"example.org", "sub.example.org", "copied.example"}
    results = await provider.publish(
        [
            update("a.sub.example.org", NEW),
            update("a.copied.example", NEW),
            update("a.example.net", NEW),
        ]
    )
    assert results[0] is Outcome.CREATED
    assert told(results[1]) == (Refused, "zone_read_only", None)
    assert told(results[2]) == (InvalidField, "zone_not_found", "hostname")
    assert await server.held("a.sub.example.org") == []

    named = Provider(server.settings(zone="example.org"), http)
    await named.verify()
    assert [zone.name.fqdn for zone in await named.zones()] == ["example.org"]


async def test_wrong_settings(server: PowerDns, http: HttpClient) -> None:
    """Verifying says which one is wrong; then it is mended."""
    with pytest.raises(InvalidCredentials, match="^token_refused: HTTP 401"):
        await Provider(server.settings(api_key="wrong"), http).verify()
    for settings, code, key in (
        ({"server_id": "other"}, "server_not_found", "server_id"),
        ({"zone": "example.net"}, "no_zones", "zone"),
    ):
        with pytest.raises(InvalidField, match=rf"^{code}(: |$)") as caught:
            await Provider(server.settings(**settings), http).verify()
        assert caught.value.field == key
    for url in (server.url, f"{server.url}/", f"{server.url}/api/v1/"):
        await Provider(server.settings(api_url=url), http).verify()


async def test_server_is_down(server: PowerDns, provider: Provider) -> None:
    """Nothing was sent, so nothing is in doubt."""
    await server.stop()
    [result] = await provider.publish([update(HOME, NEW)])
    assert told(result) == (Unavailable, "cannot_connect", None)

    await server.start()
    assert await provider.publish([update(HOME, NEW)]) == [Outcome.UPDATED]
