"""What the router announces of itself: its public address has changed, or it has restarted."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address
import socket
import struct
from typing import Any, override

from .gateway import local_address
from .natpmp import Epoch, parse_address_response

PORT = 5350
GROUP = IPv4Address("224.0.0.1")

# an ANNOUNCE of PCP: version 2, opcode 0 as an answer, result 0 (RFC 6887, 7.2 and 14.1)
_ANNOUNCE = struct.Struct("!BBxBII12x")
_ANNOUNCED = (2, 0x80, 0)
# One announcement is sent ten times, at last with 128 seconds in between (RFC 6886, 3.2.1).
# After more than that it is another one, even with the same content.
_LONGEST_SERIES_GAP = 180.0

type RouterAnnouncement = tuple[str, IPv4Address | None, int]


def parse_announcement(datagram: bytes) -> RouterAnnouncement | None:
    """Return the protocol, the address if there is one, and the seconds on the router's clock.

    None for everything else. Source: RFC 6886, 3.2.1, and RFC 6887, 14.1.
    """
    if len(datagram) == _ANNOUNCE.size:
        *kind, _, epoch = _ANNOUNCE.unpack(datagram)
        return ("pcp", None, epoch) if tuple(kind) == _ANNOUNCED else None
    try:
        response = parse_address_response(datagram)
    except ValueError:
        return None
    # a refusal cut short; or the answer of a router that speaks PCP
    if response.epoch is None:
        return None
    return "nat_pmp", response.address, response.epoch


class AnnouncementListener:
    """Hears what the router announces by NAT-PMP and PCP, and takes it as a hint.

    The same announcement over and over is one hint. Anybody in the house can send one in
    the router's name, so it never carries an address to whoever gets the hint.
    """

    def __init__(
        self,
        gateway: Callable[[], IPv4Address | None],
        on_hint: Callable[[], None],
        *,
        port: int = PORT,
    ) -> None:
        """Keep how the gateway is found, and who gets the hints."""
        self._gateway = gateway
        self._on_hint = on_hint
        self._port = port
        self._transport: asyncio.DatagramTransport | None = None
        self._heard: dict[str, _Series] = {}

    @property
    def alive(self) -> bool:
        """Return whether it listens."""
        return self._transport is not None and not self._transport.is_closing()

    async def start(self) -> bool:
        """Listen on the network of the gateway; return False where that is not possible.

        When the gateway has become another one, stop and start again.
        """
        if self.alive:
            return True
        gateway = self._gateway()
        if gateway is None or (ours := local_address(gateway)) is None:
            return False
        try:
            receiver = _receiver(ours, self._port)
        except OSError:
            # another program keeps the port for itself: nothing is lost but the hints
            return False
        self._heard.clear()
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: _Protocol(self._receive), sock=receiver
            )
        except BaseException:
            receiver.close()
            raise
        return True

    def stop(self) -> None:
        """Listen no more."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _receive(self, datagram: bytes, sender: str) -> None:
        """Give a hint if the router announces something that it did not a moment ago."""
        announcement = parse_announcement(datagram)
        # a zone would be IPv6's; anybody may send here, only the router is heard
        if announcement is None or sender != str(self._gateway()):
            return
        protocol, address, epoch = announcement
        series = self._heard.setdefault(protocol, _Series())
        if series.is_news(address, epoch, asyncio.get_running_loop().time()):
            self._on_hint()


class _Series:
    """The repetitions of one announcement."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self._epoch = Epoch()
        self._last: tuple[IPv4Address | None, float] | None = None

    def is_news(self, address: IPv4Address | None, epoch: int, now: float) -> bool:
        """Return whether this is more than the last announcement once again."""
        last, self._last = self._last, (address, now)
        restarted = self._epoch.restarted(epoch, now)
        return (
            last is None
            or restarted
            or last[0] != address
            or now - last[1] > _LONGEST_SERIES_GAP
        )


class _Protocol(asyncio.DatagramProtocol):
    """Hands over datagrams."""

    def __init__(self, receive: Callable[[bytes, str], None]) -> None:
        """Keep who gets them."""
        self._receive = receive

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Hand over a datagram with the address of its sender."""
        self._receive(data, addr[0])


def _receiver(ours: IPv4Address, port: int) -> socket.socket:
    """Return a socket that hears the group on the network of our address. Raises OSError."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        receiver.setblocking(False)
        # others on this machine may listen as well
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(AttributeError):
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        receiver.bind(("", port))
        receiver.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, GROUP.packed + ours.packed
        )
    except BaseException:
        receiver.close()
        raise
    return receiver
