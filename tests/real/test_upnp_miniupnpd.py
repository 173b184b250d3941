"""A real router's UPnP: miniupnpd, in a network made for the test."""

import asyncio
from collections.abc import Callable, Generator
import logging
from pathlib import Path
import time

import pytest
import pytest_socket

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.router.gateway import default_gateway
from custom_components.ddns_plus.core.detection.router.upnp import (
    UpnpGateway,
    UpnpSource,
)
from custom_components.ddns_plus.core.detection.router.upnp_events import (
    EventSubscription,
)
from custom_components.ddns_plus.core.detection.router.upnp_search import (
    find_gateway_device,
)
from custom_components.ddns_plus.core.detection.source import SourceError

from .router import WAN_ADDRESS, RouterLab, router_lab

_LOGGER = logging.getLogger(__name__)

pytestmark = pytest.mark.real

NEXT_ADDRESS = "11.22.33.55"
SHARED_ADDRESS = "100.64.9.9"


@pytest.fixture
def lab(socket_enabled: None, tmp_path: Path) -> Generator[RouterLab]:
    """Return a home behind a router, which does not speak to it yet."""
    pytest_socket.socket_allow_hosts(
        [str(RouterLab.gateway), str(RouterLab.home_address)]
    )
    with router_lab(tmp_path) as lab:
        yield lab


class Home:
    """What this project runs at home: made there, in its event loop."""

    def __init__(self) -> None:
        """Know nothing but what the machine knows."""
        self.hinted_at: list[float] = []
        self.upnp = UpnpGateway(default_gateway, self._search)
        self.events = EventSubscription(self.upnp, self._hint)

    async def _search(self) -> str | None:
        gateway = default_gateway()
        assert gateway is not None
        return await find_gateway_device(gateway)

    def _hint(self) -> None:
        self.hinted_at.append(time.monotonic())

    async def ask(self) -> str:
        """Return the address that the router tells, or the failure."""
        try:
            return str(await UpnpSource(self.upnp).ask(Family.IPV4))
        except SourceError as err:
            return str(err)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something has come true."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_it_is_found_and_tells_the_address(lab: RouterLab) -> None:
    """By one question to the router itself."""
    lab.start_miniupnpd()

    async def test() -> None:
        begun = time.monotonic()
        assert await find_gateway_device(lab.gateway) == lab.description_url
        found = time.monotonic()
        home = Home()
        assert await home.ask() == WAN_ADDRESS
        first = time.monotonic()
        assert await home.ask() == WAN_ADDRESS
        _LOGGER.info(
            "found in %.1f ms, first address %.1f ms, next address %.1f ms",
            (found - begun) * 1000,
            (first - found) * 1000,
            (time.monotonic() - first) * 1000,
        )
        # nothing of AVM's is there
        assert await home.upnp.ipv6_prefix() is None

    await lab.home.call(test)


async def test_no_router_speaks_upnp(lab: RouterLab) -> None:
    """Two seconds, and then no more for a while."""

    async def test() -> None:
        home = Home()
        assert await home.ask() == "unsupported"
        begun = time.monotonic()
        assert await home.ask() == "unsupported"
        assert not await home.events.start()
        await home.events.stop()
        assert time.monotonic() - begun < 1

    await lab.home.call(test)


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        (SHARED_ADDRESS, "not_publishable:unspecified"),
        ("192.168.2.9", "not_publishable:unspecified"),
        (None, "disconnected"),
    ],
)
async def test_without_a_public_address(
    lab: RouterLab, address: str | None, answer: str
) -> None:
    """It is connected and has none to tell; a line that is down is not connected."""
    if address is None:
        lab.drop_wan_address()
    else:
        lab.set_wan_address(address)
    lab.start_miniupnpd()

    async def test() -> None:
        assert await Home().ask() == answer

    await lab.home.call(test)


async def test_a_change_is_told(lab: RouterLab) -> None:
    """Within a moment; the address itself is asked for."""
    lab.start_miniupnpd()

    async def test() -> None:
        home = Home()
        assert await home.events.start()
        await asyncio.sleep(0.5)
        assert not home.hinted_at
        changed = time.monotonic()
        await asyncio.to_thread(lab.set_wan_address, NEXT_ADDRESS)
        set_at = time.monotonic()
        await until(lambda: home.hinted_at)
        while await home.ask() != NEXT_ADDRESS:
            assert time.monotonic() - changed < 5
            await asyncio.sleep(0.01)
        known = time.monotonic()
        _LOGGER.info(
            "hint %.0f ms after the change began, new address known %.0f ms after "
            "it (setting it took %.0f ms); %s hints",
            (home.hinted_at[0] - changed) * 1000,
            (known - changed) * 1000,
            (set_at - changed) * 1000,
            len(home.hinted_at),
        )
        assert home.hinted_at[0] - changed < 1
        await home.events.stop()
        hints = len(home.hinted_at)
        await asyncio.to_thread(lab.set_wan_address, WAN_ADDRESS)
        await asyncio.sleep(0.5)
        assert len(home.hinted_at) == hints

    await lab.home.call(test)


@pytest.mark.parametrize("port", ["5555", "5556"])
async def test_a_restart(lab: RouterLab, port: str) -> None:
    """It is noticed at the next renewal, and the router is found wherever it is then."""
    process = lab.start_miniupnpd()

    async def test() -> None:
        home = Home()
        assert await home.events.start()
        await asyncio.to_thread(lab.router.stop, process)
        await asyncio.to_thread(lambda: lab.start_miniupnpd(http_port=port))
        home.events.retry()
        if port != "5555":
            await until(lambda: not home.events.alive)
            assert len(home.hinted_at) == 1
            home.events.retry()
            await until(lambda: home.events.alive)
        # both now know that it has been forgotten
        await asyncio.sleep(0.5)
        assert home.events.alive
        hints = len(home.hinted_at)
        await asyncio.to_thread(lab.set_wan_address, NEXT_ADDRESS)
        await until(lambda: len(home.hinted_at) > hints)
        await asyncio.sleep(0.5)
        assert await home.ask() == NEXT_ADDRESS
        await home.events.stop()

    await lab.home.call(test)


async def test_a_line_that_was_down_and_changed_during_a_restart(
    lab: RouterLab,
) -> None:
    """The first event of the new subscription tells."""
    process = lab.start_miniupnpd()

    async def test() -> None:
        home = Home()
        assert await home.events.start()
        await asyncio.sleep(0.2)
        await asyncio.to_thread(lab.router.stop, process)
        await asyncio.to_thread(lab.set_wan_address, NEXT_ADDRESS)
        await asyncio.to_thread(lab.start_miniupnpd)
        home.events.retry()
        await until(lambda: home.hinted_at)
        assert home.events.alive
        assert await home.ask() == NEXT_ADDRESS
        await home.events.stop()

    await lab.home.call(test)
