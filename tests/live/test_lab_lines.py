"""Lines that resemble each other, and one that fails for seconds, with a real Home Assistant."""

import asyncio
from pathlib import Path
import time

import pytest
import pytest_asyncio

from tests.real.router import WAN_ADDRESS, RouterLab

from .home import until
from .lab import CONNECTION, HOME_PREFIX, Lab
from .outside import ZONE
from .second_line import INTERFACE, second_line

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME = f"lines.{ZONE}"
ONLINE = f"binary_sensor.{CONNECTION}_online"
OUTAGE_SECONDS = 9.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(lab: Lab) -> Lab:
    """Return the lab with an account that has published its hostname."""
    # as a server of DHCPv6 gives it, beside the one of the router's advertisement
    lab.router.home.ip(
        *("-6", "addr", "add", f"{HOME_PREFIX}::f4a/128", "dev", "eth0", "nodad")
    )
    await lab.add_account(HOSTNAME)
    await lab.until_state(ONLINE, "on")
    await lab.outside.published(HOSTNAME, "A", WAN_ADDRESS, 60)
    return lab


def asked(folder: Path, client: str) -> int:
    """Return how often a router was asked by UPnP from an address."""
    logs = folder.glob("miniupnpd-*.log")
    request = f"HTTP REQUEST from [::ffff:{client}]"
    return sum(log.read_text(errors="replace").count(request) for log in logs)


async def test_routers_at_the_same_address(home: Lab) -> None:
    """Each is asked by its own line, and tells of its own line."""
    gateway, first = str(RouterLab.gateway), str(RouterLab.home_address)
    own = str(RouterLab.home_address + 1)
    async with second_line(home, gateway=gateway, own=own) as second:
        await home.add_connection("Second line", router=gateway, interface=INTERFACE)
        await home.until_state("sensor.second_line_ipv4_address", second.address)

        async def subscribed() -> bool:
            return bool((await home.diagnostics("second_line"))["push"]["upnp"])

        await until(subscribed, lambda found: found)
        await home.check()
        second.change_address()
        await home.until_state("sensor.second_line_ipv4_address", second.address)
        assert await home.outside.held(HOSTNAME, "A") == [WAN_ADDRESS]
        assert asked(second.folder, own) > 0
        assert asked(second.folder, first) == asked(home.folder, own) == 0
        assert asked(home.folder, first) > 0
        assert await home.issues() == {}
        await home.remove("second_line")


async def test_nine_seconds_without_an_answer(home: Lab) -> None:
    """Of two addresses of this machine the published one stays."""
    held = home.outside.held
    [before], updates = await held(HOSTNAME, "AAAA"), home.outside.updates_sent
    addresses = home.home_addresses()
    lasting = {each for each, flags in addresses.items() if "temporary" not in flags}
    assert before in lasting
    assert len(lasting) >= 2
    begun = time.monotonic()
    router = home.router.router
    router.nft(
        "add table inet outage",
        "add chain inet outage forward"
        " { type filter hook forward priority -5 ; policy drop ; }",
    )
    try:
        check = asyncio.create_task(home.check())
        await home.until_state(ONLINE, "off", OUTAGE_SECONDS)
        await asyncio.sleep(max(0.0, begun + OUTAGE_SECONDS - time.monotonic()))
    finally:
        router.nft("delete table inet outage")
    await check
    await home.until_state(ONLINE, "on")
    await home.until_settled()
    assert await held(HOSTNAME, "AAAA") == [before]
    assert home.outside.updates_sent == updates
