"""Every way a web service may misbehave: no address comes out, and nothing it said is shown."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import gzip
from ipaddress import ip_address
import ssl
import traceback

from aiohttp import web
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family, publishable
from custom_components.ddns_plus.core.detection.echo.http import HttpOptions, HttpSource
from custom_components.ddns_plus.core.detection.source import (
    FailureReason as Reason,
    SourceError,
    SourceFailure,
)
from tests.core.detection.certificates import self_signed

from .services import IPV4, IPV6, Handler, Services, Talk, answering, service

# what stands in lies; must come out nowhere
TOLD = ("11.22.33", "2606:2800", "104.18", "1034", "c4n4ry")
# for those who never come to an end: it does not matter how long nothing is waited for
IMPATIENT = timedelta(milliseconds=150)
PAGE = "<html><body>Your address is 11.22.33.44, c4n4ry</body></html>"
REDIRECT = {"Location": "https://login.c4n4ry.example/?ip=11.22.33.44"}


@dataclass(frozen=True, kw_only=True)
class Lie:
    """What a service does instead of telling the address, and what it is taken for."""

    handler: Handler | None = None
    talk: Callable[[Services], Talk] | None = None
    reason: Reason
    family: Family = Family.IPV4
    particular: str = ""
    captive_portal: bool = False


def says(body: str | bytes, reason: Reason, particular: str = "") -> Lie:
    """Return the lie of a body with status 200."""
    return Lie(handler=answering(body), reason=reason, particular=particular)


def says6(body: str, reason: Reason, particular: str = "") -> Lie:
    """Return the lie of a body when the IPv6 address is asked for."""
    return Lie(
        handler=answering(body),
        reason=reason,
        particular=particular,
        family=Family.IPV6,
    )


def status(code: int, reason: Reason, *, captive_portal: bool = False) -> Lie:
    """Return the lie of a body that is an address, with another status."""
    headers = REDIRECT if 300 <= code < 400 else None
    return Lie(
        handler=answering(str(IPV4), code, headers),
        reason=reason,
        particular=str(code),
        captive_portal=captive_portal,
    )


def sends(data: bytes, reason: Reason) -> Lie:
    """Return the lie of some bytes, after which the connection is closed."""

    def talk(services: Services) -> Talk:
        async def send(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(data)
            await writer.drain()

        return send

    return Lie(talk=talk, reason=reason)


def goes_on(first: bytes, again: bytes, reason: Reason, pause: float = 0) -> Lie:
    """Return the lie that never ends, a piece at a time."""

    def talk(services: Services) -> Talk:
        async def send(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            writer.write(first)
            while again and not services.over.is_set():
                writer.write(again)
                await writer.drain()
                await asyncio.sleep(pause)
            await services.over.wait()

        return send

    return Lie(talk=talk, reason=reason)


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SECRETIVE = {
    "X-Forwarded-For": str(IPV4),
    "X-Your-Ip": str(IPV4),
    "Set-Cookie": f"__cf_bm=c4n4ry-1.0.1.1-{IPV4}",
}

LIES: dict[str, Lie] = {
    # pages and statuses
    "a page with status 200": Lie(
        handler=answering(PAGE), reason=Reason.NOT_AN_ADDRESS, captive_portal=True
    ),
    "a redirect": status(302, Reason.REDIRECTED, captive_portal=True),
    "a redirect for ever": status(308, Reason.REDIRECTED, captive_portal=True),
    "not modified": status(304, Reason.REDIRECTED, captive_portal=True),
    "403, error code: 1034": Lie(
        handler=answering("error code: 1034", 403),
        reason=Reason.BLOCKED,
        particular="403",
    ),
    "200, error code: 1034": says("error code: 1034", Reason.NOT_AN_ADDRESS),
    "too often": status(429, Reason.BLOCKED),
    "out of order": status(500, Reason.HTTP_STATUS),
    "not found": status(404, Reason.HTTP_STATUS),
    "log in first": status(511, Reason.HTTP_STATUS, captive_portal=True),
    "changed on the way": status(203, Reason.HTTP_STATUS),
    "no content": Lie(
        handler=answering("", 204), reason=Reason.HTTP_STATUS, particular="204"
    ),
    # no address, or more than one
    "nothing": says("", Reason.NOT_AN_ADDRESS),
    "only white space": says(" \r\n\t", Reason.NOT_AN_ADDRESS),
    "garbage": says(b"\xff\xfe\x00\x80c4n4ry", Reason.NOT_AN_ADDRESS),
    "another encoding": says("11.22.33.44".encode("utf-16"), Reason.NOT_AN_ADDRESS),
    "a byte order mark": says("\ufeff11.22.33.44", Reason.NOT_AN_ADDRESS),
    "two addresses": says("11.22.33.44\n11.22.33.55", Reason.NOT_AN_ADDRESS),
    "the same address twice": says("11.22.33.44 11.22.33.44", Reason.NOT_AN_ADDRESS),
    "X-Forwarded-For": says("11.22.33.55, 11.22.33.44", Reason.NOT_AN_ADDRESS),
    "X-Forwarded-For from home": says("10.0.0.1, 11.22.33.44", Reason.NOT_AN_ADDRESS),
    "a name": says("c4n4ry.example.org", Reason.NOT_AN_ADDRESS),
    "quotes": says('"11.22.33.44"', Reason.NOT_AN_ADDRESS),
    "JSON": says('{"ip": "11.22.33.44"}', Reason.NOT_AN_ADDRESS),
    "a label": says("IP: 11.22.33.44", Reason.NOT_AN_ADDRESS),
    "in a header or cookie only": Lie(
        handler=answering("", headers=SECRETIVE), reason=Reason.NOT_AN_ADDRESS
    ),
    # an address with something to it
    "a port": says("11.22.33.44:5060", Reason.NOT_AN_ADDRESS),
    "a port behind IPv6": says6("[2606:2800:220:1::44]:443", Reason.NOT_AN_ADDRESS),
    "a network": says("11.22.33.44/24", Reason.NOT_AN_ADDRESS),
    "leading zeros": says("011.022.033.044", Reason.NOT_AN_ADDRESS),
    "one leading zero": says("11.22.33.044", Reason.NOT_AN_ADDRESS),
    "a number": says("185999660", Reason.NOT_AN_ADDRESS),
    "hexadecimal": says("0x0b.0x16.0x21.0x2c", Reason.NOT_AN_ADDRESS),
    "three parts": says("11.22.8492", Reason.NOT_AN_ADDRESS),
    "other digits": says("١١.٢٢.٣٣.٤٤", Reason.NOT_AN_ADDRESS),
    "a zone": says6("fe80::11:22:33%eth0", Reason.NOT_PUBLISHABLE, "zoned"),
    "a zone at a public address": says6(
        f"{IPV6}%eth0", Reason.NOT_PUBLISHABLE, "zoned"
    ),
    "a zone of IPv4": says("11.22.33.44%eth0", Reason.NOT_AN_ADDRESS),
    # another family
    "IPv6 for IPv4": says(str(IPV6), Reason.WRONG_FAMILY),
    "IPv4 for IPv6": says6(str(IPV4), Reason.WRONG_FAMILY),
    "IPv4-mapped for IPv4": says("::ffff:11.22.33.44", Reason.WRONG_FAMILY),
    "IPv4-mapped": says6("::ffff:11.22.33.44", Reason.NOT_PUBLISHABLE, "embedded_ipv4"),
    "IPv4-compatible": says6("::11.22.33.44", Reason.NOT_PUBLISHABLE, "embedded_ipv4"),
    "NAT64": says6("64:ff9b::11.22.33.44", Reason.NOT_PUBLISHABLE, "embedded_ipv4"),
    "NAT64 of the LAN": says6(
        "64:ff9b:1::11.22.33.44", Reason.NOT_PUBLISHABLE, "embedded_ipv4"
    ),
    "6to4": says6("2002:b16:212c::1", Reason.NOT_PUBLISHABLE, "embedded_ipv4"),
    "Teredo": says6(
        "2001:0:b16:212c:8000:63bf:3fff:fdd2", Reason.NOT_PUBLISHABLE, "embedded_ipv4"
    ),
    # nobody's address
    "0.0.0.0": says("0.0.0.0", Reason.NOT_PUBLISHABLE, "unspecified"),
    "::": says6("::", Reason.NOT_PUBLISHABLE, "unspecified"),
    "a private address": says("192.168.1.2", Reason.NOT_PUBLISHABLE, "private"),
    "a private IPv6 address": says6("fd00::1", Reason.NOT_PUBLISHABLE, "private"),
    "a shared address": says("100.64.1.2", Reason.NOT_PUBLISHABLE, "shared"),
    "a group's address": says("239.1.2.3", Reason.NOT_PUBLISHABLE, "multicast"),
    "everybody's address": says("255.255.255.255", Reason.NOT_PUBLISHABLE, "reserved"),
    "a subnet": says6("2606:2800:220:1::", Reason.NOT_PUBLISHABLE, "network_address"),
    # somebody else's
    "an operator's address": says("104.18.0.0", Reason.SERVER_ADDRESS),
    "an operator's IPv6 address": says6("2606:4700::6812:0", Reason.SERVER_ADDRESS),
    "the server's own": says("127.0.0.1", Reason.SERVER_ADDRESS),
    "the server's own IPv6": says6("::1", Reason.SERVER_ADDRESS),
    # too much, compressed
    "too long by a byte": says(b" " * 4086 + b"11.22.33.44", Reason.TOO_LARGE),
    "5 MB": says(b"11.22.33.44" + b" " * 5_000_000, Reason.TOO_LARGE),
    "compressed": Lie(
        handler=answering(
            gzip.compress(b"11.22.33.44"), headers={"Content-Encoding": "gzip"}
        ),
        reason=Reason.NOT_AN_ADDRESS,
    ),
    "a bomb": Lie(
        handler=answering(
            gzip.compress(bytes(20_000_000)), headers={"Content-Encoding": "gzip"}
        ),
        reason=Reason.TOO_LARGE,
    ),
    # never an end
    "silence": goes_on(b"", b"", Reason.TIMEOUT),
    "silence after the head": goes_on(HEAD + b"\r\n", b"", Reason.TIMEOUT),
    "half of it, then silence": goes_on(HEAD + b"\r\n11.22.33.44", b"", Reason.TIMEOUT),
    "dripping": goes_on(HEAD + b"\r\n11.22.33.44", b" ", Reason.TIMEOUT, 0.02),
    "dripping head": goes_on(HEAD + b"X-A: ", b"c", Reason.TIMEOUT, 0.02),
    "dripping chunks": goes_on(CHUNKED, b"1\r\n1\r\n", Reason.TIMEOUT, 0.02),
    "a flood": goes_on(HEAD + b"\r\n", b"1" * 65_536, Reason.TOO_LARGE),
    "headers without end": goes_on(HEAD, b"X-A: c4n4ry\r\n" * 9, Reason.NOT_HTTP),
    "a line without end": goes_on(b"HTTP/1.1 200 ", b"c" * 9999, Reason.NOT_HTTP),
    "one moment please": goes_on(
        b"", b"HTTP/1.1 100 Continue\r\n\r\n", Reason.TIMEOUT, 0.001
    ),
    # not HTTP, or not all of it
    "hanging up": sends(b"", Reason.UNREACHABLE),
    "HTTP/0.9": sends(b"11.22.33.44\r\n", Reason.NOT_HTTP),
    "HTTP/0.9 with a page": sends(PAGE.encode(), Reason.NOT_HTTP),
    "another protocol": sends(b"SSH-2.0-c4n4ry\r\n", Reason.NOT_HTTP),
    "zeros": sends(bytes(64) + b"\r\n\r\n", Reason.NOT_HTTP),
    "HTTP/2": sends(bytes((0, 0, 0, 4, 0, 0, 0, 0, 0)), Reason.NOT_HTTP),
    "half of it": sends(
        HEAD + b"Content-Length: 12\r\n\r\n11.22.33.44", Reason.UNREACHABLE
    ),
    "a length that is none": sends(
        HEAD + b"Content-Length: c4n4ry\r\n\r\n11.22.33.44", Reason.NOT_HTTP
    ),
    "two lengths": sends(
        HEAD + b"Content-Length: 9\r\nContent-Length: 11\r\n\r\n11.22.33.44",
        Reason.NOT_HTTP,
    ),
    "chunks that are none": sends(CHUNKED + b"11.22.33.44\r\n", Reason.NOT_HTTP),
    "a chunk of another size": sends(
        CHUNKED + b"5\r\n11.22.33.44\r\n0\r\n\r\n", Reason.NOT_HTTP
    ),
    "a chunk too few": sends(CHUNKED + b"b\r\n11.22.33.44\r\n", Reason.UNREACHABLE),
    "a chunk of -1": sends(CHUNKED + b"-1\r\n11.22.33.44\r\n", Reason.NOT_HTTP),
    "a huge chunk": sends(
        CHUNKED + b"ffffffffffffffffff\r\n11.22.33.44\r\n0\r\n\r\n", Reason.NOT_HTTP
    ),
    "a long header": sends(
        HEAD + b"X-A: " + b"c4n4ry" * 9999 + b"\r\n\r\n", Reason.NOT_HTTP
    ),
    "another protocol from here on": sends(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: c4n4ry\r\n"
        b"Connection: Upgrade\r\n\r\n11.22.33.44",
        Reason.HTTP_STATUS,
    ),
}


async def refused(url: str, options: HttpOptions, family: Family) -> SourceFailure:
    """Return the failure of asking; it shows nothing of the answer, and neither does its trace."""
    source = HttpSource("service", "operator", service(url), options)
    with pytest.raises(SourceError) as caught:
        await source.ask(family)
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    assert error.args == (str(error.failure),)
    shown = (*traceback.format_exception(error), repr(error), repr(error.failure))
    for told in TOLD:
        assert told not in "".join(shown)
    return error.failure


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_lie_is_refused(
    services: Services, options: HttpOptions, lie: Lie
) -> None:
    """No address comes out, but the reason, which holds nothing of the answer."""
    if lie.handler is not None:
        host = "127.0.0.1" if lie.family is Family.IPV4 else "::1"
        url = await services.web(lie.handler, host)
    else:
        assert lie.talk is not None
        url = await services.raw(lie.talk(services))
    if lie.reason is Reason.TIMEOUT:
        options = replace(options, timeout=IMPATIENT)
    failure = await refused(url, options, lie.family)
    assert failure.reason is lie.reason
    if lie.particular:
        assert str(failure) == f"{lie.reason}:{lie.particular}"
    assert failure.captive_portal is lie.captive_portal


@pytest.mark.parametrize(
    ("address", "begins", "trusted", "reason"),
    [
        ("127.0.0.1", timedelta(days=-9), True, Reason.TLS_FAILED),
        ("127.0.0.1", timedelta(days=1), True, Reason.CERTIFICATE_NOT_YET_VALID),
        ("127.0.0.2", timedelta(days=-1), True, Reason.TLS_FAILED),
        ("127.0.0.1", timedelta(days=-1), False, Reason.TLS_FAILED),
        ("127.0.0.1", timedelta(days=-1), True, None),
    ],
    ids=["expired", "not yet valid", "wrong host", "nobody's", "right"],
)
async def test_a_certificate_must_be_right(
    services: Services,
    options: HttpOptions,
    address: str,
    begins: timedelta,
    trusted: bool,
    reason: Reason | None,
) -> None:
    """Who cannot show who it is was not even asked."""
    asked = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(text=str(IPV4))

    server, own = self_signed(address, datetime.now(UTC) + begins)
    url = await services.web(handle, context=server)
    if trusted:
        client = ssl.create_default_context(cadata=own)
        options = replace(options, ssl_context=client)
    if reason is None:
        source = HttpSource("service", "operator", service(url), options)
        assert await source.ask(Family.IPV4) == IPV4
        return
    failure = await refused(url, options, Family.IPV4)
    assert failure.reason is reason
    assert failure.captive_portal
    assert not asked


type Answers = Callable[[bytes], Awaitable[Address | None]]


@pytest.fixture
async def told(services: Services, options: HttpOptions) -> Answers:
    """Return what asks a server for an answer of these very bytes."""
    data = b""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()

    url = await services.raw(talk)
    source = HttpSource("service", "operator", service(url), options)

    async def answer(sent: bytes) -> Address | None:
        nonlocal data
        data = sent
        try:
            return await source.ask(Family.IPV4)
        except SourceError:
            return None

    return answer


# a fresh server for each example would test no more
FUZZ = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FUZZ
@given(st.binary(max_size=200))
async def test_whatever_comes_is_no_traceback(told: Answers, data: bytes) -> None:
    """Bytes that are no HTTP are a failure like any other."""
    assert await told(data) is None


@FUZZ
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(alphabet="0123456789.:%/, \t\r\nfFx[]", max_size=30).map(str.encode),
        st.ip_addresses().map(lambda address: str(address).encode()),
    )
)
async def test_whatever_a_body_says_only_a_public_address_comes_out(
    told: Answers, body: bytes
) -> None:
    """And only the one that is the whole body."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
    address = await told(head.encode() + body)
    if address is not None:
        assert publishable(address)
        assert address == ip_address(body.decode().strip())
