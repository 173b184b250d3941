"""The demo's DNS server, asked by dnspython as an independent client."""

from collections.abc import Awaitable, Callable

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import dns.update
from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from scripts.demo.dns_server import KEY_NAME, DnsServer
from scripts.demo.servers import DemoServers
from scripts.demo.state import DemoState, RequestKind
from scripts.demo.zone import ZONE_NAME, Zone

HOST = "127.0.0.1"


def key(demo: DemoServers) -> dns.tsig.Key:
    """Return the key the server takes."""
    return dns.tsig.Key(KEY_NAME, demo.secret, dns.tsig.HMAC_SHA256)


async def send(demo: DemoServers, message: dns.message.Message) -> dns.message.Message:
    """Return the answer over UDP."""
    return await dns.asyncquery.udp(message, HOST, port=demo.ports.dns, timeout=5)


async def ask(demo: DemoServers, name: str, rdtype: str) -> dns.message.Message:
    """Return the answer to a query over UDP."""
    return await send(demo, dns.message.make_query(name, rdtype))


async def held(
    demo: DemoServers, name: str, rdtype: str
) -> tuple[set[str], int | None]:
    """Return the values and the TTL of what a name holds."""
    answer = (await ask(demo, f"{name}.{ZONE_NAME}", rdtype)).answer
    if not answer:
        return set(), None
    return {rdata.to_text() for rdata in answer[0]}, answer[0].ttl


def update(demo: DemoServers) -> dns.update.UpdateMessage:
    """Return a signed update without content."""
    return dns.update.UpdateMessage(ZONE_NAME, keyring=key(demo))


async def rcode(demo: DemoServers, message: dns.message.Message) -> str:
    """Return the code that an update is answered with."""
    return dns.rcode.to_text((await send(demo, message)).rcode())


# ---------------------------------------------------------------------- queries


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


# ---------------------------------------------------------------------- updates


async def test_records_come_change_and_go(demo: DemoServers) -> None:
    """Add, replace and every way to delete; the serial number follows each change."""
    assert demo.zone.serial == 1
    change = update(demo)
    change.add("home", 60, "A", "11.22.33.44")
    change.add("home", 60, "AAAA", "2606:2800:220:1::44")
    assert await rcode(demo, change) == "NOERROR"
    assert await held(demo, "home", "A") == ({"11.22.33.44"}, 60)
    assert demo.zone.serial == 2

    change = update(demo)
    change.replace("home", 120, "A", "11.22.33.45", "11.22.33.46")
    assert await rcode(demo, change) == "NOERROR"
    assert await held(demo, "home", "A") == ({"11.22.33.45", "11.22.33.46"}, 120)

    change = update(demo)
    change.delete("home", "A", "11.22.33.45")
    assert await rcode(demo, change) == "NOERROR"
    assert await held(demo, "home", "A") == ({"11.22.33.46"}, 120)

    change = update(demo)
    change.delete("home", "A")
    assert await rcode(demo, change) == "NOERROR"
    assert await held(demo, "home", "A") == (set(), None)
    assert await held(demo, "home", "AAAA") == ({"2606:2800:220:1::44"}, 60)

    change = update(demo)
    change.delete("home")
    assert await rcode(demo, change) == "NOERROR"
    assert (await ask(demo, "home.demo.test.", "AAAA")).rcode() == dns.rcode.NXDOMAIN
    assert demo.zone.serial == 6


async def test_same_content_is_no_change(demo: DemoServers) -> None:
    """An update that says what is already there leaves the serial number alone."""
    change = update(demo)
    change.replace("ns", 3600, "A", "127.0.0.1")
    assert await rcode(demo, change) == "NOERROR"
    assert demo.zone.serial == 1


async def test_a_new_ttl_is_for_the_whole_rrset(demo: DemoServers) -> None:
    """Records of one RRset never differ in TTL."""
    for ttl, address in ((60, "11.22.33.44"), (90, "11.22.33.45")):
        change = update(demo)
        change.add("home", ttl, "A", address)
        await send(demo, change)
    assert await held(demo, "home", "A") == ({"11.22.33.44", "11.22.33.45"}, 90)


