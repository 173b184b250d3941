"""The public IPv4 address by the Port Control Protocol (RFC 6887).

PCP has no question for the address alone: only who has a port mapped is told where it is
mapped to. So one port is mapped for the moment, and given back at once. It is the port of
the very socket that asks, which hears nobody but the router, so that nothing which comes
in from outside reaches anything. Should giving it back fail, the mapping ends by itself
after two minutes.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address
import secrets
import socket
import struct

from ..source import FailureReason, SourceError, SourceFailure
from .gateway import LARGEST_DATAGRAM, exchange

VERSION = 2
# NAT-PMP, and a draft of PCP
_OLDER_VERSIONS = (0, 1)
_ANSWER = 0x80
_MAP = 1
_UDP = 17
_NONCE_BYTES = 12
# what a router grants at least: less is raised to it (RFC 6887, 15)
_LIFETIME_SECONDS = 120
# for giving the port back: the answer is known already, and must not wait for long
_GIVE_BACK_SECONDS = 0.75

_NETWORK_FAILURE = 7

# RFC 6887, 7.1 with 11.1, and 7.2 with 11.1
_REQUEST = struct.Struct("!BBHI16s 12sB3xHH16s")
_RESPONSE = struct.Struct("!BBxBII12x 12sB3xHH16s")
_RESPONSE_HEADER = struct.Struct("!BBxB")
_ANY = b"\0" * 10 + b"\xff\xff" + b"\0" * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """What the router assigned; `epoch` are the seconds that its clock shows."""

    address: IPv4Address
    epoch: int
    lifetime: int


def map_request(
    nonce: bytes, client: IPv4Address, port: int, lifetime: int = _LIFETIME_SECONDS
) -> bytes:
    """Return the request for a UDP port of ours; without a lifetime it is given back.

    `lifetime` is in seconds. Source: RFC 6887, 7.1, 11.1 and 15.
    """
    return _REQUEST.pack(
        *(VERSION, _MAP, 0, lifetime, _ANY[:12] + client.packed),
        *(nonce, _UDP, port, 0, _ANY),
    )


def parse_map_response(datagram: bytes, nonce: bytes, port: int) -> Mapping | None:
    """Return what the router assigned, None when this answers another request.

    Raises SourceError with the result code when the router refused, and ValueError for
    what is no answer to a request for a port. Source: RFC 6887, 7.2 and 11.1.
    """
    if len(datagram) < _RESPONSE_HEADER.size:
        raise ValueError("too short")
    version, opcode, result = _RESPONSE_HEADER.unpack_from(datagram)
    if version in _OLDER_VERSIONS and opcode & _ANSWER:
        raise SourceError(FailureReason.UNSUPPORTED)
    if version != VERSION or opcode != _ANSWER | _MAP:
        raise ValueError("not an answer")
    if len(datagram) > LARGEST_DATAGRAM:
        raise ValueError("too long")
    if len(datagram) < _RESPONSE.size:
        # only an error may leave out what was asked for
        if result:
            raise SourceError(_refused(result))
        raise ValueError("too short")
    _, _, _, lifetime, epoch, *asked, _, external = _RESPONSE.unpack_from(datagram)
    if asked != [nonce, _UDP, port]:
        return None
    if result:
        raise SourceError(_refused(result))
    address = IPv6Address(external).ipv4_mapped
    if address is None:
        raise ValueError("not an IPv4 address")
    return Mapping(address=address, epoch=epoch, lifetime=lifetime)


async def ask_by_mapping(connected: socket.socket) -> Mapping:
    """Return what the router assigned to a port of ours, which is given back at once.

    `connected` is a datagram socket that hears the router only. There is no time limit
    but the caller's; the port is given back also when that is over. Raises SourceError,
    OSError, and ValueError for what is no answer.
    """
    client, port = connected.getsockname()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    request = partial(map_request, nonce, IPv4Address(client), port)

    def assigned(datagram: bytes) -> Mapping | None:
        return parse_map_response(datagram, nonce, port)

    def given_back(datagram: bytes) -> Mapping | None:
        mapping = parse_map_response(datagram, nonce, port)
        # the router answers each of our requests, also the ones before
        return None if mapping is None or mapping.lifetime else mapping

    try:
        mapping = await exchange(connected, request(), assigned)
    except asyncio.CancelledError, ValueError:
        # nobody waits any more, or the answer is of no use: the port may be mapped all the same
        with suppress(OSError):
            connected.send(request(lifetime=0))
        raise
    with suppress(TimeoutError, OSError, ValueError, SourceError):
        async with asyncio.timeout(_GIVE_BACK_SECONDS):
            await exchange(connected, request(lifetime=0), given_back)
    return mapping


def _refused(result: int) -> SourceFailure:
    """Return the failure that a result code stands for (RFC 6887, 7.4)."""
    if result == _NETWORK_FAILURE:
        return SourceFailure(FailureReason.DISCONNECTED)
    return SourceFailure(FailureReason.REFUSED, status=result)
