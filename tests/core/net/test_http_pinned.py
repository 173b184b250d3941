"""Requests whose connection is of one address family, or made from one address."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_address
import socket
from typing import Any

import aiohttp
from aiohttp import web
import pytest
from yarl import URL

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.errors import Refused, Unavailable
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.net.http_session import pinned_connector
from tests.core.conftest import USER_AGENT
from tests.loopback import needs_second_loopback
from tests.providers.certificates import certificate_authority

LOOPBACK = {Family.IPV4: "127.0.0.1", Family.IPV6: "::1"}
# RFC 5737 and 3849: for documentation, so nobody's
NOBODYS = {Family.IPV4: "192.0.2.1", Family.IPV6: "2001:db8::1"}


NAME = "both.example"
# flow and scope
MORE: dict[Family, tuple[int, ...]] = {Family.IPV4: (), Family.IPV6: (0, 0)}


@pytest.fixture(autouse=True)
def names(loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a name have addresses of both families on loopback; there is no DNS here."""
    known = socket.getaddrinfo

    def look_up(
        host: str, port: int, family: int = 0, *more: int, **options: int
    ) -> Any:
        if host != NAME:
            return known(host, port, family, *more, **options)
        return [
            (
                each.socket_family,
                socket.SOCK_STREAM,
                6,
                "",
                (LOOPBACK[each], port, *MORE[each]),
            )
            for each in reversed(Family)
            if family in (0, each.socket_family)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@asynccontextmanager
async def serve(*families: Family, tls: bool = False) -> AsyncGenerator[URL]:
    """Run a server that answers with the address it was asked from; yield its URL."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.remote} {request.cookies.get('a')}")

    application = web.Application()
    application.router.add_route("*", "/", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    context = certificate_authority().server_context() if tls else None
    port = 0
    try:
        for family in families:
            site = web.TCPSite(runner, LOOPBACK[family], port, ssl_context=context)
            await site.start()
            port = runner.addresses[-1][1]
        yield URL.build(scheme="https" if tls else "http", host=NAME, port=port)
    finally:
        await runner.cleanup()


async def asked_from(
    http: HttpClient,
    url: URL,
    family: Family | None = None,
    source: Address | None = None,
) -> str:
    """Return the address that a server was asked from."""
    response = await http.request(
        "POST", url, family=family, source=source, allow_http=True
    )
    address, cookie = response.text.split()
    assert cookie == "None"
    return address


@pytest.mark.parametrize("family", Family)
async def test_family(http: HttpClient, family: Family) -> None:
    """A name with addresses of both families is asked by the one that is wanted."""
    async with serve(*Family) as url:
        assert await asked_from(http, url, family) == LOOPBACK[family]


@pytest.mark.parametrize("family", Family)
async def test_family_that_the_server_does_not_have(
    http: HttpClient, family: Family
) -> None:
    """Rather than by the other family, nobody is asked."""
    (other,) = set(Family) - {family}
    async with serve(other) as url:
        assert await asked_from(http, url, other) == LOOPBACK[other]
        with pytest.raises(Unavailable) as caught:
            await asked_from(http, url, family)
    assert caught.value.code == "cannot_connect"
    assert not caught.value.maybe_applied


@pytest.mark.parametrize(
    "source",
    ["127.0.0.1", pytest.param("127.0.0.2", marks=needs_second_loopback), "::1"],
)
async def test_source(http: HttpClient, source: str) -> None:
    """The connection is made from the address, and is of its family."""
    async with serve(*Family) as url:
        assert await asked_from(http, url, source=ip_address(source)) == source


@pytest.mark.parametrize("family", Family)
async def test_source_that_is_not_ours(http: HttpClient, family: Family) -> None:
    """Nothing is sent from another address than the wanted one."""
    async with serve(*Family) as url:
        with pytest.raises(Refused) as caught:
            await asked_from(http, url, source=ip_address(NOBODYS[family]))
    assert caught.value.code == "not_own_address"
    assert not caught.value.maybe_applied


async def test_no_connection_is_kept(http: HttpClient) -> None:
    """Every request has a connection of its own, and no proxy's."""
    ports: set[int] = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        response = web.Response(text="127.0.0.1 None")
        response.set_cookie("a", "b")
        return response

    application = web.Application()
    application.router.add_route("*", "/", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = URL.build(scheme="http", host="127.0.0.1", port=runner.addresses[0][1])
        for _ in range(3):
            await asked_from(http, url, Family.IPV4)
    finally:
        await runner.cleanup()
    assert len(ports) == 3


async def test_certificates_are_verified(session: aiohttp.ClientSession) -> None:
    """A certificate that nobody signed is refused; authorities may be given."""

    trusting = partial(
        pinned_connector, ssl_context=certificate_authority().client_context()
    )
    async with serve(Family.IPV4, tls=True) as url:
        url = url.with_host(LOOPBACK[Family.IPV4])
        plain = HttpClient(session, user_agent=USER_AGENT)
        with pytest.raises(Unavailable) as caught:
            await asked_from(plain, url, Family.IPV4)
        assert caught.value.code == "tls_failed"
        trusted = HttpClient(session, user_agent=USER_AGENT, connectors=trusting)
        assert await asked_from(trusted, url, Family.IPV4) == LOOPBACK[Family.IPV4]
