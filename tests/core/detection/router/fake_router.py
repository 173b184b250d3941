"""A router on loopback that speaks NAT-PMP and PCP, as well or as badly as a test wants."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address
import socket
import struct
from typing import override

PUBLIC = IPv4Address("11.22.33.44")


def address_response(
    address: IPv4Address = PUBLIC, *, epoch: int = 0, result: int = 0
) -> bytes:
    """Return what a router says of its address by NAT-PMP (RFC 6886, 3.2)."""
    return struct.pack("!BBHI4s", 0, 128, result, epoch, address.packed)


def announce(epoch: int = 0) -> bytes:
    """Return what a router announces by PCP (RFC 6887, 14.1)."""
    return struct.pack("!BBBBII12x", 2, 0x80, 0, 0, 0, epoch)


def map_response(
    request: bytes,
    address: IPv4Address | IPv6Address = PUBLIC,
    *,
    epoch: int = 0,
    result: int = 0,
) -> bytes:
    """Return the answer to a request for a port by PCP (RFC 6887, 7.2 and 11.1)."""
    external = (
        address.packed
        if address.version == 6
        else mapped(address)  # as the wire has it
    )
    head = struct.pack(
        "!BBBB4sI12x", 2, request[1] | 0x80, 0, result, request[4:8], epoch
    )
    return head + request[24:42] + struct.pack("!H", 40_000) + external


def mapped(address: IPv4Address) -> bytes:
    """Return an IPv4 address as PCP writes it."""
    return bytes(10) + b"\xff\xff" + address.packed


class FakeRouter(asyncio.DatagramProtocol):
    """What it says, what it was asked, and which ports it has mapped."""

    def __init__(self) -> None:
        """Begin as a good router."""
        self.address: IPv4Address | IPv6Address = PUBLIC
        self.epoch = 100
        self.result = 0
        self.pcp_result = 0
        self.natpmp = True
        self.pcp = True
        # how many requests go unanswered before one is answered
        self.deaf_for = 0
        # instead of an answer
        self.garbage: bytes | None = None
        # sent before each answer
        self.before: list[bytes] = []
        self.requests: list[bytes] = []
        self.times: list[float] = []
        self.clients: list[tuple[str, int]] = []
        # internal port, and the nonce it was asked with
        self.mappings: dict[int, bytes] = {}
        self.most_mappings = 0
        self.port = 0
        self._transport: asyncio.DatagramTransport

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Keep the transport."""
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a request."""
        self.requests.append(data)
        self.times.append(asyncio.get_running_loop().time())
        self.clients.append(addr)
        if self.deaf_for > 0:
            self.deaf_for -= 1
            return
        for datagram in self.before:
            self._transport.sendto(datagram, addr)
        answer = self.garbage if self.garbage is not None else self._answer(data)
        self._transport.sendto(answer, addr)

    def _answer(self, request: bytes) -> bytes:
        """Return the answer to a request."""
        if request[0] == 0:
            if not self.natpmp:
                # RFC 6887, 9: to another version, an error of the server's own version
                return struct.pack("!BBBBII12x", 2, 0x80, 0, 1, 0, self.epoch)
            assert request == b"\0\0"
            assert isinstance(self.address, IPv4Address)
            return address_response(self.address, epoch=self.epoch, result=self.result)
        if not self.pcp:
            # RFC 6886, 3.5: unsupported version
            return struct.pack("!BBHI", 0, 128, 1, self.epoch)
        return self._map(request)

    def _map(self, request: bytes) -> bytes:
        """Map a port, or take its mapping back."""
        assert len(request) == 60
        version, opcode, lifetime = struct.unpack_from("!BBxxI", request)
        nonce, protocol, port = struct.unpack_from("!12sB3xH", request, 24)
        assert (version, opcode, protocol) == (2, 1, 17)
        if not self.pcp_result:
            if lifetime:
                self.mappings[port] = nonce
            elif self.mappings.get(port) == nonce:
                del self.mappings[port]
        self.most_mappings = max(self.most_mappings, len(self.mappings))
        return map_response(
            request, self.address, epoch=self.epoch, result=self.pcp_result
        )

    def send(
        self, datagram: bytes, port: int, host: str = "127.0.0.1", group: bool = False
    ) -> None:
        """Send an announcement from this router's address, to one or to its network."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((host, 0))
            if group:
                sender.setsockopt(
                    *(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host))
                )
            sender.sendto(datagram, ("224.0.0.1" if group else "127.0.0.1", port))


@asynccontextmanager
async def fake_router(
    host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[FakeRouter]:
    """Run a router on an address of loopback; `port` of what comes out is where."""
    loop = asyncio.get_running_loop()
    transport, router = await loop.create_datagram_endpoint(
        FakeRouter, local_addr=(host, port)
    )
    router.port = transport.get_extra_info("sockname")[1]
    try:
        yield router
    finally:
        transport.close()
