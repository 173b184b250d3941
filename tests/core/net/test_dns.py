"""What authoritative servers hold: servers that lie, disagree or keep silent."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Address, ip_address
from pathlib import Path
import socket

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net import dns as core_dns
from custom_components.ddns_plus.core.net.dns import (
    NameServer,
    RecordSet,
    authoritative_answer,
    query,
    record_set,
)

from .dns_server import Script, ScriptedServer, holds, knows, reply, running, silent

HOME = Hostname("home.example.org")
BRIEFLY = timedelta(milliseconds=600)

type Start = Callable[[ScriptedServer], Awaitable[NameServer]]


@pytest.fixture
async def start(loopback: None) -> AsyncGenerator[Start]:
    """Return a function that starts a server for the time of the test."""
    async with AsyncExitStack() as stack:

        async def start(server: ScriptedServer) -> NameServer:
            await stack.enter_async_context(running(server))
            return NameServer(host="127.0.0.1", port=server.port)

        yield start


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for a server that keeps silent."""
    monkeypatch.setattr(core_dns, "_SERVER_TIMEOUT", BRIEFLY)


async def ask(
    *servers: NameServer, family: Family = Family.IPV4
) -> frozenset[Address] | None:
    """Ask for the hostname's addresses."""
    return await authoritative_answer(HOME, family, servers)


def addresses(*texts: str) -> frozenset[Address]:
    """Return addresses."""
    return frozenset(ip_address(text) for text in texts)


async def test_records(start: Start) -> None:
    """Records of the family that was asked for; the query forbids recursion."""
    server = ScriptedServer(udp=holds("192.0.2.1", "192.0.2.2"))
    assert await ask(await start(server)) == addresses("192.0.2.1", "192.0.2.2")
    [asked] = server.queries
    assert not asked.flags & dns.flags.RD
    assert asked.question[0].rdtype == dns.rdatatype.A


@pytest.mark.parametrize("rcode", [dns.rcode.NOERROR, dns.rcode.NXDOMAIN])
async def test_nothing_there(start: Start, rcode: dns.rcode.Rcode) -> None:
    """No such name and no such record are both an answer."""
    assert await ask(await start(ScriptedServer(udp=holds(rcode=rcode)))) == frozenset()


@pytest.mark.parametrize(
    "script",
    [
        holds("192.0.2.1", flags=0),
        holds("192.0.2.1", flags=dns.flags.RA),
        holds(rcode=dns.rcode.SERVFAIL),
        holds(rcode=dns.rcode.REFUSED),
        lambda query: [
            reply(
                query,
                "home.example.org. 300 CNAME other.example.org.",
                "other.example.org. 300 A 192.0.2.1",
            ).to_wire()
        ],
        lambda query: [
            reply(
                query, authority=["example.org. 300 NS ns.example.net."], flags=0
            ).to_wire()
        ],
    ],
    ids=["no authority", "recursion", "servfail", "refused", "cname", "referral"],
)
async def test_not_believed(start: Start, script: Script) -> None:
    """Without authority, or with an alias, nobody can tell."""
    assert await ask(await start(ScriptedServer(udp=script))) is None


def _wrong_id(query: dns.message.Message) -> bytes:
    response = reply(query, "home.example.org. 300 A 203.0.113.66")
    response.id ^= 1
    return response.to_wire()


def _wrong_question(query: dns.message.Message) -> bytes:
    other = dns.message.make_query("other.example.org", "A", id=query.id)
    return reply(other, "home.example.org. 300 A 203.0.113.66").to_wire()


def _garbage(query: dns.message.Message) -> bytes:
    return query.id.to_bytes(2) + b"\x84\x00 this is not DNS"


def _echo(query: dns.message.Message) -> bytes:
    return query.to_wire()


@pytest.mark.parametrize("lie", [_wrong_id, _wrong_question, _garbage, _echo])
@pytest.mark.usefixtures("impatient")
async def test_lie(start: Start, lie: Callable[[dns.message.Message], bytes]) -> None:
    """A packet that is no answer to the question is passed over, the answer counts."""
    alone = await start(ScriptedServer(udp=lambda query: [lie(query)]))
    assert await ask(alone) is None
    truth = holds("192.0.2.1")
    first = await start(ScriptedServer(udp=lambda query: [lie(query), *truth(query)]))
    assert await ask(first) == addresses("192.0.2.1")


