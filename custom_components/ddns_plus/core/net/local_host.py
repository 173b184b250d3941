"""Hosts of the local network, known by their names alone; nothing is looked up."""

from ipaddress import ip_address
import re

from ..address import Refusal, refusal

# names that stand for a machine of the local network (RFC 6761, RFC 6762, RFC 8375,
# ICANN's .internal of 2024), and what home routers use without having asked
_DOMAINS = ("home", "home.arpa", "internal", "lan", "local", "localhost")
_ADDRESSES = frozenset({Refusal.LINK_LOCAL, Refusal.LOOPBACK, Refusal.PRIVATE})
# what a system reads as an IPv4 address in another spelling, as in "http://2130706433/"
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.?")


def is_number(host: str) -> bool:
    """Return True if a host may be read as an address rather than a name."""
    return _NUMBER.fullmatch(host) is not None


def is_local(host: str) -> bool:
    """Return True if a host's name is that of this machine or of the local network."""
    try:
        return refusal(ip_address(host)) in _ADDRESSES
    except ValueError:
        if is_number(host):
            # an address of unknown origin does not count as local
            return False
    name = host.lower().rstrip(".")
    return "." not in name or any(
        f".{name}".endswith(f".{domain}") for domain in _DOMAINS
    )
