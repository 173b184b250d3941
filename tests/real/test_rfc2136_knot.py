"""RFC 2136 against a real Knot DNS."""

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
from .knot import ONE_NAME_KEY, Knot, running_knot

pytestmark = pytest.mark.real


@pytest.fixture
async def server(loopback: None, tmp_path: Path) -> AsyncGenerator[Knot]:
    """Return a running name server."""
    async with running_knot(tmp_path) as server:
        yield server


@pytest.fixture
def provider(server: Knot, http: HttpClient) -> Rfc2136:
    """Return an account at the name server."""
    return Rfc2136(server.settings(), http)


async def test_new_hostname_is_created(server: Knot, provider: Rfc2136) -> None:
    """Both families of a name that did not exist appear, in one update."""
    await provider.verify()
    name = "new.example.org"
    results = await provider.publish([update(name, NEW), update(name, NEW_V6)])

    assert results == [Outcome.CREATED, Outcome.CREATED]
    assert await server.dig(name, "A") == [NEW]
    assert await server.dig(name, "AAAA") == [NEW_V6]
    assert await server.serial() == 2


async def test_changed_address_replaces_the_old_one(
    server: Knot, provider: Rfc2136
) -> None:
    """The TTL that the administrator chose stays."""
    assert await provider.publish([update(HOME, NEW, "198.51.100.1")]) == [
        Outcome.UPDATED
    ]
    assert await server.dig(HOME, "A") == [NEW]
    assert await server.ttl(HOME, "A") == 600


async def test_right_record_is_left_alone(server: Knot, provider: Rfc2136) -> None:
    """No update is sent for what is right already."""
    assert await provider.publish([update(HOME, "198.51.100.1")]) == [Outcome.UNCHANGED]
    assert await server.serial() == 1


async def test_foreign_values_survive(server: Knot, provider: Rfc2136) -> None:
    """Only our own value is replaced or withdrawn."""
    results = await provider.publish(
        [update("shared.example.org", NEW, "198.51.100.2")]
    )
    assert results == [Outcome.UPDATED]
    assert await server.dig("shared.example.org", "A") == ["198.51.100.3", NEW]

    results = await provider.publish([update("shared.example.org", None, NEW)])
    assert results == [Outcome.WITHDRAWN]
    assert await server.dig("shared.example.org", "A") == ["198.51.100.3"]


async def test_cname_in_the_way(server: Knot, provider: Rfc2136) -> None:
    """The server would accept the address and ignore it."""
    results = await provider.publish(
        [update("alias.example.org", NEW), update(HOME, NEW)]
    )
    assert told(results[0]) == (InvalidField, "cname_in_the_way", "hostname")
    assert results[1] is Outcome.UPDATED


async def test_key_for_one_name(server: Knot, http: HttpClient) -> None:
    """The name that the key may change is published though another one is refused."""
    provider = Rfc2136(server.settings(tsig_key_name=ONE_NAME_KEY), http)
    results = await provider.publish(
        [update("new.example.org", NEW), update(HOME, NEW)]
    )
    assert told(results[0]) == (InvalidField, "refused", "hostname")
    assert results[1] is Outcome.UPDATED
    assert await server.dig("new.example.org", "A") == []


@pytest.mark.parametrize(
    "settings",
    [
        {"tsig_secret": "d3Jvbmc="},
        {"tsig_key_name": "nobody"},
        {"tsig_algorithm": "hmac-sha512"},
        {"tsig_key_name": "", "tsig_secret": ""},
    ],
)
async def test_wrong_key(
    server: Knot, http: HttpClient, settings: Mapping[str, Setting]
) -> None:
    """Whatever is wrong with the key, verifying and publishing say so; then it is mended."""
    broken = Rfc2136(server.settings(**settings), http)
    with pytest.raises(InvalidCredentials):
        await broken.verify()
    [result] = await broken.publish([update(HOME, NEW)])
    assert isinstance(result, InvalidCredentials)
    assert await server.serial() == 1

    mended = Rfc2136(server.settings(), http)
    assert await mended.publish([update(HOME, NEW)]) == [Outcome.UPDATED]
