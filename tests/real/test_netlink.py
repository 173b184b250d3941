"""Reading addresses from the kernel, and being told of changes, in a namespace."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
import socket
import struct
import time
from typing import Any

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.machine.interfaces import (
    AddressFlag,
    InterfaceAddress,
    Unfit,
    read_addresses,
    why_unfit,
)
from custom_components.ddns_plus.core.detection.machine.netlink import (
    AddressMonitor,
    dump_addresses,
)

from .namespaces import Namespace, link, namespaces

HOME = "2606:bb00:2:2::44"
IPV4 = frozenset({Family.IPV4})
IPV6 = frozenset({Family.IPV6})
BOTH = frozenset(Family)
_NLMSG_NOOP = 1

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("socket_enabled")]


@pytest.fixture
def hosts() -> Generator[list[Namespace]]:
    """Return a machine at home, and the router it is connected to."""
    with namespaces("home", "router") as hosts:
        home, router = hosts
        # whether an address is taken is asked only where that is tested
        for host in hosts:
            host.sysctl("net.ipv6.conf.default.accept_dad=0")
        link(home, "eth0", router, "lan0")
        yield hosts


@pytest.fixture
def home(hosts: list[Namespace]) -> Namespace:
    """Return the machine at home."""
    return hosts[0]


async def addresses(home: Namespace) -> dict[str, InterfaceAddress]:
    """Return the addresses of a machine by their text."""

    async def read() -> tuple[InterfaceAddress, ...]:
        return dump_addresses()

    return {str(item.address): item for item in await home.call(read)}


class Changes:
    """What a monitor tells, and when."""

    def __init__(self) -> None:
        """Begin to listen."""
        self._told: asyncio.Queue[tuple[float, frozenset[Family]]] = asyncio.Queue()
        self.monitor = AddressMonitor(self._tell)

    def _tell(self, families: frozenset[Family]) -> None:
        self._told.put_nowait((time.monotonic(), families))

    async def during(
        self, change: Callable[[], object], quiet: float = 0.3
    ) -> frozenset[Family]:
        """Return the families that something changed, once it is quiet again."""
        await asyncio.to_thread(change)
        families: frozenset[Family] = frozenset()
        while True:
            try:
                async with asyncio.timeout(quiet):
                    families |= (await self._told.get())[1]
            except TimeoutError:
                return families

    async def milliseconds(self, change: Callable[[], object]) -> float:
        """Return how long after a change is made it is told."""
        begin = time.monotonic()
        await asyncio.to_thread(change)
        async with asyncio.timeout(2):
            at, _ = await self._told.get()
        return (at - begin) * 1000


@asynccontextmanager
async def listening() -> AsyncGenerator[Changes]:
    """Listen to changes for as long as a test needs it."""
    changes = Changes()
    assert await changes.monitor.start()
    try:
        # what the making of the namespace has left
        await changes.during(lambda: None)
        yield changes
    finally:
        changes.monitor.stop()


def listens(
    test: Callable[[Changes], Coroutine[Any, Any, None]],
) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return a coroutine function that runs a test on a machine that listens."""

    async def run() -> None:
        async with listening() as changes:
            await test(changes)

    return run


async def test_addresses_are_read_as_they_are(home: Namespace) -> None:
    """With their flags, prefix lengths and lifetimes, of both families."""
    home.ip("addr", "add", "192.168.77.2/24", "dev", "eth0")
    home.ip("addr", "add", f"{HOME}/64", "dev", "eth0")
    home.ip(
        *("addr", "add", "2606:bb00:2:2::45/64", "dev", "eth0"),
        *("valid_lft", "7200", "preferred_lft", "1800"),
    )
    home.ip(
        *("addr", "add", "2606:bb00:2:2::46/64", "dev", "eth0"),
        *("valid_lft", "7200", "preferred_lft", "0"),
    )
    home.ip("addr", "add", "fd00::1", "peer", "fd00::2", "dev", "eth0")
    found = await addresses(home)

    ipv4 = found["192.168.77.2"]
    assert (ipv4.address, ipv4.prefix_length, ipv4.interface) == (
        IPv4Address("192.168.77.2"),
        24,
        "eth0",
    )
    static = found[HOME]
    assert (static.prefix_length, static.interface) == (64, "eth0")
    assert AddressFlag.PERMANENT in static.flags
    assert (static.preferred, static.valid) == (None, None)
    assert why_unfit(static) is None

    limited = found["2606:bb00:2:2::45"]
    assert AddressFlag.PERMANENT not in limited.flags
    assert limited.preferred is not None and 1790 <= limited.preferred <= 1800
    assert limited.valid is not None and 7190 <= limited.valid <= 7200

    deprecated = found["2606:bb00:2:2::46"]
    assert AddressFlag.DEPRECATED in deprecated.flags
    assert deprecated.preferred == 0
    assert why_unfit(deprecated) is Unfit.DEPRECATED
    # the near end, not the far one
    assert "fd00::1" in found and "fd00::2" not in found

    home.ip("addr", "del", f"{HOME}/64", "dev", "eth0")
    assert HOME not in await addresses(home)


