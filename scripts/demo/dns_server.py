"""An authoritative DNS server on UDP and TCP that takes updates signed with TSIG."""

import asyncio
from contextlib import suppress
import secrets
import socket
import struct
import time
from typing import Final, Literal, override

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TSIG
import dns.tsig
import dns.update

from .state import DemoState, RequestKind
from .zone import UpdateRefused, Zone

KEY_NAME: Final = "demo-key."
KEY_ALGORITHM: Final = dns.tsig.HMAC_SHA256

_UDP_PAYLOAD = 1232  # what a server may send without fragments (DNS flag day 2020)
_TCP_IDLE_SECONDS = 10
_FUDGE_SECONDS = 300

# What is wrong with a signature -> the error code to put into the answer's own (RFC 8945 5.2).
_TSIG_ERRORS: Final[tuple[tuple[type[Exception], dns.rcode.Rcode], ...]] = (
    (dns.message.UnknownTSIGKey, dns.rcode.BADKEY),
    (dns.tsig.BadKey, dns.rcode.BADKEY),
    (dns.tsig.BadAlgorithm, dns.rcode.BADKEY),
    (dns.tsig.BadSignature, dns.rcode.BADSIG),
    (dns.tsig.BadTime, dns.rcode.BADTIME),
)


def new_secret() -> bytes:
    """Return a key as long as the digest it is for."""
    return secrets.token_bytes(32)


class DnsServer:
    """Answers for one zone; only updates need the key."""

    def __init__(self, state: DemoState, zone: Zone, secret: bytes) -> None:
        """Keep what the answers are made of."""
        self._state = state
        self._zone = zone
        self._key = dns.tsig.Key(dns.name.from_text(KEY_NAME), secret, KEY_ALGORITHM)
        self._udp: list[asyncio.DatagramTransport] = []
        self._tcp: list[asyncio.Server] = []
        self._connections: set[asyncio.StreamWriter] = set()

    async def start(self, sockets: list[socket.socket]) -> None:
        """Serve on bound sockets, datagram and stream ones."""
        loop = asyncio.get_running_loop()
        for bound in sockets:
            if bound.type is socket.SOCK_DGRAM:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), sock=bound
                )
                self._udp.append(transport)
            else:
                self._tcp.append(
                    await asyncio.start_server(self._serve_stream, sock=bound)
                )

    async def stop(self) -> None:
        """Close every socket."""
        for transport in self._udp:
            transport.close()
        for server in self._tcp:
            server.close()
        for writer in list(self._connections):
            writer.close()
        for server in self._tcp:
            await server.wait_closed()

    async def _serve_stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer the messages of one TCP connection, in order (RFC 7766)."""
        self._connections.add(writer)
        try:
            with suppress(TimeoutError, asyncio.IncompleteReadError, ConnectionError):
                while True:
                    async with asyncio.timeout(_TCP_IDLE_SECONDS):
                        (length,) = struct.unpack("!H", await reader.readexactly(2))
                        wire = await reader.readexactly(length)
                    if (answer := self.respond(wire, 65535)) is None:
                        return
                    writer.write(len(answer).to_bytes(2) + answer)
                    await writer.drain()
        finally:
            self._connections.discard(writer)
            writer.close()

    def respond(self, wire: bytes, max_size: int) -> bytes | None:
        """Return the answer to one message; None for what gets none."""
        try:
            # The form comes before the signature: dnspython stops at a signature that is wrong.
            message = unproven = _read(wire, keyring=False)
            if unproven.tsig is not None:
                message = _read(wire, keyring={self._key.name: self._key})
        except tuple(error for error, _ in _TSIG_ERRORS) as error:
            return self._reject_signature(unproven, error)
        except dns.message.ShortHeader:
            return None
        except dns.exception.DNSException, ValueError, struct.error:
            return _bare_answer(wire, dns.rcode.FORMERR)
        if message.flags & dns.flags.QR:
            return None
        if isinstance(message, dns.update.UpdateMessage) and not self._state.online:
            return None  # the home's line is cut; the rest of the world may still look names up
        response = dns.message.make_response(message, our_payload=_UDP_PAYLOAD)
        if message.edns > 0:
            response.set_rcode(dns.rcode.BADVERS)
        elif isinstance(message, dns.update.UpdateMessage):
            self._update(message, response)
        elif message.opcode() == dns.opcode.QUERY:
            self._query(message, response)
        else:
            response.set_rcode(dns.rcode.NOTIMP)
        if max_size < 65535:
            max_size = min(max_size, message.payload) if message.edns >= 0 else 512
        return response.to_wire(max_size=max_size, prefer_truncation=True)

    def _query(
        self, message: dns.message.Message, response: dns.message.Message
    ) -> None:
        """Answer a query and log it."""
        self._zone.answer(message, response)
        asked = ", ".join(
            f"{q.name.to_text(True)} {dns.rdatatype.to_text(q.rdtype)}"
            for q in message.question
        )
        held = ", ".join(
            rdata.to_text() for rrset in response.answer for rdata in rrset
        )
        answer = held or dns.rcode.to_text(response.rcode())
        self._state.record(RequestKind.DNS_QUERY, asked, answer)

    def _update(
        self, message: dns.update.UpdateMessage, response: dns.message.Message
    ) -> None:
        """Apply an update and log it; an unsigned one is refused."""
        zone = message.zone[0].name.to_text(True) if message.zone else "nothing"
        try:
            changes = self._zone.update(message, signed=message.had_tsig)
        except UpdateRefused as refused:
            response.set_rcode(refused.rcode)
            answer = f"{refused}, nothing changed"
        else:
            answer = f"NOERROR: {'; '.join(changes) or 'nothing to change'}"
        self._state.record(RequestKind.DNS_UPDATE, f"update of {zone}", answer)

    def _reject_signature(
        self, message: dns.message.Message, error: Exception
    ) -> bytes | None:
        """Answer a message whose signature is not accepted (RFC 8945 5.2)."""
        code = next(code for kind, code in _TSIG_ERRORS if isinstance(error, kind))
        if message.flags & dns.flags.QR:
            return None
        is_update = isinstance(message, dns.update.UpdateMessage)
        if is_update and not self._state.online:
            return None
        self._state.record(
            RequestKind.DNS_UPDATE if is_update else RequestKind.DNS_QUERY,
            f"message signed with {message.keyname}",
            f"NOTAUTH ({dns.rcode.to_text(code, tsig=True)})",
        )
        response = dns.message.make_response(message, our_payload=_UDP_PAYLOAD)
        response.set_rcode(dns.rcode.NOTAUTH)
        if code == dns.rcode.BADTIME:
            # The only one of these answers that is signed: it tells the server's time.
            response.use_tsig(
                self._key,
                self._key.name,
                _FUDGE_SECONDS,
                tsig_error=code,
                other_data=int(time.time()).to_bytes(6),
                algorithm=self._key.algorithm,
            )
            response.request_mac = message.mac or b""
            return response.to_wire()
        return _with_unsigned_tsig(response.to_wire(), message, code)


class _Datagrams(asyncio.DatagramProtocol):
    """One answer per datagram."""

    def __init__(self, server: DnsServer) -> None:
        """Keep the server that answers."""
        self._server = server

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one message."""
        if (answer := self._server.respond(data, _UDP_PAYLOAD)) is not None:
            self._transport.sendto(answer, addr)


