"""Tests of asking web services, against real ones that misbehave."""

from base64 import b64encode
from datetime import timedelta
from ipaddress import ip_address
import socket
import traceback

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.address import Family, Refusal
from custom_components.ddns_plus.core.detection.echo.http import HttpOptions, HttpSource
from custom_components.ddns_plus.core.detection.methods import WebService
from custom_components.ddns_plus.core.detection.source import (
    AddressSource,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
)
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from tests.loopback import needs_second_loopback

from .services import IPV4, IPV6, USER_AGENT, Handler, Services, answering, ask, service


@pytest.mark.parametrize("body", ["11.22.33.44", "11.22.33.44\n", " \r\n11.22.33.44 "])
async def test_the_address_is_told(
    services: Services, options: HttpOptions, body: str
) -> None:
    """White space around it does not matter."""
    url = await services.web(answering(body))
    assert await ask(service(url), options) == IPV4


async def test_each_family_is_asked_over_itself(
    services: Services, options: HttpOptions
) -> None:
    """A name that has addresses of both families is asked over the one that is meant."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=str(IPV6 if request.remote == "::1" else IPV4))

    ipv4 = await services.web(handle)
    ipv6 = await services.web(handle, "::1")
    both = {
        Family.IPV4: service(ipv4.replace("127.0.0.1", "localhost")),
        Family.IPV6: service(ipv6.replace("[::1]", "localhost")),
    }
    assert await ask(both[Family.IPV4], options) == IPV4
    assert await ask(both[Family.IPV6], options, Family.IPV6) == IPV6
    # nobody listens on the other family's side of these names
    for family, other in ((Family.IPV4, Family.IPV6), (Family.IPV6, Family.IPV4)):
        answer = await ask(both[family], options, other)
        assert str(answer) in ("unreachable", "dns_failed")


async def test_the_request_is_plain_and_constant(
    services: Services, options: HttpOptions
) -> None:
    """No cookie, no compression, no cache, and always the same name of the client."""
    seen = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request)
        response = web.Response(text=str(IPV4))
        response.set_cookie("who", "you again")
        return response

    url = await services.web(handle)
    for _ in range(2):
        assert await ask(service(url), options) == IPV4
    first, second = seen
    assert first.headers["User-Agent"] == USER_AGENT
    assert first.headers["Accept"] == "text/plain"
    assert first.headers["Accept-Encoding"] == "identity"
    assert first.headers["Cache-Control"] == "no-cache"
    assert "Cookie" not in second.headers
    assert dict(first.headers) == dict(second.headers)


async def test_every_question_has_a_connection_of_its_own(
    services: Services, options: HttpOptions
) -> None:
    """A kept connection would go on telling the old way after the network changed."""
    peers = []

    async def handle(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.append(request.transport.get_extra_info("peername"))
        assert not request.keep_alive
        return web.Response(text=str(IPV4))

    url = await services.web(handle)
    asked = HttpSource("service", "operator", service(url), options)
    for _ in range(3):
        await asked.ask(Family.IPV4)
    assert len(set(peers)) == 3


async def test_a_users_header_is_sent_in_place_of_ours(
    services: Services, options: HttpOptions
) -> None:
    """A router may want a token, or another Accept."""
    seen = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request.headers)
        return web.Response(text=str(IPV4))

    url = await services.web(handle)
    await ask(service(url, header=("X-Token", "s3cret")), options)
    await ask(service(url, header=("accept", "text/html")), options)
    assert seen[0]["X-Token"] == "s3cret"
    assert seen[1].getall("Accept") == ["text/html"]


async def test_the_environments_proxy_is_not_used(
    services: Services, options: HttpOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would tell its own address."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    url = await services.web(answering(str(IPV4)))
    assert await ask(service(url), options) == IPV4


async def test_a_body_may_be_as_long_as_the_limit(
    services: Services, options: HttpOptions
) -> None:
    """4096 bytes are read."""
    url = await services.web(answering(" " * 4085 + "11.22.33.44"))
    assert await ask(service(url), options) == IPV4


@pytest.mark.parametrize(
    "body", ["11.22.33.44", "fe80::1%eth0", "2606::1%1", "fd00::1", "2606:2800::"]
)
async def test_ipv6_answers_are_checked_as_well(
    services: Services, options: HttpOptions, body: str
) -> None:
    """The other family, zones, local and subnet addresses are refused."""
    url = await services.web(answering(body), "::1")
    failure = await ask(service(url), options, Family.IPV6)
    assert isinstance(failure, SourceFailure)
    assert failure.reason in {
        FailureReason.WRONG_FAMILY,
        FailureReason.NOT_PUBLISHABLE,
    }


async def test_a_refused_address_tells_why(
    services: Services, options: HttpOptions
) -> None:
    """The reason is for people; the address itself is not kept."""
    url = await services.web(answering("100.64.7.8"))
    failure = await ask(service(url), options)
    assert isinstance(failure, SourceFailure)
    assert failure.refusal is Refusal.SHARED
    assert "100.64.7.8" not in repr(failure)


async def test_redirects_are_not_followed(
    services: Services, options: HttpOptions
) -> None:
    """Where they lead answers for another connection, or asks to log in."""
    visited = []

    async def handle(request: web.Request) -> web.Response:
        visited.append(request.path)
        if request.path == "/ip":
            return web.Response(status=302, headers={"Location": "/login"})
        return web.Response(text=str(IPV4))

    failure = await ask(service(await services.web(handle)), options)
    assert failure == SourceFailure(
        reason=FailureReason.REDIRECTED, status=302, captive_portal=True
    )
    assert visited == ["/ip"]


@pytest.mark.parametrize(
    ("handler", "portal"),
    [
        (answering("<!DOCTYPE html><p>Welcome to our hotel"), True),
        (answering("", 511), True),
        (answering("", 500), False),
        (answering("welcome"), False),
    ],
)
async def test_a_captive_portal_is_suspected(
    services: Services, options: HttpOptions, handler: Handler, portal: bool
) -> None:
    """A page where an address should be, and the status made for portals."""
    failure = await ask(service(await services.web(handler)), options)
    assert isinstance(failure, SourceFailure)
    assert failure.captive_portal is portal


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "120", timedelta(seconds=120)),
        (403, "7", timedelta(seconds=7)),
        (503, "60", timedelta(seconds=60)),
        (429, None, None),
        (429, "soon", None),
    ],
)
async def test_the_wish_to_be_left_alone_is_kept(
    services: Services,
    options: HttpOptions,
    status: int,
    header: str | None,
    wait: timedelta | None,
) -> None:
    """Retry-After counts with every refusal."""
    headers = {"Retry-After": header} if header else None
    failure = await ask(
        service(await services.web(answering("", status, headers))), options
    )
    assert isinstance(failure, SourceFailure)
    assert failure.retry_after == wait


@pytest.mark.parametrize(
    ("asked", "transport"),
    [
        (service("https://echo.example.org/"), Transport.TLS),
        (service("http://echo.example.org/"), Transport.PLAIN),
        (service("http://192.168.1.1/", local=True), Transport.LAN),
        (service("https://192.168.1.1/", local=True), Transport.LAN),
    ],
)
def test_a_source_tells_who_it_is(
    options: HttpOptions, asked: WebService, transport: Transport
) -> None:
    """Its name, who runs it, and who could forge its answers."""
    source: AddressSource = HttpSource("key", "operator", asked, options)
    assert (source.key, source.operator) == ("key", "operator")
    assert source.transport is transport


@needs_second_loopback
async def test_the_question_leaves_from_its_origin(
    services: Services, options: HttpOptions
) -> None:
    """With several ways out, the service sees the one that is meant."""
    seen = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request.remote)
        return web.Response(text=str(IPV4))

    url = await services.web(handle)
    endpoint = LocalEndpoint(address=ip_address("127.0.0.2"))
    assert await ask(service(url), options, endpoint=endpoint) == IPV4
    assert await ask(service(url), options) == IPV4
    # an address of the other family says nothing about this one
    other = LocalEndpoint(address=ip_address("::1"))
    assert await ask(service(url), options, endpoint=other) == IPV4
    # what is in the house is asked by the way that leads there
    assert await ask(service(url, local=True), options, endpoint=endpoint) == IPV4
    assert seen == ["127.0.0.2", "127.0.0.1", "127.0.0.1", "127.0.0.1"]


@pytest.mark.parametrize(
    ("endpoint", "failure"),
    [
        (LocalEndpoint(address=ip_address("192.0.2.1")), "no_route"),
        (LocalEndpoint(interface="missing0"), "unreachable"),
    ],
)
async def test_an_origin_that_is_gone_is_not_replaced(
    services: Services, options: HttpOptions, endpoint: LocalEndpoint, failure: str
) -> None:
    """Another way out would tell another address."""
    url = await services.web(answering(str(IPV4)))
    assert str(await ask(service(url), options, endpoint=endpoint)) == failure


async def test_a_system_without_bound_sockets(
    services: Services, options: HttpOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There an interface cannot be chosen: no other way out is taken."""
    monkeypatch.delattr(socket, "SO_BINDTODEVICE")
    url = await services.web(answering(str(IPV4)))
    bound = LocalEndpoint(interface="lo")
    assert str(await ask(service(url), options, endpoint=bound)) == "unreachable"
    assert await ask(service(url), options) == IPV4


