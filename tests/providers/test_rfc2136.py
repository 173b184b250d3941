"""RFC 2136 accounts: their settings, and servers that refuse in ways of their own."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.tsig
import dns.update
import pytest

from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Setting
from custom_components.ddns_plus.core.providers import load_provider
from custom_components.ddns_plus.core.providers.rfc2136 import Rfc2136
from tests.core.dialects.zone_updates import told, update
from tests.core.net.dns_server import reply, running

from .fake_primary_server import KEY, PrimaryServer
from .offline import offline

HOME = "home.example.org"
OLD, NEW, NEW_V6 = "192.0.2.1", "192.0.2.2", "2001:db8::2"
NO_HTTP = offline()


# -- settings


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({}, {}),
        ({"server": "2001:db8::1"}, {}),
        ({"server": "ns1"}, {}),
        ({"server": " ns1.example.org. "}, {}),
        ({"server": ""}, {"server": "server_malformed"}),
        ({"server": "192.0.2.256"}, {"server": "server_malformed"}),
        ({"server": "ns1.example.org:53"}, {"server": "server_has_port"}),
        ({"server": "dns://ns1.example.org"}, {"server": "server_malformed"}),
        ({"server": "ns1 example.org"}, {"server": "server_malformed"}),
        ({"zone": "Bücher.example."}, {}),
        ({"zone": "example org"}, {"zone": "hostname_has_blanks"}),
        ({"zone": "*.example.org"}, {"zone": "zone_is_wildcard"}),
        (KEY, {}),
        (KEY | {"tsig_secret": " YSBz ZWNyZXQ= "}, {}),
        ({"tsig_key_name": "key"}, {"tsig_secret": "tsig_secret_missing"}),
        (
            {"tsig_secret": KEY["tsig_secret"]},
            {"tsig_key_name": "tsig_key_name_missing"},
        ),
        (KEY | {"tsig_secret": "YSBz*"}, {"tsig_secret": "tsig_secret_not_base64"}),
        (KEY | {"tsig_secret": "===="}, {"tsig_secret": "tsig_secret_not_base64"}),
        (KEY | {"tsig_secret": "YSB"}, {"tsig_secret": "tsig_secret_not_base64"}),
        (
            KEY | {"tsig_secret": "geheimnisß"},
            {"tsig_secret": "tsig_secret_not_base64"},
        ),
        (
            KEY | {"tsig_key_name": "a..b"},
            {"tsig_key_name": "tsig_key_name_malformed"},
        ),
        (
            KEY | {"tsig_key_name": "a b"},
            {"tsig_key_name": "tsig_key_name_malformed"},
        ),
        (
            {"server": "", "zone": "a", "tsig_key_name": "a..b", "tsig_secret": "*"},
            {
                "server": "server_malformed",
                "zone": "hostname_not_qualified",
                "tsig_key_name": "tsig_key_name_malformed",
                "tsig_secret": "tsig_secret_not_base64",
            },
        ),
    ],
)
def test_settings(settings: Mapping[str, Setting], wrong: Mapping[str, str]) -> None:
    """What is wrong is named; what is not can be used."""
    settings = {"server": "192.0.2.53"} | settings
    assert Rfc2136.check_settings(settings) == wrong
    if not wrong:
        assert Rfc2136(settings, NO_HTTP).primary.server.port == 53


def test_identity() -> None:
    """PrimaryServer and zone are the account; the key may be changed."""
    settings = {"server": "NS1.example.org", "zone": "example.org", **KEY}
    identity = Rfc2136.identity(settings)
    assert identity.unique_id == "rfc2136:ns1.example.org:example.org"
    assert identity == Rfc2136.identity(settings | {"tsig_key_name": "other"})


def test_is_found_by_its_slug() -> None:
    """The class is the provider, not what it is made of."""
    assert load_provider("rfc2136") is Rfc2136


# -- servers


@pytest.fixture
async def server(loopback: None) -> AsyncGenerator[PrimaryServer]:
    """Return a running server that wants signatures."""
    server = PrimaryServer()
    async with running(server.scripted):
        yield server


def account(server: PrimaryServer, **changes: Setting) -> Rfc2136:
    """Return an account at a server."""
    settings = {
        "server": "127.0.0.1",
        "port": server.scripted.port,
        "zone": "example.org",
    }
    if server.scripted.keyring:
        settings |= KEY
    return Rfc2136(settings | changes, NO_HTTP)


async def test_publishing(server: PrimaryServer) -> None:
    """The server of these tests is one that an address can be published to."""
    await account(server).verify()
    assert await account(server).publish([update(HOME, NEW)]) == [Outcome.CREATED]
    assert server.records == [f"{HOME}. 300 A {NEW}"]


@pytest.mark.parametrize(
    ("rcode", "error"),
    [
        (dns.rcode.SERVFAIL, (Unavailable, "servfail", None)),
        (dns.rcode.NOTIMP, (Unavailable, "notimp", None)),
        (dns.rcode.FORMERR, (UnexpectedResponse, "formerr", None)),
        (dns.rcode.YXDOMAIN, (UnexpectedResponse, "yxdomain", None)),
        (dns.rcode.NOTZONE, (InvalidField, "notzone", "hostname")),
        (dns.rcode.REFUSED, (InvalidField, "refused", "hostname")),
        (dns.rcode.NOTAUTH, (InvalidField, "notauth", "zone")),
        (dns.rcode.NXRRSET, (Unavailable, "changed_meanwhile", None)),
    ],
)
async def test_update_fails(
    server: PrimaryServer, rcode: dns.rcode.Rcode, error: tuple[type, str, str | None]
) -> None:
    """Each answer has its own error; nothing was applied; later it goes through."""
    server.refusals[f"{HOME}."] = (rcode, 0)
    [result] = await account(server).publish([update(HOME, NEW)])
    assert told(result) == error
    assert not cast(DdnsError, result).maybe_applied

    server.refusals.clear()
    assert await account(server).publish([update(HOME, NEW)]) == [Outcome.CREATED]


@pytest.mark.parametrize(
    ("rcode", "error"),
    [
        (dns.rcode.SERVFAIL, (Unavailable, "servfail", None)),
        (dns.rcode.NOTAUTH, (InvalidField, "notauth", "zone")),
        (dns.rcode.REFUSED, (InvalidCredentials, "refused", None)),
    ],
)
async def test_no_updates_at_all(
    server: PrimaryServer, rcode: dns.rcode.Rcode, error: tuple[type, str, str | None]
) -> None:
    """A server that does not even take an update without changes."""
    server.probe = server.refusals[f"{HOME}."] = (rcode, 0)
    with pytest.raises(DdnsError) as caught:
        await account(server).verify()
    assert told(caught.value) == error
    [result] = await account(server).publish([update(HOME, NEW)])
    assert told(result) == error


@pytest.mark.parametrize(
    ("rcode", "error"),
    [
        (dns.rcode.SERVFAIL, (Unavailable, "servfail", None)),
        (dns.rcode.REFUSED, (InvalidField, "refused", "hostname")),
        (dns.rcode.NOTIMP, (Unavailable, "notimp", None)),
    ],
)
async def test_queries_fail(
    server: PrimaryServer, rcode: dns.rcode.Rcode, error: tuple[type, str, str | None]
) -> None:
    """What cannot be read is not written."""
    server.query_rcode = rcode
    [result] = await account(server).publish([update(HOME, NEW)])
    assert told(result) == error
    assert server.records == []


async def test_name_that_a_key_may_not_change(server: PrimaryServer) -> None:
    """Knot DNS calls a good key bad then: the others are published all the same."""
    other = "other.example.org"
    server.refusals[f"{other}."] = (dns.rcode.NOTAUTH, int(dns.rcode.BADKEY))
    results = await account(server).publish(
        [update(other, NEW), update(HOME, NEW), update(HOME, NEW_V6)]
    )
    assert told(results[0]) == (InvalidField, "refused", "hostname")
    assert results[1:] == [Outcome.CREATED, Outcome.CREATED]


async def test_key_that_is_bad(server: PrimaryServer) -> None:
    """A key that may not even send an update without changes is the account's error."""
    bad = (dns.rcode.NOTAUTH, int(dns.rcode.BADKEY))
    server.probe = server.refusals[f"{HOME}."] = bad
    results = await account(server).publish(
        [update(HOME, NEW), update("other.example.org", NEW)]
    )
    assert [told(result) for result in results] == [
        (InvalidCredentials, "badkey", None)
    ] * 2
    assert server.records == []


