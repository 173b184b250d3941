"""Tests of asking over UDP until somebody answers."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_address
import socket

import pytest

from custom_components.ddns_plus.core.detection.echo.datagram import (
    LARGEST_MESSAGE,
    exchange,
)
from custom_components.ddns_plus.core.detection.source import FailureReason, SourceError
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from tests.core.detection.udp_servers import (
    UdpServer,
    nothing_left_to_collect,
    open_files,
    silent,
    udp_server,
)
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

SOON = timedelta(milliseconds=10)
# so long that a second request would be noticed
LATE = timedelta(seconds=30)


def read(data: bytes) -> str | None:
    """Read answers that begin with an exclamation mark, and refuse those with a question."""
    if data.startswith(b"?"):
        raise SourceError(FailureReason.NOT_AN_ADDRESS)
    return data[1:].decode() if data.startswith(b"!") else None


async def ask(server: UdpServer, first_wait: timedelta = LATE) -> str:
    """Ask a server."""
    return await exchange(
        b"who?", server.address, server.port, read, first_wait=first_wait
    )


async def test_lost_requests_are_sent_again(loopback: None) -> None:
    """The same one, until the answer is there."""

    def reply(_: bytes) -> Iterable[bytes]:
        return [b"!me"] if len(server.requests) == 3 else []

    async with udp_server(reply) as server:
        assert await ask(server, SOON) == "me"
    assert server.requests == [b"who?"] * 3
    assert len(set(server.clients)) == 1


def test_each_wait_is_twice_the_one_before(loopback: None) -> None:
    """At 0, 1, 3, 7 and 15 seconds: who is down is not flooded."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        host, port = server.getsockname()

        async def ask_for_a_while() -> None:
            async with asyncio.timeout(30.9):
                await exchange(
                    b"who?",
                    ip_address(host),
                    port,
                    read,
                    first_wait=timedelta(seconds=1),
                )

        with pytest.raises(TimeoutError):
            run(ask_for_a_while())
        assert [server.recv(100) for _ in range(5)] == [b"who?"] * 5
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.recv(100)


async def test_what_is_no_answer_is_waited_out(
    loopback: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor does it make the request be sent again; and what comes later changes nothing."""
    strays = [b"", b"stray", b"!" * (LARGEST_MESSAGE + 1)]
    async with udp_server(lambda _: [*strays, b"!me", b"!other", b"?"]) as server:
        assert await ask(server) == "me"
    assert len(server.requests) == 1
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_a_refusal_ends_it(loopback: None) -> None:
    """At once."""
    async with udp_server(lambda _: [b"?", b"!me"]) as server:
        with pytest.raises(SourceError, match="not_an_address"):
            await ask(server)


async def test_only_the_server_is_heard(loopback: None) -> None:
    """Others, who may know our port, are not; not even on the same machine."""
    async with udp_server(silent) as liar:

        def reply(_: bytes) -> Iterable[bytes]:
            assert liar.transport is not None
            liar.transport.sendto(b"!liar", server.clients[-1])
            return [b"!me"] if len(server.requests) == 2 else []

        async with udp_server(reply) as server:
            assert await ask(server, SOON) == "me"


@needs_second_loopback
async def test_it_leaves_from_the_origin(loopback: None) -> None:
    """An address of this machine; without that address nothing is sent."""
    async with udp_server(lambda _: [b"!me"]) as server:
        for text in ("127.0.0.2", "127.0.0.3"):
            await exchange(
                b"who?",
                server.address,
                server.port,
                read,
                first_wait=LATE,
                endpoint=LocalEndpoint(address=ip_address(text)),
            )
            assert server.clients[-1][0] == text
        before = open_files()
        with pytest.raises(OSError, match="assign requested address"):
            await exchange(
                b"who?",
                server.address,
                server.port,
                read,
                first_wait=LATE,
                endpoint=LocalEndpoint(address=ip_address("192.0.2.1")),
            )
        assert open_files() == before
    assert len(server.requests) == 2


async def test_nobody_there_is_known_at_once(loopback: None) -> None:
    """The machine says so (ICMP)."""
    async with udp_server(silent) as server:
        gone = server.name
    await asyncio.sleep(0)
    with pytest.raises(ConnectionRefusedError):
        await exchange(b"who?", ip_address(gone[0]), gone[1], read, first_wait=LATE)


async def test_what_cannot_be_sent_is_closed(loopback: None) -> None:
    """Our own kernel refuses the broadcast address; nothing is sent."""
    async with nothing_left_to_collect():
        with pytest.raises(PermissionError):
            await exchange(
                b"who?", ip_address("255.255.255.255"), 9, read, first_wait=LATE
            )


async def test_nothing_stays_open(loopback: None) -> None:
    """Whether there was an answer, a refusal, or the caller had enough of waiting."""
    async with udp_server(silent) as server:
        before = open_files()
        for replies in ([b"!me"], [b"?"]):
            server.reply = lambda _, replies=replies: replies
            await asyncio.gather(ask(server), return_exceptions=True)
            await asyncio.sleep(0)
            assert open_files() == before
        server.reply = silent
        server.requests.clear()
        task = asyncio.ensure_future(ask(server))
        while not server.requests:
            await asyncio.sleep(0)
        assert open_files() == before + 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert open_files() == before
        # and when it was hardly begun
        task = asyncio.ensure_future(ask(server))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert open_files() == before
