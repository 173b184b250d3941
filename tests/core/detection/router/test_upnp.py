"""Tests of asking the router for its public address by UPnP."""

import asyncio
from collections.abc import AsyncGenerator
import logging

from aiohttp import web
import pytest
import pytest_socket

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.source import Transport
from custom_components.ddns_plus.core.observation import ROUTER
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

from .fake_gateway_device import (
    ADDRESS,
    GATEWAY,
    IP_1,
    IP_2,
    OTHER,
    PPP_1,
    Connection,
    FakeGatewayDevice,
    Handler,
    answering,
    gateway_device,
)
from .upnp_lan import Lan

pytestmark = needs_second_loopback

DESCRIPTION = "/igddesc.xml"
ASK = "GetExternalIPAddress"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE root [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12))
    + "]><root>&m;</root>"
)


@pytest.fixture(autouse=True)
def lan(socket_enabled: None) -> None:
    """Allow the addresses of the house, which are on loopback."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", str(GATEWAY), str(OTHER)])


@pytest.fixture
async def device(lan: None) -> AsyncGenerator[FakeGatewayDevice]:
    """Return a router that is well."""
    async with gateway_device() as device:
        yield device


async def test_the_address(device: FakeGatewayDevice) -> None:
    """The router is asked on the local network; its description is read once."""
    lan = Lan(device)
    assert (lan.source.key, lan.source.operator) == ("upnp", ROUTER)
    assert lan.source.transport is Transport.LAN
    assert await lan.ask() == ADDRESS
    device.connections[0].address = "11.22.33.55"
    assert await lan.ask() == "11.22.33.55"
    assert device.asked == [DESCRIPTION, "/scpd/0", ASK, ASK]
    assert lan.searches == 1
    assert await lan.ask(Family.IPV6) == "wrong_family"


@pytest.mark.parametrize("kind", [IP_1, IP_2, PPP_1])
async def test_kinds_of_connections(device: FakeGatewayDevice, kind: str) -> None:
    """Of version 1 and 2, over IP and PPP."""
    device.connections[0].type = kind
    assert await Lan(device).ask() == ADDRESS


@pytest.mark.parametrize(
    ("address", "status", "answer"),
    [
        ("", "Connected", "not_publishable:unspecified"),
        ("0.0.0.0", "Connected", "not_publishable:unspecified"),
        ("", "connected ", "not_publishable:unspecified"),
        ("0.0.0.0", "Disconnected", "disconnected"),
        ("", "Connecting", "disconnected"),
        ("100.64.9.9", "Connected", "not_publishable:shared"),
        ("192.0.0.2", "Connected", "not_publishable:shared"),
        ("192.168.2.2", "Connected", "not_publishable:private"),
        ("11.22.33", "Connected", "not_an_address"),
        ("(null)", "Connected", "not_an_address"),
        ("11.22.33.44 ", "Connected", ADDRESS),
        ("2606:2800:220:1::44", "Connected", "not_an_address"),
    ],
)
async def test_what_the_router_says(
    device: FakeGatewayDevice, address: str, status: str, answer: str
) -> None:
    """No address, and one that is not public, say what kind of line it is."""
    device.connections = [Connection(address=address, status=status)]
    assert await Lan(device).ask() == answer


async def test_a_refusal_tells_its_code(device: FakeGatewayDevice) -> None:
    """A router that refuses is not asked for its description again."""
    device.connections[0].fault = 501
    lan = Lan(device)
    assert await lan.ask() == "refused:501"
    assert await lan.ask() == "refused:501"
    assert device.asked.count(DESCRIPTION) == 1


async def test_no_status_is_no_connection(device: FakeGatewayDevice) -> None:
    """Without an address the status is asked for; a router may not tell that either."""
    device.connections[0].address = ""
    device.instead["GetStatusInfo"] = answering("", 500)
    assert await Lan(device).ask() == "disconnected"


@pytest.mark.parametrize(
    ("connections", "answer"),
    [
        (
            [Connection(address="", status="Disconnected"), Connection(type=PPP_1)],
            ADDRESS,
        ),
        (
            [Connection(address="11.22.33.1", status="Disconnected"), Connection()],
            ADDRESS,
        ),
        ([Connection(address=""), Connection()], ADDRESS),
        ([Connection(address="192.168.2.2"), Connection()], ADDRESS),
        ([Connection(fault=501), Connection()], ADDRESS),
        ([Connection(), Connection(address="11.22.33.55")], ADDRESS),
        (
            [
                Connection(address="100.64.9.9"),
                Connection(address="", status="Disconnected"),
            ],
            "not_publishable:shared",
        ),
        (
            [Connection(address="", status="Disconnected") for _ in range(2)],
            "disconnected",
        ),
        ([Connection(fault=501), Connection(fault=401)], "refused:401"),
    ],
)
async def test_several_connections(
    device: FakeGatewayDevice, connections: list[Connection], answer: str
) -> None:
    """That which is connected and has an address counts."""
    device.connections = connections
    assert await Lan(device).ask() == answer


async def test_another_connection_takes_over(device: FakeGatewayDevice) -> None:
    """The line that had the address is asked first, and left when it is down."""
    first, second = Connection(status="Disconnected"), Connection(address="11.22.33.55")
    device.connections = [first, second]
    lan = Lan(device)
    assert await lan.ask() == "11.22.33.55"
    device.asked.clear()
    first.status = "Connected"
    assert await lan.ask() == "11.22.33.55"
    assert device.asked == ["GetStatusInfo", ASK]
    second.status = "Disconnected"
    assert await lan.ask() == ADDRESS
    service = await lan.upnp.connection_service()
    assert service.control_url.endswith("/control/0")


async def drip(request: web.Request) -> web.StreamResponse:
    """Answer a little every second."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(1)


