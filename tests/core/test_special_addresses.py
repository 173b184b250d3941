"""Tests of what may be published, against IANA's registries, which are in `data`."""

import csv
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import (
    Address,
    Network,
    Refusal,
    publishable,
    refusal,
)

DATA = Path(__file__).parent / "data"
GLOBAL_UNICAST = IPv6Network("2000::/3")


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a registry, without the comments above it."""
    lines = (DATA / f"iana-{name}.csv").read_text(encoding="utf-8").splitlines()
    table = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [dict(row) for row in table]


def without_footnote(text: str) -> str:
    """Return a cell without the mark of its footnote, as in "False [1]"."""
    return text.partition(" [")[0]


# block -> what the registry says of "Globally Reachable"; "" and "N/A" are not True
SPECIAL: dict[Network, str] = {
    ip_network(without_footnote(block)): without_footnote(row["Globally Reachable"])
    for name in ("ipv4-special-registry", "ipv6-special-registry")
    for row in rows(name)
    for block in row["Address Block"].split(", ")
}
# who has the addresses of homes is an allocated block of a regional registry
REGIONAL: dict[IPv6Network, str] = {
    IPv6Network(row["Prefix"]): row["Designation"]
    for row in rows("ipv6-unicast-address-assignments")
    if row["Designation"] not in ("IANA", "6to4")
}
# Globally reachable, but never a home's, with the reason why each is refused as well.
# Anycast: whoever is nearest has the address. AS112 answers for private reverse zones
# and may be run by anybody; AMT carries multicast through tunnels.
REACHABLE_BUT_NO_HOME = {
    "64:ff9b::/96": "an IPv4 address, by way of a translator",
    "192.0.0.9/32": "anycast: whoever does port control (PCP) here",
    "192.0.0.10/32": "anycast: whoever relays (TURN) here",
    "192.31.196.0/24": "AS112, anycast",
    "192.52.193.0/24": "AMT, anycast relays",
    "192.175.48.0/24": "AS112, anycast",
    "2001:1::1/128": "anycast: whoever does port control (PCP) here",
    "2001:1::2/128": "anycast: whoever relays (TURN) here",
    "2001:1::3/128": "anycast: whoever registers services (DNS-SD) here",
    "2001:3::/32": "AMT, anycast relays",
    "2001:4:112::/48": "AS112, anycast",
    "2001:20::/28": "ORCHIDv2: the hash of a key, no place",
    "2001:30::/28": "names of drones, no place",
    "2620:4f:8000::/48": "AS112, anycast",
}
# in other registries: multicast (RFC 5771, RFC 4291), what has been given back (6bone,
# RFC 3701; site-local, RFC 3879) and the IPv4-compatible addresses (RFC 4291, 2.5.5.1)
ELSEWHERE = [
    ip_network(block)
    for block in ("224.0.0.0/4", "3ffe::/16", "::/96", "fec0::/10", "ff00::/8")
]
# not the special ones of RFC 4291: everything else is reserved by IETF
OUTSIDE = [
    ip_network(block)
    for block in (
        *("::/8", "100::/8", "200::/7", "400::/6", "800::/5", "1000::/4"),
        *("4000::/3", "6000::/3", "8000::/3", "a000::/3", "c000::/3"),
        *("e000::/4", "f000::/5", "f800::/6", "fe00::/9"),
    )
]
# every address in them stands for an IPv4 address
EMBEDDING = (
    IPv6Network("::/96"),
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2001::/32"),
    IPv6Network("2002::/16"),
)


def host(address: Address) -> Address:
    """Return the address, or the first one of a host if it names an IPv6 subnet."""
    if isinstance(address, IPv6Address) and int(address) % (1 << 64) == 0:
        return address + 1
    return address


def samples(network: Network) -> set[Address]:
    """Return addresses of hosts in all parts of a block, its ends among them."""
    step = max(1, network.num_addresses // 16)
    inside = [network[step * part] for part in range(network.num_addresses // step)]
    ends = [network[0], network[1 % network.num_addresses], network[-1]]
    return {
        item
        for address in (*inside, *ends)
        for item in (address, host(address))
        if item in network
    }


def refused_elsewhere(address: Address) -> bool:
    """Return whether another block, or the lack of an assignment, forbids an address."""
    if any(address in network for network in (*SPECIAL, *ELSEWHERE)):
        return True
    return isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST


def test_the_registries_are_read_whole() -> None:
    """26 and 25 blocks are special, 34 belong to the five regional registries."""
    versions = [block.version for block in SPECIAL]
    assert (versions.count(4), versions.count(6)) == (26, 25)
    assert len(REGIONAL) == 34
    assert set(REGIONAL.values()) == {"AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE NCC"}
    assert set(SPECIAL.values()) == {"True", "False", "N/A", ""}
    for block, whole in (("192.88.99.0/24", ""), ("2002::/16", "N/A")):
        assert SPECIAL[ip_network(block)] == whole


@pytest.mark.parametrize("block", [*SPECIAL, *ELSEWHERE, *OUTSIDE], ids=str)
def test_no_address_of_a_special_block_is_publishable(block: Network) -> None:
    """Whatever the registry says of its being reachable: a home has none of them."""
    for address in samples(block):
        assert not publishable(address), address


def test_what_is_reachable_is_refused_for_a_reason() -> None:
    """The registry's other special blocks are not globally reachable in the first place."""
    reachable = {str(block) for block, reach in SPECIAL.items() if reach == "True"}
    assert reachable == set(REACHABLE_BUT_NO_HOME)


