"""RFC 2136 against a real BIND that refuses, is down, or is changed by others."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from freezegun import freeze_time
import pytest

from custom_components.ddns_plus.core.errors import (
    InvalidCredentials,
    InvalidField,
    Unavailable,
)
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Setting
from custom_components.ddns_plus.core.providers.rfc2136 import Rfc2136
from tests.core.dialects.zone_updates import told, update

from .bind import ONE_NAME_KEY, Bind
from .conftest import HOME, NEW, NEW_V6
from .relay import Relay

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"tsig_secret": "d3Jvbmc="}, "badsig"),
        ({"tsig_key_name": "nobody"}, "badkey"),
        ({"tsig_algorithm": "hmac-sha512"}, "badkey"),
    ],
)
@pytest.mark.parametrize("zone", ["example.org", ""])
async def test_wrong_key(
    bind: Bind, http: HttpClient, settings: Mapping[str, Setting], code: str, zone: str
) -> None:
    """Whatever is wrong with the key, verifying and publishing say so; then it is mended."""
    broken = Rfc2136(bind.settings(zone=zone, **settings), http)
    with pytest.raises(InvalidCredentials, match=f"^{code}: "):
        await broken.verify()
    [result] = await broken.publish([update(HOME, NEW)])
    assert told(result) == (InvalidCredentials, code, None)
    assert await bind.serial() == 1

    mended = Rfc2136(bind.settings(zone=zone), http)
    await mended.verify()
    assert await mended.publish([update(HOME, NEW)]) == [Outcome.UPDATED]


@pytest.mark.parametrize("zone", ["example.net", HOME])
async def test_wrong_zone(bind: Bind, http: HttpClient, zone: str) -> None:
    """A zone that the server does not have, and a name that is none."""
    provider = Rfc2136(bind.settings(zone=zone), http)
    with pytest.raises(InvalidField, match="^notauth: ") as caught:
        await provider.verify()
    assert caught.value.field == "zone"
    [result] = await provider.publish([update(f"a.{zone}", NEW)])
    assert told(result) == (InvalidField, "notauth", "zone")


async def test_hostname_outside_the_zone(bind: Bind, provider: Rfc2136) -> None:
    """It does not keep the others from being published."""
    results = await provider.publish([update("a.example.net", NEW), update(HOME, NEW)])

    assert told(results[0]) == (InvalidField, "zone_not_found", "hostname")
    assert results[1] is Outcome.UPDATED


async def test_delegated_hostname(bind: Bind, provider: Rfc2136) -> None:
    """A name below a delegation is another server's; the others are published."""
    [result] = await provider.publish([update("a.delegated.example.org", NEW)])
    assert told(result) == (InvalidField, "not_authoritative", "hostname")
    assert await bind.serial() == 1

    results = await provider.publish(
        [update("a.delegated.example.org", NEW), update(HOME, NEW)]
    )

    assert told(results[0]) == (InvalidField, "not_authoritative", "hostname")
    assert results[1] is Outcome.UPDATED


async def test_forbidden_name_beside_an_allowed_one(
    bind: Bind, http: HttpClient
) -> None:
    """BIND refuses the whole message; only the forbidden names are left out then."""
    provider = Rfc2136(bind.settings(tsig_key_name=ONE_NAME_KEY), http)
    await provider.verify()
    results = await provider.publish(
        [
            update("other.example.org", NEW),
            update(HOME, NEW),
            update("other.example.org", NEW_V6),
            update(HOME, NEW_V6),
        ]
    )

    assert [told(result) for result in results[::2]] == [
        (InvalidField, "refused", "hostname")
    ] * 2
    assert results[1::2] == [Outcome.UPDATED, Outcome.CREATED]
    assert await bind.dig("other.example.org", "A") == []