@pytest.mark.usefixtures("impatient")
async def test_truncated(start: Start) -> None:
    """What does not fit into a packet is asked for by TCP."""
    cut = holds("192.0.2.1", flags=dns.flags.AA | dns.flags.TC)
    whole = ScriptedServer(udp=cut, tcp=holds("192.0.2.1", "192.0.2.2"))
    assert await ask(await start(whole)) == addresses("192.0.2.1", "192.0.2.2")
    assert whole.connections == 1
    assert await ask(await start(ScriptedServer(udp=cut, tcp=silent))) is None


@pytest.mark.usefixtures("impatient")
async def test_several_servers(start: Start) -> None:
    """They must agree; those that keep silent or have no authority do not count."""
    same = await start(ScriptedServer(udp=holds("192.0.2.1")))
    again = await start(ScriptedServer(udp=holds("192.0.2.1", ttl=5)))
    other = await start(ScriptedServer(udp=holds("192.0.2.9")))
    none = await start(ScriptedServer(udp=silent))
    lame = await start(ScriptedServer(udp=holds("192.0.2.9", flags=0)))
    alias = await start(
        ScriptedServer(
            udp=lambda query: [
                reply(query, "home.example.org. 300 CNAME example.org.").to_wire()
            ]
        )
    )
    nobody = NameServer(host="127.0.0.1", port=1)

    assert await ask(same, none, again, lame) == addresses("192.0.2.1")
    assert await ask(same, nobody) == addresses("192.0.2.1")
    assert await ask(same, other) is None
    assert await ask(same, alias) is None
    assert await ask(none, nobody) is None
    assert await ask() is None


async def test_few_servers_are_asked(start: Start) -> None:
    """A zone with many servers is not asked everywhere."""
    servers = [ScriptedServer(udp=holds("192.0.2.1")) for _ in range(6)]
    assert await ask(*[await start(server) for server in servers]) is not None
    assert [len(server.queries) for server in servers] == [1, 1, 1, 1, 0, 0]


@pytest.mark.usefixtures("impatient")
async def test_lost_packet(start: Start) -> None:
    """A question that gets no answer is asked once more."""
    truth = holds("192.0.2.1")
    server = ScriptedServer(
        udp=lambda query: truth(query) if len(server.queries) > 1 else []
    )
    assert await ask(await start(server)) == addresses("192.0.2.1")


async def test_time_limit(start: Start) -> None:
    """The limit for all together holds, too."""
    server = await start(ScriptedServer(udp=silent))
    answer = await authoritative_answer(HOME, Family.IPV4, [server], timeout=BRIEFLY)
    assert answer is None


@pytest.mark.usefixtures("loopback")
async def test_server_without_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose name is not found does not answer."""

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert await ask(NameServer(host="ns.example.org")) is None
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    assert await ask(NameServer(host="ns.example.org")) is None


# -- the zone's servers, found through the system's resolvers


@pytest.fixture
async def resolved(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Script, Script], Awaitable[tuple[ScriptedServer, ScriptedServer]]]:
    """Return a function that starts the system's resolver and the zone's server."""

    async def resolved(
        resolver_script: Script, server_script: Script
    ) -> tuple[ScriptedServer, ScriptedServer]:
        resolver_server = ScriptedServer(udp=resolver_script)
        server = ScriptedServer(udp=server_script)
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = (await start(resolver_server)).port
        monkeypatch.setattr(core_dns, "_system_resolver", lambda: resolver)
        # loopback stands for the internet
        monkeypatch.setattr(core_dns, "_is_public", lambda _: True)
        monkeypatch.setattr(core_dns, "_PORT", (await start(server)).port)
        return resolver_server, server

    return resolved


@pytest.mark.parametrize(
    ("hostname", "records"),
    [
        ("a.home.example.org", ["example.org. 60 NS localhost."]),
        ("example.org", ["example.org. 60 NS localhost."]),
        ("*.example.org", ["example.org. 60 NS localhost."]),
        (
            "alias.example.org",
            [
                "alias.example.org. 60 CNAME elsewhere.example.net.",
                "elsewhere.example.net. 60 NS nobody.invalid.",
                "example.org. 60 NS localhost.",
            ],
        ),
    ],
)
async def test_zone_is_found(
    resolved: Callable[..., Awaitable[tuple[ScriptedServer, ScriptedServer]]],
    hostname: str,
    records: list[str],
) -> None:
    """By asking for its name servers, one label up at a time; never for addresses."""
    resolver, server = await resolved(knows(*records), holds("192.0.2.1"))
    answer = await authoritative_answer(Hostname(hostname), Family.IPV4)
    assert answer == addresses("192.0.2.1")
    assert {each.question[0].rdtype for each in resolver.queries} == {dns.rdatatype.NS}
    assert len(server.queries) == 1


@pytest.mark.parametrize(
    ("script", "believed"),
    [
        (holds("192.168.1.10"), True),
        (holds("192.168.1.10", flags=dns.flags.AA | dns.flags.RA), False),
        (holds(flags=dns.flags.AA | dns.flags.RA), False),
        (
            holds(flags=dns.flags.AA | dns.flags.RA, rcode=dns.rcode.NXDOMAIN),
            False,
        ),
    ],
)
async def test_authority_of_a_resolver(
    resolved: Callable[..., Awaitable[tuple[ScriptedServer, ScriptedServer]]],
    script: Script,
    believed: bool,
) -> None:
    """A resolver on the way claims authority for its own names, but offers recursion."""
    await resolved(knows("example.org. 60 NS localhost."), script)
    assert (await authoritative_answer(HOME, Family.IPV4) is not None) is believed


async def test_found_server_at_home(
    resolved: Callable[..., Awaitable[tuple[ScriptedServer, ScriptedServer]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A resolver may name a server of the home for a public zone; it is not asked."""
    is_public = core_dns._is_public
    _, server = await resolved(
        knows("example.org. 60 NS localhost."), holds("192.168.1.10")
    )
    monkeypatch.setattr(core_dns, "_is_public", is_public)
    assert await authoritative_answer(HOME, Family.IPV4) is None
    assert server.queries == []


