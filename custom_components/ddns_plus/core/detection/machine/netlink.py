"""Addresses of this machine from the Linux kernel, and notice of changes."""

import asyncio
from collections.abc import Callable, Iterable
import errno
import os
import socket

from ...address import Address, Family
from .interface_address import AddressFlag, InterfaceAddress, is_virtual
from .netlink_messages import (
    NETLINK_ROUTE,
    NLMSG_DONE,
    NLMSG_ERROR,
    RTM_DELADDR,
    RTM_DELLINK,
    RTM_DELROUTE,
    RTM_GETADDR,
    RTM_GETLINK,
    RTM_NEWADDR,
    RTM_NEWLINK,
    RTM_NEWROUTE,
    Message,
    check_error,
    dump_request,
    read_address,
    read_link,
    read_messages,
    read_way_out,
)

# links; addresses and routes of IPv4, and of IPv6
_GROUPS = 0x01 | 0x10 | 0x40 | 0x100 | 0x400
# largest datagram of the kernel
_LARGEST_DATAGRAM = 32768
_MOST_DATAGRAMS = 256
_DUMP_TRIES = 4
_BOTH = frozenset(Family)
_NEITHER: frozenset[Family] = frozenset()


def dump_addresses() -> tuple[InterfaceAddress, ...]:
    """Return the IPv4 and IPv6 addresses of this machine's interfaces.

    The kernel answers at once, without waiting. Raises OSError if it does not.
    """
    names: dict[int, str | None] = {}
    found = []
    for message in _dump(RTM_GETADDR):
        if message.kind != RTM_NEWADDR or (item := read_address(message)) is None:
            continue
        if item.interface not in names:
            names[item.interface] = _interface_name(item.interface)
        if (name := names[item.interface]) is not None:
            found.append(
                InterfaceAddress(
                    address=item.address,
                    prefix_length=item.prefix_length,
                    interface=name,
                    flags=item.flags,
                    preferred=item.preferred,
                    valid=item.valid,
                )
            )
    return tuple(found)


class Picture:
    """Known links, addresses and default routes, to tell changes from repetitions.

    Router advertisements and DHCP repeat their data, every few seconds at worst.
    """

    def __init__(self) -> None:
        """Initialize empty."""
        self._links: dict[int, tuple[str, bool]] = {}
        self._addresses: dict[tuple[int, Address], AddressFlag] = {}
        self._ways_out: dict[tuple[object, ...], tuple[bytes | None, ...]] = {}

    def apply(self, messages: Iterable[Message]) -> frozenset[Family]:
        """Apply messages, and return the families with a change."""
        changed = _NEITHER
        for message in messages:
            match message.kind:
                case kind if kind in (RTM_NEWLINK, RTM_DELLINK):
                    changed |= self._apply_link(message)
                case kind if kind in (RTM_NEWADDR, RTM_DELADDR):
                    changed |= self._apply_address(message)
                case kind if kind in (RTM_NEWROUTE, RTM_DELROUTE):
                    changed |= self._apply_route(message)
        return changed

    def _apply_link(self, message: Message) -> frozenset[Family]:
        """Apply a message about a link."""
        if (link := read_link(message)) is None:
            return _NEITHER
        name, was_up = self._links.pop(link.number, ("", False))
        name = link.name or name
        if message.kind == RTM_NEWLINK:
            self._links[link.number] = (name, link.up)
        return _NEITHER if link.up == was_up or is_virtual(name) else _BOTH

    def _apply_address(self, message: Message) -> frozenset[Family]:
        """Apply a message about an address."""
        if (item := read_address(message)) is None:
            return _NEITHER
        key = (item.interface, item.address)
        if message.kind == RTM_DELADDR:
            self._addresses.pop(key, None)
        elif self._addresses.get(key) == item.flags:
            return _NEITHER
        else:
            self._addresses[key] = item.flags
        name, _ = self._links.get(item.interface, ("", False))
        return _NEITHER if is_virtual(name) else frozenset({Family.of(item.address)})

    def _apply_route(self, message: Message) -> frozenset[Family]:
        """Apply a message about a default route."""
        if (route := read_way_out(message)) is None:
            return _NEITHER
        if message.kind == RTM_DELROUTE:
            self._ways_out.pop(route.key, None)
        elif self._ways_out.get(route.key) == route.target:
            return _NEITHER
        else:
            self._ways_out[route.key] = route.target
        return frozenset({route.family})


