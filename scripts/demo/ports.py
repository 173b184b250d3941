"""Listening sockets on loopback: the wished port where it is free, any free one otherwise."""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
import errno
import socket

IPV4_LOOPBACK = "127.0.0.1"
SECOND_IPV4_LOOPBACK = "127.0.0.2"
IPV6_LOOPBACK = "::1"

_TAKEN = {errno.EADDRINUSE, errno.EACCES}


def _bind(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """Return a non-blocking socket bound to a loopback address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        if kind is socket.SOCK_STREAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
        if kind is socket.SOCK_STREAM:
            bound.listen()  # until then the kernel would give the same port away again
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        raise OSError(
            error.errno, f"cannot listen on {host}, port {port}: {error.strerror}"
        ) from error
    return bound


def _bind_all(
    wanted: Sequence[tuple[str, socket.SocketKind]], port: int
) -> list[socket.socket]:
    """Return one socket per host and kind, all on the same port, or none at all."""
    with ExitStack() as stack:
        sockets: list[socket.socket] = []
        for host, kind in wanted:
            bound = stack.enter_context(_bind(host, port, kind))
            port = bound.getsockname()[1]
            sockets.append(bound)
        stack.pop_all()
    return sockets


def bind(
    hosts: Sequence[str],
    preferred: int,
    kinds: Sequence[socket.SocketKind] = (socket.SOCK_STREAM,),
) -> list[socket.socket]:
    """Return sockets on one port: the preferred one, or a free one when it is taken.

    Raises OSError when an address is missing on this machine or no port is free.
    """
    wanted = [(host, kind) for host in hosts for kind in kinds]
    with suppress(OSError):
        return _bind_all(wanted, preferred)
    # The kernel picks a port that is free for the first socket only: try a few.
    for _ in range(20):
        try:
            return _bind_all(wanted, 0)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
    raise OSError(errno.EADDRINUSE, f"no port is free on all of {', '.join(hosts)}")


def bind_exactly(host: str, port: int) -> socket.socket | None:
    """Return a UDP socket on the one port that will do, None where it is taken or zero."""
    if not port:
        return None
    try:
        return _bind(host, port, socket.SOCK_DGRAM)
    except OSError:
        return None


def free_port(preferred: int = 0) -> int:
    """Return a TCP port of 127.0.0.1 for a program that binds by itself."""
    (bound,) = bind([IPV4_LOOPBACK], preferred)
    with bound:
        return int(bound.getsockname()[1])


def has_address(host: str) -> bool:
    """Tell whether this machine has a loopback address."""
    try:
        _bind(host, 0, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True
