"""Announcements of the router: a new public address, or a restart."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address
import socket
import struct
from typing import Any, override

from ...local_endpoint import ANYWHERE, LocalEndpoint, bind_to_interface
from .gateway import local_address
from .natpmp import Epoch, parse_address_response

PORT = 5350
GROUP = IPv4Address("224.0.0.1")

# ANNOUNCE of PCP: version 2, opcode 0 as response, result 0 (RFC 6887, 7.2 and 14.1)
_ANNOUNCE = struct.Struct("!BBxBII12x")
_ANNOUNCED = (2, 0x80, 0)
# An announcement is repeated up to ten times, at most 128 s apart (RFC 6886, 3.2.1).
# After a longer gap it is a new one, even with the same content.
_LONGEST_SERIES_GAP = 180.0

type RouterAnnouncement = tuple[str, IPv4Address | None, int]


def parse_announcement(datagram: bytes) -> RouterAnnouncement | None:
    """Return protocol, address if any, and epoch seconds; None for other datagrams.

    Source: RFC 6886, 3.2.1, and RFC 6887, 14.1.
    """
    if len(datagram) == _ANNOUNCE.size:
        *kind, _, epoch = _ANNOUNCE.unpack(datagram)
        return ("pcp", None, epoch) if tuple(kind) == _ANNOUNCED else None
    try:
        response = parse_address_response(datagram)
    except ValueError:
        return None
    # a short error response, or one of a PCP router
    if response.epoch is None:
        return None
    return "nat_pmp", response.address, response.epoch


class AnnouncementListener:
    """Turns NAT-PMP and PCP announcements of the router into hints.

    Repetitions of an announcement are one hint. Any LAN device can forge one, so the
    hint carries no address.
    """

    def __init__(
        self,
        gateway: Callable[[], IPv4Address | None],
        on_hint: Callable[[], None],
        *,
        port: int = PORT,
        endpoint: LocalEndpoint = ANYWHERE,
    ) -> None:
        """Initialize with a function that finds the gateway, and the callback."""
        self._endpoint = endpoint
        self._gateway = gateway
        self._on_hint = on_hint
        self._port = port
        self._transport: asyncio.DatagramTransport | None = None
        self._heard: dict[str, _Series] = {}

    @property
    def alive(self) -> bool:
        """Return True if it listens."""
        return self._transport is not None and not self._transport.is_closing()

    async def start(self) -> bool:
        """Listen on the network of the gateway. Return False if impossible.

        Stop and start again when the gateway changes.
        """
        if self.alive:
            return True
        gateway = self._gateway()
        if gateway is None or (ours := local_address(gateway, self._endpoint)) is None:
            return False
        try:
            receiver = _receiver(ours, self._port, self._endpoint.interface)
        except OSError:
            # another program uses the port exclusively: only hints are lost
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
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _receive(self, datagram: bytes, sender: str) -> None:
        """Call back if the router announces something new."""
        announcement = parse_announcement(datagram)
        # IPv4 senders have no zone; any device may send, only the router counts
        if announcement is None or sender != str(self._gateway()):
            return
        protocol, address, epoch = announcement
        series = self._heard.setdefault(protocol, _Series())
        if series.is_news(address, epoch, asyncio.get_running_loop().time()):
            self._on_hint()


class _Series:
    """Repetitions of one announcement."""

    def __init__(self) -> None:
        self._epoch = Epoch()
        self._last: tuple[IPv4Address | None, float] | None = None

    def is_news(self, address: IPv4Address | None, epoch: int, now: float) -> bool:
        """Return True if this is not a repetition of the last announcement."""
        last, self._last = self._last, (address, now)
        restarted = self._epoch.restarted(epoch, now)
        return (
            last is None
            or restarted
            or last[0] != address
            or now - last[1] > _LONGEST_SERIES_GAP
        )


class _Protocol(asyncio.DatagramProtocol):
    """Passes datagrams on."""

    def __init__(self, receive: Callable[[bytes, str], None]) -> None:
        """Initialize the callback."""
        self._receive = receive

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Pass on a datagram with the address of its sender."""
        self._receive(data, addr[0])


def _receiver(ours: IPv4Address, port: int, interface: str | None) -> socket.socket:
    """Return a socket of the multicast group, on the network of our address.

    Of two networks with the same address, the interface tells which one.

    Raises OSError.
    """
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        receiver.setblocking(False)
        # other programs may listen too
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(AttributeError):
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        membership = GROUP.packed + ours.packed
        if interface is not None:
            bind_to_interface(receiver, interface)
            # Linux' ip_mreqn
            membership += struct.pack("=i", socket.if_nametoindex(interface))
        receiver.bind(("", port))
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except BaseException:
        receiver.close()
        raise
    return receiver