async def test_changes_happen_in_their_order(demo: DemoServers) -> None:
    """An address added before the deletion is gone, the one after it stays."""
    change = update(demo)
    change.add("home", 60, "A", "11.22.33.44")
    change.delete("home", "A")
    change.add("home", 60, "A", "11.22.33.45")
    assert await rcode(demo, change) == "NOERROR"
    assert await held(demo, "home", "A") == ({"11.22.33.45"}, 60)


async def test_nothing_happens_when_a_part_is_wrong(demo: DemoServers) -> None:
    """One name outside of the zone refuses the whole update."""
    change = update(demo)
    change.add("home", 60, "A", "11.22.33.44")
    change.add("home.example.com.", 60, "A", "11.22.33.44")
    assert await rcode(demo, change) == "NOTZONE"
    assert (await ask(demo, "home.demo.test.", "A")).rcode() == dns.rcode.NXDOMAIN
    assert demo.zone.serial == 1


async def test_nothing_may_stand_beside_an_alias(demo: DemoServers) -> None:
    """An address beside a CNAME is ignored without an error, and so is the reverse."""
    change = update(demo)
    change.add("www", 60, "A", "11.22.33.44")
    change.add("ns", 60, "CNAME", "www.demo.test.")
    assert await rcode(demo, change) == "NOERROR"
    assert await held(demo, "www", "CNAME") == ({"home.demo.test."}, 300)
    assert await held(demo, "ns", "A") == ({"127.0.0.1"}, 3600)
    assert demo.zone.serial == 1


async def test_an_alias_is_replaced(demo: DemoServers) -> None:
    """A name has one alias at most."""
    change = update(demo)
    change.add("www", 60, "CNAME", "nas.demo.test.")
    assert await rcode(demo, change) == "NOERROR"
    assert await held(demo, "www", "CNAME") == ({"nas.demo.test."}, 60)


async def test_the_apex_keeps_what_a_zone_needs(demo: DemoServers) -> None:
    """Neither SOA nor the last NS can be deleted; the rest of the apex can."""
    change = update(demo)
    change.delete(ZONE_NAME)
    change.delete(ZONE_NAME, "SOA")
    change.delete(ZONE_NAME, "NS")
    change.delete(ZONE_NAME, "NS", "ns.demo.test.")
    assert await rcode(demo, change) == "NOERROR"
    left = {
        rdtype.name
        for name, _, rdtype, _ in demo.zone.records()
        if name == demo.zone.origin
    }
    assert left == {"SOA", "NS"}


async def test_serial_number_can_be_raised_only(demo: DemoServers) -> None:
    """A lower serial number is ignored, a higher one is taken."""
    for serial, expected in ((0, 1), (100, 100)):
        change = update(demo)
        change.add(ZONE_NAME, 3600, "SOA", f"ns hostmaster {serial} 3600 900 604800 60")
        assert await rcode(demo, change) == "NOERROR"
        assert demo.zone.serial == expected


@pytest.mark.parametrize(
    ("present", "absent", "expected"),
    [
        (("ns",), (), "NOERROR"),
        (("nobody",), (), "NXDOMAIN"),
        (("ns", "A"), (), "NOERROR"),
        (("ns", "AAAA"), (), "NXRRSET"),
        (("ns", "A", "127.0.0.1"), (), "NOERROR"),
        (("ns", "A", "127.0.0.9"), (), "NXRRSET"),
        (("ns.example.com.", "A"), (), "NOTZONE"),
        ((), ("nobody",), "NOERROR"),
        ((), ("ns",), "YXDOMAIN"),
        ((), ("ns", "AAAA"), "NOERROR"),
        ((), ("ns", "A"), "YXRRSET"),
    ],
)
async def test_prerequisites(
    demo: DemoServers,
    present: tuple[str, ...],
    absent: tuple[str, ...],
    expected: str,
) -> None:
    """An update happens only when its prerequisites hold."""
    change = update(demo)
    if present:
        change.present(*present)
    if absent:
        change.absent(*absent)
    change.add("home", 60, "A", "11.22.33.44")
    assert await rcode(demo, change) == expected
    happened = (await held(demo, "home", "A"))[0] == {"11.22.33.44"}
    assert happened == (expected == "NOERROR")


