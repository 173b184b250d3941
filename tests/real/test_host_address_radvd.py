"""The address of a machine whose router announces prefixes, takes them back and forgets them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
import ctypes
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network
import os
from pathlib import Path
import platform
import socket
import ssl
import subprocess
import threading

from aiohttp import web
import pytest
import pytest_socket

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.echo.http import HttpOptions, HttpSource
from custom_components.ddns_plus.core.detection.machine.default_route import (
    default_interfaces,
)
from custom_components.ddns_plus.core.detection.machine.host_address import (
    HostAddresses,
    InterfaceSource,
)
from custom_components.ddns_plus.core.detection.machine.interfaces import (
    AddressFlag,
    InterfaceAddress,
    Unfit,
    read_addresses,
    why_unfit,
)
from custom_components.ddns_plus.core.detection.machine.netlink import AddressMonitor
from custom_components.ddns_plus.core.detection.methods import WebService
from custom_components.ddns_plus.core.detection.source import (
    FailureReason,
    SourceError,
    SourceFailure,
)
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint

from .namespaces import Namespace, link, namespaces, require

OLD = IPv6Network("2606:bb00:2:2::/64")
NEW = IPv6Network("2606:bb00:3:3::/64")
ECHO = "2a00:1450:1::53"
_PORT = 8080
_PATIENCE = 20
_NOBODY = 65534
# setresuid, which changes the calling thread only; the C library's changes all
_SETRESUID = {"x86_64": 117, "aarch64": 147}

_INTERFACE = (
    "interface lan0 {{ AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;"
    " {prefixes} }};\n"
)
_PREFIX = (
    "prefix {network} {{ AdvOnLink on; AdvAutonomous on; AdvValidLifetime 7200;"
    " AdvPreferredLifetime {preferred}; DeprecatePrefix on; }};"
)

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("socket_enabled")]


class Lab:
    """The three hosts: who answers outside, a router with radvd, and a machine at home."""

    def __init__(
        self, isp: Namespace, router: Namespace, home: Namespace, folder: Path
    ) -> None:
        """Keep the hosts, and where settings go."""
        self.isp = isp
        self.router = router
        self.home = home
        self._folder = folder
        self._runs = 0

    def start_radvd(
        self, *networks: tuple[IPv6Network, int]
    ) -> subprocess.Popen[bytes]:
        """Announce prefixes, each with how many seconds it is preferred.

        `router.stop(...)` takes them back, killing what this returns does not.
        """
        self._runs += 1
        settings = self._folder / f"radvd-{self._runs}.conf"
        prefixes = " ".join(
            _PREFIX.format(network=network, preferred=preferred)
            for network, preferred in networks
        )
        settings.write_text(_INTERFACE.format(prefixes=prefixes))
        for network, _ in networks:
            self.router.ip("addr", "replace", f"{network[1]}/64", "dev", "lan0")
        return self.router.start(
            *("radvd", "-n", "-m", "stderr", "-C", str(settings)),
            *("-p", str(settings.with_suffix(".pid"))),
            log=settings.with_suffix(".log"),
        )


@contextmanager
def made(folder: Path) -> Iterator[Lab]:
    """Lay a home behind a router for as long as a test needs it."""
    require("radvd")
    with namespaces("isp", "rtr", "ha") as (isp, router, home):
        for host in (isp, router, home):
            host.sysctl("net.ipv6.conf.default.accept_dad=0")
        router.sysctl("net.ipv6.conf.all.forwarding=1")
        home.sysctl("net.ipv6.conf.default.accept_ra=2")
        home.sysctl("net.ipv6.conf.default.use_tempaddr=2")
        link(router, "wan0", isp, "rt0")
        link(router, "lan0", home, "eth0")
        isp.ip("addr", "add", "2606:aa00:1::1/64", "dev", "rt0")
        isp.ip("addr", "add", f"{ECHO}/128", "dev", "lo")
        router.ip("addr", "add", "2606:aa00:1::2/64", "dev", "wan0")
        router.ip("route", "add", "default", "via", "2606:aa00:1::1")
        for network in (OLD, NEW):
            isp.ip("route", "add", str(network), "via", "2606:aa00:1::2")
        yield Lab(isp, router, home, folder)


@pytest.fixture
def lab(tmp_path: Path) -> Generator[Lab]:
    """Return the hosts."""
    pytest_socket.socket_allow_hosts([ECHO])
    with made(tmp_path) as lab:
        yield lab


@asynccontextmanager
async def echoing(lab: Lab) -> AsyncGenerator[None]:
    """Answer everybody outside with the address that is seen there."""
    ready, stop = threading.Event(), threading.Event()

    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=request.remote)

    async def serve() -> None:
        application = web.Application()
        application.router.add_get("/", handle)
        runner = web.AppRunner(application)
        await runner.setup()
        try:
            await web.TCPSite(runner, ECHO, _PORT).start()
            ready.set()
            await asyncio.to_thread(stop.wait)
        finally:
            await runner.cleanup()

    task = asyncio.create_task(lab.isp.call(serve))
    try:
        assert await asyncio.to_thread(ready.wait, 5)
        yield
    finally:
        stop.set()
        await task


def echo() -> HttpSource:
    """Return who is asked outside."""
    options = HttpOptions(
        ssl_context=ssl.create_default_context(),
        user_agent="test",
        timeout=timedelta(seconds=1),
    )
    return HttpSource(
        "echo", "echo", WebService(url=f"http://[{ECHO}]:{_PORT}/"), options
    )


def seen(host: HostAddresses) -> list[InterfaceAddress]:
    """Return the machine's public addresses, fit or not."""
    return [item for item in host.read() if why_unfit(item) is not Unfit.NOT_PUBLIC]