async def test_an_address_that_is_being_checked_is_tentative(home: Namespace) -> None:
    """It may be published a moment later, when nobody else has it."""
    home.sysctl("net.ipv6.conf.eth0.accept_dad=1", "net.ipv6.conf.all.accept_dad=1")
    home.ip("addr", "add", f"{HOME}/64", "dev", "eth0")
    assert why_unfit((await addresses(home))[HOME]) is Unfit.TENTATIVE
    async with asyncio.timeout(10):
        while why_unfit((await addresses(home))[HOME]) is not None:
            await asyncio.sleep(0.1)


async def test_an_address_that_somebody_else_has_is_a_duplicate(
    hosts: list[Namespace],
) -> None:
    """The kernel found out, and does not use it."""
    home, router = hosts
    router.ip("addr", "add", f"{HOME}/64", "dev", "lan0")
    home.sysctl("net.ipv6.conf.eth0.accept_dad=1", "net.ipv6.conf.all.accept_dad=1")
    home.ip("addr", "add", f"{HOME}/64", "dev", "eth0")
    async with asyncio.timeout(10):
        while why_unfit((await addresses(home))[HOME]) is not Unfit.DUPLICATE:
            await asyncio.sleep(0.1)


async def test_many_addresses_are_read(home: Namespace) -> None:
    """More than fit into one datagram."""
    commands = "".join(
        f"addr add 2606:bb00:2:2::{number:x}/64 dev eth0\n" for number in range(1, 1001)
    )
    home.run("sh", "-c", f"printf '%s' '{commands}' | ip -batch -")
    found = await addresses(home)
    assert {f"2606:bb00:2:2::{number:x}" for number in range(1, 1001)} <= set(found)


