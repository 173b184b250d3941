"""Tests of asking a STUN server."""

import asyncio
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
import socket
import struct

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.echo.stun import (
    StunSource,
    read_response,
)
from custom_components.ddns_plus.core.detection.methods import StunServer
from custom_components.ddns_plus.core.detection.source import SourceError, Transport
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint
from tests.core.detection.udp_servers import UdpServer, silent, udp_server
from tests.loopback import needs_second_loopback

from .services import IPV4, IPV6

COOKIE = bytes.fromhex("2112a442")
TRANSACTION = bytes(range(12))
SUCCESS, ERROR = 0x0101, 0x0111
MAPPED, XOR_MAPPED, ERROR_CODE, SOFTWARE = 0x0001, 0x0020, 0x0009, 0x8022


def attribute(kind: int, value: bytes) -> bytes:
    """Return an attribute, padded with what must be ignored."""
    return struct.pack("!HH", kind, len(value)) + value + b"\xff" * (-len(value) % 4)


def mapped(address: Address, kind: int = XOR_MAPPED, transaction: bytes = b"") -> bytes:
    """Return an attribute that tells an address, masked as its kind wants it."""
    mask = COOKIE + transaction if kind == XOR_MAPPED else bytes(16)
    raw = bytes(one ^ other for one, other in zip(address.packed, mask, strict=False))
    family = 1 if address.version == 4 else 2
    return attribute(kind, struct.pack("!BBH", 0, family, 0xABCD) + raw)


def message(kind: int, transaction: bytes, *attributes: bytes) -> bytes:
    """Return a STUN message."""
    body = b"".join(attributes)
    return struct.pack("!HH", kind, len(body)) + COOKIE + transaction + body


def telling(address: Address, *others: bytes) -> Callable[[bytes], list[bytes]]:
    """Return what a server does that tells this address, and other things before it."""

    def reply(request: bytes) -> list[bytes]:
        transaction = request[8:20]
        told = mapped(address, transaction=transaction)
        return [message(SUCCESS, transaction, *others, told)]

    return reply


async def ask(
    server: UdpServer, family: Family = Family.IPV4, endpoint: LocalEndpoint = ANYWHERE
) -> Address | str:
    """Return the server's answer, or its failure."""
    method = StunServer(host=str(server.address), port=server.port)
    try:
        return await StunSource("key", "operator", method).ask(family, endpoint)
    except SourceError as err:
        return str(err)


async def test_the_address_is_told(loopback: None) -> None:
    """In each family over itself, whatever else the server has to say."""
    source = StunSource("key", "operator", StunServer(host="stun.example"))
    assert (source.key, source.operator) == ("key", "operator")
    assert source.transport is Transport.PLAIN
    async with udp_server(telling(IPV4)) as server:
        assert await ask(server) == IPV4
        server.reply = telling(IPV4, attribute(SOFTWARE, b"a server"))
        assert await ask(server) == IPV4
        # both, as old servers do: only the masked one counts
        server.reply = telling(IPV4, mapped(ip_address("11.22.33.55"), MAPPED))
        assert await ask(server) == IPV4
    async with udp_server(telling(IPV6), "::1") as server:
        assert await ask(server, Family.IPV6) == IPV6


async def test_the_request_is_a_binding_request(loopback: None) -> None:
    """Of a new transaction each time, without anything about us."""
    async with udp_server(telling(IPV4)) as server:
        await ask(server)
        await ask(server)
    one, other = server.requests
    assert len(one) == 20
    assert one[:8] == other[:8] == b"\x00\x01\x00\x00" + COOKIE
    assert one[8:] != other[8:]