async def test_an_address_has_one_family_only(
    services: Services, options: HttpOptions
) -> None:
    """A URL with an address in it is not asked over the other family."""
    url = await services.web(answering(str(IPV4)))
    assert str(await ask(service(url), options, Family.IPV6)) == "wrong_family"


async def test_a_local_service_tells_what_it_knows(
    services: Services, options: HttpOptions
) -> None:
    """Asked over IPv4 it may tell an IPv6 address: it does not tell who is asking."""
    url = await services.web(answering(str(IPV6)))
    assert await ask(service(url, local=True), options, Family.IPV6) == IPV6
    assert str(await ask(service(url, local=True), options)) == "wrong_family"
    assert str(await ask(service(url), options, Family.IPV6)) == "wrong_family"


async def test_a_local_service_may_tell_more(
    services: Services, options: HttpOptions
) -> None:
    """A router's answer is about all of its interfaces; but it has a limit, too."""
    url = await services.web(answering(" " * 65_525 + str(IPV4)))
    assert await ask(service(url, local=True), options) == IPV4
    assert str(await ask(service(url), options)) == "too_large"
    url = await services.web(answering(" " * 65_526 + str(IPV4)))
    assert str(await ask(service(url, local=True), options)) == "too_large"


async def test_basic_authentication_is_sent(
    services: Services, options: HttpOptions
) -> None:
    """A router wants to know who asks; letters beyond ASCII are UTF-8 (RFC 7617)."""

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "")
        if given != f"Basic {b64encode('me:pässwörd:2'.encode()).decode()}":
            return web.Response(status=401)
        return web.Response(text=str(IPV4))

    url = await services.web(handle)
    asked = service(url, credentials=("me", "pässwörd:2"))
    assert await ask(asked, options) == IPV4
    assert str(await ask(service(url), options)) == "http_status:401"


async def test_a_failure_tells_nothing_secret(
    services: Services, options: HttpOptions, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the URL nor header, password or answer stands in the error or its traceback."""
    canary = "c4n4ry"
    handlers = [
        answering(canary),
        answering(canary, 500),
        answering("", 302, {"Location": f"/{canary}"}),
    ]
    caplog.set_level("DEBUG")
    urls = [f"{await services.web(handler)}?token={canary}" for handler in handlers]
    for gone in (False, True):
        if gone:
            await services.stack.aclose()
        for url in urls:
            asked = service(url, header=("X-Token", canary), credentials=("me", canary))
            source = HttpSource("key", "operator", asked, options)
            with pytest.raises(SourceError) as caught:
                await source.ask(Family.IPV4)
            told = "".join(traceback.format_exception(caught.value))
            for shown in (told, repr(caught.value.failure), repr(asked), repr(source)):
                assert canary not in shown
                assert b64encode(f"me:{canary}".encode()).decode() not in shown
    # what the servers of this test log is theirs
    ours = [item for item in caplog.records if not item.name.startswith("aiohttp.")]
    assert canary not in "".join(item.getMessage() for item in ours)
