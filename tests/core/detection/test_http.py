"""Tests of asking web services, against real ones that misbehave."""

from collections.abc import Callable
from datetime import timedelta
import traceback

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.address import Family, Refusal
from custom_components.ddns_plus.core.detection import (
    FailureReason,
    HttpOptions,
    HttpSource,
    Source,
    SourceError,
    SourceFailure,
    http_sources,
)

from .services import IPV4, IPV6, USER_AGENT, Handler, Services, answering, ask, source


@pytest.mark.parametrize("body", ["11.22.33.44", "11.22.33.44\n", " \r\n11.22.33.44 "])
async def test_the_address_is_told(
    services: Services, options: HttpOptions, body: str
) -> None:
    """White space around it does not matter."""
    url = await services.web(answering(body))
    assert await ask(source(url), options) == IPV4


async def test_each_family_is_asked_over_itself(
    services: Services, options: HttpOptions
) -> None:
    """A name that has addresses of both families is asked over the one that is meant."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=str(IPV6 if request.remote == "::1" else IPV4))

    ipv4 = await services.web(handle)
    ipv6 = await services.web(handle, "::1")
    both = Source(
        key="k",
        operator="o",
        ipv4_url=ipv4.replace("127.0.0.1", "localhost"),
        ipv6_url=ipv6.replace("[::1]", "localhost"),
    )
    assert await ask(both, options) == IPV4
    assert await ask(both, options, Family.IPV6) == IPV6


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
        assert await ask(source(url), options) == IPV4
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

    asked = HttpSource(source(await services.web(handle)), options)
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
    await ask(source(url, header=("X-Token", "s3cret")), options)
    await ask(source(url, header=("accept", "text/html")), options)
    assert seen[0]["X-Token"] == "s3cret"
    assert seen[1].getall("Accept") == ["text/html"]


async def test_the_environments_proxy_is_not_used(
    services: Services, options: HttpOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would tell its own address."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    url = await services.web(answering(str(IPV4)))
    assert await ask(source(url), options) == IPV4


# what a service may answer -> the failure
MISBEHAVIOUR: dict[str, tuple[Handler, str]] = {
    "a page": (
        answering("<html><body>Your IP is 11.22.33.44</body></html>"),
        "not_an_address",
    ),
    "nothing": (answering(""), "not_an_address"),
    "only white space": (answering(" \n"), "not_an_address"),
    "garbage": (answering(b"\xff\xfe\x00\x80"), "not_an_address"),
    "the address in another encoding": (
        answering("11.22.33.44".encode("utf-16")),
        "not_an_address",
    ),
    "two addresses": (answering("11.22.33.44\n11.22.33.55"), "not_an_address"),
    "a list of proxies": (answering("10.0.0.1, 11.22.33.44"), "not_an_address"),
    "an address in quotes": (answering('"11.22.33.44"'), "not_an_address"),
    "an address with a port": (answering("11.22.33.44:5060"), "not_an_address"),
    "a network": (answering("11.22.33.44/24"), "not_an_address"),
    "leading zeros": (answering("011.22.33.44"), "not_an_address"),
    "an error code": (answering("error code: 1034"), "not_an_address"),
    "the wrong family": (answering(str(IPV6)), "wrong_family"),
    "a mapped address": (answering("::ffff:11.22.33.44"), "wrong_family"),
    "a private address": (answering("192.168.1.2"), "not_publishable:private"),
    "a shared address": (answering("100.64.1.2"), "not_publishable:shared"),
    "nobody's address": (answering("0.0.0.0"), "not_publishable:unspecified"),
    "a group's address": (answering("239.1.2.3"), "not_publishable:multicast"),
    "its own address": (answering("127.0.0.1"), "own_address"),
    "an address of Cloudflare's": (answering("104.18.0.0"), "own_address"),
    "blocked": (answering("error code: 1034", 403), "blocked:403"),
    "too often": (answering(str(IPV4), 429), "blocked:429"),
    "out of order": (answering(str(IPV4), 500), "http_status:500"),
    "not found": (answering(str(IPV4), 404), "http_status:404"),
    "another success": (answering(str(IPV4), 203), "http_status:203"),
    "log in first": (answering("", 511), "http_status:511"),
    "too long by a byte": (answering(" " * 4086 + "11.22.33.44"), "too_large"),
    "5 MB": (answering(b"1" * 5_000_000), "too_large"),
    "compressed": (
        answering(b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"}),
        "not_an_address",
    ),
}


@pytest.mark.parametrize(
    ("handler", "failure"), MISBEHAVIOUR.values(), ids=MISBEHAVIOUR.keys()
)
async def test_everything_else_is_a_failure(
    services: Services, options: HttpOptions, handler: Handler, failure: str
) -> None:
    """Nothing but an address of ours in a 200 is one."""
    url = await services.web(handler)
    assert str(await ask(source(url), options)) == failure


async def test_a_body_may_be_as_long_as_the_limit(
    services: Services, options: HttpOptions
) -> None:
    """4096 bytes are read."""
    url = await services.web(answering(" " * 4085 + "11.22.33.44"))
    assert await ask(source(url), options) == IPV4


@pytest.mark.parametrize(
    "body", ["11.22.33.44", "fe80::1%eth0", "2606::1%1", "fd00::1", "2606:2800::"]
)
async def test_ipv6_answers_are_checked_as_well(
    services: Services, options: HttpOptions, body: str
) -> None:
    """The other family, zones, local and subnet addresses are refused."""
    url = await services.web(answering(body), "::1")
    failure = await ask(source(url), options, Family.IPV6)
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
    failure = await ask(source(url), options)
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

    failure = await ask(source(await services.web(handle)), options)
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
    failure = await ask(source(await services.web(handler)), options)
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
        source(await services.web(answering("", status, headers))), options
    )
    assert isinstance(failure, SourceFailure)
    assert failure.retry_after == wait


async def test_a_service_is_asked_for_its_families_only(
    services: Services, options: HttpOptions
) -> None:
    """There is no URL for the other one."""
    url = await services.web(answering(str(IPV4)))
    only = Source(key="k", operator="o", ipv4_url=url)
    assert [item.key for item in http_sources([only], Family.IPV4, options)] == ["k"]
    assert http_sources([only], Family.IPV6, options) == []
    assert str(await ask(only, options, Family.IPV6)) == "wrong_family"
    assert HttpSource(only, options).operator == "o"


async def test_an_address_has_one_family_only(
    services: Services, options: HttpOptions
) -> None:
    """A URL with an address in it is not asked over the other family."""
    url = await services.web(answering(str(IPV4)))
    assert str(await ask(source(url), options, Family.IPV6)) == "wrong_family"


async def test_a_failure_tells_nothing_secret(
    services: Services, options: HttpOptions
) -> None:
    """Neither the URL nor the header nor the answer stands in the error or its traceback."""
    canary = "c4n4ry"
    handlers: list[Callable[[], Handler]] = [
        lambda: answering(canary),
        lambda: answering(canary, 500),
        lambda: answering("", 302, {"Location": f"/{canary}"}),
    ]
    for handler in handlers:
        url = f"{await services.web(handler())}?token={canary}"
        asked = source(url, header=("X-Token", canary))
        with pytest.raises(SourceError) as caught:
            await HttpSource(asked, options).ask(Family.IPV4)
        assert canary not in "".join(traceback.format_exception(caught.value))
        assert canary not in repr(caught.value.failure)
        assert canary not in repr(asked)
    await services.stack.aclose()
    with pytest.raises(SourceError) as caught:
        await HttpSource(asked, options).ask(Family.IPV4)
    assert canary not in "".join(traceback.format_exception(caught.value))
