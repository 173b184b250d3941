"""Servers on loopback that answer datagrams as a test wants, and what they were sent."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import errno
import gc
from ipaddress import ip_address
from pathlib import Path
from typing import override
import warnings

import pytest

from custom_components.ddns_plus.core.address import Address

type Reply = Callable[[bytes], Iterable[bytes]]
type SocketAddress = tuple[str, int]


@dataclass(slots=True)
class UdpServer(asyncio.DatagramProtocol):
    """A server, and what it was sent by whom; `reply` makes the datagrams to answer with."""

    reply: Reply
    requests: list[bytes] = field(default_factory=list)
    clients: list[SocketAddress] = field(default_factory=list)
    transport: asyncio.DatagramTransport | None = None

    @property
    def name(self) -> SocketAddress:
        """Return its address and port."""
        assert self.transport is not None
        name: SocketAddress = self.transport.get_extra_info("sockname")
        return name

    @property
    def address(self) -> Address:
        """Return its address."""
        return ip_address(self.name[0])

    @property
    def port(self) -> int:
        """Return its port."""
        return self.name[1]

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        """Keep what is answered by."""
        self.transport = transport

    @override
    def datagram_received(self, data: bytes, addr: SocketAddress) -> None:
        """Answer."""
        assert self.transport is not None
        self.requests.append(data)
        self.clients.append(addr)
        for answer in self.reply(data):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def udp_server(
    reply: Reply, host: str = "127.0.0.1"
) -> AsyncGenerator[UdpServer]:
    """Start a server; it is stopped at the end."""
    loop = asyncio.get_running_loop()
    try:
        transport, server = await loop.create_datagram_endpoint(
            lambda: UdpServer(reply), local_addr=(host, 0)
        )
    except OSError as err:
        if host == "::1" and err.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            pytest.skip("this machine has no IPv6, not even on loopback")
        raise
    try:
        yield server
    finally:
        transport.close()


def silent(_: bytes) -> Iterable[bytes]:
    """Answer nothing."""
    return ()


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    return sum(1 for _ in Path("/dev/fd").iterdir())


async def all_closed(before: int) -> bool:
    """Return whether, soon, no more files and sockets are open than before."""
    for _ in range(200):
        if open_files() <= before:
            return True
        await asyncio.sleep(0.01)
    return False


@asynccontextmanager
async def nothing_left_to_collect() -> AsyncGenerator[None]:
    """See that sockets are closed by who opened them, not when memory is cleaned up."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ResourceWarning)
        yield
        # the event loop forgets what it has done one turn later
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
    assert [str(each.message) for each in said] == []
