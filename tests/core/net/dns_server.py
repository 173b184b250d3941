"""A DNS server on loopback that answers what a test tells it to."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import socket
from typing import override

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

# what is sent back for a query: nothing, or messages in wire format
type Script = Callable[[dns.message.Message], Sequence[bytes]]


def silent(query: dns.message.Message) -> Sequence[bytes]:
    """Answer nothing."""
    return []


def reply(
    query: dns.message.Message,
    *records: str,
    authority: Sequence[str] = (),
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    flags: int = dns.flags.AA,
) -> dns.message.Message:
    """Return an answer with records in the notation of zone files."""
    response = dns.message.make_response(query)
    response.flags |= flags
    response.set_rcode(rcode)
    for section, texts in (
        (response.answer, records),
        (response.authority, authority),
    ):
        for text in texts:
            name, ttl, record_type, data = text.split(maxsplit=3)
            rrset = dns.rrset.from_text(name, int(ttl), "IN", record_type, data)
            response.find_rrset(
                section, rrset.name, rrset.rdclass, rrset.rdtype, create=True
            ).update(rrset)
    return response


def holds(
    *addresses: str,
    ttl: int = 300,
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    flags: int = dns.flags.AA,
) -> Script:
    """Return the script of a server that holds these A records at every name."""

    def answer(query: dns.message.Message) -> Sequence[bytes]:
        name = query.question[0].name
        records = [f"{name} {ttl} A {address}" for address in addresses]
        return [reply(query, *records, rcode=rcode, flags=flags).to_wire()]

    return answer


def knows(*records: str) -> Script:
    """Return the script of a resolver that knows these records and no others."""

    def answer(query: dns.message.Message) -> Sequence[bytes]:
        name, record_type = str(query.question[0].name), query.question[0].rdtype.name
        found = []
        for record in records:
            owner, _, held_type, data = record.split()
            if owner == name and held_type in ("CNAME", record_type):
                found.append(record)
                # resolvers follow an alias
                name = data if held_type == "CNAME" else name
        soa = ["example.org. 60 SOA ns. hostmaster. 1 2 3 4 60"]
        return [
            reply(
                query, *found, authority=[] if found else soa, flags=dns.flags.RA
            ).to_wire()
        ]

    return answer


@dataclass(kw_only=True)
class ScriptedServer:
    """Answers by UDP and TCP on the same port; `tcp` is None where both do the same.

    With `answers_per_connection` a TCP connection is closed after so many answers.
    """

    udp: Script
    tcp: Script | None = None
    answers_per_connection: int | None = None
    keyring: object = None
    port: int = 0
    queries: list[dns.message.Message] = field(default_factory=list)
    connections: int = 0

    def answer(self, wire: bytes, script: Script) -> Sequence[bytes]:
        """Note a query and return what is sent back."""
        query = dns.message.from_wire(wire, keyring=self.keyring or False)
        self.queries.append(query)
        return script(query)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one TCP connection."""
        self.connections += 1
        left = self.answers_per_connection
        try:
            while left is None or left > 0:
                length = int.from_bytes(await reader.readexactly(2))
                wire = await reader.readexactly(length)
                for answer in self.answer(wire, self.tcp or self.udp):
                    writer.write(len(answer).to_bytes(2) + answer)
                left = None if left is None else left - 1
            await writer.drain()
        except asyncio.IncompleteReadError, ConnectionError:
            return
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Serves UDP."""

    def __init__(self, server: ScriptedServer) -> None:
        """Keep the server."""
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Send what the script says."""
        assert self._transport is not None
        for answer in self._server.answer(data, self._server.udp):
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def running(server: ScriptedServer) -> AsyncGenerator[ScriptedServer]:
    """Run a server on a free port of 127.0.0.1."""
    loop = asyncio.get_running_loop()
    while True:
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        server.port = listener.sockets[0].getsockname()[1]
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(server),
                local_addr=("127.0.0.1", server.port),
                family=socket.AF_INET,
            )
        except OSError:
            listener.close()
            continue
        break
    try:
        yield server
    finally:
        transport.close()
        listener.close()
        listener.close_clients()
        await listener.wait_closed()
