"""Tests of asking a DNS server over TLS."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
import ssl

import dns.flags
import dns.rcode
import pytest

from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.methods import DnsServer
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from tests.core.detection.udp_servers import (
    all_closed,
    nothing_left_to_collect,
    open_files,
    silent,
    udp_server,
)
from tests.loopback import needs_second_loopback

from .dns_servers import NAME, OVER_TLS, RA, TC, ask, at, telling, tls_server
from .services import IPV4


@needs_second_loopback
async def test_over_tls_it_is_asked_from_the_origin(loopback: None) -> None:
    """The server sees the address that is asked about."""
    nowhere = LocalEndpoint(address=ip_address("192.0.2.1"))
    async with tls_server(telling("11.22.33.44")) as server:
        endpoint = LocalEndpoint(address=ip_address("127.0.0.2"))
        assert await server.ask(endpoint=endpoint) == IPV4
        assert server.clients == ["127.0.0.2"]
        assert await server.ask(endpoint=nowhere) == "no_route"


async def test_over_tls_nobody_is_there(loopback: None) -> None:
    """A closed port, and a network that cannot be reached."""
    async with tls_server(telling("11.22.33.44")) as server:
        pass
    assert await server.ask() == "unreachable"
    # TCP to the broadcast address is refused by our own kernel; nothing is sent
    broadcast = replace(OVER_TLS, server=ip_address("255.255.255.255"))
    assert await ask(broadcast) == "no_route"


async def test_over_tls_a_resolver_may_answer(loopback: None) -> None:
    """Nobody in between could: so recursion is asked for, and authority is not needed."""
    async with tls_server(telling("11.22.33.44", flags=RA)) as server:
        assert await server.ask() == IPV4
    [query] = server.queries
    assert query.flags == dns.flags.RD
    assert [str(asked) for asked in query.question] == [f"{NAME}. IN A"]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (telling("11.22.33.44", "11.22.33.55"), "intercepted"),
        (telling(rcode=dns.rcode.SERVFAIL, flags=RA), "refused:2"),
        (telling(), "not_an_address"),
        (telling("11.22.33.44", flags=TC), "not_an_address"),
        (telling("192.168.1.2"), "not_publishable:private"),
        (telling("127.0.0.1"), "server_address"),
        (lambda data: data, "not_an_address"),
        (lambda data: b"\0\0" + telling("11.22.33.44")(data)[2:], "not_an_address"),
        (lambda _: b"", "not_an_address"),
        (lambda _: b"\0" * 4096, "not_an_address"),
        (lambda _: b"\0" * 4097, "too_large"),
    ],
)
async def test_over_tls_all_else_is_checked(
    loopback: None, answer: Callable[[bytes], bytes], failure: str
) -> None:
    """The only message that can come is the answer: nothing is waited out."""
    async with tls_server(answer) as server:
        assert await server.ask() == failure


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (telling('"11.22.33.44"', flags=RA), IPV4),
        # one string, and nothing but the address in it
        (telling('"11.22.33" ".44"'), "not_an_address"),
        (telling('"ip=11.22.33.44"'), "not_an_address"),
        (telling('"11.22.33.44 11.22.33.55"'), "not_an_address"),
        (telling('"\\"11.22.33.44\\""'), "not_an_address"),
        (telling('"11.22.33.44"', '"11.22.33.55"'), "intercepted"),
        (telling('"2606:2800:220:1::44"'), "wrong_family"),
        # of a proxy of Cloudflare's
        (telling('"104.18.0.1"'), "server_address"),
        (telling(rcode=dns.rcode.REFUSED), "refused:5"),
    ],
)
async def test_over_tls_in_another_class(
    loopback: None, answer: Callable[[bytes], bytes], told: object
) -> None:
    """As Cloudflare is asked: the address is a text, in a class that resolvers do not have."""
    cloudflare = SOURCES["cloudflare_dns"].ipv4
    assert isinstance(cloudflare, DnsServer)
    method = replace(cloudflare, server=OVER_TLS.server, tls_name=OVER_TLS.tls_name)
    async with tls_server(answer) as server:
        assert await server.ask(method) == told
    [query] = server.queries
    assert [str(asked) for asked in query.question] == ["whoami.cloudflare. CH TXT"]
    assert query.flags == dns.flags.RD


@pytest.mark.parametrize("sent", [b"", b"\0", b"\0\x20half of it"])
async def test_over_tls_an_answer_may_break_off(loopback: None, sent: bytes) -> None:
    """Then there was none."""
    async with tls_server(lambda _: sent, framed=False, ends=True) as server:
        assert await server.ask() == "unreachable"


@pytest.mark.parametrize(
    ("named", "begins", "trusted", "failure"),
    [
        ("127.0.0.1", timedelta(days=-1), False, "tls_failed"),
        ("127.0.0.1", timedelta(days=-9), True, "tls_failed"),
        ("127.0.0.1", timedelta(days=1), True, "certificate_not_yet_valid"),
        ("127.0.0.2", timedelta(days=-1), True, "tls_failed"),
    ],
    ids=["self-signed", "expired", "not yet valid", "somebody else's"],
)
async def test_certificates_are_verified(
    loopback: None, named: str, begins: timedelta, trusted: bool, failure: str
) -> None:
    """Who cannot show who it is is told nothing."""
    async with tls_server(telling("11.22.33.44"), named=named, begins=begins) as server:
        if not trusted:
            server.context = ssl.create_default_context()
        before = open_files()
        assert await server.ask() == failure
        assert await all_closed(before)
    assert server.queries == []


async def test_the_name_in_the_certificate_is_the_one_that_is_known(
    loopback: None,
) -> None:
    """It is not that of the address that is asked."""
    async with tls_server(telling("11.22.33.44"), named="127.0.0.2") as server:
        assert await server.ask(replace(OVER_TLS, tls_name="127.0.0.2")) == IPV4
        other = replace(OVER_TLS, tls_name="dns.example")
        assert await server.ask(other) == "tls_failed"


async def test_a_server_without_tls_is_refused(loopback: None) -> None:
    """What talks plainly there is not the server."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"what is this? " * 10)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await ask(replace(OVER_TLS, port=port)) == "tls_failed"
    server.close()
    await server.wait_closed()


