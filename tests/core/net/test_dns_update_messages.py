"""Dynamic updates on the wire, and reading damaged answers."""

from ipaddress import ip_address

import dns.exception
import dns.message
import dns.rdataclass
import dns.rdatatype
import dns.update
from hypothesis import given, strategies as st

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net import dns_update
from custom_components.ddns_plus.core.net.dns import query
from custom_components.ddns_plus.core.net.dns_update import RecordSetChange
from custom_components.ddns_plus.core.net.tsig import TsigKey

from .dns_server import reply

ZONE = Hostname("example.org")
HOME = Hostname("home.example.org")
KEY = TsigKey(name="key", secret=b"a secret")
_HOSTNAMES = st.sampled_from(
    [ZONE, HOME, Hostname("*.example.org"), Hostname("xn--bcher-kva.example.org")]
)


@st.composite
def changes(draw: st.DrawFn) -> RecordSetChange:
    """Return a change."""
    family = draw(st.sampled_from(list(Family)))
    address = st.ip_addresses(v=family.version)
    return RecordSetChange(
        hostname=draw(_HOSTNAMES),
        family=family,
        held=frozenset(draw(st.sets(address, max_size=5))),
        remove=draw(st.none() | address),
        add=draw(st.none() | address),
        ttl=draw(st.integers(min_value=0, max_value=2**31 - 1)),
    )


@given(changes())
def test_message_says_what_the_change_says(change: RecordSetChange) -> None:
    """Read back from the wire it holds the prerequisites and the changes, in order."""
    sent = dns_update._update_message(ZONE, [change])
    message = dns.message.from_wire(sent.to_wire())
    assert isinstance(message, dns.update.UpdateMessage)
    [zone] = message.zone
    assert (str(zone.name), zone.rdtype) == ("example.org.", dns.rdatatype.SOA)
    name, record_type = f"{change.hostname}.", change.family.record_type

    held: set[Address] = set()
    absent = set()
    for rrset in message.prerequisite:
        assert str(rrset.name) == name
        if rrset.deleting == dns.rdataclass.NONE:
            absent.add(rrset.rdtype.name)
        else:
            assert (rrset.deleting, rrset.ttl) == (None, 0)
            held |= {ip_address(record.address) for record in rrset}
    assert held == change.held
    assert absent == (set() if change.held else {record_type, "CNAME"})

    updates = [
        (
            str(rrset.name),
            rrset.rdtype.name,
            rrset.deleting,
            ip_address(rrset[0].address),
            rrset.ttl,
        )
        for rrset in message.update
    ]
    expected: list[object] = []
    if change.remove is not None:
        none = dns.rdataclass.NONE
        expected.append((name, record_type, none, change.remove, 0))
    if change.add is not None:
        expected.append((name, record_type, None, change.add, change.ttl))
    assert updates == expected


@given(
    st.dictionaries(st.integers(min_value=2, max_value=120), st.integers(0, 255)),
    st.integers(min_value=0, max_value=120),
    st.booleans(),
)
def test_reading_survives_anything(
    damage: dict[int, int], cut: int, with_key: bool
) -> None:
    """A damaged answer is an answer, or not, but never an accident."""
    message = query(HOME, "SOA")
    if with_key:
        KEY.sign(message)
    message.to_wire()
    soa = "example.org. 60 SOA ns.example.org. hostmaster.example.org. 1 2 3 4 60"
    wire = bytearray(reply(message, authority=[soa]).to_wire())
    for place, value in damage.items():
        if place < len(wire):
            wire[place] = value
    try:
        response, rcode = dns_update._read(message, bytes(wire[: len(wire) - cut]))
    except dns.exception.DNSException, ValueError:
        return
    zone = dns_update._zone(HOME, response, rcode)
    assert not isinstance(zone, Hostname) or HOME.within(zone)
