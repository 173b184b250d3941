"""The demo's DNS server: queries, and what is no proper message."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.tsig
import dns.update
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, example, given, settings, strategies as st
import pytest

from scripts.demo.dns_server import KEY_NAME, DnsServer
from scripts.demo.servers import DemoServers
from scripts.demo.state import DemoState, RequestKind
from scripts.demo.zone import ZONE_NAME, Zone

from .dns_client import HOST, ask, held, rcode, send, update


@pytest.mark.parametrize("ask_over", [dns.asyncquery.udp, dns.asyncquery.tcp])
async def test_answers_with_authority(
    demo: DemoServers, ask_over: Callable[..., Awaitable[dns.message.Message]]
) -> None:
    """What the zone holds is answered over both transports."""
    query = dns.message.make_query("ns.demo.test.", "A")
    answer = await ask_over(query, HOST, port=demo.ports.dns, timeout=5)
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.flags & dns.flags.AA
    assert [rdata.to_text() for rdata in answer.answer[0]] == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("name", "rdtype", "expected", "denied"),
    [
        ("ns.demo.test.", "AAAA", "NOERROR", True),
        ("nobody.demo.test.", "A", "NXDOMAIN", True),
        ("example.com.", "A", "REFUSED", False),
        ("demo.test.", "AXFR", "REFUSED", False),
    ],
)
async def test_what_is_not_there(
    demo: DemoServers, name: str, rdtype: str, expected: str, denied: bool
) -> None:
    """A missing type, a missing name and a foreign zone are told apart."""
    answer = await ask(demo, name, rdtype)
    assert dns.rcode.to_text(answer.rcode()) == expected
    assert not answer.answer
    assert [rrset.rdtype for rrset in answer.authority] == (
        [dns.rdatatype.SOA] if denied else []
    )


async def test_alias_is_followed(demo: DemoServers) -> None:
    """A query for the address behind a CNAME gets both."""
    change = update(demo)
    change.add("home", 60, "A", "11.22.33.44")
    await send(demo, change)
    answer = await ask(demo, "www.demo.test.", "A")
    assert [rrset.rdtype.name for rrset in answer.answer] == ["CNAME", "A"]


async def test_wildcard_and_empty_non_terminal(demo: DemoServers) -> None:
    """A wildcard answers for names that do not exist, not for those that do."""
    change = update(demo)
    change.add("*.apps", 60, "A", "11.22.33.44")
    change.add("deep.one.apps", 60, "A", "11.22.33.45")
    await send(demo, change)
    assert await held(demo, "any.apps", "A") == ({"11.22.33.44"}, 60)
    assert await held(demo, "one.apps", "A") == (set(), None)
    assert (await ask(demo, "one.apps.demo.test.", "A")).rcode() == dns.rcode.NOERROR


async def test_long_answer_is_truncated_on_udp_only(demo: DemoServers) -> None:
    """A client that is told of the truncation gets the whole over TCP."""
    change = update(demo)
    for number in range(40):
        change.add("long", 60, "TXT", f'"{number:060}"')
    await dns.asyncquery.tcp(change, HOST, port=demo.ports.dns, timeout=5)
    query = dns.message.make_query("long.demo.test.", "TXT")
    assert (await send(demo, query)).flags & dns.flags.TC
    whole = await dns.asyncquery.tcp(query, HOST, port=demo.ports.dns, timeout=5)
    assert not whole.flags & dns.flags.TC
    assert len(whole.answer[0]) == 40


async def test_unknown_edns_version_and_opcode(demo: DemoServers) -> None:
    """What the server does not speak is said so."""
    query = dns.message.make_query("demo.test.", "SOA", use_edns=1)
    assert (await send(demo, query)).rcode() == dns.rcode.BADVERS
    query = dns.message.make_query("demo.test.", "SOA")
    query.set_opcode(dns.opcode.NOTIFY)
    assert (await send(demo, query)).rcode() == dns.rcode.NOTIMP


# ---------------------------------------------------------------------- bad days


async def test_cut_line(demo: DemoServers) -> None:
    """Updates of the home do not arrive; everyone else still looks names up."""
    demo.state.set_online(False)
    change = update(demo)
    change.add("home", 60, "A", "11.22.33.44")
    with pytest.raises((EOFError, dns.exception.Timeout)):
        await dns.asyncquery.tcp(change, HOST, port=demo.ports.dns, timeout=5)
    assert (await ask(demo, "ns.demo.test.", "A")).answer
    demo.state.set_online(True)
    assert await rcode(demo, change) == "NOERROR"


def make_server() -> DnsServer:
    """Return a server without sockets."""
    return DnsServer(DemoState(), Zone(), bytes(32))


# signatures hold for 300 s
SIGNED_AT = datetime(2026, 11, 5, 12, tzinfo=UTC)
with freeze_time(SIGNED_AT):
    SIGNED_UPDATE = dns.update.UpdateMessage(
        ZONE_NAME, keyring=dns.tsig.Key(KEY_NAME, bytes(32), dns.tsig.HMAC_SHA256)
    ).to_wire()
GOOD_WIRES = [dns.message.make_query("home.demo.test.", "A").to_wire(), SIGNED_UPDATE]


@pytest.mark.parametrize(
    ("seconds", "code"), [(0, "NOERROR"), (300, "NOERROR"), (301, "NOTAUTH")]
)
def test_a_signature_holds_for_a_time(
    freezer: FrozenDateTimeFactory, seconds: int, code: str
) -> None:
    """A signature of five minutes ago is taken, an older one is not."""
    freezer.move_to(SIGNED_AT + timedelta(seconds=seconds))
    answer = make_server().respond(SIGNED_UPDATE, 1232)
    assert answer is not None
    answered = dns.message.from_wire(answer, keyring=False)
    assert dns.rcode.to_text(answered.rcode()) == code


@pytest.mark.parametrize("seconds", [0, 301])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wire=st.binary(max_size=80)
    | st.builds(
        lambda wire, at, byte: wire[:at] + bytes([byte]) + wire[at + 1 :],
        st.sampled_from(GOOD_WIRES),
        st.integers(0, 120),
        st.integers(0, 255),
    )
)
@example(wire=SIGNED_UPDATE + b"\0")
def test_no_message_is_too_bad(
    freezer: FrozenDateTimeFactory, seconds: int, wire: bytes
) -> None:
    """Whatever arrives gets a readable answer with its own identifier, or none."""
    freezer.move_to(SIGNED_AT + timedelta(seconds=seconds))
    if (answer := make_server().respond(wire, 1232)) is not None:
        assert answer[:2] == wire[:2]
        assert answer[2] & 0x80


async def test_unreadable_message(demo: DemoServers) -> None:
    """A message that ends too early is answered with a bare FORMERR."""
    wire = dns.message.make_query("home.demo.test.", "A").to_wire()
    answer = make_server().respond(wire[:-3], 1232)
    assert answer is not None
    assert dns.message.from_wire(answer).rcode() == dns.rcode.FORMERR


async def test_log_tells_what_was_asked(demo: DemoServers) -> None:
    """Queries and updates are counted apart; updates are what a provider counts."""
    await ask(demo, "ns.demo.test.", "A")
    change = update(demo)
    change.add("home", 60, "A", "11.22.33.44")
    await send(demo, change)
    assert demo.state.requests == {RequestKind.DNS_QUERY: 1, RequestKind.DNS_UPDATE: 1}
    assert demo.state.provider_requests == 1
    assert [(entry.request, entry.answer) for entry in demo.state.log] == [
        ("ns.demo.test A", "127.0.0.1"),
        ("update of demo.test", "NOERROR: home.demo.test A = 11.22.33.44"),
    ]
