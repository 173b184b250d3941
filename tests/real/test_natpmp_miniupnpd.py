"""A real router's NAT-PMP and PCP: miniupnpd, in a network made for the test."""

import asyncio
from collections.abc import Callable, Generator
from ipaddress import IPv4Address
import logging
from pathlib import Path
import time

import pytest
import pytest_socket

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.router.announcements import (
    AnnouncementListener,
)
from custom_components.ddns_plus.core.detection.router.gateway import (
    connect_to_gateway,
    default_gateway,
    local_address,
)
from custom_components.ddns_plus.core.detection.router.natpmp import PORT, NatPmpSource
from custom_components.ddns_plus.core.detection.router.pcp import (
    Mapping,
    ask_by_mapping,
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
    pytest_socket.socket_allow_hosts([str(RouterLab.gateway)])
    with router_lab(tmp_path) as lab:
        yield lab


async def outcome(source: NatPmpSource) -> Address | str:
    """Return the address that the router tells, or the failure."""
    try:
        return await source.ask(Family.IPV4)
    except SourceError as err:
        return str(err)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something has come true."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_gateway_is_found(lab: RouterLab) -> None:
    """In the network of the thread that asks."""

    async def find() -> tuple[object, ...]:
        return (
            default_gateway(),
            default_gateway("eth0"),
            default_gateway("lo"),
            local_address(lab.gateway),
        )

    found = await lab.home.call(find)
    assert found == (lab.gateway, lab.gateway, None, lab.home_address)

    async def look() -> IPv4Address | None:
        return default_gateway()

    # the internet provider's own machine has no route but its networks
    assert await lab.isp.call(look) is None


async def test_the_address_is_told(lab: RouterLab) -> None:
    """The address of the WAN, and the next one after a change."""
    lab.start_miniupnpd()

    async def ask() -> Address | str:
        started = time.monotonic()
        said = await outcome(NatPmpSource(default_gateway))
        _LOGGER.info("answered after %.1f ms", (time.monotonic() - started) * 1000)
        return said

    assert await lab.home.call(ask) == IPv4Address(WAN_ADDRESS)
    lab.set_wan_address(NEXT_ADDRESS)
    assert await lab.home.call(ask) == IPv4Address(NEXT_ADDRESS)


async def test_carrier_grade_nat(lab: RouterLab) -> None:
    """A router whose address outside is shared says that it has none to tell."""
    lab.set_wan_address(SHARED_ADDRESS)
    lab.start_miniupnpd()

    async def ask() -> Address | str:
        return await outcome(NatPmpSource(default_gateway))

    assert await lab.home.call(ask) == "not_publishable:unspecified"


async def test_no_such_service(lab: RouterLab) -> None:
    """A router that speaks UPnP only says so itself: there is nothing to wait for."""
    lab.start_miniupnpd(enable_natpmp="no")

    async def ask() -> Address | str:
        return await outcome(NatPmpSource(default_gateway))

    # one that had to be waited for would be a timeout
    assert await lab.home.call(ask) == "unsupported"


async def test_a_change_is_announced(lab: RouterLab) -> None:
    """Each change is a hint, and no more than the two protocols' two of a loss and a gain."""
    lab.start_miniupnpd()

    async def hear() -> int:
        hints: list[float] = []
        listener = AnnouncementListener(
            default_gateway, lambda: hints.append(time.monotonic())
        )
        assert await listener.start()
        try:
            assert listener.alive
            for address in (NEXT_ADDRESS, WAN_ADDRESS, NEXT_ADDRESS):
                moment = await asyncio.to_thread(lab.set_wan_address, address)
                await until(lambda moment=moment: hints and hints[-1] >= moment)
                first = next(hint for hint in hints if hint >= moment)
                _LOGGER.info("announced after %.1f ms", (first - moment) * 1000)
        finally:
            listener.stop()
        return len(hints)

    assert 3 <= await lab.home.call(hear) <= 9


async def by_mapping(lab: RouterLab) -> Mapping:
    """Ask by PCP, whatever else the router speaks."""
    with connect_to_gateway(lab.gateway, PORT) as connected:
        async with asyncio.timeout(4):
            return await ask_by_mapping(connected)


async def test_a_change_to_carrier_grade_nat_is_announced(lab: RouterLab) -> None:
    """There is no address to announce, but PCP says that something has changed."""
    lab.start_miniupnpd()

    async def hear() -> None:
        heard = asyncio.Event()
        listener = AnnouncementListener(default_gateway, heard.set)
        assert await listener.start()
        try:
            await asyncio.to_thread(lab.set_wan_address, SHARED_ADDRESS)
            async with asyncio.timeout(10):
                await heard.wait()
        finally:
            listener.stop()

    await lab.home.call(hear)


async def test_pcp_leaves_nothing_behind(lab: RouterLab, tmp_path: Path) -> None:
    """The address is learnt from a mapping, of which nothing is left."""
    leases = tmp_path / "leases"
    lab.start_miniupnpd(lease_file=str(leases))

    async def ask() -> IPv4Address:
        return (await by_mapping(lab)).address

    assert await lab.home.call(ask) == IPv4Address(WAN_ADDRESS)
    assert lab.port_mappings() == []
    assert leases.read_text() == ""
    logged = "".join(path.read_text() for path in tmp_path.glob("miniupnpd-*.log"))
    assert "PCP" in logged


async def test_pcp_is_given_back_when_cancelled(lab: RouterLab) -> None:
    """Also a round that is over before the answer came leaves nothing behind."""
    lab.start_miniupnpd()
    # the question reaches the router, and its answer does not come back
    lab.home.nft(
        "add table inet deaf",
        "add chain inet deaf input { type filter hook input priority 0 ; }",
        f"add rule inet deaf input udp sport {PORT} drop",
    )

    async def ask() -> None:
        asking = asyncio.create_task(by_mapping(lab))
        await until(lab.port_mappings)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    await lab.home.call(ask)
    await until(lambda: not lab.port_mappings())


async def test_pcp_behind_carrier_grade_nat(lab: RouterLab) -> None:
    """This router then maps nothing: no resources."""
    lab.set_wan_address(SHARED_ADDRESS)
    lab.start_miniupnpd()

    async def ask() -> str:
        try:
            return str((await by_mapping(lab)).address)
        except SourceError as err:
            return str(err)

    assert await lab.home.call(ask) == "refused:8"
    assert lab.port_mappings() == []


async def test_a_restart_is_noticed(lab: RouterLab) -> None:
    """The clock of a router that was away begins at zero."""
    process = lab.start_miniupnpd()

    async def ask() -> tuple[list[str], list[Address | str]]:
        restarts: list[str] = []
        source = NatPmpSource(
            default_gateway, on_restart=lambda: restarts.append("restart")
        )
        said = [await outcome(source)]
        # its clock must have got further than clocks may differ by
        await asyncio.sleep(4)
        said.append(await outcome(source))
        lab.router.stop(process)
        said.append(await outcome(source))
        assert restarts == []
        lab.start_miniupnpd()
        said.append(await outcome(source))
        return restarts, said

    restarts, said = await lab.home.call(ask)
    here = IPv4Address(WAN_ADDRESS)
    assert said == [here, here, "unsupported", here]
    assert restarts == ["restart"]
