"""Tests of asking a real STUN server from behind a router."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
import time

import pytest
import pytest_socket

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.echo.stun import StunSource
from custom_components.ddns_plus.core.detection.methods import StunServer
from custom_components.ddns_plus.core.detection.source import SourceError
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint

from .namespaces import require
from .router import WAN_ADDRESS, RouterLab, router_lab

pytestmark = pytest.mark.real

SERVER = "9.9.9.1"
_READY_SECONDS = 15


@pytest.fixture
def lab(socket_enabled: None, tmp_path: Path) -> Iterator[RouterLab]:
    """Return a home behind a router, with coturn outside."""
    require("turnserver", "ss")
    pytest_socket.socket_allow_hosts(["127.0.0.1", SERVER])
    with router_lab(tmp_path) as lab:
        lab.isp.ip("addr", "add", f"{SERVER}/32", "dev", "lo")
        yield lab


def start_coturn(lab: RouterLab, folder: Path) -> None:
    """Start coturn, and wait until it listens."""
    log = folder / "coturn.log"
    lab.isp.start(
        *("turnserver", "-n", "--stun-only", "--no-auth", "--no-tls", "--no-dtls"),
        *("--no-cli", "--log-file", "stdout", "--simple-log"),
        *("--listening-ip", SERVER, "--pidfile", str(folder / "coturn.pid")),
        *("--userdb", str(folder / "coturn.sqlite")),
        log=log,
    )
    end = time.monotonic() + _READY_SECONDS
    while f"{SERVER}:3478" not in lab.isp.run("ss", "-Hlun"):
        assert time.monotonic() < end, log.read_text(errors="replace")
        time.sleep(0.05)


async def ask(lab: RouterLab, endpoint: LocalEndpoint = ANYWHERE) -> Address | str:
    """Return the server's answer, or its failure."""
    source = StunSource("coturn", "coturn", StunServer(host=SERVER))
    try:
        return await lab.home.call(lambda: source.ask(Family.IPV4, endpoint))
    except SourceError as err:
        return str(err)


async def test_the_routers_address_is_told(lab: RouterLab, tmp_path: Path) -> None:
    """Of the router that translates, and the new one when that changes."""
    assert await ask(lab) == "unreachable"
    start_coturn(lab, tmp_path)
    assert await ask(lab) == ip_address(WAN_ADDRESS)
    home = LocalEndpoint(interface="eth0", address=lab.home_address)
    assert await ask(lab, home) == ip_address(WAN_ADDRESS)
    lab.set_wan_address("11.22.44.55")
    assert await ask(lab) == ip_address("11.22.44.55")


async def test_no_way_out(lab: RouterLab) -> None:
    """It is known at once that nothing can be sent."""
    lab.home.ip("route", "del", "default")
    assert await ask(lab) == "no_route"
