"""Where a question leaves this machine: by which interface, from which of its addresses."""

from dataclasses import dataclass
import socket

from ..address import Address, Family


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEndpoint:
    """An interface of this machine, and one of its addresses; None leaves it to the system."""

    interface: str | None = None
    address: Address | None = None


ANYWHERE = LocalEndpoint()


def open_socket(
    family: Family, kind: socket.SocketKind, endpoint: LocalEndpoint = ANYWHERE
) -> socket.socket:
    """Return a socket that does not block, bound to its origin; the caller closes it.

    Raises OSError: without the interface or the address, or without leave to bind to one.
    """
    opened = socket.socket(family.socket_family, kind)
    try:
        opened.setblocking(False)
        if endpoint.interface is not None:
            # Linux lets everybody do this once since 5.7; elsewhere there is no such option
            opened.setsockopt(
                socket.SOL_SOCKET,
                socket.SO_BINDTODEVICE,
                endpoint.interface.encode() + b"\0",
            )
        if endpoint.address is not None and Family.of(endpoint.address) is family:
            opened.bind((str(endpoint.address), 0))
    except BaseException:
        opened.close()
        raise
    return opened
