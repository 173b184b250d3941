"""Tests of composed addresses: a prefix, and the suffix of a machine."""

from ipaddress import IPv6Address, IPv6Network

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import (
    LONGEST_PREFIX,
    SHORTEST_PREFIX,
    compose,
    keep_suffix,
    parse_suffix,
    prefix_of,
    suffix_from_mac,
)

PREFIX_LENGTHS = st.integers(SHORTEST_PREFIX, LONGEST_PREFIX)


@given(
    prefix=st.ip_addresses(v=6),
    length=st.integers(min_value=48, max_value=64),
    suffix=st.integers(min_value=1, max_value=2**64 - 1),
)
def test_a_composed_address_has_the_prefix_and_the_suffix(
    prefix: IPv6Address, length: int, suffix: int
) -> None:
    """The network's bits come from the prefix, the host's from the suffix."""
    network = IPv6Network((int(prefix), length), strict=False)
    address = compose(network, IPv6Address(suffix))
    assert address in network
    assert int(address) & int(network.hostmask) == suffix


def test_bits_of_the_suffix_never_reach_the_prefix() -> None:
    """A suffix that is too long cannot lead out of the network."""
    network = IPv6Network("2606:2800:220:1::/64")
    everything = IPv6Address(2**128 - 1)
    assert compose(network, everything) in network


def test_a_delegated_prefix_leaves_the_subnet_to_the_suffix() -> None:
    """With a /56 the suffix says which subnet the machine is in."""
    suffix = parse_suffix("::7:0:0:0:42", prefix_length=56)
    assert str(compose(IPv6Network("2606:2800:220:100::/56"), suffix)) == (
        "2606:2800:220:107::42"
    )


@given(st.ip_addresses(v=6), PREFIX_LENGTHS)
def test_an_address_is_its_prefix_and_its_suffix(
    address: IPv6Address, length: int
) -> None:
    """Taken apart and composed it is the same, whatever the prefix length."""
    prefix, suffix = prefix_of(address, length), keep_suffix(address, length)
    assert address in prefix
    assert prefix.prefixlen == length
    assert compose(prefix, suffix) == address


@given(st.ip_addresses(v=6), st.ip_addresses(v=6), PREFIX_LENGTHS)
def test_a_kept_suffix_moves_to_another_prefix(
    address: IPv6Address, elsewhere: IPv6Address, length: int
) -> None:
    """The machine stays itself when the provider gives another prefix."""
    moved = compose(prefix_of(elsewhere, length), keep_suffix(address, length))
    assert moved in prefix_of(elsewhere, length)
    assert keep_suffix(moved, length) == keep_suffix(address, length)


def test_a_kept_suffix_holds_the_subnet() -> None:
    """Of an address of a /56, and no zone."""
    address = IPv6Address("2606:2800:220:107::42%eth0")
    assert keep_suffix(address, 56) == IPv6Address("::7:0:0:0:42")
    assert keep_suffix(address, 64) == IPv6Address("::42")
    assert prefix_of(address, 56) == IPv6Network("2606:2800:220:100::/56")


@given(
    length=PREFIX_LENGTHS,
    host=st.integers(min_value=1, max_value=2**64 - 1),
    subnet=st.integers(min_value=0, max_value=2**16 - 1),
)
def test_a_suffix_has_the_bits_that_the_prefix_leaves(
    length: int, host: int, subnet: int
) -> None:
    """One more and it is refused: it would lead into somebody else's network."""
    suffix = IPv6Address(subnet << 64 | host)
    if subnet < 2 ** (64 - length):
        assert parse_suffix(str(suffix), length) == suffix
    else:
        with pytest.raises(ValueError, match="no bits of the prefix"):
            parse_suffix(str(suffix), length)


def test_a_subnet_alone_is_no_suffix() -> None:
    """The address without a host is that of the subnet's routers (RFC 4291, 2.6.1)."""
    with pytest.raises(ValueError, match="bits of the host"):
        parse_suffix("::7:0:0:0:0", prefix_length=56)


@pytest.mark.parametrize("length", [-1, 0, 47, 65, 128, 129])
def test_prefixes_that_no_home_has_are_refused(length: int) -> None:
    """A home has a /48 at most, and an address takes a /64 at least."""
    address = IPv6Address("2606:2800:220:107::42")
    for function in (prefix_of, keep_suffix):
        with pytest.raises(ValueError, match="between 48 and 64"):
            function(address, length)
    with pytest.raises(ValueError, match="between 48 and 64"):
        parse_suffix("::42", length)
    if 0 <= length <= 128:
        network = IPv6Network((int(address), length), strict=False)
        with pytest.raises(ValueError, match="between 48 and 64"):
            compose(network, IPv6Address("::42"))


@pytest.mark.parametrize(
    "mac",
    [
        "00:11:22:33:44:55",
        "00-11-22-33-44-55",
        "0011.2233.4455",
        "001122334455",
        " 00:11:22:33:44:55 ",
    ],
)
def test_a_mac_address_gives_the_suffix(mac: str) -> None:
    """Every usual spelling gives the suffix of RFC 4291, appendix A."""
    assert suffix_from_mac(mac) == IPv6Address("::211:22ff:fe33:4455")
    assert parse_suffix(mac) == IPv6Address("::211:22ff:fe33:4455")


@given(st.binary(min_size=6, max_size=6))
def test_a_mac_address_can_be_read_back_from_the_suffix(mac: bytes) -> None:
    """Different machines get different suffixes, and none leaves the host part."""
    if mac[0] & 1 or not any(mac):
        with pytest.raises(ValueError, match="one machine"):
            suffix_from_mac(mac.hex(":"))
        return
    suffix = suffix_from_mac(mac.hex(":"))
    octets = suffix.packed
    assert octets[:8] == bytes(8)
    assert octets[11:13] == b"\xff\xfe"
    assert bytes([octets[8] ^ 2]) + octets[9:11] + octets[13:] == mac


@given(st.integers(min_value=1, max_value=2**64 - 1))
def test_a_suffix_is_read_back(suffix: int) -> None:
    """Every suffix of a /64 can be typed in."""
    assert int(parse_suffix(f" {IPv6Address(suffix)} ")) == suffix


@pytest.mark.parametrize(
    "text",
    [
        "",
        "::",
        "::1%eth0",
        "42",
        "2606:2800:220:1::42",
        "::1:0:0:0:42",
        "00:11:22:33:44",
        "00:11:22:33:44:55:66",
        "0:11:22:33:44:556",
        "00:11-22:33-44:55",
        "00:11:22:33:44:5g",
        "00112233445",
        "01:00:5e:00:00:01",
        "00:00:00:00:00:00",
        "192.168.1.2",
    ],
)
def test_what_is_no_suffix_is_refused(text: str) -> None:
    """Neither prefix bits nor half a MAC address nor a group of machines is a suffix."""
    with pytest.raises(ValueError):
        parse_suffix(text)