def usual_source() -> IPv6Address:
    """Return from where the kernel asks unless it is told otherwise."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as opened:
        opened.connect((ECHO, _PORT))
        return IPv6Address(opened.getsockname()[0])


def now() -> float:
    """Return the time of the event loop's clock."""
    return asyncio.get_running_loop().time()


async def until(condition: Callable[[], bool], seconds: float = _PATIENCE) -> None:
    """Return once something is so. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def settled(host: HostAddresses, network: IPv6Network) -> IPv6Address:
    """Return the candidate once it is of a network, and there is a temporary one, too."""

    def has_both() -> bool:
        items = [item for item in seen(host) if item.address in network]
        return {why_unfit(item) for item in items} >= {None, Unfit.TEMPORARY}

    await until(has_both)
    found = [
        item.address
        for item in seen(host)
        if item.address in network and why_unfit(item) is None
    ]
    (address,) = found
    assert isinstance(address, IPv6Address)
    return address


async def failure(asked: Awaitable[Address]) -> SourceFailure:
    """Return why nobody answered."""
    with pytest.raises(SourceError) as raised:
        await asked
    return raised.value.failure


async def test_the_stable_address_is_published_and_seen(lab: Lab) -> None:
    """With privacy extensions the machine is otherwise seen with one that lasts a day."""
    lab.start_radvd((OLD, 1800))

    async def run() -> None:
        host = HostAddresses(read_addresses, default_interfaces)
        stable = await settled(host, OLD)
        assert host.candidate(None) == stable
        (item,) = [item for item in seen(host) if item.address == stable]
        assert AddressFlag.TEMPORARY not in item.flags
        assert AddressFlag.MANAGE_TEMPORARY in item.flags
        assert item.preferred is not None and 0 < item.preferred <= 1800

        temporary = usual_source()
        assert temporary != stable
        assert temporary in {item.address for item in seen(host)}
        assert await echo().ask(Family.IPV6, ANYWHERE) == temporary

        endpoint = LocalEndpoint(address=stable)
        assert await echo().ask(Family.IPV6, endpoint) == stable
        assert await InterfaceSource(host).ask(Family.IPV6, endpoint) == stable
        # not even by mistake
        assert host.candidate(temporary) == stable

    async with echoing(lab):
        await lab.home.call(run)


async def test_the_address_follows_the_router_to_a_new_prefix(lab: Lab) -> None:
    """The old one is deprecated, which is told at once; announcing it again is no news."""
    first = lab.start_radvd((OLD, 1800))

    async def run() -> None:
        host = HostAddresses(read_addresses, default_interfaces)
        old = await settled(host, OLD)
        told: list[frozenset[Family]] = []
        monitor = AddressMonitor(told.append)
        assert await monitor.start()
        # two announcements at least
        await asyncio.sleep(8)
        assert not told

        await asyncio.to_thread(lab.router.stop, first)
        await until(lambda: bool(told))
        assert Family.IPV6 in told[0]
        # what is told is there to be read
        assert host.candidate(old) is None
        assert old in {item.address for item in seen(host)}

        told.clear()
        await asyncio.to_thread(lab.start_radvd, (NEW, 1800))
        await until(lambda: bool(told))
        assert Family.IPV6 in told[0]
        new = await settled(host, NEW)
        assert host.candidate(old) == new
        assert await echo().ask(Family.IPV6, LocalEndpoint(address=new)) == new
        monitor.stop()

    async with echoing(lab):
        await lab.home.call(run)


async def test_the_known_address_stays_while_it_may(lab: Lab) -> None:
    """A second prefix that lasts longer is no reason to change a record."""
    lab.start_radvd((OLD, 1800), (NEW, 3600))

    async def run() -> None:
        host = HostAddresses(read_addresses, default_interfaces)
        old, new = await settled(host, OLD), await settled(host, NEW)
        assert host.candidate(None) == new
        assert host.candidate(old) == old

    await lab.home.call(run)


async def test_a_prefix_that_the_router_forgot_is_found_out(lab: Lab) -> None:
    """It was never taken back, so it stays preferred for hours, and nothing comes back."""
    first = lab.start_radvd((OLD, 1800))

    async def run() -> None:
        host = HostAddresses(read_addresses, default_interfaces)
        old = await settled(host, OLD)
        assert await echo().ask(Family.IPV6, LocalEndpoint(address=old)) == old

        first.kill()
        lab.isp.ip("route", "del", str(OLD))
        await asyncio.to_thread(lab.start_radvd, (NEW, 1800))
        new = await settled(host, NEW)
        assert host.candidate(old) == old
        why = await failure(echo().ask(Family.IPV6, LocalEndpoint(address=old)))
        assert why.reason in (FailureReason.TIMEOUT, FailureReason.UNREACHABLE)

        host.unanswered(old, now())
        assert host.candidate(old) == new
        assert await echo().ask(Family.IPV6, LocalEndpoint(address=new)) == new
        host.answered(new)
        assert host.candidate(new) == new

    async with echoing(lab):
        await lab.home.call(run)


async def test_an_unprivileged_process_is_told(lab: Lab) -> None:
    """Reading addresses and listening to changes need no capability."""
    if (number := _SETRESUID.get(platform.machine())) is None:
        pytest.skip("how a thread gives up its privileges here is not known")
    ready = threading.Event()

    async def run() -> frozenset[Family]:
        assert ctypes.CDLL(None).syscall(number, _NOBODY, _NOBODY, _NOBODY) == 0
        assert os.geteuid() == _NOBODY
        with pytest.raises(PermissionError):
            socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        addresses = read_addresses()
        assert addresses is not None
        assert IPv6Address("::1") in {item.address for item in addresses}
        told: asyncio.Queue[frozenset[Family]] = asyncio.Queue()
        monitor = AddressMonitor(told.put_nowait)
        assert await monitor.start()
        ready.set()
        try:
            async with asyncio.timeout(5):
                return await told.get()
        finally:
            monitor.stop()

    task = asyncio.create_task(lab.home.call(run))
    assert await asyncio.to_thread(ready.wait, 5)
    lab.home.ip("addr", "add", f"{OLD[9]}/64", "dev", "eth0")
    assert await task == frozenset({Family.IPV6})
