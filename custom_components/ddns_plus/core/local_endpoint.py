"""Local endpoint of a question: interface and address of this machine."""

from dataclasses import dataclass
import errno
import os
import socket

from .address import Address, Family


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEndpoint:
    """An interface and address of this machine; None leaves it to the system."""

    interface: str | None = None
    address: Address | None = None

    @property
    def exists(self) -> bool:
        """Return True if this machine has the interface now."""
        if self.interface is None:
            return True
        try:
            socket.if_nametoindex(self.interface)
        except OSError:
            return False
        return True


ANYWHERE = LocalEndpoint()


def open_socket(
    family: Family, kind: socket.SocketKind, endpoint: LocalEndpoint = ANYWHERE
) -> socket.socket:
    """Return a non-blocking socket bound to an endpoint; the caller closes it.

    Raises OSError without the interface, the address or the permission to bind.
    """
    opened = socket.socket(family.socket_family, kind)
    try:
        opened.setblocking(False)
        if endpoint.interface is not None:
            bind_to_interface(opened, endpoint.interface)
        if endpoint.address is not None and Family.of(endpoint.address) is family:
            opened.bind((str(endpoint.address), 0))
    except BaseException:
        opened.close()
        raise
    return opened


def bind_to_interface(opened: socket.socket, interface: str) -> None:
    """Bind a socket to an interface, whatever the routes are. Raises OSError.

    The error of a system that cannot do it is ENOPROTOOPT. Linux since 5.7 allows it to
    any process.
    """
    option = getattr(socket, "SO_BINDTODEVICE", None)
    if option is None:
        raise OSError(errno.ENOPROTOOPT, os.strerror(errno.ENOPROTOOPT))
    opened.setsockopt(socket.SOL_SOCKET, option, interface.encode() + b"\0")
