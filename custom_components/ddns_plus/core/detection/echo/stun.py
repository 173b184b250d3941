"""A STUN server as a source."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
import secrets
import socket
import struct

from ...address import Address, Family
from ...local_endpoint import ANYWHERE, LocalEndpoint
from ...net.line_resolver import LineResolver
from ..methods import StunServer
from ..source import (
    SOURCE_TIMEOUT,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)
from .connection_failure import connection_failure
from .datagram import exchange
from .server_address import check_not_server

# RFC 8489, section 5: type, length of what follows the header, cookie, transaction
_HEADER = struct.Struct("!HHI12s")
_MAGIC_COOKIE = 0x2112A442
_TRANSACTION_BYTES = 12
_BINDING_REQUEST = 0x0001
_BINDING_SUCCESS = 0x0101
_BINDING_ERROR = 0x0111
# section 14: type, length of the value; values are padded to four bytes
_ATTRIBUTE = struct.Struct("!HH")
_MAPPED_ADDRESS = 0x0001
_ERROR_CODE = 0x0009
_XOR_MAPPED_ADDRESS = 0x0020
# a response with other attributes below this one has failed (section 6.3.3)
_COMPREHENSION_OPTIONAL = 0x8000
# section 6.2.1
_FIRST_WAIT = timedelta(milliseconds=500)


class StunSource:
    """A STUN server as a source."""

    transport: Transport

    def __init__(self, key: str, operator: str, server: StunServer) -> None:
        """Initialize the server."""
        self.key = key
        self.operator = operator
        self.transport = server.transport
        self._server = server

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the address of a family that the server sees.

        Only XOR-MAPPED-ADDRESS counts: routers rewrite MAPPED-ADDRESS. Raises
        SourceError after at most 4 s. Source: RFC 8489, Binding over UDP.
        """
        try:
            async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
                server = await self._look_up(family, endpoint.interface)
                transaction = secrets.token_bytes(_TRANSACTION_BYTES)
                address: Address = await exchange(
                    _HEADER.pack(_BINDING_REQUEST, 0, _MAGIC_COOKIE, transaction),
                    server,
                    self._server.port,
                    lambda data: read_response(data, transaction),
                    first_wait=_FIRST_WAIT,
                    endpoint=endpoint,
                )
        except OSError as err:
            failure = connection_failure(err)
        else:
            check_not_server(address, {server})
            check_answer(address, family)
            return address
        raise SourceError(failure)

    async def _look_up(self, family: Family, interface: str | None) -> Address:
        """Return the server's address of a family. Raises SourceError.

        Names are looked up through an interface if one is chosen.
        """
        try:
            if interface is not None:
                told = await LineResolver(interface).resolve(
                    self._server.host, family=family.socket_family
                )
                return ip_address(told[0]["host"])
            found = await asyncio.get_running_loop().getaddrinfo(
                self._server.host,
                self._server.port,
                family=family.socket_family,
                type=socket.SOCK_DGRAM,
            )
            return ip_address(found[0][4][0])
        except socket.gaierror, ValueError, LookupError:
            failure = SourceFailure(FailureReason.DNS_FAILED)
        raise SourceError(failure)


def read_response(data: bytes, transaction: bytes) -> Address | None:
    """Return the address in a response, None for another datagram.

    Raises SourceError for an error response, or one without an address.
    """
    if len(data) < _HEADER.size:
        return None
    kind, length, cookie, answered = _HEADER.unpack_from(data)
    if (cookie, answered) != (_MAGIC_COOKIE, transaction):
        return None
    if kind not in (_BINDING_SUCCESS, _BINDING_ERROR):
        return None
    try:
        attributes = list(_attributes(data[_HEADER.size :], length))
        if kind == _BINDING_SUCCESS:
            return _mapped_address(attributes, transaction)
        failure = SourceFailure(FailureReason.REFUSED, status=_error_code(attributes))
    except ValueError, struct.error:
        failure = SourceFailure(FailureReason.NOT_AN_ADDRESS)
    raise SourceError(failure)


def _attributes(data: bytes, length: int) -> Iterator[tuple[int, bytes]]:
    """Yield type and value of each attribute. Raises ValueError, struct.error."""
    if length != len(data):
        raise ValueError("not as long as it says")
    while data:
        kind, length = _ATTRIBUTE.unpack_from(data)
        end = _ATTRIBUTE.size + length
        padded = end + -length % 4
        if padded > len(data):
            raise ValueError("an attribute goes on where the message ends")
        yield kind, data[_ATTRIBUTE.size : end]
        data = data[padded:]


def _mapped_address(attributes: list[tuple[int, bytes]], transaction: bytes) -> Address:
    """Return the address of a success response. Raises ValueError (section 14.2)."""
    known = (_MAPPED_ADDRESS, _XOR_MAPPED_ADDRESS)
    if any(
        kind < _COMPREHENSION_OPTIONAL and kind not in known for kind, _ in attributes
    ):
        raise ValueError("an attribute that must be understood is not")
    [value] = [value for kind, value in attributes if kind == _XOR_MAPPED_ADDRESS]
    # a reserved byte, the family, the port
    family, masked = value[1:2], value[4:]
    mask = _MAGIC_COOKIE.to_bytes(4) + transaction
    address = bytes(one ^ other for one, other in zip(masked, mask, strict=False))
    match family, len(masked):
        case b"\x01", 4:
            return IPv4Address(address)
        case b"\x02", 16:
            return IPv6Address(address)
    raise ValueError("no family, or not an address of it")


def _error_code(attributes: list[tuple[int, bytes]]) -> int:
    """Return the code of an error response. Raises ValueError (section 14.8)."""
    [value] = [value for kind, value in attributes if kind == _ERROR_CODE]
    if len(value) < 4 or not 3 <= (hundreds := value[2] & 0x07) <= 6 or value[3] > 99:
        raise ValueError("no error code")
    return hundreds * 100 + value[3]