async def test_server_that_wants_a_key(loopback: None) -> None:
    """Knot DNS calls a zone of its own not its own when there is no signature."""
    async with AsyncExitStack() as stack:
        server = PrimaryServer(signs=False)
        await stack.enter_async_context(running(server.scripted))
        server.probe = server.refusals[f"{HOME}."] = (dns.rcode.NOTAUTH, 0)
        with pytest.raises(InvalidCredentials, match="^refused: "):
            await account(server).verify()
        [result] = await account(server).publish([update(HOME, NEW)])
        assert told(result) == (InvalidCredentials, "refused", None)

        other = account(server, zone="example.net")
        with pytest.raises(InvalidField, match="^notauth: "):
            await other.verify()


async def test_server_that_answers_for_no_zone(server: PrimaryServer) -> None:
    """It takes the update and is not the zone's server: verifying says so."""
    with pytest.raises(InvalidField, match="^notauth: ") as caught:
        await account(server, zone="example.net").verify()
    assert caught.value.field == "zone"


async def test_yes_without_a_change(server: PrimaryServer) -> None:
    """What is not there afterwards was not published."""
    server.obeys = False
    [result] = await account(server).publish([update(HOME, NEW)])
    assert told(result) == (UnexpectedResponse, "not_applied", None)
    assert cast(DdnsError, result).maybe_applied

    server.obeys = True
    assert await account(server).publish([update(HOME, NEW)]) == [Outcome.CREATED]