def _read(
    wire: bytes, *, keyring: dict[dns.name.Name, dns.tsig.Key] | Literal[False]
) -> dns.message.Message:
    """Return a message; `keyring` is what its signature must fit, False for anything.

    There is one RR per RRset: the order of an update's changes is part of what it says.
    """
    return dns.message.from_wire(wire, keyring=keyring, one_rr_per_rrset=True)


def _bare_answer(wire: bytes, rcode: dns.rcode.Rcode) -> bytes | None:
    """Return a header-only answer to a message that cannot be read."""
    identifier, flags = struct.unpack("!HH", wire[:4])
    if flags & dns.flags.QR:
        return None
    kept = flags & (0x7800 | dns.flags.RD)  # the opcode and RD
    return struct.pack("!HHHHHH", identifier, dns.flags.QR | kept | rcode, 0, 0, 0, 0)


def _with_unsigned_tsig(
    wire: bytes, query: dns.message.Message, error: dns.rcode.Rcode
) -> bytes:
    """Append a TSIG record without a MAC, which only says what is wrong (RFC 8945 5.3.2)."""
    assert query.tsig is not None
    asked = query.tsig[0]
    assert isinstance(asked, dns.rdtypes.ANY.TSIG.TSIG)
    rdata = asked.replace(
        mac=b"",
        error=error,
        other=b"",
        time_signed=int(time.time()),
        fudge=_FUDGE_SECONDS,
    ).to_wire()
    owner = query.tsig.name.to_wire()
    assert rdata is not None and owner is not None
    record = (
        owner
        + struct.pack("!HHIH", dns.rdatatype.TSIG, dns.rdataclass.ANY, 0, len(rdata))
        + rdata
    )
    (count,) = struct.unpack("!H", wire[10:12])
    return wire[:10] + struct.pack("!H", count + 1) + wire[12:] + record
