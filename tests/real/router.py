"""A home behind a router with miniupnpd: three hosts, and a WAN address that can change."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
import subprocess
import time

from .namespaces import Namespace, link, namespaces, require

WAN_ADDRESS = "11.22.33.44"
WAN_INTERFACE = "wan0"
_LAN = "192.168.77.0/24"
_HTTP_PORT = 5555
_READY_SECONDS = 10

# miniupnpd adds its rules to chains that must be there; names as its own scripts make them
RULES = (
    "add table ip nat",
    "add chain ip nat post { type nat hook postrouting priority 100 ; }",
    f"add rule ip nat post oifname {WAN_INTERFACE} masquerade",
    "add table inet filter",
    "add chain inet filter miniupnpd",
    "add chain inet filter prerouting_miniupnpd",
    "add chain inet filter postrouting_miniupnpd",
    "add chain inet filter forward { type filter hook forward priority 0 ; }",
    "add chain inet filter prerouting { type nat hook prerouting priority -100 ; }",
    "add chain inet filter postrouting { type nat hook postrouting priority 100 ; }",
    "add rule inet filter forward jump miniupnpd",
    "add rule inet filter prerouting jump prerouting_miniupnpd",
    "add rule inet filter postrouting jump postrouting_miniupnpd",
)
_OPTIONS = {
    "ext_ifname": WAN_INTERFACE,
    "listening_ip": "lan0",
    "http_port": str(_HTTP_PORT),
    "enable_natpmp": "yes",
    "enable_upnp": "yes",
    "upnp_table_name": "filter",
    "upnp_nat_table_name": "filter",
    "upnp_forward_chain": "miniupnpd",
    "upnp_nat_chain": "prerouting_miniupnpd",
    "upnp_nat_postrouting_chain": "postrouting_miniupnpd",
    "secure_mode": "yes",
    "system_uptime": "no",
    "notify_interval": "60",
    "uuid": "11111111-2222-3333-4444-555555555555",
    "serial": "12345678",
    "model_number": "1",
    "bitrate_up": "1000000",
    "bitrate_down": "10000000",
}
# what it logs when it listens
_LISTENS = {"enable_upnp": "HTTP listening", "enable_natpmp": "Listening for NAT-PMP"}
_PERMISSIONS = f"allow 1024-65535 {_LAN} 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535\n"


class RouterLab:
    """The three hosts: whoever is outside, the router, and a machine at home."""

    gateway = IPv4Address("192.168.77.1")
    home_address = IPv4Address("192.168.77.2")
    description_url = f"http://192.168.77.1:{_HTTP_PORT}/rootDesc.xml"

    def __init__(
        self, isp: Namespace, router: Namespace, home: Namespace, folder: Path
    ) -> None:
        """Keep the hosts, and where logs and settings go."""
        self.isp = isp
        self.router = router
        self.home = home
        self._folder = folder
        self._runs = 0

    def start_miniupnpd(self, **options: str) -> subprocess.Popen[bytes]:
        """Start miniupnpd on the router, settings as in its file, and wait until it listens.

        `router.stop(...)` ends what this returns, as a router that goes down.
        """
        self._runs += 1
        settings = self._folder / f"miniupnpd-{self._runs}.conf"
        log = settings.with_suffix(".log")
        lines = [f"{key}={value}\n" for key, value in {**_OPTIONS, **options}.items()]
        settings.write_text("".join(lines) + _PERMISSIONS)
        process = self.router.start(
            *("miniupnpd", "-d", "-f", str(settings)),
            *("-P", str(settings.with_suffix(".pid"))),
            log=log,
        )
        for _ in _every_moment(_READY_SECONDS):
            text = log.read_text(errors="replace")
            if all(
                sign in text
                for option, sign in _LISTENS.items()
                if options.get(option, "yes") == "yes"
            ):
                return process
            if process.poll() is not None:
                break
        raise RuntimeError(f"miniupnpd did not start: {log.read_text()}")

    def set_wan_address(self, address: str, prefix: int = 24) -> float:
        """Give the router another WAN address, the old one gone first as on a real line.

        The first address of its network is the next router, of the internet provider.
        Return the moment of `time.monotonic` just before the new address was there.
        """
        new = IPv4Interface(f"{address}/{prefix}")
        next_router = new.network[1]
        self.isp.ip("addr", "replace", f"{next_router}/{prefix}", "dev", "rt0")
        self.drop_wan_address()
        moment = time.monotonic()
        self.router.ip("addr", "add", str(new), "dev", WAN_INTERFACE)
        self.router.ip("route", "replace", "default", "via", str(next_router))
        return moment

    def drop_wan_address(self) -> None:
        """Take the WAN address away: the line is down."""
        self.router.ip("-4", "addr", "flush", "dev", WAN_INTERFACE)

    def port_mappings(self) -> list[str]:
        """Return the rules of the ports that the router forwards now."""
        chain = self.router.run(
            *("nft", "list", "chain", "inet", "filter", "prerouting_miniupnpd")
        )
        return [line.strip() for line in chain.splitlines() if "dnat" in line]


@contextmanager
def router_lab(folder: Path) -> Generator[RouterLab]:
    """Lay a home behind a router for as long as a test needs it; skips where impossible."""
    require("miniupnpd")
    with namespaces("isp", "rtr", "ha") as (isp, router, home):
        link(router, "lan0", home, "eth0")
        link(router, WAN_INTERFACE, isp, "rt0")
        router.ip("addr", "add", f"{RouterLab.gateway}/24", "dev", "lan0")
        home.ip("addr", "add", f"{RouterLab.home_address}/24", "dev", "eth0")
        home.ip("route", "add", "default", "via", str(RouterLab.gateway))
        # discovery of UPnP is multicast
        home.ip("route", "add", "224.0.0.0/4", "dev", "eth0")
        router.sysctl("net.ipv4.ip_forward=1")
        router.nft(*RULES)
        lab = RouterLab(isp, router, home, folder)
        lab.set_wan_address(WAN_ADDRESS)
        yield lab


def _every_moment(seconds: float) -> Iterator[None]:
    """Yield every twentieth of a second until the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.05)
