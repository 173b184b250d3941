"""Programs of a router that says what a test wants, in place of a real one."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
import struct
from typing import Any, override

from yarl import URL

from tests.core.detection.router.fake_gateway_device import (
    Connection,
    FakeGatewayDevice,
)
from tests.real.namespaces import Namespace
from tests.real.router import RouterLab

_NAT_PMP_PORT, _SSDP_PORT = 5351, 1900
_DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
_FOUND = """\
HTTP/1.1 200 OK\r
CACHE-CONTROL: max-age=120\r
EXT:\r
LOCATION: {location}\r
ST: {device}\r
USN: uuid:{device}::{device}\r
\r
"""

type Program = AbstractAsyncContextManager[object]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The event loop of a program on another host."""

    loop: asyncio.AbstractEventLoop

    async def do[ResultT](self, what: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Do something over there."""
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(what, self.loop)
        )


@asynccontextmanager
async def running_on(
    host: Namespace, program: Callable[[], Program]
) -> AsyncGenerator[Elsewhere]:
    """Run a program on a host, in an event loop of its own; yields when it is ready."""
    here = asyncio.get_running_loop()
    ready: asyncio.Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]
    ready = here.create_future()

    async def run() -> None:
        over = asyncio.Event()
        async with program():
            there = asyncio.get_running_loop()
            here.call_soon_threadsafe(ready.set_result, (there, over))
            await over.wait()

    running = asyncio.create_task(host.call(run))
    await asyncio.wait((running, ready), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        # it has failed
        running.result()
    loop, over = ready.result()
    try:
        yield Elsewhere(loop)
    finally:
        loop.call_soon_threadsafe(over.set)
        await running


class _NatPmp(asyncio.DatagramProtocol):
    """Answers what its address is (RFC 6886, section 3.2)."""

    def __init__(self, address: str) -> None:
        """Keep the address."""
        self._address = IPv4Address(address)
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        if data == b"\0\0":
            answer = struct.pack("!BBHI4s", 0, 128, 0, 600, self._address.packed)
            self._transport.sendto(answer, addr)


class _Search(asyncio.DatagramProtocol):
    """Answers where the router describes itself (UPnP Device Architecture 1.1, 1.3.3)."""

    def __init__(self, location: str) -> None:
        """Keep the URL."""
        self._location = location
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        if data.startswith(b"M-SEARCH") and _DEVICE.encode() in data:
            answer = _FOUND.format(location=self._location, device=_DEVICE)
            self._transport.sendto(answer.encode(), addr)


@asynccontextmanager
async def nat_pmp(address: str) -> AsyncGenerator[None]:
    """Be a router that tells this address by NAT-PMP, and speaks nothing else."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _NatPmp(address), (str(RouterLab.gateway), _NAT_PMP_PORT)
    )
    try:
        yield
    finally:
        transport.close()


@asynccontextmanager
async def upnp(device: FakeGatewayDevice) -> AsyncGenerator[None]:
    """Be a router that speaks UPnP, and nothing else."""
    await device.start()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Search(device.location), (str(RouterLab.gateway), _SSDP_PORT)
    )
    try:
        yield
    finally:
        transport.close()
        await device.stop()


def gateway_device(*connections: Connection) -> FakeGatewayDevice:
    """Return the device of such a router.

    It describes itself where the real one does: Home Assistant may not have forgotten that.
    """
    where = URL(RouterLab.description_url)
    return FakeGatewayDevice(
        *connections, host=RouterLab.gateway, port=where.port or 80, path=where.path
    )
