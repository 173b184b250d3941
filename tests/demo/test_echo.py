"""The demo's address echoes."""

import socket

import aiohttp
import pytest

from scripts.demo.servers import DemoServers
from scripts.demo.state import (
    FIRST_IPV4,
    FIRST_IPV6,
    OTHER_IPV4,
    Family,
    RequestKind,
    Trouble,
)


async def read(url: str, family: Family) -> str:
    """Return what an echo tells over one family."""
    connector = aiohttp.TCPConnector(
        family=socket.AF_INET if family is Family.IPV4 else socket.AF_INET6,
        force_close=True,
    )
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get(url) as response,
    ):
        return await response.text()


@pytest.mark.parametrize(
    ("family", "first"), [(Family.IPV4, FIRST_IPV4), (Family.IPV6, FIRST_IPV6)]
)
async def test_two_hosts_tell_the_same(
    demo: DemoServers, family: Family, first: object
) -> None:
    """Each family has two echoes on different hosts, and both follow the pretended address."""
    if family not in demo.state.families:
        pytest.skip("this machine has no IPv6 loopback address")
    urls = [echo.url for echo in demo.echo_urls if echo.family is family]
    assert len({url.rpartition(":")[0] for url in urls}) == 2
    assert [await read(url, family) for url in urls] == [f"{first}\n"] * 2
    new = demo.state.new_address(family)
    assert new != first
    demo.state.set_addresses({family: new})
    assert [await read(url, family) for url in urls] == [f"{new}\n"] * 2


async def test_family_without_address(demo: DemoServers) -> None:
    """An echo that cannot be reached from the home hangs up; the other family goes on."""
    demo.state.set_addresses({Family.IPV4: None})
    with pytest.raises(aiohttp.ClientConnectionError):
        await read(demo.echo_urls[0].url, Family.IPV4)
    if demo.has_ipv6:
        assert await read(demo.echo_urls[2].url, Family.IPV6) == f"{FIRST_IPV6}\n"


async def test_two_lines(demo: DemoServers) -> None:
    """Each answer is of either line, until the second one is gone."""
    demo.state.set_trouble(Trouble.TWO_LINES, on=True)
    url = demo.echo_urls[0].url
    told = {await read(url, Family.IPV4) for _ in range(30)}
    assert told == {f"{FIRST_IPV4}\n", f"{OTHER_IPV4}\n"}
    demo.state.set_trouble(Trouble.TWO_LINES, on=False)
    told = {await read(url, Family.IPV4) for _ in range(10)}
    assert told == {f"{FIRST_IPV4}\n"}


async def test_checks_never_push_out_updates(demo: DemoServers) -> None:
    """The log forgets the oldest address checks, not the updates before them."""
    demo.state.record(RequestKind.DYNDNS2, "home to 11.22.33.44", "good 11.22.33.44")
    for _ in range(150):
        await read(demo.echo_urls[0].url, Family.IPV4)
    assert demo.state.log[0].kind is RequestKind.DYNDNS2
    assert len(demo.state.log) == 101
    assert demo.state.requests[RequestKind.ECHO] == 150


async def test_cut_line(demo: DemoServers) -> None:
    """No echo answers while the line is down."""
    demo.state.set_online(False)
    for echo in demo.echo_urls:
        with pytest.raises(aiohttp.ClientConnectionError):
            await read(echo.url, echo.family)
    demo.state.set_online(True)
    assert await read(demo.echo_urls[0].url, Family.IPV4) == f"{FIRST_IPV4}\n"