async def hang(request: web.Request) -> web.StreamResponse:
    """Answer nothing."""
    await asyncio.sleep(60)
    return web.Response()


@pytest.mark.parametrize("asked", [DESCRIPTION, "/scpd/0", ASK])
@pytest.mark.parametrize(
    ("instead", "answer"),
    [
        (answering("what is this"), "not_an_address"),
        (answering(""), "not_an_address"),
        (answering(b"\xff\xfe\x00\x00"), "not_an_address"),
        (answering(LAUGHS), "not_an_address"),
        (answering("<root/>"), None),
        (answering(b"<a>" * 2_000), "not_an_address"),
        (answering(b"x" * 5_000_000), "too_large"),
        (answering("", 302, {"Location": f"http://{OTHER}/"}), "redirected:302"),
        (answering("", 404), "http_status:404"),
        (drip, "timeout"),
        (hang, "timeout"),
    ],
    ids=[
        "no XML",
        "nothing",
        "no text",
        "an entity that expands",
        "something else",
        "deep",
        "5 MB",
        "a redirect",
        "not found",
        "slow",
        "silent",
    ],
)
def test_hostile_answers(
    asked: str, instead: Handler, answer: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing that the router sends breaks anything, costs much, or is logged."""
    caplog.set_level(logging.DEBUG, "custom_components.ddns_plus")

    async def test() -> None:
        async with gateway_device() as device:
            device.instead[asked] = instead
            begun = asyncio.get_running_loop().time()
            failure = await Lan(device).ask()
            assert asyncio.get_running_loop().time() - begun <= 4
            if asked == "/scpd/0":
                # what is not described counts as a usual connection
                assert failure == ("unsupported" if answer is None else ADDRESS)
            elif answer is None:
                assert failure in ("unsupported", "not_an_address")
            else:
                assert failure == answer

    run(test())
    ours = [item for item in caplog.records if item.name.startswith("custom_comp")]
    assert not any("what is this" in item.getMessage() for item in ours)


@pytest.mark.parametrize(
    "url",
    [
        f"http://{OTHER}:{{port}}/control/0",
        "http://127.0.0.1:{port}/control/0",
        "//evil.example/control",
        "file:///etc/passwd",
        f"http://{GATEWAY}@{OTHER}:{{port}}/",
        "http://[::1/",
    ],
)
async def test_the_description_leads_nowhere_else(
    device: FakeGatewayDevice, url: str
) -> None:
    """A router, or who says that it is one, cannot make this machine call others."""
    device.connections[0].control_url = url.format(port=device.port)
    lan = Lan(device)
    assert await lan.ask() == "wrong_host"
    assert device.asked == [DESCRIPTION]
    # nor is it read again and again
    assert await lan.ask() == "wrong_host"
    assert device.asked == [DESCRIPTION]


async def test_addresses_relative_to_a_base(device: FakeGatewayDevice) -> None:
    """As in version 1.0; but for a base that is not the router's."""
    device.url_base = f"http://{GATEWAY}:{device.port}/"
    device.connections[0].control_url = "control/0"
    assert await Lan(device).ask() == ADDRESS
    device.url_base = f"http://{OTHER}:{device.port}/"
    assert await Lan(device).ask() == ADDRESS


@pytest.mark.parametrize(
    "location", ["http://127.0.0.9:1/igddesc.xml", "ftp://127.0.0.2/", "", "http://["]
)
async def test_a_location_elsewhere(device: FakeGatewayDevice, location: str) -> None:
    """Only the router can be the router."""
    lan = Lan(device)
    lan.location = location
    assert await lan.ask() == "wrong_host"
    assert device.asked == []


async def test_a_device_that_is_no_router(device: FakeGatewayDevice) -> None:
    """It has no connection."""
    device.connections[0].type = "urn:schemas-upnp-org:service:Layer3Forwarding:1"
    assert await Lan(device).ask() == "unsupported"


async def test_no_gateway(device: FakeGatewayDevice) -> None:
    """Nobody is searched without one."""
    lan = Lan(device)
    lan.gateway = None
    assert await lan.ask() == "no_route"
    assert lan.searches == 0


def test_a_lan_without_upnp_is_left_alone() -> None:
    """It is searched every five minutes, and when a router announces itself."""

    async def test() -> None:
        async with gateway_device() as device:
            lan = Lan(device)
            lan.location = None
            for _ in range(4):
                assert await lan.ask() == "unsupported"
                assert await lan.upnp.ipv6_prefix() is None
                await asyncio.sleep(60)
            assert lan.searches == 1
            await asyncio.sleep(60)
            assert await lan.ask() == "unsupported"
            assert lan.searches == 2
            lan.location = device.location
            lan.upnp.forget()
            assert await lan.ask() == ADDRESS

    run(test())


def test_a_router_that_restarts_is_looked_for_sooner() -> None:
    """Every minute: it was there before."""

    async def test() -> None:
        async with gateway_device() as device:
            lan = Lan(device)
            assert await lan.ask() == ADDRESS
            location, lan.location = lan.location, None
            lan.upnp.drop()
            assert await lan.ask() == "unsupported"
            lan.location = location
            assert await lan.ask() == "unsupported"
            await asyncio.sleep(60)
            assert await lan.ask() == ADDRESS

    run(test())


async def test_a_router_that_comes_back_elsewhere(device: FakeGatewayDevice) -> None:
    """After a restart with another port it is found at once."""
    lan = Lan(device)
    assert await lan.ask() == ADDRESS
    await device.stop()
    assert await lan.ask() == "unreachable"
    device.port = 0
    await device.start()
    lan.location = device.location
    assert await lan.ask() == ADDRESS


async def test_an_announcement_of_the_same_router(device: FakeGatewayDevice) -> None:
    """It is not read again for it; another location is."""
    lan = Lan(device)
    await lan.ask()
    lan.upnp.forget()
    await lan.ask()
    assert device.asked.count(DESCRIPTION) == 1
    lan.location = f"{device.location}?boot=2"
    await lan.ask()
    assert device.asked.count(DESCRIPTION) == 1
    lan.upnp.forget()
    await lan.ask()
    assert device.asked.count(DESCRIPTION) == 2


async def test_another_gateway(device: FakeGatewayDevice) -> None:
    """What was read of a router does not count for another one."""
    lan = Lan(device)
    assert await lan.ask() == ADDRESS
    lan.gateway = OTHER
    assert await lan.ask() == "wrong_host"
    lan.gateway = GATEWAY
    assert await lan.ask() == ADDRESS


async def test_asked_by_several_at_once(device: FakeGatewayDevice) -> None:
    """The description is read once for all."""
    lan = Lan(device)
    assert await asyncio.gather(*(lan.ask() for _ in range(5))) == [ADDRESS] * 5
    assert device.asked.count(DESCRIPTION) == 1
