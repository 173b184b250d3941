"""DNS servers on loopback that answer as a test wants, and asking them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
import ssl

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.echo.dns import DnsSource
from custom_components.ddns_plus.core.detection.methods import DnsServer, RecordType
from custom_components.ddns_plus.core.detection.source import SourceError
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint
from tests.core.detection.certificates import self_signed
from tests.core.detection.udp_servers import UdpServer

NAME = "myip.example"
LOOPBACK = ip_address("127.0.0.1")
PLAIN = DnsServer(server=LOOPBACK, name=NAME)
TXT = DnsServer(server=LOOPBACK, name=NAME, record_type=RecordType.TXT)
CHAOS = DnsServer(server=LOOPBACK, name=NAME, record_type=RecordType.TXT, chaos=True)
OVER_TLS = DnsServer(server=LOOPBACK, name=NAME, tls_name="127.0.0.1")
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
AA, RA, TC = dns.flags.AA, dns.flags.RA, dns.flags.TC

type Answer = Callable[[bytes], bytes]


def telling(
    *records: str,
    flags: dns.flags.Flag = AA,
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    change: Callable[[dns.message.Message], None] = lambda _: None,
) -> Answer:
    """Return what a server does that answers with these records, of the asked name and type.

    A record may have another name and type: "www.example CNAME myip.example."
    """

    def answer(data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        response.flags = dns.flags.Flag(response.flags | flags)
        response.set_rcode(rcode)
        [asked] = query.question
        for record in records:
            name, kind, value = asked.name, asked.rdtype, record
            if len(parts := record.split(" ", 2)) == 3 and parts[1].isupper():
                name, kind, value = parts
            held = dns.rrset.from_text(name, 60, asked.rdclass, kind, value)
            response.answer.append(held)
        change(response)
        return response.to_wire()

    return answer


async def ask(
    server: DnsServer,
    family: Family = Family.IPV4,
    endpoint: LocalEndpoint = ANYWHERE,
    context: ssl.SSLContext = CONTEXT,
) -> Address | str:
    """Return a server's answer, or its failure."""
    try:
        return await DnsSource("key", "operator", server, context).ask(family, endpoint)
    except SourceError as err:
        return str(err)


def at(server: UdpServer, method: DnsServer = PLAIN) -> DnsServer:
    """Return where a server is asked."""
    return replace(method, server=server.address, port=server.port)


class TlsServer:
    """A DNS server over TLS, and what it was asked by whom."""

    def __init__(
        self, answer: Callable[[bytes], bytes], framed: bool, ends: bool
    ) -> None:
        """Keep what it answers."""
        self._answer = answer
        self._framed = framed
        self._ends = ends
        self.queries: list[dns.message.Message] = []
        self.clients: list[str] = []
        self.port = 0
        self.context = CONTEXT

    async def talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one question, and wait for the end of the connection."""
        try:
            length = int.from_bytes(await reader.readexactly(2))
            data = await reader.readexactly(length)
            self.queries.append(dns.message.from_wire(data))
            self.clients.append(writer.get_extra_info("peername")[0])
            answer = self._answer(data)
            if self._framed:
                answer = len(answer).to_bytes(2) + answer
            writer.write(answer)
            if self._ends:
                return
            await reader.read()
        except ConnectionError, asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def ask(
        self, method: DnsServer = OVER_TLS, endpoint: LocalEndpoint = ANYWHERE
    ) -> Address | str:
        """Ask it, believing its certificate."""
        server = replace(method, port=self.port)
        return await ask(server, endpoint=endpoint, context=self.context)


@asynccontextmanager
async def tls_server(
    answer: Callable[[bytes], bytes],
    *,
    framed: bool = True,
    ends: bool = False,
    named: str = "127.0.0.1",
    begins: timedelta = timedelta(days=-1),
) -> AsyncGenerator[TlsServer]:
    """Start a server with a certificate of its own; it is stopped at the end.

    Unframed answers bring their own length. It waits for the other side to end unless
    it `ends` first.
    """
    context, certificate = self_signed(named, datetime.now(UTC) + begins)
    served = TlsServer(answer, framed, ends)
    served.context = ssl.create_default_context(cadata=certificate)
    server = await asyncio.start_server(served.talk, "127.0.0.1", 0, ssl=context)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await server.wait_closed()