async def test_named_server_at_home(start: Start) -> None:
    """A name server that the user named may also be the resolver of the home."""
    both = holds("192.0.2.1", flags=dns.flags.AA | dns.flags.RA)
    assert await ask(await start(ScriptedServer(udp=both))) == addresses("192.0.2.1")


@pytest.mark.parametrize("script", [knows(), holds(rcode=dns.rcode.SERVFAIL), silent])
async def test_zone_is_not_found(
    resolved: Callable[..., Awaitable[tuple[ScriptedServer, ScriptedServer]]],
    script: Script,
) -> None:
    """Then nobody can tell, and nobody is asked for addresses."""
    _, server = await resolved(script, holds("192.0.2.1"))
    assert await authoritative_answer(HOME, Family.IPV4, timeout=BRIEFLY) is None
    assert server.queries == []


@pytest.mark.usefixtures("loopback")
async def test_no_resolver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without name servers can tell nothing."""
    monkeypatch.setattr(
        dns.asyncresolver,
        "Resolver",
        partial(dns.asyncresolver.Resolver, filename=str(tmp_path / "resolv.conf")),
    )
    assert await authoritative_answer(HOME, Family.IPV4) is None


# -- reading answers


@given(
    st.sets(st.ip_addresses(), min_size=1, max_size=30),
    st.integers(min_value=0, max_value=2**31 - 1),
)
def test_reading_gives_what_was_written(mixed: set[Address], ttl: int) -> None:
    """Each family's addresses come out of the wire as they went in."""
    for family in Family:
        expected = {each for each in mixed if Family.of(each) is family}
        response = reply(query(HOME, family.record_type))
        if expected:
            response.answer.append(
                dns.rrset.from_text_list(
                    str(HOME) + ".",
                    ttl,
                    "IN",
                    family.record_type,
                    [str(each) for each in expected],
                )
            )
        read = record_set(dns.message.from_wire(response.to_wire()), HOME, family)
        assert read == RecordSet(
            addresses=frozenset(expected), ttl=ttl if expected else None
        )


@given(st.binary(max_size=300), st.sampled_from(list(Family)))
def test_reading_survives_anything(garbage: bytes, family: Family) -> None:
    """What dnspython lets through is read without an accident."""
    wire = b"\x00\x00\x84\x00" + garbage
    try:
        response = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return
    read = record_set(response, HOME, family)
    assert read is None or all(
        Family.of(address) is family for address in read.addresses
    )


def test_other_names_do_not_count() -> None:
    """Only records at the very name are taken, in any case of letters."""
    response = reply(
        query(HOME, "A"),
        "HOME.Example.org. 60 A 192.0.2.1",
        "other.example.org. 60 A 192.0.2.2",
    )
    read = record_set(response, HOME, Family.IPV4)
    assert read == RecordSet(addresses=frozenset({IPv4Address("192.0.2.1")}), ttl=60)