@pytest.mark.parametrize(
    ("kind", "attributes", "failure"),
    [
        (ERROR, [attribute(ERROR_CODE, b"\0\0\x03\0Elsewhere")], "refused:300"),
        (ERROR, [attribute(ERROR_CODE, b"\0\0\x04\x14")], "refused:420"),
        (ERROR, [mapped(IPV4, MAPPED)], "not_an_address"),
        (ERROR, [attribute(ERROR_CODE, b"\0\0\x04")], "not_an_address"),
        (ERROR, [attribute(ERROR_CODE, b"\0\0\x07\0")], "not_an_address"),
        (ERROR, [attribute(ERROR_CODE, b"\0\0\x04\x64")], "not_an_address"),
        (SUCCESS, [], "not_an_address"),
        (SUCCESS, [mapped(IPV4, MAPPED)], "not_an_address"),
        (SUCCESS, [mapped(IPV4), mapped(IPV4)], "not_an_address"),
        (SUCCESS, [attribute(0x0021, b""), mapped(IPV4)], "not_an_address"),
        (SUCCESS, [mapped(IPV4), attribute(0x7FFF, b"")], "not_an_address"),
        (SUCCESS, [attribute(ERROR_CODE, b"\0\0\x04\0")], "not_an_address"),
        (SUCCESS, [attribute(XOR_MAPPED, b"")], "not_an_address"),
        (SUCCESS, [attribute(XOR_MAPPED, b"\0\1\0\0\1\2\3")], "not_an_address"),
        (SUCCESS, [attribute(XOR_MAPPED, b"\0\1\0\0" + b"a" * 16)], "not_an_address"),
        (SUCCESS, [attribute(XOR_MAPPED, b"\0\2\0\0\1\2\3\4")], "not_an_address"),
        (SUCCESS, [attribute(XOR_MAPPED, b"\0\3\0\0\1\2\3\4")], "not_an_address"),
        (SUCCESS, [mapped(IPV4)[:-1]], "not_an_address"),
        (SUCCESS, [mapped(IPV4) + b"\0"], "not_an_address"),
        (SUCCESS, [mapped(IPV4), b"\x80\x22\xff\xff"], "not_an_address"),
        (SUCCESS, [mapped(ip_address("192.168.1.2"))], "not_publishable:private"),
        (SUCCESS, [mapped(ip_address("100.64.1.2"))], "not_publishable:shared"),
        (SUCCESS, [mapped(ip_address("127.0.0.1"))], "server_address"),
        (SUCCESS, [mapped(ip_address("104.18.0.0"))], "server_address"),
    ],
)
async def test_other_answers_are_refused(
    loopback: None, kind: int, attributes: list[bytes], failure: str
) -> None:
    """At once: it was the server that gave them."""

    def reply(request: bytes) -> Iterable[bytes]:
        return [message(kind, request[8:20], *attributes)]

    async with udp_server(reply) as server:
        assert await ask(server) == failure
    assert len(server.requests) == 1


async def test_the_other_family_is_no_answer(loopback: None) -> None:
    """Nor an IPv4 address that is dressed as one of IPv6."""
    async with udp_server(telling(IPV6)) as server:
        assert await ask(server) == "wrong_family"
    async with udp_server(telling(IPV4), "::1") as server:
        assert await ask(server, Family.IPV6) == "wrong_family"
        server.reply = telling(IPv6Address("::ffff:11.22.33.44"))
        assert await ask(server, Family.IPV6) == "not_publishable:embedded_ipv4"


async def test_a_length_that_is_wrong_is_no_answer(loopback: None) -> None:
    """Whether there is more in the datagram, or less."""
    for step in (-4, 4):

        def reply(request: bytes, step: int = step) -> Iterable[bytes]:
            [answer] = telling(IPV4)(request)
            length = struct.pack("!H", int.from_bytes(answer[2:4]) + step)
            return [answer[:2] + length + answer[4:]]

        async with udp_server(reply) as server:
            assert await ask(server) == "not_an_address"


async def test_what_is_no_answer_to_us_is_waited_out(loopback: None) -> None:
    """Another transaction, another protocol, our own request, a message that was cut."""

    def reply(request: bytes) -> Iterable[bytes]:
        [right] = telling(IPV4)(request)
        [wrong] = telling(ip_address("11.22.33.55"))(request)
        changed = bytes([wrong[19] ^ 1])
        return [
            b"",
            right[:19],
            request,
            wrong[:19] + changed + wrong[20:],
            wrong[:4] + b"\0\0\0\0" + wrong[8:],
            b"\x00\x11" + wrong[2:],
            b"\x81\x01" + wrong[2:],
            right,
        ]

    async with udp_server(reply) as server:
        assert await ask(server) == IPV4
    assert len(server.requests) == 1


async def test_a_lost_request_is_sent_again_after_half_a_second(loopback: None) -> None:
    """With the same transaction (RFC 8489, 6.2.1)."""
    loop = asyncio.get_running_loop()
    begun = loop.time()

    def reply(request: bytes) -> Iterable[bytes]:
        return telling(IPV4)(request) if len(server.requests) == 2 else []

    async with udp_server(reply) as server:
        assert await ask(server) == IPV4
    assert loop.time() - begun >= 0.5
    assert server.requests[0] == server.requests[1]


