"""Tests of a router with several connections: which one counts."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import permutations

import pytest
import pytest_socket

from custom_components.ddns_plus.core.detection.router.upnp_xml import parse_xml
from custom_components.ddns_plus.core.detection.source import SourceError
from tests.loopback import needs_second_loopback

from .fake_gateway_device import (
    ADDRESS,
    GATEWAY,
    HOSTS,
    PPP_1,
    Connection,
    FakeGatewayDevice,
    answering,
    gateway_device,
    hang_up,
)
from .upnp_lan import Lan

pytestmark = needs_second_loopback

DESCRIPTION = "/igddesc.xml"
PORT_OF_NOTHING = 9


@pytest.fixture(autouse=True)
def lan(socket_enabled: None) -> None:
    """Allow the addresses of the house, which are on loopback."""
    pytest_socket.socket_allow_hosts(HOSTS)


@pytest.fixture
async def device(lan: None) -> AsyncGenerator[FakeGatewayDevice]:
    """Return a router."""
    async with gateway_device() as device:
        yield device


MANAGEMENT = Connection(address="10.1.2.3")
TELEVISION = Connection(address="0.0.0.0")
TELEPHONE = Connection(address="25.1.2.3")
UNUSED = Connection(address="", status="Unconfigured")


@pytest.mark.parametrize(
    ("internet", "others", "answer"),
    [
        (Connection(), [MANAGEMENT, TELEVISION], ADDRESS),
        (
            Connection(address="100.64.9.9"),
            [MANAGEMENT, TELEVISION, UNUSED],
            "not_publishable:shared",
        ),
        (
            Connection(address="192.168.2.2"),
            [TELEVISION, UNUSED],
            "not_publishable:private",
        ),
        (Connection(type=PPP_1), [TELEPHONE, MANAGEMENT], ADDRESS),
    ],
)
async def test_best_claim_counts_in_any_order(
    device: FakeGatewayDevice,
    internet: Connection,
    others: list[Connection],
    answer: str,
) -> None:
    """The order in the description decides nothing."""
    for order in permutations([internet, *others]):
        device.connections = list(order)
        lan = Lan(device)
        assert await lan.ask() == answer
        service = await lan.upnp.connection_service()
        number = device.connections.index(internet)
        assert service.control_url.endswith(f"/control/{number}")


@pytest.mark.parametrize(
    "name",
    [
        "uuid:WANConnectionDevice:1:WANConnectionDevice:1,urn:upnp-org:serviceId:1",
        "uuid:WANConnectionDevice:1, urn:upnp-org:serviceId:1",
    ],
)
async def test_default_connection_counts(device: FakeGatewayDevice, name: str) -> None:
    """It counts against any other address, also if its own is not public."""
    internet = Connection()
    device.connections = [TELEPHONE, internet]
    device.name_default(name)
    assert await Lan(device).ask() == ADDRESS
    internet.address = "100.64.9.9"
    assert await Lan(device).ask() == "not_publishable:shared"
    # a line that has failed is replaced
    internet.status = "Disconnected"
    assert await Lan(device).ask() == TELEPHONE.address


@pytest.mark.parametrize("name", ["", "nonsense", "uuid:x,urn:upnp-org:serviceId:7"])
async def test_default_that_does_not_exist(
    device: FakeGatewayDevice, name: str
) -> None:
    """The best claim counts."""
    device.connections = [MANAGEMENT, Connection()]
    device.name_default(name)
    assert await Lan(device).ask() == ADDRESS
    assert device.forwarding is not None
    device.forwarding.fault = 501
    assert await Lan(device).ask() == ADDRESS


@pytest.mark.parametrize(
    "broken", [answering("", 404), answering("", 500), hang_up, answering("no XML")]
)
async def test_broken_description_of_a_service(
    device: FakeGatewayDevice, broken
) -> None:  # type: ignore[no-untyped-def]
    """Neither an unused connection nor the used one needs it."""
    device.connections = [Connection(), UNUSED]
    for number in (1, 0):
        device.instead = {f"/scpd/{number}": broken}
        assert await Lan(device).ask() == ADDRESS


async def test_base_at_a_dead_port(device: FakeGatewayDevice) -> None:
    """The URLs are tried relative to the description, too."""
    device.url_base = f"http://{GATEWAY}:{PORT_OF_NOTHING}/"
    assert await Lan(device).ask() == ADDRESS


@pytest.mark.parametrize(
    "hostile",
    ["<a>" * 80_000, f"<root>{'<a/>' * 60_000}</root>", "<a b='" * 40_000],
    ids=["deep", "wide", "broken"],
)
async def test_hostile_documents(hostile: str) -> None:
    """They are refused at a limit."""
    with pytest.raises(SourceError, match="not_an_address"):
        await parse_xml(hostile)


async def test_long_documents_are_read_in_small_steps() -> None:
    """Others have their turn after every four kilobytes."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    neighbour = asyncio.create_task(other())
    root = await parse_xml(f"<root>{'x' * 250_000}</root>")
    neighbour.cancel()
    assert root.text == "x" * 250_000
    assert turns > 60
