"""Tests of the address rules: what may leave the house, and how addresses are composed."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
import socket

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import (
    Family,
    Refusal,
    parse_address,
    publishable,
    refusal,
)

# The IANA IPv4 and IPv6 Special-Purpose Address Registries, the multicast and the IPv6
# global unicast assignments (2026-10), and why their addresses are not published.
SPECIAL_PURPOSE = (
    ("0.0.0.0/8", Refusal.RESERVED),
    ("10.0.0.0/8", Refusal.PRIVATE),
    ("100.64.0.0/10", Refusal.SHARED),
    ("127.0.0.0/8", Refusal.LOOPBACK),
    ("169.254.0.0/16", Refusal.LINK_LOCAL),
    ("172.16.0.0/12", Refusal.PRIVATE),
    ("192.0.0.0/29", Refusal.SHARED),
    ("192.0.0.8/32", Refusal.RESERVED),
    ("192.0.0.9/32", Refusal.RESERVED),
    ("192.0.0.10/32", Refusal.RESERVED),
    ("192.0.0.170/31", Refusal.RESERVED),
    ("192.0.2.0/24", Refusal.DOCUMENTATION),
    ("192.31.196.0/24", Refusal.RESERVED),
    ("192.52.193.0/24", Refusal.RESERVED),
    ("192.88.99.0/24", Refusal.RESERVED),
    ("192.168.0.0/16", Refusal.PRIVATE),
    ("192.175.48.0/24", Refusal.RESERVED),
    ("198.18.0.0/15", Refusal.RESERVED),
    ("198.51.100.0/24", Refusal.DOCUMENTATION),
    ("203.0.113.0/24", Refusal.DOCUMENTATION),
    ("224.0.0.0/4", Refusal.MULTICAST),
    ("240.0.0.0/4", Refusal.RESERVED),
    ("255.255.255.255/32", Refusal.RESERVED),
    ("::/128", Refusal.UNSPECIFIED),
    ("::1/128", Refusal.LOOPBACK),
    ("::2/127", Refusal.EMBEDDED_IPV4),
    ("::8.8.8.0/120", Refusal.EMBEDDED_IPV4),
    ("::ffff:0:0/96", Refusal.EMBEDDED_IPV4),
    ("64:ff9b::/96", Refusal.EMBEDDED_IPV4),
    ("64:ff9b:1::/48", Refusal.EMBEDDED_IPV4),
    ("100::/64", Refusal.RESERVED),
    ("100:0:0:1::/64", Refusal.RESERVED),
    ("1000::/4", Refusal.RESERVED),
    ("2001::/32", Refusal.EMBEDDED_IPV4),
    ("2001:1::1/128", Refusal.RESERVED),
    ("2001:1::2/128", Refusal.RESERVED),
    ("2001:1::3/128", Refusal.RESERVED),
    ("2001:2::/48", Refusal.RESERVED),
    ("2001:3::/32", Refusal.RESERVED),
    ("2001:4:112::/48", Refusal.RESERVED),
    ("2001:10::/28", Refusal.RESERVED),
    ("2001:20::/28", Refusal.RESERVED),
    ("2001:30::/28", Refusal.RESERVED),
    ("2001:db8::/32", Refusal.DOCUMENTATION),
    ("2002::/16", Refusal.EMBEDDED_IPV4),
    ("2620:4f:8000::/48", Refusal.RESERVED),
    ("3ffe::/16", Refusal.RESERVED),
    ("3fff::/20", Refusal.DOCUMENTATION),
    ("4000::/2", Refusal.RESERVED),
    ("5f00::/16", Refusal.RESERVED),
    ("8000::/2", Refusal.RESERVED),
    ("fc00::/7", Refusal.PRIVATE),
    ("fe80::/10", Refusal.LINK_LOCAL),
    ("fec0::/10", Refusal.PRIVATE),
    ("ff00::/8", Refusal.MULTICAST),
)
# right beside the blocks above, and what homes really have
PUBLIC = (
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "11.22.33.44",
    "25.1.1.1",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.31.195.255",
    "192.52.194.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2001:470::1",
    "2003:e1:1:1::1",
    "2606:2800:220:1::44",
    "2620:4f:7fff::1",
    "2620:4f:8001::1",
    "2a02:8071::1",
    "2c0f::1",
    "3ffd:ffff::1",
    "3fff:1000::1",
)


@pytest.mark.parametrize(("block", "reason"), SPECIAL_PURPOSE)
def test_special_purpose_blocks_are_refused(block: str, reason: Refusal) -> None:
    """No address of a special-purpose block may be published, and the reason is told."""
    network = ip_network(block)
    middle = network[network.num_addresses // 2]
    for address in (network[0], middle, network[-1]):
        # a part of a block may have a reason of its own
        assert not publishable(address), address
    assert refusal(network[-1]) is reason


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_publishable(text: str) -> None:
    """What lies beside the special blocks may be published."""
    assert refusal(ip_address(text)) is None
    assert publishable(ip_address(text))


def test_blocks_of_special_and_public_addresses_do_not_overlap() -> None:
    """The two tables above agree with each other."""
    networks = [ip_network(block) for block, _ in SPECIAL_PURPOSE]
    assert not [
        text
        for text in PUBLIC
        if any(ip_address(text) in network for network in networks)
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2a02:8071:1:1::", Refusal.NETWORK_ADDRESS),
        ("2a02:8071:1:1::1%eth0", Refusal.ZONED),
        ("fe80::1%eth0", Refusal.ZONED),
        ("::ffff:8.8.8.8", Refusal.EMBEDDED_IPV4),
        ("64:ff9b::808:808", Refusal.EMBEDDED_IPV4),
        ("2002:808:808::1", Refusal.EMBEDDED_IPV4),
        ("2001:0:808:808::1", Refusal.EMBEDDED_IPV4),
        ("0.0.0.0", Refusal.UNSPECIFIED),
        ("0.0.0.1", Refusal.RESERVED),
    ],
)
def test_disguised_addresses_are_refused(text: str, reason: Refusal) -> None:
    """Mapped, translated, tunnelled, zoned and subnet addresses name no machine."""
    assert refusal(ip_address(text)) is reason


@given(st.ip_addresses())
def test_what_is_publishable_is_global(address: IPv4Address | IPv6Address) -> None:
    """Our rule is never laxer than the standard library's, which is known to be lax."""
    if publishable(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_private


@given(st.ip_addresses(v=4))
def test_ipv4_in_disguise_is_never_publishable(address: IPv4Address) -> None:
    """An IPv4 address is not published as an AAAA record, in whatever dress."""
    for prefix in ("::", "::ffff:0:0", "64:ff9b::"):
        assert not publishable(IPv6Address(int(IPv6Address(prefix)) | int(address)))


def test_allowed_networks_narrow_their_own_family_only() -> None:
    """A guard for one family leaves the other free, and permits nothing special."""
    allowed = (ip_network("11.22.0.0/16"), ip_network("11.44.0.0/16"))
    assert refusal(ip_address("11.22.33.44"), allowed) is None
    assert refusal(ip_address("11.44.0.1"), allowed) is None
    assert refusal(ip_address("11.23.0.1"), allowed) is Refusal.NOT_ALLOWED
    assert refusal(ip_address("2606:2800:220:1::44"), allowed) is None
    assert (
        refusal(ip_address("10.0.0.1"), (ip_network("10.0.0.0/8"),)) is Refusal.PRIVATE
    )


@given(st.ip_addresses())
def test_an_address_is_read_back(address: IPv4Address | IPv6Address) -> None:
    """Text and address are the same, in its own family only."""
    family = Family.of(address)
    assert parse_address(f" {address}\n") == address
    assert parse_address(str(address), family) == address
    other = Family.IPV6 if family is Family.IPV4 else Family.IPV4
    with pytest.raises(ValueError, match="family"):
        parse_address(str(address), other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.2.3",
        "01.2.3.4",
        "1.2.3.4/32",
        "1.2.3.4, 5.6.7.8",
        "1.2.3.4:80",
        "[2606::1]",
        "0x1.2.3.4",
        "١.2.3.4",
        "2606:::1",
        "home.example.com",
    ],
)
def test_text_that_is_more_or_less_than_an_address_is_refused(text: str) -> None:
    """Only one address, spelled as it should be, is one."""
    with pytest.raises(ValueError):
        parse_address(text)


def test_a_family_knows_its_names() -> None:
    """Every part of the program calls a family by the name it needs."""
    assert [
        (family.value, family.version, family.record_type, family.socket_family)
        for family in Family
    ] == [
        ("ipv4", 4, "A", socket.AF_INET),
        ("ipv6", 6, "AAAA", socket.AF_INET6),
    ]
    assert Family.of(ip_address("1.2.3.4")) is Family.IPV4
    assert Family.of(ip_address("::1")) is Family.IPV6


def test_family_as_people_write_it() -> None:
    """In one place, for forms, repairs and the logbook."""
    assert [family.label for family in Family] == ["IPv4", "IPv6"]
