"""The demo's DNS server: dynamic updates and their signatures."""

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import dns.update
from freezegun.api import FrozenDateTimeFactory
import pytest

from scripts.demo.dns_server import KEY_NAME, DnsServer
from scripts.demo.servers import DemoServers
from scripts.demo.state import RequestKind
from scripts.demo.zone import ZONE_NAME

from .dns_client import ask, held, key, rcode, send, update


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
