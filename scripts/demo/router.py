"""The demo's router: it tells the pretended public address by NAT-PMP (RFC 6886)."""

import asyncio
from ipaddress import IPv4Address
import socket
import struct
import time
from typing import override

from .state import DemoState, RequestKind, Trouble

# the protocol fixes it, so that a second demo on this machine goes without a router
PORT = 5351

_ADDRESS_REQUEST = b"\0\0"
_ANSWER = 128
# result codes of RFC 6886, 3.5
_SUCCESS, _UNSUPPORTED_VERSION, _NETWORK_FAILURE, _UNSUPPORTED_OPCODE = 0, 1, 3, 5
_NO_ADDRESS = IPv4Address(0)


class Router(asyncio.DatagramProtocol):
    """A router on loopback. Tells the pretended address unless told to say something else."""

    def __init__(self, state: DemoState) -> None:
        """Begin as a good router."""
        # instead of the pretended address
        self.address: IPv4Address | None = None
        self.silent = False
        self.state = state
        self._started = time.monotonic()
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, bound: socket.socket) -> None:
        """Answer on a bound socket."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, sock=bound)

    def stop(self) -> None:
        """Answer no more."""
        if self._transport is not None:
            self._transport.close()

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Keep the transport."""
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a request; what is no request gets no answer."""
        # of two lines no router knows both
        silent = self.silent or Trouble.TWO_LINES in self.state.troubles
        if silent or len(data) < 2 or data[1] & _ANSWER:
            return
        assert self._transport is not None
        self._transport.sendto(self._answer(data), addr)

    def _answer(self, request: bytes) -> bytes:
        """Return the answer to a request."""
        if request[0]:
            return self._head(0, _UNSUPPORTED_VERSION)
        if request != _ADDRESS_REQUEST:
            return self._head(request[1], _UNSUPPORTED_OPCODE)
        address = self.address or self.state.told_by_router()
        if not self.state.online or not isinstance(address, IPv4Address):
            address = _NO_ADDRESS
        result = _NETWORK_FAILURE if address == _NO_ADDRESS else _SUCCESS
        self.state.record(RequestKind.ROUTER, "public address", str(address))
        return self._head(0, result) + address.packed

    def _head(self, opcode: int, result: int) -> bytes:
        """Return what every answer begins with; the last field is the router's clock."""
        seconds = int(time.monotonic() - self._started)
        return struct.pack("!BBHI", 0, opcode | _ANSWER, result, seconds)