async def test_the_kernels_table_says_the_same(
    home: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is that of the namespace, not of the process."""
    home.ip("addr", "add", f"{HOME}/64", "dev", "eth0")
    monkeypatch.delattr(socket, "AF_NETLINK")

    async def read() -> tuple[InterfaceAddress, ...] | None:
        return read_addresses()

    found = await home.call(read)
    assert found is not None
    (item,) = [item for item in found if item.address == IPv6Address(HOME)]
    assert AddressFlag.PERMANENT in item.flags
    assert (item.interface, item.prefix_length) == ("eth0", 64)


async def test_changes_are_told_by_family(home: Namespace) -> None:
    """Each once it is made; a repetition is none."""

    async def run(changes: Changes) -> None:
        async def after(*arguments: str) -> frozenset[Family]:
            return await changes.during(lambda: home.ip(*arguments))

        lasting = ("valid_lft", "7200", "preferred_lft")
        ipv6 = (f"{HOME}/64", "dev", "eth0")
        assert await after("addr", "add", *ipv6, *lasting, "1800") == IPV6
        assert await after("addr", "replace", *ipv6, *lasting, "1700") == frozenset()
        assert await after("addr", "replace", *ipv6, *lasting, "0") == IPV6
        assert await after("addr", "replace", *ipv6, *lasting, "1800") == IPV6

        ipv4 = ("192.168.77.2/24", "dev", "eth0")
        assert await after("addr", "add", *ipv4) == IPV4
        assert await after("addr", "replace", *ipv4) == frozenset()
        default = ("default", "via")
        assert await after("route", "add", *default, "192.168.77.1") == IPV4
        assert await after("route", "replace", *default, "192.168.77.1") == frozenset()
        assert await after("route", "replace", *default, "192.168.77.9") == IPV4
        assert await after("route", "replace", *default, "192.168.77.1") == IPV4
        assert await after("route", "add", "10.0.0.0/8", "via", "192.168.77.1") == (
            frozenset()
        )
        assert await after("route", "del", "default") == IPV4

        router = ("2606:bb00:2:2::1", "dev", "eth0")
        assert await after("-6", "route", "add", *default, *router) == IPV6
        assert await after("-6", "route", "replace", *default, *router) == frozenset()
        assert await after("-6", "route", "del", "default") == IPV6

        assert await after("addr", "del", *ipv6) == IPV6
        assert await after("addr", "del", *ipv4) == IPV4

    await home.call(listens(run))


async def test_a_link_that_goes_down_or_up_is_told(hosts: list[Namespace]) -> None:
    """Also when it is the cable, at the other end; not when it is a container's."""
    home, router = hosts

    async def run(changes: Changes) -> None:
        async def after(host: Namespace, name: str, state: str) -> frozenset[Family]:
            # the kernel tells of cables once a second at most
            return await changes.during(
                lambda: host.ip("link", "set", name, state), quiet=1.2
            )

        assert await after(home, "eth0", "down") == BOTH
        assert await after(home, "eth0", "up") == BOTH
        assert await after(router, "lan0", "down") == BOTH
        assert await after(router, "lan0", "up") == BOTH

        def container() -> None:
            home.ip("link", "add", "veth1", "type", "veth", "peer", "veth2")
            for name in ("veth1", "veth2"):
                home.ip("link", "set", name, "up")
            home.ip("addr", "add", "172.30.0.1/24", "dev", "veth1")
            home.ip("link", "del", "veth1")

        assert await changes.during(container) == frozenset()

    await home.call(listens(run))


async def test_nothing_is_told_after_the_end(home: Namespace) -> None:
    """Whoever has stopped listening hears nothing more, and may begin again."""

    async def run(changes: Changes) -> None:
        def add() -> None:
            home.ip("addr", "add", f"{HOME}/64", "dev", "eth0")

        changes.monitor.stop()
        assert await changes.during(add) == frozenset()
        assert await changes.monitor.start()
        # it was there when listening began
        again = ("addr", "replace", f"{HOME}/64", "dev", "eth0")
        assert await changes.during(lambda: home.ip(*again)) == frozenset()
        assert (
            await changes.during(
                lambda: home.ip("addr", "del", f"{HOME}/64", "dev", "eth0")
            )
            == IPV6
        )

    await home.call(listens(run))


async def test_lost_messages_count_as_a_change(home: Namespace) -> None:
    """When more happens than the kernel keeps for us, anything may have changed."""

    async def run(changes: Changes) -> None:
        opened = changes.monitor._socket
        assert opened is not None
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        lines = "".join(
            f"addr {verb} 192.168.{number}.2/24 dev eth0\n"
            for verb in ("add", "del")
            for number in range(200)
        )
        # the event loop does not run meanwhile
        home.run("sh", "-c", f"printf '%s' '{lines}' | ip -batch -")
        assert await changes.during(lambda: None) == BOTH
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
        assert changes.monitor.alive
        assert (
            await changes.during(
                lambda: home.ip("addr", "add", f"{HOME}/64", "dev", "eth0")
            )
            == IPV6
        )

    await home.call(listens(run))


async def test_what_the_kernel_did_not_send_is_ignored(home: Namespace) -> None:
    """Another program can send to the socket, and is not believed."""

    async def run(changes: Changes) -> None:
        opened = changes.monitor._socket
        assert opened is not None
        number, _ = opened.getsockname()
        body = struct.pack("=BBBBI", socket.AF_INET6, 64, 0, 0, 2)
        body += struct.pack("=HH", 20, 1) + ip_address(HOME).packed
        forged = struct.pack("=IHHII", 16 + len(body), 20, 0, 0, 0) + body

        def send() -> None:
            with socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE
            ) as other:
                other.sendto(forged, (number, 0))

        assert await changes.during(send) == frozenset()
        # the very same from the kernel counts
        assert (
            await changes.during(
                lambda: home.ip("addr", "add", f"{HOME}/64", "dev", "eth0")
            )
            == IPV6
        )

    await home.call(listens(run))


async def test_a_change_is_told_within_milliseconds(home: Namespace) -> None:
    """The kernel tells at once; `ip` itself takes longest."""

    async def run(changes: Changes) -> None:
        took = await changes.milliseconds(
            lambda: home.ip("addr", "add", f"{HOME}/64", "dev", "eth0")
        )
        assert took < 1000

    await home.call(listens(run))
