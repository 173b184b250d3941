"""A DNS server as a source."""

import asyncio
from datetime import timedelta
import socket
import ssl

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA

from ...address import Address, Family, parse_address
from ...hostname import Hostname
from ...local_endpoint import ANYWHERE, LocalEndpoint, open_socket
from ...net.dns import dns_name
from ..methods import DnsServer, RecordType
from ..source import (
    SOURCE_TIMEOUT,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)
from .connection_failure import connection_failure
from .datagram import LARGEST_MESSAGE, exchange
from .server_address import check_not_server

_PORT = 53
# RFC 7858, section 3.1
_TLS_PORT = 853
_LENGTH_BYTES = 2
_FIRST_WAIT = timedelta(seconds=1)
# prefix of a TXT record that reports a resolver's client subnet
_CLIENT_SUBNET = "edns0-client-subnet"


class DnsSource:
    """A DNS server as a source."""

    transport: Transport

    def __init__(
        self, key: str, operator: str, server: DnsServer, ssl_context: ssl.SSLContext
    ) -> None:
        """Initialize the server, and the TLS context for DNS over TLS."""
        self.key = key
        self.operator = operator
        self.transport = server.transport
        self._server = server
        self._ssl_context = ssl_context

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the address of a family that the server sees.

        A plain UDP answer must be authoritative: an interceptor answers with the
        address of its resolver. Raises SourceError after at most 4 s. Sources: RFC
        1035, 5452 (9.1), 7858.
        """
        server = self._server.server
        if Family.of(server) is not family:
            raise SourceError(FailureReason.WRONG_FAMILY)
        try:
            async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
                address = await self._ask(family, endpoint)
        except (OSError, EOFError) as err:
            failure = connection_failure(err)
        else:
            check_not_server(address, {server})
            check_answer(address, family)
            return address
        raise SourceError(failure)

    async def _ask(self, family: Family, endpoint: LocalEndpoint) -> Address:
        """Ask, and return the address in the answer."""
        question, server = make_question(self._server, family), self._server
        if server.tls_name is None:
            return await exchange(
                question.to_wire(),
                server.server,
                server.port or _PORT,
                lambda data: read_response(data, question, self.transport),
                first_wait=_FIRST_WAIT,
                endpoint=endpoint,
            )
        data = await self._ask_over_tls(question.to_wire(), server.tls_name, endpoint)
        address = read_response(data, question, self.transport)
        if address is None:
            raise SourceError(FailureReason.NOT_AN_ADDRESS)
        return address

    async def _ask_over_tls(
        self, wire: bytes, name: str, endpoint: LocalEndpoint
    ) -> bytes:
        """Return the response over TLS.

        Raises OSError, EOFError, SourceError.
        """
        server, loop = self._server, asyncio.get_running_loop()
        opened = open_socket(Family.of(server.server), socket.SOCK_STREAM, endpoint)
        try:
            await loop.sock_connect(
                opened, (str(server.server), server.port or _TLS_PORT)
            )
            reader, writer = await asyncio.open_connection(
                sock=opened, ssl=self._ssl_context, server_hostname=name
            )
        except BaseException:
            opened.close()
            raise
        try:
            # RFC 7858, section 3.3: length and message in one segment
            writer.write(len(wire).to_bytes(_LENGTH_BYTES) + wire)
            await writer.drain()
            length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES))
            if length > LARGEST_MESSAGE:
                raise SourceError(FailureReason.TOO_LARGE)
            return await reader.readexactly(length)
        finally:
            # do not wait for the server to close
            writer.transport.abort()


def make_question(server: DnsServer, family: Family) -> dns.message.QueryMessage:
    """Return the question for a family, with an unpredictable id."""
    txt = server.record_type is RecordType.TXT
    return dns.message.make_query(
        dns_name(Hostname(server.name)),
        "TXT" if txt else family.record_type,
        dns.rdataclass.CHAOS if server.chaos else dns.rdataclass.IN,
        # An authoritative server needs no recursion, and a resolver in between must not
        # do it for us. A resolver over TLS answers nothing else.
        flags=0 if server.tls_name is None else dns.flags.RD,
    )


def read_response(
    data: bytes, question: dns.message.Message, transport: Transport
) -> Address | None:
    """Return the address in a response, None for another message.

    Raises SourceError for a response without an address, or a possibly forged one.
    """
    try:
        response = dns.message.from_wire(data)
    except dns.exception.DNSException, ValueError:
        return None
    if not question.is_response(response):
        return None
    plain = transport is Transport.PLAIN
    if plain and response.flags & dns.flags.RA:
        # a server that offers recursion is a resolver
        raise SourceError(FailureReason.INTERCEPTED)
    if (code := response.rcode()) != dns.rcode.NOERROR:
        raise SourceError(FailureReason.REFUSED, status=int(code))
    if plain and not response.flags & dns.flags.AA:
        raise SourceError(FailureReason.INTERCEPTED)
    [asked] = question.question
    records = [
        record
        for held in response.answer
        if (held.name, held.rdclass, held.rdtype)
        == (asked.name, asked.rdclass, asked.rdtype)
        for record in held
    ]
    if len(records) > 1:
        # a second address, or the client subnet of a resolver
        raise SourceError(FailureReason.INTERCEPTED)
    # a truncated answer may hide a second record
    if not records or response.flags & dns.flags.TC:
        raise SourceError(FailureReason.NOT_AN_ADDRESS)
    return _told(records[0])


def _told(record: dns.rdata.Rdata) -> Address:
    """Return the address in a record. Raises SourceError."""
    match record:
        case dns.rdtypes.IN.A.A() | dns.rdtypes.IN.AAAA.AAAA():
            text = record.address
        case dns.rdtypes.ANY.TXT.TXT(strings=(only,)):
            text = only.decode("ascii", "replace")
        case _:
            text = ""
    if text.startswith(_CLIENT_SUBNET):
        raise SourceError(FailureReason.INTERCEPTED)
    try:
        return parse_address(text)
    except ValueError:
        failure = SourceFailure(FailureReason.NOT_AN_ADDRESS)
    raise SourceError(failure)
