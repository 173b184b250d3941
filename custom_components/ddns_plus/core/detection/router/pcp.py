"""Public IPv4 address from the router by the Port Control Protocol (RFC 6887).

PCP reports the address only with a port mapping. So one port is mapped for a moment and
released at once. It is the port of the asking socket, which is connected to the router,
so that no inbound packet reaches anything. An unreleased mapping expires after two
minutes.
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
# the shortest lifetime that routers grant (RFC 6887, 15)
_LIFETIME_SECONDS = 120
# for the release: the address is known already, so the wait is short
_GIVE_BACK_SECONDS = 0.75

_NETWORK_FAILURE = 7

# RFC 6887, 7.1 with 11.1, and 7.2 with 11.1
_REQUEST = struct.Struct("!BBHI16s 12sB3xHH16s")
_RESPONSE = struct.Struct("!BBxBII12x 12sB3xHH16s")
_RESPONSE_HEADER = struct.Struct("!BBxB")
_ANY = b"\0" * 10 + b"\xff\xff" + b"\0" * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """The router's mapping; `epoch` is its clock in seconds."""

    address: IPv4Address
    epoch: int
    lifetime: int


def map_request(
    nonce: bytes, client: IPv4Address, port: int, lifetime: int = _LIFETIME_SECONDS
) -> bytes:
    """Return the request for a UDP port of ours; lifetime 0 releases it.

    `lifetime` is in seconds. Source: RFC 6887, 7.1, 11.1 and 15.
    """
    return _REQUEST.pack(
        *(VERSION, _MAP, 0, lifetime, _ANY[:12] + client.packed),
        *(nonce, _UDP, port, 0, _ANY),
    )


def parse_map_response(datagram: bytes, nonce: bytes, port: int) -> Mapping | None:
    """Return the router's mapping, None for the answer to another request.

    Raises SourceError with the result code for a refusal, and ValueError for any other
    datagram. Source: RFC 6887, 7.2 and 11.1.
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
        # only an error response may be short
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
    """Return the mapping of a port of ours, which is released at once.

    `connected` is a datagram socket connected to the router. The caller sets the time
    limit; the port is released also after that. Raises SourceError, OSError, and
    ValueError for an invalid answer.
    """
    client, port = connected.getsockname()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    request = partial(map_request, nonce, IPv4Address(client), port)

    def assigned(datagram: bytes) -> Mapping | None:
        return parse_map_response(datagram, nonce, port)

    def given_back(datagram: bytes) -> Mapping | None:
        mapping = parse_map_response(datagram, nonce, port)
        # the router answers each request, also earlier ones
        return None if mapping is None or mapping.lifetime else mapping

    try:
        mapping = await exchange(connected, request(), assigned)
    except asyncio.CancelledError, ValueError:
        # cancelled, or an invalid answer: the port may be mapped anyway
        with suppress(OSError):
            connected.send(request(lifetime=0))
        raise
    with suppress(TimeoutError, OSError, ValueError, SourceError):
        async with asyncio.timeout(_GIVE_BACK_SECONDS):
            await exchange(connected, request(lifetime=0), given_back)
    return mapping


def _refused(result: int) -> SourceFailure:
    """Return the failure behind a result code (RFC 6887, 7.4)."""
    if result == _NETWORK_FAILURE:
        return SourceFailure(FailureReason.DISCONNECTED)
    return SourceFailure(FailureReason.REFUSED, status=result)
