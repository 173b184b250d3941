"""Tests of being told by the router that its address has changed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
import logging

import aiohttp
from aiohttp import web
import pytest
import pytest_socket
from yarl import URL

from custom_components.ddns_plus.core.detection.router.upnp import UpnpGateway
from custom_components.ddns_plus.core.detection.router.upnp_events import (
    EventSubscription,
)
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

from .fake_gateway_device import (
    GATEWAY,
    HOSTS,
    IP_1,
    OTHER,
    Connection,
    FakeGatewayDevice,
    Handler,
    answering,
    gateway_device,
    prefix_answer,
)

pytestmark = needs_second_loopback

SUBSCRIBE = "SUBSCRIBE /event/0"
NEW = "11.22.33.55"
MINUTE = 60.0


@pytest.fixture(autouse=True)
def lan(socket_enabled: None) -> None:
    """Allow the addresses of the house, which are on loopback."""
    pytest_socket.socket_allow_hosts(HOSTS)


class Listener:
    """A subscription, and how often it gave a hint."""

    def __init__(self, device: FakeGatewayDevice) -> None:
        """Know this router."""
        self.hints = 0
        self.gateway: IPv4Address | None = GATEWAY
        self.device = device
        self.upnp = UpnpGateway(lambda: self.gateway, self._location)
        self.events = EventSubscription(self.upnp, self._hint)

    async def _location(self) -> str | None:
        return self.device.location

    def _hint(self) -> None:
        self.hints += 1

    @property
    def callback(self) -> str:
        """Return where the router sends events."""
        return list(self.device.subscribers.values())[-1]


@asynccontextmanager
async def listening(
    *connections: Connection,
) -> AsyncGenerator[tuple[FakeGatewayDevice, Listener]]:
    """Run a router and listen to it; at the end nothing may be left over."""
    async with gateway_device(*connections) as device:
        listener = Listener(device)
        assert await listener.events.start()
        assert listener.events.alive
        try:
            yield device, listener
        finally:
            await listener.events.stop()
            assert not listener.events.alive


async def test_a_change_is_told() -> None:
    """Once per event; the first event of the subscription tells how it is, not a change."""
    async with listening() as (device, listener):
        assert listener.hints == 0
        assert await device.send_event(ExternalIPAddress=NEW) == 200
        assert listener.hints == 1
        # the same again, as with every renewed lease
        assert await device.send_event(ExternalIPAddress=NEW) == 200
        assert listener.hints == 1
        await device.send_event(ConnectionStatus="Disconnected", ExternalIPAddress="")
        assert listener.hints == 2
        await device.send_event(ConnectionStatus="Connected")
        assert listener.hints == 3


async def test_what_is_no_change_of_the_address() -> None:
    """Port mappings come and go, and unknown variables are nobody's."""
    async with listening() as (device, listener):
        assert await device.send_event(PortMappingNumberOfEntries="7") == 200
        assert await device.send_event(Whatever="7") == 200
        assert await device.send_event() == 200
        assert listener.hints == 0


async def test_variables_of_avm() -> None:
    """Another IPv6 prefix is a change; one that was never told before, too."""
    fritz = Connection(
        more={"X_AVM_DE_GetIPv6Prefix": prefix_answer("2a01:71a0:8406:7600::")}
    )
    async with listening(fritz) as (device, listener):
        await device.send_event(IPv6Prefix="2a01:71a0:8406:7600::")
        assert listener.hints == 1
        await device.send_event(IPv6Prefix="2a01:71a0:8406:7600::")
        assert listener.hints == 1
        await device.send_event(IPv6Prefix="2a01:71a0:8406:7700::")
        assert listener.hints == 2