@needs_second_loopback
async def test_it_is_asked_from_the_origin(loopback: None) -> None:
    """The server sees the address that is asked about."""
    async with udp_server(telling(IPV4)) as server:
        endpoint = LocalEndpoint(address=ip_address("127.0.0.2"))
        assert await ask(server, endpoint=endpoint) == IPV4
        assert server.clients[-1][0] == "127.0.0.2"
        nowhere = LocalEndpoint(address=ip_address("192.0.2.1"))
        assert await ask(server, endpoint=nowhere) == "no_route"
    await asyncio.sleep(0)
    assert await ask_host("127.0.0.1", server.clients[-1][1]) == "unreachable"


async def ask_host(host: str, port: int = 1, family: Family = Family.IPV4) -> str:
    """Return how asking a server fails that is none."""
    source = StunSource("key", "operator", StunServer(host=host, port=port))
    with pytest.raises(SourceError) as caught:
        await source.ask(family)
    return str(caught.value)


async def test_a_host_is_looked_up_in_the_family(loopback: None) -> None:
    """By the system; what has no address of the family cannot be asked."""
    async with udp_server(telling(IPV4)) as server:
        method = StunServer(host="localhost", port=server.port)
        assert await StunSource("key", "operator", method).ask(Family.IPV4) == IPV4
    assert await ask_host("127.0.0.1", family=Family.IPV6) == "dns_failed"


@pytest.mark.parametrize("error", [socket.gaierror, UnicodeError, None])
async def test_a_name_that_is_none(
    loopback: None, monkeypatch: pytest.MonkeyPatch, error: type[Exception] | None
) -> None:
    """Nobody knows it, it cannot even be asked for, or it has no address."""

    def look_up(*_: object, **__: object) -> list[object]:
        if error is not None:
            raise error
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert await ask_host("stun.example") == "dns_failed"


async def test_the_caller_may_stop_waiting(loopback: None) -> None:
    """Silence lasts no longer than a round."""
    async with udp_server(silent) as server:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await ask(server)


def outcome(data: bytes) -> Address | str | None:
    """Return what comes of a datagram."""
    try:
        return read_response(data, TRANSACTION)
    except SourceError as err:
        return str(err)


ANSWER = message(
    SUCCESS,
    TRANSACTION,
    attribute(SOFTWARE, b"a server"),
    mapped(IPV4, transaction=TRANSACTION),
)


@given(st.binary(max_size=200))
def test_no_bytes_are_an_answer_by_chance(data: bytes) -> None:
    """They would have to know the transaction."""
    assert outcome(data) is None


@given(
    st.sampled_from((SUCCESS, ERROR)),
    st.one_of(
        st.binary(max_size=100),
        st.lists(
            st.builds(
                attribute,
                st.one_of(
                    st.sampled_from((MAPPED, XOR_MAPPED, ERROR_CODE)),
                    st.integers(0, 0xFFFF),
                ),
                st.binary(max_size=30),
            ),
            max_size=4,
        ).map(b"".join),
    ),
)
def test_any_body_is_read_or_refused(kind: int, body: bytes) -> None:
    """Nothing else comes out; an address only of a success response."""
    found = outcome(message(kind, TRANSACTION, body))
    if isinstance(found, IPv4Address | IPv6Address):
        assert kind == SUCCESS
        assert mapped(found, transaction=TRANSACTION)[-len(found.packed) :] in body
        return
    assert found is not None
    assert found == "not_an_address" or found.startswith("refused:")


@given(st.integers(0, len(ANSWER) - 1), st.integers(1, 255))
def test_an_answer_that_was_changed_on_the_way(place: int, change: int) -> None:
    """It is read, refused or ignored; the header is checked to the last byte."""
    data = bytearray(ANSWER)
    data[place] ^= change
    found = outcome(bytes(data))
    if 4 <= place < 20:
        assert found is None
    if 2 <= place < 4:
        assert found == "not_an_address"


@given(st.integers(0, len(ANSWER) - 1))
def test_an_answer_that_was_cut(length: int) -> None:
    """It is no answer."""
    assert outcome(ANSWER[:length]) in (None, "not_an_address")
    assert outcome(ANSWER) == IPV4