async def test_the_caller_may_stop_waiting(loopback: None) -> None:
    """Whenever that is, no socket stays open."""
    async with udp_server(silent) as udp, tls_server(lambda _: b"") as tls:
        never = asyncio.Event()

        async def keep_silent(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            await never.wait()
            writer.close()

        # it takes the connection, and does not even begin with TLS
        dumb = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
        before = open_files()
        ports = (tls.port, dumb.sockets[0].getsockname()[1])
        methods = [at(udp), *(replace(OVER_TLS, port=port) for port in ports)]
        for method in methods:
            for turns in (1, 2, 3, 5, 20):
                task = asyncio.ensure_future(ask(method, context=tls.context))
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        never.set()
        dumb.close()
        await dumb.wait_closed()
        # one less: that of the server which was closed
        assert await all_closed(before - 1)


@pytest.mark.parametrize("sent", [b"\0", b"\0\x20half of it"])
async def test_waiting_for_the_rest_may_stop(loopback: None, sent: bytes) -> None:
    """The connection is closed when the answer is late, too."""
    async with (
        tls_server(lambda _: sent, framed=False) as server,
        nothing_left_to_collect(),
    ):
        task = asyncio.ensure_future(server.ask())
        while not server.queries:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_whatever_happens_the_connection_is_closed(loopback: None) -> None:
    """After an answer, without a connection, and without trust."""
    async with tls_server(telling("11.22.33.44")) as server:
        async with nothing_left_to_collect():
            assert await server.ask() == IPV4
        distrusting = ssl.create_default_context()
        method = replace(OVER_TLS, port=server.port)
        async with nothing_left_to_collect():
            assert await ask(method, context=distrusting) == "tls_failed"
    async with nothing_left_to_collect():
        assert await server.ask() == "unreachable"
