"""The router: its address, and an exchange of datagrams with it."""

from collections.abc import Callable
import errno
from ipaddress import IPv4Address
from pathlib import Path
import socket
import sys

from ...address import Family
from ...local_endpoint import ANYWHERE, LocalEndpoint, open_socket
from ...net import datagram
from ..source import FailureReason, SourceError, SourceFailure

# not /proc/net, which shows the network of the process, not of the thread
_ROUTES = Path("/proc/thread-self/net/route")
# flags of a route, from Linux' <linux/route.h>
_UP, _GATEWAY, _REJECT = 0x1, 0x2, 0x200

# RFC 6886, 3.1; PCP starts with 3 s (RFC 6887, 8.1.1), too long for a round
FIRST_RETRANSMISSION = 0.25
# RFC 6887, 7: no message of PCP is longer, and NAT-PMP's are 16 bytes at most
LARGEST_DATAGRAM = 1100
# limit of late answers to earlier questions: a flood must not block the loop
_MOST_IGNORED = 16


def default_gateway(interface: str | None = None) -> IPv4Address | None:
    """Return the router of the IPv4 default route, of an interface if given.

    None without one, and on systems other than Linux.
    """
    try:
        # a few hundred bytes from kernel memory: no blocking I/O
        table = _ROUTES.read_text("ascii", "surrogateescape")
    except OSError:
        return None
    return gateway_in(table, interface)


def gateway_in(table: str, interface: str | None = None) -> IPv4Address | None:
    """Return the gateway of the default route with the lowest metric, None without one.

    `table` has the format of Linux' /proc/net/route: the main table only.
    """
    found: list[tuple[int, IPv4Address]] = []
    for line in table.splitlines()[1:]:
        match line.split():
            case [name, "00000000", gateway, flags, _, _, metric, "00000000", *_]:
                pass
            case _:
                continue
        if interface not in (None, name):
            continue
        try:
            # network byte order, printed as a number of the host
            router = IPv4Address(int(gateway, 16).to_bytes(4, sys.byteorder))
            bits, cost = int(flags, 16), int(metric)
        except ValueError, OverflowError:
            continue
        if bits & (_UP | _GATEWAY | _REJECT) == _UP | _GATEWAY:
            found.append((cost, router))
    return min(found, key=lambda route: route[0])[1] if found else None


def local_address(
    gateway: IPv4Address, endpoint: LocalEndpoint = ANYWHERE
) -> IPv4Address | None:
    """Return this machine's address towards the gateway, None without a route."""
    try:
        # connecting a datagram socket sends nothing
        with connect_to_gateway(gateway, 9, endpoint) as towards:
            return IPv4Address(towards.getsockname()[0])
    except OSError:
        return None


def connect_to_gateway(
    gateway: IPv4Address, port: int, endpoint: LocalEndpoint = ANYWHERE
) -> socket.socket:
    """Return a datagram socket connected to the gateway; the caller closes it.

    Raises OSError.
    """
    connected = open_socket(Family.IPV4, socket.SOCK_DGRAM, endpoint)
    try:
        connected.connect((str(gateway), port))
    except BaseException:
        connected.close()
        raise
    return connected


async def exchange[AnswerT](
    connected: socket.socket, request: bytes, read: Callable[[bytes], AnswerT | None]
) -> AnswerT:
    """Repeat a request until there is an answer, with doubled waits (RFC 6886, 3.1).

    `read` returns None for an answer to another request. The caller sets the time
    limit. Raises OSError, what `read` raises, and SourceError for only foreign answers.
    """
    try:
        return await datagram.exchange(
            connected,
            request,
            read,
            first_wait=FIRST_RETRANSMISSION,
            largest=LARGEST_DATAGRAM,
            most_ignored=_MOST_IGNORED,
        )
    except datagram.NoResponseError:
        raise SourceError(FailureReason.NOT_AN_ADDRESS) from None


def failure_of(err: OSError) -> SourceFailure:
    """Return the failure behind a socket error."""
    if isinstance(err, ConnectionRefusedError):
        # the router reports (ICMP) a closed port
        return SourceFailure(FailureReason.UNSUPPORTED)
    if err.errno in (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.ENODEV):
        return SourceFailure(FailureReason.NO_ROUTE)
    return SourceFailure(FailureReason.UNREACHABLE)