async def test_only_the_router_is_heard() -> None:
    """Neither another machine, nor another subscription, path, method or form."""
    async with listening() as (device, listener):
        with pytest.raises(aiohttp.ClientError):
            await device.send_event(OTHER, ExternalIPAddress=NEW)
        sent = [
            await device.send_event(sid="uuid:other", ExternalIPAddress=NEW),
            await device.send_event(path="/notify", ExternalIPAddress=NEW),
            await device.send_event(method="POST", ExternalIPAddress=NEW),
            await device.send_event(headers={"NT": "x"}, ExternalIPAddress=NEW),
            await device.send_event(body="what is this"),
            await device.send_event(body="<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
            await device.send_event(body="x" * 100_000),
        ]
        assert sent == [412, 404, 405, 412, 400, 400, 413]
        assert listener.hints == 0
        assert await device.send_event(ExternalIPAddress=NEW) == 200
        assert listener.hints == 1


async def test_it_listens_on_the_way_to_the_router_only() -> None:
    """Not at every address of this machine."""
    async with listening() as (_device, listener):
        url = listener.callback
        assert url.startswith("http://127.0.0.1:")
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(url.replace("127.0.0.1", str(OTHER)))


async def test_stop_unsubscribes() -> None:
    """And listens no more; start() listens again."""
    async with listening() as (device, listener):
        url = listener.callback
        await listener.events.stop()
        assert device.subscribers == {}
        assert device.asked[-1] == "UNSUBSCRIBE /event/0"
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(url)
        assert await listener.events.start()
        # more than once makes no difference
        assert await listener.events.start()
        assert len(device.subscribers) == 1


def test_stop_takes_two_seconds_at_most() -> None:
    """Even when the router hangs."""

    async def hang(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(MINUTE)
        return web.Response()

    async def test() -> None:
        async with listening() as (device, listener):
            device.instead["UNSUBSCRIBE /event/0"] = hang
            begun = asyncio.get_running_loop().time()
            await listener.events.stop()
            assert asyncio.get_running_loop().time() - begun <= 2.5

    run(test())


def test_it_is_renewed() -> None:
    """Every five minutes, or when half of a shorter time is over; that is no hint."""

    async def test(granted: str, times: int) -> None:
        async with gateway_device() as device:
            device.granted = granted
            listener = Listener(device)
            await listener.events.start()
            await asyncio.sleep(60 * MINUTE + 1)
            assert listener.events.alive
            assert listener.hints == 0
            assert device.asked.count(SUBSCRIBE) == 1 + times
            assert len(device.subscribers) == 1
            await listener.events.stop()

    run(test("Second-1800", 12))
    run(test("Second-infinite", 12))
    run(test("Second-240", 30))
    # nobody is asked in a frenzy
    run(test("Second-1", 120))


def test_a_router_that_is_gone() -> None:
    """One hint; then it is tried after 30 seconds and longer each time, 10 minutes at most."""

    async def test() -> None:
        async with listening() as (device, listener):
            await device.stop()
            await asyncio.sleep(5 * MINUTE + 1)
            assert (listener.events.alive, listener.hints) == (False, 1)
            device.asked.clear()
            device.instead["/igddesc.xml"] = answering("", 503)
            await device.start()
            # from the loss at 5 minutes: after 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5
            tried = []
            for _ in range(36):
                await asyncio.sleep(MINUTE)
                tried.append(len(device.asked))
            assert [tried.index(number) + 1 for number in range(1, 8)] == [
                *(1, 2, 4, 8, 16, 26, 36)
            ]
            del device.instead["/igddesc.xml"]
            await asyncio.sleep(10 * MINUTE)
            # nothing has changed since
            assert (listener.events.alive, listener.hints) == (True, 1)

    run(test())


def test_what_changed_meanwhile_is_told() -> None:
    """The first event of the next subscription is compared with the last one."""

    async def test() -> None:
        async with listening() as (device, listener):
            await device.stop()
            listener.events.retry()
            await asyncio.sleep(1)
            assert (listener.events.alive, listener.hints) == (False, 1)
            device.variables["ExternalIPAddress"] = NEW
            await device.start()
            listener.events.retry()
            await asyncio.sleep(1)
            assert (listener.events.alive, listener.hints) == (True, 2)

    run(test())


@pytest.mark.parametrize(("address", "hints"), [(None, 0), (NEW, 1)])
def test_a_router_that_has_forgotten(address: str | None, hints: int) -> None:
    """It refuses the renewal, and is subscribed to again at once."""

    async def test() -> None:
        async with listening() as (device, listener):
            device.subscribers.clear()
            if address is not None:
                device.variables["ExternalIPAddress"] = address
            listener.events.retry()
            await asyncio.sleep(1)
            assert (listener.events.alive, listener.hints) == (True, hints)
            assert len(device.subscribers) == 1

    run(test())


def test_a_renewal_that_fails() -> None:
    """It is a loss."""

    async def test() -> None:
        async with listening() as (device, listener):
            device.instead[SUBSCRIBE] = answering("", 500)
            await asyncio.sleep(5 * MINUTE + 1)
            assert (listener.events.alive, listener.hints) == (False, 1)
            del device.instead[SUBSCRIBE]
            await asyncio.sleep(MINUTE)
            assert (listener.events.alive, listener.hints) == (True, 1)

    run(test())


def test_another_router() -> None:
    """In another network the events of the old one are no good."""

    async def test() -> None:
        async with listening() as (device, listener):
            listener.gateway = None
            listener.events.retry()
            await asyncio.sleep(1)
            assert (listener.events.alive, listener.hints) == (False, 1)
            assert device.subscribers == {}
            listener.gateway = GATEWAY
            listener.events.retry()
            await asyncio.sleep(1)
            assert listener.events.alive

    run(test())


@pytest.mark.parametrize(
    "answer",
    [
        answering("", 503),
        answering(""),
        answering("", headers={"SID": "uuid:1", "TIMEOUT": "Second-soon"}),
        answering("", 302, {"Location": "/event/1"}),
        answering(b"x" * 1_000_000, headers={"SID": "uuid:1"}),
    ],
    ids=["refused", "no name", "no time", "redirected", "1 MB"],
)
def test_routers_without_events(answer: Handler) -> None:
    """They are asked again later, in the background; there is no hint."""

    async def test() -> None:
        async with gateway_device() as device:
            device.instead[SUBSCRIBE] = answer
            listener = Listener(device)
            assert not await listener.events.start()
            await asyncio.sleep(10)
            assert device.asked.count(SUBSCRIBE) == 1
            del device.instead[SUBSCRIBE]
            await asyncio.sleep(30)
            assert (listener.events.alive, listener.hints) == (True, 0)
            await listener.events.stop()

    run(test())


async def test_the_connection_that_counts() -> None:
    """Of two, that which is connected is listened to."""
    down = Connection(status="Disconnected", type=IP_1)
    async with listening(down, Connection()) as (device, _listener):
        assert "SUBSCRIBE /event/1" in device.asked


async def test_garbage_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever in the house knocks at the port: it is no news."""
    caplog.set_level(logging.WARNING)
    async with listening() as (_device, listener):
        port = URL(listener.callback).port
        for sent in (
            b"\x16\x03\x01\x00\xa5\x01\x00",
            b"SSH-2.0-OpenSSH_9.2p1\r\n",
            b"NOTIFY / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
            b"NOTIFY / HTTP/1.1\r\nContent-Length: 10\r\n\r\nx",
        ):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(str(GATEWAY), 0)
            )
            writer.write(sent)
            writer.write_eof()
            assert b" 200 " not in await reader.read()
            writer.close()
        assert listener.hints == 0
    assert not caplog.records
