"""Messages of the Linux kernel about interfaces, addresses and routes.

Source: RFC 3549; linux/netlink.h, rtnetlink.h, if_link.h and if_addr.h.
"""

from collections.abc import Iterator
import errno
from ipaddress import IPv4Address, IPv6Address
import os
import socket
import struct
from typing import NamedTuple

from ...address import Address, Family
from .interface_address import AddressFlag

NETLINK_ROUTE = 0
NLMSG_ERROR, NLMSG_DONE = 2, 3
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
RTM_NEWROUTE, RTM_DELROUTE = 24, 25

_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
# family, index, flags
_LINK = struct.Struct("=BxxxiIxxxx")
# family, prefix length, flags, index
_ADDRESS = struct.Struct("=BBBxI")
# family, length of the destination, table, type
_ROUTE = struct.Struct("=BBxxBxxBxxxx")
_LIFETIMES = struct.Struct("=II")
_FLAGS = struct.Struct("=I")
_ERROR = struct.Struct("=i")
# MAX_ERRNO of Linux
_LARGEST_ERRNO = 4095

_REQUEST_DUMP = 0x301
_DUMP_INTERRUPTED = 0x10
_ATTRIBUTE_TYPE = 0x3FFF
_UP_AND_RUNNING = 0x01 | 0x40
_IFLA_IFNAME, _IFLA_EXT_MASK = 3, 29
_SKIP_STATISTICS = 8
_IFA_ADDRESS, _IFA_LOCAL, _IFA_CACHEINFO, _IFA_FLAGS = 1, 2, 6, 8
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY = 1, 4, 5, 6
_RTA_MULTIPATH, _RTA_TABLE, _RTA_VIA, _RTA_NH_ID = 9, 15, 18, 30
_RTN_UNICAST = 1
_FOREVER = 0xFFFFFFFF
# prefixes used in place of a default route: two halves of IPv4, 2000::/3
_LONGEST_DEFAULT = 3

_FAMILIES = {2: Family.IPV4, 10: Family.IPV6}


class Message(NamedTuple):
    """A netlink message."""

    kind: int
    flags: int
    body: bytes

    @property
    def interrupted(self) -> bool:
        """Return True if the data changed during the dump."""
        return bool(self.flags & _DUMP_INTERRUPTED)


class Link(NamedTuple):
    """An interface by its number; without a name if the message has none."""

    number: int
    name: str
    up: bool


class NumberedAddress(NamedTuple):
    """An address of a numbered interface; lifetimes in seconds, None if infinite."""

    interface: int
    address: Address
    prefix_length: int
    flags: AddressFlag
    preferred: int | None
    valid: int | None


class WayOut(NamedTuple):
    """A default route: its key and its target."""

    family: Family
    key: tuple[object, ...]
    target: tuple[bytes | None, ...]


def dump_request(kind: int) -> bytes:
    """Return the request for all messages of a kind."""
    body = struct.pack("=Bxxx", socket.AF_UNSPEC)
    if kind == RTM_GETLINK:
        # counters make up a quarter of the data of an interface
        body = _LINK.pack(socket.AF_UNSPEC, 0, 0) + _ATTRIBUTE.pack(8, _IFLA_EXT_MASK)
        body += _FLAGS.pack(_SKIP_STATISTICS)
    return _HEADER.pack(_HEADER.size + len(body), kind, _REQUEST_DUMP, 1, 0) + body


def read_messages(datagram: bytes) -> Iterator[Message]:
    """Yield the messages in a datagram, up to the first incomplete one."""
    offset = 0
    while offset + _HEADER.size <= len(datagram):
        length, kind, flags, _, _ = _HEADER.unpack_from(datagram, offset)
        if length < _HEADER.size or offset + length > len(datagram):
            return
        yield Message(kind, flags, datagram[offset + _HEADER.size : offset + length])
        offset += _aligned(length)


def read_link(message: Message) -> Link | None:
    """Return the interface in a message, None for another message."""
    if len(message.body) < _LINK.size:
        return None
    family, index, flags = _LINK.unpack_from(message.body)
    if family != socket.AF_UNSPEC:
        # a bridge reports its ports
        return None
    # the first of about fifty attributes
    pairs = _pairs(message.body, _LINK.size)
    name = next((value for kind, value in pairs if kind == _IFLA_IFNAME), b"")
    return Link(
        index,
        name.split(b"\0", 1)[0].decode(errors="replace"),
        message.kind == RTM_NEWLINK and flags & _UP_AND_RUNNING == _UP_AND_RUNNING,
    )


def read_address(message: Message) -> NumberedAddress | None:
    """Return the IPv4 or IPv6 address in a message, None without one."""
    if len(message.body) < _ADDRESS.size:
        return None
    family, prefix_length, flags, index = _ADDRESS.unpack_from(message.body)
    attributes = dict(_pairs(message.body, _ADDRESS.size))
    # on a point-to-point link the other attribute is the peer
    raw = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS, b"")
    address: Address
    match _FAMILIES.get(family), len(raw):
        case Family.IPV4, 4:
            address = IPv4Address(raw)
        case Family.IPV6, 16:
            address = IPv6Address(raw)
        case _:
            return None
    if len(all_flags := attributes.get(_IFA_FLAGS, b"")) >= _FLAGS.size:
        (flags,) = _FLAGS.unpack_from(all_flags)
    preferred = valid = None
    if len(lifetimes := attributes.get(_IFA_CACHEINFO, b"")) >= _LIFETIMES.size:
        preferred, valid = (
            None if seconds == _FOREVER else seconds
            for seconds in _LIFETIMES.unpack_from(lifetimes)
        )
    return NumberedAddress(
        index, address, prefix_length, AddressFlag(flags), preferred, valid
    )


def read_way_out(message: Message) -> WayOut | None:
    """Return the default route in a message, None for another route."""
    if len(message.body) < _ROUTE.size:
        return None
    number, length, table, kind = _ROUTE.unpack_from(message.body)
    family = _FAMILIES.get(number)
    if family is None or length > _LONGEST_DEFAULT or kind != _RTN_UNICAST:
        return None
    get = dict(_pairs(message.body, _ROUTE.size)).get
    # a replaced route has the same key, and no message of its removal
    key = (length, table, get(_RTA_TABLE), get(_RTA_DST), get(_RTA_PRIORITY))
    target = (_RTA_OIF, _RTA_GATEWAY, _RTA_MULTIPATH, _RTA_VIA, _RTA_NH_ID)
    return WayOut(family, (family, *key), tuple(map(get, target)))


def check_error(message: Message) -> None:
    """Raise OSError for an error message, or the end of a failed dump."""
    if len(message.body) >= _ERROR.size:
        (number,) = _ERROR.unpack_from(message.body)
        if number < 0:
            # no errno is larger, whatever a message says
            code = -number if -number <= _LARGEST_ERRNO else errno.EBADMSG
            raise OSError(code, os.strerror(code))
    elif message.kind == NLMSG_ERROR:
        raise OSError(errno.EBADMSG, os.strerror(errno.EBADMSG))


def _pairs(data: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield the attributes of a message by type, up to the first incomplete one."""
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size or offset + length > len(data):
            return
        yield kind & _ATTRIBUTE_TYPE, data[offset + _ATTRIBUTE.size : offset + length]
        offset += _aligned(length)


def _aligned(length: int) -> int:
    """Return a length rounded up to four bytes."""
    return (length + 3) & ~3