async def test_update_of_another_zone(demo: DemoServers) -> None:
    """The server is not authoritative for it."""
    change = dns.update.UpdateMessage("example.com.", keyring=key(demo))
    change.add("home", 60, "A", "11.22.33.44")
    assert await rcode(demo, change) == "NOTAUTH"


async def test_update_of_a_question_type(demo: DemoServers) -> None:
    """A type that is no data cannot be added."""
    change = update(demo)
    rdata = dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.MAILB, b"x")
    change.add("home", 60, rdata)
    assert await rcode(demo, change) == "FORMERR"


# ---------------------------------------------------------------------- signatures


async def test_unsigned_update_is_refused(demo: DemoServers) -> None:
    """Without a signature nothing changes."""
    change = dns.update.UpdateMessage(ZONE_NAME)
    change.add("home", 60, "A", "11.22.33.44")
    assert await rcode(demo, change) == "REFUSED"
    assert demo.zone.serial == 1


@pytest.mark.parametrize(
    ("name", "secret", "algorithm", "expected"),
    [
        ("other-key.", None, dns.tsig.HMAC_SHA256, dns.tsig.PeerBadKey),
        (KEY_NAME, None, dns.tsig.HMAC_SHA512, dns.tsig.PeerBadKey),
        (KEY_NAME, b"another secret", dns.tsig.HMAC_SHA256, dns.tsig.PeerBadSignature),
    ],
)
async def test_wrong_key(
    demo: DemoServers,
    name: str,
    secret: bytes | None,
    algorithm: dns.name.Name,
    expected: type[Exception],
) -> None:
    """A client learns what is wrong with its signature, and nothing changes."""
    wrong = dns.tsig.Key(name, secret or demo.secret, algorithm)
    change = dns.update.UpdateMessage(ZONE_NAME, keyring=wrong)
    change.add("home", 60, "A", "11.22.33.44")
    with pytest.raises(expected):
        await send(demo, change)
    assert demo.zone.serial == 1
    assert demo.state.log[-1].kind is RequestKind.DNS_UPDATE


async def test_wrong_clock(demo: DemoServers, freezer: FrozenDateTimeFactory) -> None:
    """A message signed an hour ago is answered with the server's time, signed."""
    change = update(demo)
    change.add("home", 60, "A", "11.22.33.44")
    wire = change.to_wire()
    freezer.tick(3600)
    answer = DnsServer(demo.state, demo.zone, demo.secret).respond(wire, 65535)
    assert answer is not None
    with pytest.raises(dns.tsig.PeerBadTime):
        dns.message.from_wire(answer, keyring=key(demo), request_mac=change.mac)
    unchecked = dns.message.from_wire(answer, keyring=False)
    assert unchecked.rcode() == dns.rcode.NOTAUTH
    assert unchecked.mac
    assert demo.zone.serial == 1


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


GOOD_WIRES = [
    dns.message.make_query("home.demo.test.", "A").to_wire(),
    dns.update.UpdateMessage(
        ZONE_NAME, keyring=dns.tsig.Key(KEY_NAME, bytes(32), dns.tsig.HMAC_SHA256)
    ).to_wire(),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=80)
    | st.builds(
        lambda wire, at, byte: wire[:at] + bytes([byte]) + wire[at + 1 :],
        st.sampled_from(GOOD_WIRES),
        st.integers(0, 120),
        st.integers(0, 255),
    )
)
def test_no_message_is_too_bad(wire: bytes) -> None:
    """Whatever arrives gets a readable answer with its own identifier, or none."""
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