def beside(block: Network) -> list[Address]:
    """Return the addresses right below and above a block, if any."""
    numbers = (int(block[0]) - 1, int(block[-1]) + 1)
    top = (1 << block.max_prefixlen) - 1
    kind = IPv4Address if block.version == 4 else IPv6Address
    return [kind(number) for number in numbers if 0 <= number <= top]


@pytest.mark.parametrize(
    "address",
    sorted(
        {
            host(address)
            for block in (*SPECIAL, *ELSEWHERE)
            for address in beside(block)
            if not refused_elsewhere(address)
        },
        key=lambda address: (address.version, int(address)),
    ),
    ids=str,
)
def test_what_lies_beside_a_block_is_publishable(address: Address) -> None:
    """No block reaches further than it should: somebody may live next to it."""
    assert refusal(address) is None


def test_homes_live_beside_the_blocks() -> None:
    """The test above does not take the neighbours of a block for special ones."""
    for text in ("11.0.0.0", "100.63.255.255", "100.128.0.0", "172.32.0.0"):
        assert not refused_elsewhere(ip_address(text))
    for text in ("2001:200::", "2001:db9::", "2003::", "2620:4f:8001::"):
        assert not refused_elsewhere(ip_address(text))


@pytest.mark.parametrize("block", REGIONAL, ids=str)
def test_homes_addresses_are_publishable(block: IPv6Network) -> None:
    """What regional registries have been given is not refused."""
    found = 0
    for address in samples(block):
        if address == host(address) and not refused_elsewhere(address):
            assert refusal(address) is None, address
            found += 1
    assert found > 10


@given(st.ip_addresses(v=4), st.sampled_from(EMBEDDING), st.integers(0, 2**80 - 1))
def test_ipv4_in_the_dress_of_ipv6_is_embedded(
    address: IPv4Address, block: IPv6Network, rest: int
) -> None:
    """Mapped, compatible, translated, 6to4 and Teredo: an A record is the place for it."""
    free = block.max_prefixlen - block.prefixlen
    dressed = (int(address) << (free - 32)) | (rest & ((1 << (free - 32)) - 1))
    embedded = IPv6Address(int(block.network_address) | dressed)
    if int(embedded) > 1:
        assert refusal(embedded) is Refusal.EMBEDDED_IPV4


@given(st.ip_addresses(v=6), st.text(alphabet="abcdefgh0123456789", min_size=1))
def test_an_address_with_a_zone_is_zoned(address: IPv6Address, zone: str) -> None:
    """It means something on one machine only, however public it looks."""
    assert refusal(IPv6Address(f"{address}%{zone}")) is Refusal.ZONED


@given(
    st.ip_addresses(v=6, network="4000::/2") | st.ip_addresses(v=6, network="8000::/1")
)
def test_what_is_above_global_unicast_is_refused(address: IPv6Address) -> None:
    """Nobody has been given addresses from 4000:: on (RFC 4291, 2.4)."""
    assert not publishable(address)


def near_blocks() -> st.SearchStrategy[Address]:
    """Return addresses, many of them in special blocks or at their borders."""
    blocks = [*SPECIAL, *ELSEWHERE, *REGIONAL]
    borders = [address for block in blocks for address in beside(block)]
    return st.one_of(
        st.ip_addresses(),
        st.sampled_from(borders),
        st.sampled_from(blocks).flatmap(
            lambda block: st.integers(0, block.num_addresses - 1).map(block.__getitem__)
        ),
    )


@given(near_blocks())
def test_the_registries_and_the_standard_library_agree_with_what_is_published(
    address: Address,
) -> None:
    """Exactly what no registry forbids is published, and the library finds all of it global."""
    assert publishable(address) is (
        not refused_elsewhere(address) and address == host(address)
    )
    if publishable(address):
        assert address.is_global
        assert not address.is_multicast
        if isinstance(address, IPv6Address):
            assert address in GLOBAL_UNICAST
