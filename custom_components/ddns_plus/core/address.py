"""Address families, special address ranges, and IPv6 host suffixes."""

from enum import StrEnum
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
import re
import socket

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network


class Family(StrEnum):
    """An address family, and its names elsewhere."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"

    @property
    def label(self) -> str:
        """Return the name of the family."""
        return f"IPv{self.version}"

    @property
    def version(self) -> int:
        """Return the IP version number."""
        return 4 if self is Family.IPV4 else 6

    @property
    def record_type(self) -> str:
        """Return the DNS record type that holds an address of this family."""
        return "A" if self is Family.IPV4 else "AAAA"

    @property
    def socket_family(self) -> socket.AddressFamily:
        """Return the socket family."""
        return socket.AF_INET if self is Family.IPV4 else socket.AF_INET6

    @classmethod
    def of(cls, address: Address) -> Family:
        """Return the family of an address."""
        return cls.IPV4 if address.version == 4 else cls.IPV6


class Refusal(StrEnum):
    """Why an address must not be published."""

    DOCUMENTATION = "documentation"
    EMBEDDED_IPV4 = "embedded_ipv4"
    LINK_LOCAL = "link_local"
    LOOPBACK = "loopback"
    MULTICAST = "multicast"
    NETWORK_ADDRESS = "network_address"
    NOT_ALLOWED = "not_allowed"
    PRIVATE = "private"
    RESERVED = "reserved"
    SHARED = "shared"
    UNSPECIFIED = "unspecified"
    ZONED = "zoned"


# First match wins. From the IANA special-purpose address registries and the
# multicast and global unicast assignments, read 2026-10. `is_global` of the
# standard library lets a third of these pass.
_REFUSED: tuple[tuple[Network, Refusal], ...] = tuple(
    (ip_network(network), refusal)
    for network, refusal in (
        ("0.0.0.0/32", Refusal.UNSPECIFIED),
        ("0.0.0.0/8", Refusal.RESERVED),
        ("10.0.0.0/8", Refusal.PRIVATE),
        ("100.64.0.0/10", Refusal.SHARED),
        ("127.0.0.0/8", Refusal.LOOPBACK),
        ("169.254.0.0/16", Refusal.LINK_LOCAL),
        ("172.16.0.0/12", Refusal.PRIVATE),
        ("192.0.0.0/29", Refusal.SHARED),
        ("192.0.0.0/24", Refusal.RESERVED),
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
        ("::/128", Refusal.UNSPECIFIED),
        ("::1/128", Refusal.LOOPBACK),
        ("::ffff:0:0/96", Refusal.EMBEDDED_IPV4),
        ("::/96", Refusal.EMBEDDED_IPV4),
        ("64:ff9b::/96", Refusal.EMBEDDED_IPV4),
        ("64:ff9b:1::/48", Refusal.EMBEDDED_IPV4),
        ("2001::/32", Refusal.EMBEDDED_IPV4),
        ("2001::/23", Refusal.RESERVED),
        ("2001:db8::/32", Refusal.DOCUMENTATION),
        ("2002::/16", Refusal.EMBEDDED_IPV4),
        ("2620:4f:8000::/48", Refusal.RESERVED),
        ("3ffe::/16", Refusal.RESERVED),
        ("3fff::/20", Refusal.DOCUMENTATION),
        ("fc00::/7", Refusal.PRIVATE),
        ("fe80::/10", Refusal.LINK_LOCAL),
        ("fec0::/10", Refusal.PRIVATE),
        ("ff00::/8", Refusal.MULTICAST),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_INTERFACE_MASK = (1 << 64) - 1
# delegated to a home: one site at most (RFC 6177), one network at least
SHORTEST_PREFIX = 48
LONGEST_PREFIX = 64
# length of one network; a delegated prefix may hold several
LAN_PREFIX_LENGTH = 64
# notations: with separators, Cisco's, and without
_MAC = re.compile(
    r"[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4})"
    r"|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}|[0-9A-Fa-f]{12}"
)


def parse_address(text: str, family: Family | None = None) -> Address:
    """Read one address from a text without anything else.

    Raises ValueError for anything but one address, or one of another family.
    """
    address = ip_address(text.strip())
    if family is not None and Family.of(address) is not family:
        raise ValueError("not an address of the family asked for")
    return address


# a round asks for the same address of each hostname, more than once
@lru_cache(maxsize=64)
def refusal(address: Address, allowed: tuple[Network, ...] = ()) -> Refusal | None:
    """Return why an address must not be published, None if it may be.

    `allowed` narrows the choice to these networks (families without any are free).
    Source: IANA special-purpose address registries (RFC 6890), 2026-10.
    """
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return Refusal.ZONED
    for network, reason in _REFUSED:
        if address in network:
            return reason
    if isinstance(address, IPv6Address):
        if address not in _GLOBAL_UNICAST:
            return Refusal.RESERVED
        if int(address) & _INTERFACE_MASK == 0:
            # the all-zero host part is the subnet-router anycast address (RFC 4291, 2.6.1)
            return Refusal.NETWORK_ADDRESS
    if not address.is_global:
        return Refusal.RESERVED
    same_family = [network for network in allowed if network.version == address.version]
    if same_family and not any(address in network for network in same_family):
        return Refusal.NOT_ALLOWED
    return None


def publishable(address: Address) -> bool:
    """Return True if an address may be published."""
    return refusal(address) is None


def prefix_of(address: IPv6Address, prefix_length: int) -> IPv6Network:
    """Return the network of an address.

    Raises ValueError for a prefix length, in bits, that is not between 48 and 64.
    """
    _check_prefix_length(prefix_length)
    return IPv6Network((int(address), prefix_length), strict=False)


def keep_suffix(address: IPv6Address, prefix_length: int) -> IPv6Address:
    """Return the host bits of an address, to be combined with another prefix.

    Raises ValueError for a prefix length, in bits, that is not between 48 and 64.
    """
    return IPv6Address(int(address) & int(prefix_of(address, prefix_length).hostmask))


def compose(prefix: IPv6Network, suffix: IPv6Address) -> IPv6Address:
    """Return the address of a host: the prefix's network bits with the suffix's host bits.

    Raises ValueError for a prefix whose length is not between 48 and 64 bits.
    """
    _check_prefix_length(prefix.prefixlen)
    return IPv6Address(
        int(prefix.network_address) | (int(suffix) & int(prefix.hostmask))
    )


def suffix_from_mac(mac: str) -> IPv6Address:
    """Return the host suffix that a MAC address gives (modified EUI-64, RFC 4291 appendix A).

    Raises ValueError for anything but the MAC address of one machine.
    """
    if not _MAC.fullmatch(mac.strip()):
        raise ValueError("a MAC address has six bytes in hexadecimal")
    octets = bytearray.fromhex(re.sub(r"[^0-9A-Fa-f]", "", mac))
    if octets[0] & 0x01 or not any(octets):
        raise ValueError("not the MAC address of one machine")
    octets[0] ^= 0x02
    return IPv6Address(int.from_bytes(octets[:3] + b"\xff\xfe" + octets[3:]))


def parse_suffix(text: str, prefix_length: int = LONGEST_PREFIX) -> IPv6Address:
    """Read an IPv6 host suffix ("::42") or the MAC address that it is made of.

    A suffix below a prefix shorter than 64 bits carries the subnet: "::7:0:0:0:42".
    Raises ValueError for anything else, for a suffix with bits of the prefix or without
    any of the host, and for a prefix length that is not between 48 and 64 bits.
    """
    _check_prefix_length(prefix_length)
    text = text.strip()
    try:
        suffix = IPv6Address(text)
    except ValueError:
        return suffix_from_mac(text)
    if not int(suffix) & _INTERFACE_MASK or suffix.scope_id is not None:
        raise ValueError("a host suffix has some bits of the host set")
    if int(suffix) >> (suffix.max_prefixlen - prefix_length):
        raise ValueError("a host suffix has no bits of the prefix")
    return suffix


def _check_prefix_length(bits: int) -> None:
    """Raise ValueError for a prefix length that is not delegated to homes."""
    if not SHORTEST_PREFIX <= bits <= LONGEST_PREFIX:
        raise ValueError(
            f"a prefix has between {SHORTEST_PREFIX} and {LONGEST_PREFIX} bits"
        )
