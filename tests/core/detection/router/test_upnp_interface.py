"""Tests of asking a router by UPnP through one interface."""

from collections.abc import AsyncGenerator
from ipaddress import IPv4Address

import pytest
import pytest_socket

from custom_components.ddns_plus.core.detection.router.gateway import local_address
from custom_components.ddns_plus.core.detection.router.upnp import UpnpGateway
from custom_components.ddns_plus.core.detection.router.upnp_events import (
    EventSubscription,
)
from custom_components.ddns_plus.core.detection.router.upnp_search import (
    find_gateway_device,
)
from custom_components.ddns_plus.core.detection.source import SourceError
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from tests.loopback import needs_second_loopback

from .fake_gateway_device import (
    ADDRESS,
    GATEWAY,
    HOSTS,
    FakeGatewayDevice,
    gateway_device,
)

pytestmark = needs_second_loopback

HERE, GONE = LocalEndpoint(interface="lo"), LocalEndpoint(interface="missing0")


@pytest.fixture(autouse=True)
def lan(socket_enabled: None) -> None:
    """Allow the addresses of the house, which are on loopback."""
    pytest_socket.socket_allow_hosts(HOSTS)


@pytest.fixture
async def device(lan: None) -> AsyncGenerator[FakeGatewayDevice]:
    """Return a router that is reached by the interface of this machine."""
    async with gateway_device() as device:
        yield device


def at(device: FakeGatewayDevice, endpoint: LocalEndpoint) -> UpnpGateway:
    """Return the router as it is asked from an endpoint."""

    async def location() -> str | None:
        return device.location

    return UpnpGateway(lambda: GATEWAY, location, endpoint)


async def test_description_and_actions_use_the_interface(
    device: FakeGatewayDevice,
) -> None:
    """A router that only other interfaces reach is not asked."""
    assert await at(device, HERE).external_address() == IPv4Address(ADDRESS)
    asked = device.asked.copy()
    with pytest.raises(SourceError, match="unreachable"):
        await at(device, GONE).external_address()
    with pytest.raises(SourceError, match="unreachable"):
        await at(device, GONE).ipv6_prefix()
    assert device.asked == asked


async def test_events_use_the_interface(device: FakeGatewayDevice) -> None:
    """The server for events listens at the interface, and is asked for through it."""
    hints: list[int] = []
    lost = EventSubscription(at(device, GONE), lambda: hints.append(1))
    assert not await lost.start()
    await lost.stop()
    assert not device.subscribers
    events = EventSubscription(at(device, HERE), lambda: hints.append(1))
    try:
        assert await events.start()
        await device.send_event(ExternalIPAddress="11.22.33.55")
        assert hints == [1]
    finally:
        await events.stop()


async def test_search_uses_the_interface() -> None:
    """Without the interface nothing is sent."""
    assert await find_gateway_device(GATEWAY, endpoint=GONE) is None
    assert local_address(GATEWAY, GONE) is None
    assert local_address(GATEWAY, HERE) is not None
