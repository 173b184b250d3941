"""Tests of asking the router for the IPv6 prefix that it has been given."""

from collections.abc import AsyncGenerator
from ipaddress import ip_address, ip_network

import pytest
import pytest_socket

from custom_components.ddns_plus.core.detection.source import SourceError
from tests.loopback import needs_second_loopback

from .fake_gateway_device import (
    ADDRESS,
    GATEWAY,
    OTHER,
    Connection,
    FakeGatewayDevice,
    gateway_device,
    hang_up,
    prefix_answer,
)
from .upnp_lan import Lan

pytestmark = needs_second_loopback

DESCRIPTION = "/igddesc.xml"
ASK = "GetExternalIPAddress"
PREFIX = "X_AVM_DE_GetIPv6Prefix"
IPV6 = "X_AVM_DE_GetExternalIPv6Address"


@pytest.fixture(autouse=True)
def lan(socket_enabled: None) -> None:
    """Allow the addresses of the house, which are on loopback."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", str(GATEWAY), str(OTHER)])


@pytest.fixture
async def device(lan: None) -> AsyncGenerator[FakeGatewayDevice]:
    """Return a router that is well."""
    async with gateway_device() as device:
        yield device


@pytest.mark.parametrize(
    ("answer", "prefix"),
    [
        (prefix_answer("2a01:71a0:8406:7600::"), "2a01:71a0:8406:7600::/56"),
        (prefix_answer("2a01:71a0:8406:7600::/56"), "2a01:71a0:8406:7600::/56"),
        (prefix_answer("2a01:71a0:8406:7600::", 64), "2a01:71a0:8406:7600::/64"),
        (prefix_answer("2a01:71a0:8406:7600::", valid=0), None),
        (prefix_answer("", 0, 0), None),
        (prefix_answer("", 56), None),
        (prefix_answer("fd00:1:2:3::", 64), None),
        (prefix_answer("2001:db8:1:2::", 64), None),
        (prefix_answer("2a01:71a0:8406:7600::", 128), None),
        (prefix_answer("2a01::", 0), None),
        (prefix_answer("nonsense", 64), None),
    ],
)
async def test_avm_prefix(
    device: FakeGatewayDevice, answer: dict[str, str], prefix: str | None
) -> None:
    """A FRITZ!Box tells the prefix, with or without its length; only a public one counts."""
    device.connections[0].more[PREFIX] = answer
    found = await Lan(device).upnp.ipv6_prefix()
    assert found == (None if prefix is None else ip_network(prefix))


@pytest.mark.parametrize(
    ("address", "valid", "known"),
    [
        ("2a01:71a0:8002::d:0:1bb5", 599, True),
        ("2a01:71a0:8002::d:0:1bb5", 0, False),
        ("fe80::1", 599, False),
        ("", 599, False),
    ],
)
async def test_avm_address(
    device: FakeGatewayDevice, address: str, valid: int, known: bool
) -> None:
    """A FRITZ!Box tells its own address."""
    device.connections[0].more[IPV6] = {
        "NewExternalIPv6Address": address,
        "NewPrefixLength": "64",
        "NewValidLifetime": str(valid),
        "NewPreferedLifetime": str(valid),
    }
    found = await Lan(device).upnp.ipv6_address()
    assert found == (ip_address(address) if known else None)


async def test_routers_without_avm_actions(device: FakeGatewayDevice) -> None:
    """They are not asked for what they do not offer; one that refuses has none to tell."""
    lan = Lan(device)
    assert await lan.upnp.ipv6_prefix() is None
    assert await lan.upnp.ipv6_address() is None
    assert device.asked == [DESCRIPTION, "/scpd/0"]
    device.connections[0].more[PREFIX] = prefix_answer("2a01:71a0:8406:7600::")
    device.connections[0].fault = 501
    assert await Lan(device).upnp.ipv6_prefix() is None


async def test_no_router_to_ask_for_a_prefix(device: FakeGatewayDevice) -> None:
    """Without a gateway nothing is known."""
    lan = Lan(device)
    lan.gateway = None
    with pytest.raises(SourceError, match="no_route"):
        await lan.upnp.ipv6_prefix()


async def test_a_router_that_is_gone_is_asked_once(device: FakeGatewayDevice) -> None:
    """Its other connections would not answer either."""
    device.connections = [Connection(), Connection()]
    lan = Lan(device)
    assert await lan.ask() == ADDRESS
    await device.stop()
    assert await lan.ask() == "unreachable"
    await device.start()
    device.connections[0].address = ""
    device.connections[1].address = ""
    device.asked.clear()
    device.instead[ASK] = hang_up
    assert await lan.ask() == "unreachable"
    assert device.asked.count(ASK) == 1


async def test_a_router_that_cannot_be_asked_has_not_lost_its_prefix(
    device: FakeGatewayDevice,
) -> None:
    """Unknown is not none."""
    device.connections[0].more[PREFIX] = prefix_answer("2a01:71a0:8406:7600::")
    lan = Lan(device)
    assert await lan.upnp.ipv6_prefix() is not None
    await device.stop()
    with pytest.raises(SourceError, match="unreachable"):
        await lan.upnp.ipv6_prefix()