class AddressMonitor:
    """Reports changes of links, addresses or default routes, by family."""

    def __init__(self, on_change: Callable[[frozenset[Family]], None]) -> None:
        """Initialize the callback."""
        self._on_change = on_change
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket: socket.socket | None = None
        self._wanted = False
        self._looking: asyncio.Task[None] | None = None
        self._picture = Picture()

    @property
    def alive(self) -> bool:
        """Return True if changes are reported."""
        return self._socket is not None

    async def start(self) -> bool:
        """Start, without privileges. Return False if changes cannot be reported."""
        if self._socket is not None:
            return True
        self._loop, self._wanted = asyncio.get_running_loop(), True
        try:
            opened = _open()
        except OSError:
            return False
        try:
            opened.bind((0, _GROUPS))
            # After the bind, so that no change is missed. In the executor: the kernel
            # may make us wait while hundreds of interfaces come and go.
            picture = await self._loop.run_in_executor(None, _look)
            if not self._wanted:
                opened.close()
                return False
            self._loop.add_reader(opened, self._read)
        except OSError, NotImplementedError:
            opened.close()
            return False
        except BaseException:
            opened.close()
            raise
        self._socket, self._picture = opened, picture
        return True

    def stop(self) -> None:
        """Stop reporting."""
        self._wanted = False
        if self._looking is not None:
            self._looking.cancel()
        if self._socket is None or self._loop is None:
            return
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self._socket = None

    def _read(self) -> None:
        """Apply a limited number of datagrams, and report changes."""
        if self._socket is None:
            return
        changed = _NEITHER
        try:
            for _ in range(_MOST_DATAGRAMS):
                changed |= self._picture.apply(read_messages(_receive(self._socket)))
        except BlockingIOError:
            pass
        except OSError as err:
            changed = _BOTH
            self._recover(err)
        if changed:
            self._on_change(changed)

    def _recover(self, err: OSError) -> None:
        """Read everything again after lost messages; stop after other errors."""
        if err.errno not in (errno.ENOBUFS, errno.EMSGSIZE):
            self.stop()
            return
        if self._loop is not None and self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._looking = self._loop.create_task(self._look_again(self._socket))

    async def _look_again(self, opened: socket.socket) -> None:
        """Read the current state, and continue to report changes."""
        loop = asyncio.get_running_loop()
        try:
            picture = await loop.run_in_executor(None, _look)
        except OSError:
            # without known state repetitions count as changes, which is harmless
            picture = Picture()
        if self._socket is opened:
            self._picture = picture
            loop.add_reader(opened, self._read)


def _look() -> Picture:
    """Return the current state. Raises OSError."""
    picture = Picture()
    picture.apply(_dump(RTM_GETLINK))
    picture.apply(_dump(RTM_GETADDR))
    return picture


def _open() -> socket.socket:
    """Return a non-blocking socket to the kernel. Raises OSError."""
    if not hasattr(socket, "AF_NETLINK"):
        raise _error(errno.EAFNOSUPPORT)
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE)
    opened.setblocking(False)
    return opened


def _dump(kind: int) -> list[Message]:
    """Return all messages of a kind. Raises OSError."""
    for _ in range(_DUMP_TRIES):
        if (messages := _dump_once(kind)) is not None:
            return messages
    raise _error(errno.EAGAIN)


def _dump_once(kind: int) -> list[Message] | None:
    """Return all messages of a kind, None after a change. Raises OSError."""
    messages: list[Message] = []
    interrupted = False
    with _open() as opened:
        opened.sendto(dump_request(kind), (0, 0))
        for _ in range(_MOST_DATAGRAMS):
            for message in read_messages(_receive(opened)):
                interrupted |= message.interrupted
                if message.kind in (NLMSG_ERROR, NLMSG_DONE):
                    check_error(message)
                    return None if interrupted else messages
                messages.append(message)
    raise _error(errno.EMSGSIZE)


def _receive(opened: socket.socket) -> bytes:
    """Return a datagram of the kernel, or an empty one for another sender.

    Raises OSError: BlockingIOError without a datagram, EMSGSIZE for a truncated one.
    """
    data, _, flags, (sender, _) = opened.recvmsg(_LARGEST_DATAGRAM)
    if sender != 0:
        return b""
    if flags & socket.MSG_TRUNC:
        raise _error(errno.EMSGSIZE)
    return data


def _interface_name(index: int) -> str | None:
    """Return the name of an interface, None if it has gone."""
    try:
        return socket.if_indextoname(index)
    except OSError:
        return None


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
