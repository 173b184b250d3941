"""RFC 2136 against a real PowerDNS."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest

from custom_components.ddns_plus.core.errors import InvalidCredentials, InvalidField
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Setting
from custom_components.ddns_plus.core.providers.rfc2136 import Rfc2136
from tests.core.dialects.zone_updates import told, update

from .conftest import HOME, NEW, NEW_V6
from .powerdns import PowerDns, running_powerdns

pytestmark = pytest.mark.real


@pytest.fixture
async def server(loopback: None, tmp_path: Path) -> AsyncGenerator[PowerDns]:
    """Return a running name server that takes dynamic updates."""
    async with running_powerdns(tmp_path) as server:
        await server.allow_updates()
        yield server


@pytest.fixture
def provider(server: PowerDns, http: HttpClient) -> Rfc2136:
    """Return an account at the name server."""
    return Rfc2136(server.update_settings(), http)


async def test_new_hostname_is_created(server: PowerDns, provider: Rfc2136) -> None:
    """Both families of a name that did not exist appear."""
    await provider.verify()
    name = "new.example.org"
    results = await provider.publish([update(name, NEW), update(name, NEW_V6)])

    assert results == [Outcome.CREATED, Outcome.CREATED]
    assert await server.held(name) == [NEW]
    assert await server.held(name, "AAAA") == [NEW_V6]


async def test_changed_address_replaces_the_old_one(
    server: PowerDns, provider: Rfc2136
) -> None:
    """The TTL that the administrator chose stays."""
    assert await provider.publish([update(HOME, NEW, "198.51.100.1")]) == [
        Outcome.UPDATED
    ]
    rrset = await server.rrset(HOME, "A")
    assert rrset is not None
    assert rrset["ttl"] == 600
    assert await server.held(HOME) == [NEW]


async def test_right_record_is_left_alone(server: PowerDns, provider: Rfc2136) -> None:
    """No update is sent for what is right already."""
    before = await server.serial()
    assert await provider.publish([update(HOME, "198.51.100.1")]) == [Outcome.UNCHANGED]
    assert await server.serial() == before


async def test_foreign_values_survive(server: PowerDns, provider: Rfc2136) -> None:
    """Only our own value is replaced or withdrawn."""
    results = await provider.publish(
        [update("shared.example.org", NEW, "198.51.100.2")]
    )
    assert results == [Outcome.UPDATED]
    assert await server.held("shared.example.org") == ["198.51.100.3", NEW]

    results = await provider.publish([update("shared.example.org", None, NEW)])
    assert results == [Outcome.WITHDRAWN]
    assert await server.held("shared.example.org") == ["198.51.100.3"]


async def test_cname_in_the_way(server: PowerDns, provider: Rfc2136) -> None:
    """It is told, and the others are published."""
    results = await provider.publish(
        [update("alias.example.org", NEW), update(HOME, NEW)]
    )
    assert told(results[0]) == (InvalidField, "cname_in_the_way", "hostname")
    assert results[1] is Outcome.UPDATED


@pytest.mark.parametrize(
    "settings",
    [
        {"tsig_secret": "d3Jvbmc="},
        {"tsig_key_name": "nobody"},
        {"tsig_key_name": "", "tsig_secret": ""},
    ],
)
async def test_wrong_key(
    server: PowerDns, http: HttpClient, settings: Mapping[str, Setting]
) -> None:
    """Whatever is wrong with the key, verifying and publishing say so; then it is mended."""
    broken = Rfc2136(server.update_settings(**settings), http)
    with pytest.raises(InvalidCredentials):
        await broken.verify()
    before = await server.serial()
    [result] = await broken.publish([update(HOME, NEW)])
    assert isinstance(result, InvalidCredentials)
    assert await server.serial() == before

    mended = Rfc2136(server.update_settings(), http)
    assert await mended.publish([update(HOME, NEW)]) == [Outcome.UPDATED]