async def test_alias_that_the_server_does_not_mention(server: PrimaryServer) -> None:
    """An address beside a CNAME that came in between is not published."""

    def sneak(message: dns.message.Message) -> Sequence[bytes]:
        answer = server.answer(message)
        if isinstance(message, dns.update.UpdateMessage) and message.update:
            server.records = [f"{HOME}. 300 CNAME other.example.org."]
        return answer

    server.scripted.udp = sneak
    [result] = await account(server).publish([update(HOME, NEW)])
    assert told(result) == (InvalidField, "cname_in_the_way", "hostname")


async def test_reading_back_fails(server: PrimaryServer) -> None:
    """The update was made, but that is not known for sure."""
    provider = account(server)
    asked_before_reading_back = 2 * (1 + 1) + 1
    server.answers_left = asked_before_reading_back
    [result] = await provider.publish([update(HOME, NEW)])
    assert told(result) == (UnexpectedResponse, "not_dns", None)
    assert cast(DdnsError, result).maybe_applied
    assert server.records != []

    server.answers_left = None
    assert await provider.publish([update(HOME, NEW)]) == [Outcome.UNCHANGED]


async def test_reading_one_hostname_back_fails(server: PrimaryServer) -> None:
    """The same holds for a hostname that the server has trouble with."""

    def stumble(message: dns.message.Message) -> Sequence[bytes]:
        if isinstance(message, dns.update.UpdateMessage) and message.update:
            server.query_rcode = dns.rcode.SERVFAIL
        return server.answer(message)

    server.scripted.udp = stumble
    [result] = await account(server).publish([update(HOME, NEW)])
    assert told(result) == (Unavailable, "servfail", None)
    assert cast(DdnsError, result).maybe_applied


async def test_server_that_dies_between_single_updates(server: PrimaryServer) -> None:
    """What was published before counts; the rest is not tried."""
    names = [f"{name}.example.org" for name in "abc"]
    forbidden = "forbidden.example.org"
    server.refusals[f"{forbidden}."] = (dns.rcode.REFUSED, 0)

    def die(message: dns.message.Message) -> Sequence[bytes]:
        if len(server.records) == 1 and isinstance(message, dns.update.UpdateMessage):
            return [b""]
        return server.answer(message)

    server.scripted.udp = die
    results = await account(server).publish(
        [update(name, NEW) for name in (names[0], forbidden, *names[1:])]
    )
    assert results[0] is Outcome.CREATED
    assert [told(result) for result in results[1:]] == [
        (UnexpectedResponse, "not_dns", None)
    ] * 3
    # all together, the first one alone, and the one that got no answer
    assert server.updates == 3


@pytest.mark.parametrize("zone", ["example.org", ""])
async def test_server_that_does_not_sign(server: PrimaryServer, zone: str) -> None:
    """PowerDNS answers a bad key without a signature: the credentials are asked for."""

    def unsigned(message: dns.message.Message) -> Sequence[bytes]:
        response = dns.message.make_response(message)
        response.tsig = None
        updates = isinstance(message, dns.update.UpdateMessage)
        response.set_rcode(dns.rcode.REFUSED if updates else dns.rcode.NOTAUTH)
        return [response.to_wire()]

    server.scripted.udp = unsigned
    provider = account(server, zone=zone)
    with pytest.raises(InvalidCredentials, match="^unsigned: "):
        await provider.verify()
    [result] = await provider.publish([update(HOME, NEW)])
    assert told(result) == (InvalidCredentials, "unsigned", None)


async def test_zone_that_cannot_be_found_now(server: PrimaryServer) -> None:
    """A server with a problem is not one without the zone."""
    server.scripted.udp = lambda message: [
        reply(message, rcode=dns.rcode.SERVFAIL).to_wire()
    ]
    provider = account(server, zone="")
    with pytest.raises(Unavailable, match="^servfail: "):
        await provider.verify()
    [result] = await provider.publish([update(HOME, NEW)])
    assert told(result) == (Unavailable, "servfail", None)