@pytest.mark.parametrize(
    "settings",
    [
        {"zone": "locked.example"},
        {"zone": "silent.example"},
        {"zone": "deep.example.org", "tsig_key_name": "", "tsig_secret": ""},
    ],
    ids=["locked zone", "zone that is not told about", "no key"],
)
async def test_key_that_may_change_nothing(
    bind: Bind, http: HttpClient, settings: Mapping[str, Setting]
) -> None:
    """A zone that refuses even an update without changes refuses the key."""
    provider = Rfc2136(bind.settings(**settings), http)
    with pytest.raises(InvalidCredentials, match="^refused: "):
        await provider.verify()
    [result] = await provider.publish([update(f"home.{settings['zone']}", NEW)])
    assert told(result) == (InvalidCredentials, "refused", None)


async def test_server_that_is_down(bind: Bind, provider: Rfc2136) -> None:
    """Nothing is lost; once it is up again the update goes through."""
    await bind.stop()
    with pytest.raises(Unavailable, match="^cannot_connect: "):
        await provider.verify()
    [result] = await provider.publish([update(HOME, NEW)])
    assert told(result) == (Unavailable, "cannot_connect", None)
    assert not result.maybe_applied

    await bind.start()
    assert await provider.publish([update(HOME, NEW)]) == [Outcome.UPDATED]


async def test_lost_answer(bind: Bind, relay: Relay, through_relay: Rfc2136) -> None:
    """An update whose answer got lost may have been applied; the next try finds it right."""
    relay.hang_up = True
    [result] = await through_relay.publish([update(HOME, NEW, "198.51.100.1")])
    assert told(result) == (Unavailable, "connection_lost", None)
    assert result.maybe_applied
    assert await bind.dig(HOME, "A") == [NEW]

    relay.hang_up = False
    assert await through_relay.publish([update(HOME, NEW, "198.51.100.1")]) == [
        Outcome.UNCHANGED
    ]
    assert relay.updates == 1


async def test_foreign_writer_in_between(
    bind: Bind, relay: Relay, through_relay: Rfc2136
) -> None:
    """What somebody adds between our reading and our writing survives."""

    async def add() -> None:
        relay.before = None
        await bind.change(f"update add {HOME} 600 A 198.51.100.50")

    relay.before = add
    results = await through_relay.publish([update(HOME, NEW, "198.51.100.1")])

    assert results == [Outcome.UPDATED]
    assert await bind.dig(HOME, "A") == ["198.51.100.50", NEW]


async def test_foreign_writer_that_does_not_rest(
    bind: Bind, relay: Relay, through_relay: Rfc2136
) -> None:
    """The hostname that changes all the time waits; the others are published."""
    added = iter(range(100))

    async def add() -> None:
        await bind.change(f"update add {HOME} 600 A 192.0.2.{next(added)}")

    relay.before = add
    results = await through_relay.publish(
        [update(HOME, NEW, "198.51.100.1"), update("new.example.org", NEW)]
    )

    assert told(results[0]) == (Unavailable, "changed_meanwhile", None)
    assert results[1] is Outcome.CREATED
    assert "198.51.100.1" in await bind.dig(HOME, "A")

    relay.before = None
    results = await through_relay.publish([update(HOME, NEW, "198.51.100.1")])
    assert results == [Outcome.UPDATED]


async def test_cname_that_appears_in_between(
    bind: Bind, relay: Relay, through_relay: Rfc2136
) -> None:
    """The server does not get to ignore the address."""

    async def add() -> None:
        relay.before = None
        await bind.change("update add new.example.org 300 CNAME home.example.org.")

    relay.before = add
    [result] = await through_relay.publish([update("new.example.org", NEW)])
    assert told(result) == (InvalidField, "cname_in_the_way", "hostname")


async def test_wrong_clock(bind: Bind, provider: Rfc2136) -> None:
    """It is no reason to ask for other credentials; with the right time all is well."""
    with freeze_time(
        datetime.now(UTC) - timedelta(hours=1), tick=True, real_asyncio=True
    ):
        with pytest.raises(Unavailable, match="^badtime: .*clock"):
            await provider.verify()
        [result] = await provider.publish([update(HOME, NEW)])
    assert told(result) == (Unavailable, "badtime", None)

    assert await provider.publish([update(HOME, NEW)]) == [Outcome.UPDATED]
