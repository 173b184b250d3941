"""A second line of a home: a router with a line of its own, and a second interface."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import shutil

from tests.real.namespaces import Namespace, link, namespaces
from tests.real.router import RULES, RouterLab

from .lab import Lab

INTERFACE = "eth1"
_GATEWAY, _HOME = "192.168.88.1", "192.168.88.2"
_ISP, _ISP_IPV6, _WAN_IPV6 = "11.55.0.1", "2606:bb00::1", "2606:bb00::2"
_ROUTED = "2606:bb00:2::/48"


@dataclass(kw_only=True)
class SecondLine:
    """The line: what it is reached by, and what can happen to it."""

    router: Namespace
    home: Namespace
    folder: Path
    gateway: str = _GATEWAY
    _number: int = 2

    @property
    def address(self) -> str:
        """Return the public IPv4 address of the router."""
        return f"11.55.0.{self._number}"

    @property
    def ipv6(self) -> str:
        """Return the public IPv6 address of the home by this line."""
        return f"2606:bb00:2:{self._number}::22"

    def change_address(self) -> None:
        """Have another IPv4 address from now on."""
        self._number += 1
        self.router.ip("-4", "addr", "flush", "dev", "wan0")
        self.router.ip("addr", "add", f"{self.address}/24", "dev", "wan0")
        self.router.ip("route", "replace", "default", "via", _ISP)

    def change_prefix(self) -> None:
        """Have the IPv6 prefix that belongs to the address, and that alone."""
        prefix = self.ipv6.removesuffix("22")
        for host, address in ((self.router, f"{prefix}1"), (self.home, self.ipv6)):
            device = "lan0" if host is self.router else INTERFACE
            host.ip("-6", "addr", "flush", "dev", device, "scope", "global")
            host.ip("-6", "addr", "add", f"{address}/64", "dev", device, "nodad")
        self.home.ip(
            *("-6", "route", "replace", "default", "via", f"{prefix}1"),
            *("dev", INTERFACE, "metric", "2000"),
        )


@asynccontextmanager
async def second_line(
    lab: Lab, *, gateway: str = _GATEWAY, own: str = _HOME
) -> AsyncGenerator[SecondLine]:
    """Have a second line for as long as a test needs it.

    `gateway` is the router's address in the home, `own` that of the home's second interface.
    """
    home, isp = lab.router.home, lab.router.isp
    folder = lab.folder / "second"
    # of an earlier test
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with namespaces("rtr2") as [router]:
        link(router, "lan0", home, INTERFACE)
        link(router, "wan0", isp, "rt1")
        router.ip("addr", "add", f"{gateway}/24", "dev", "lan0")
        home.ip("addr", "add", f"{own}/24", "dev", INTERFACE)
        home.ip(
            *("route", "add", "default", "via", gateway),
            *("dev", INTERFACE, "metric", "100"),
        )
        isp.ip("addr", "add", f"{_ISP}/24", "dev", "rt1")
        isp.ip("-6", "addr", "add", f"{_ISP_IPV6}/64", "dev", "rt1", "nodad")
        isp.ip("-6", "route", "add", _ROUTED, "via", _WAN_IPV6)
        router.sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        router.ip("-6", "addr", "add", f"{_WAN_IPV6}/64", "dev", "wan0", "nodad")
        router.ip("-6", "route", "add", "default", "via", _ISP_IPV6)
        router.nft(*RULES)
        line = SecondLine(router=router, home=home, folder=folder, gateway=gateway)
        line.change_address()
        line.change_prefix()
        RouterLab(isp, router, home, folder).start_miniupnpd()
        yield line
