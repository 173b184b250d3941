"""Services that lie, one operator at a time: nothing wrong is published, nothing is missed."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from itertools import count

from aiohttp import web
import pytest
import pytest_asyncio

from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.methods import WebService
from tests.real.router import WAN_ADDRESS

from .lab import Lab
from .outside import ZONE, Answer, silence

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME = f"lied-to.{ZONE}"
OPERATORS = ("cloudflare", "ident", "desec")
PUBLISHED_SECONDS = 20
# so often a check is made until the liar was among those who were asked
MOST_CHECKS = 4
_FIVE_MEGABYTES = b"11.99.99.99 " * (5 * 1024 * 1024 // 12)


def text(make: Callable[[str], str], **response: object) -> Answer:
    """Return a service that answers with a text made from the address that asks."""

    async def answer(request: web.Request, address: str) -> web.StreamResponse:
        return web.Response(text=make(address), **response)  # type: ignore[arg-type]

    return answer


async def drip(request: web.Request, address: str) -> web.StreamResponse:
    """Answer with a letter a second."""
    response = web.StreamResponse()
    await response.prepare(request)
    for letter in address:
        await response.write(letter.encode())
        await asyncio.sleep(1)
    return response


async def flood(request: web.Request, address: str) -> web.StreamResponse:
    """Answer with five megabytes."""
    return web.Response(body=_FIVE_MEGABYTES)


def other_family(address: str) -> str:
    """Return an address of the other family."""
    return "11.99.99.99" if ip_address(address).version == 6 else "2606:aa00:9::9"


def other_home(address: str) -> str:
    """Return the address of another home."""
    return "2606:aa00:9::9" if ip_address(address).version == 6 else "11.99.99.99"


LIES: dict[str, Answer] = {
    "a page": text(lambda it: f"<html><body>Welcome {it}</body></html>"),
    "elsewhere": text(
        other_home, status=302, headers={"Location": "https://v4.ident.me/"}
    ),
    "refused": text(lambda _: "error code: 1034", status=403),
    "two addresses": text(lambda it: f"{other_home(it)}\n{it}\n"),
    "wrong family": text(other_family),
    "forwarded for": text(lambda it: f"{other_home(it)}, {it}"),
    "of Cloudflare": text(lambda _: "104.18.0.0"),
    "of another home": text(other_home),
    "private": text(lambda _: "192.168.1.1"),
    "five megabytes": flood,
    "slow drip": drip,
    "silence": silence,
}
STRANGER = "certificate of a stranger"


def hosts_of(operator: str) -> set[str]:
    """Return the host names of an operator's web services."""
    return {
        method.url.split("/")[2]
        for source in SOURCES.values()
        if source.operator == operator
        for method in (source.ipv4, source.ipv6)
        if isinstance(method, WebService)
    }


@contextmanager
def lying(lab: Lab, lie: str, operator: str) -> Iterator[set[str]]:
    """Have all services of an operator lie; yields their host names."""
    hosts = hosts_of(operator)
    if lie == STRANGER:
        lab.outside.strangers |= hosts
    else:
        lab.outside.lies |= dict.fromkeys(hosts, LIES[lie])
    try:
        yield hosts
    finally:
        lab.outside.strangers.clear()
        lab.outside.lies.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(lab: Lab) -> AsyncGenerator[Lab]:
    """Return the lab without a router that says anything: the services are alone."""
    lab.stop_router()
    await lab.add_account(HOSTNAME)
    await lab.set_options(built_in=list(OPERATORS), push=False)
    address = await lab.stable_address()
    await lab.until_shown(HOSTNAME, ipv4=WAN_ADDRESS, ipv6=address)
    yield lab
    lab.start_router()


_numbers = count(1)


@pytest.mark.parametrize(
    ("lie", "operator"),
    [
        (lie, OPERATORS[number % len(OPERATORS)])
        for number, lie in enumerate((*LIES, STRANGER))
    ],
)
async def test_a_liar_changes_nothing(home: Lab, lie: str, operator: str) -> None:
    """What is right stays published, and what is new is published all the same."""
    before = [await home.outside.held(HOSTNAME, kind) for kind in ("A", "AAAA")]
    updates = home.outside.updates_sent
    with lying(home, lie, operator) as liars:
        begin = len(home.outside.requests)
        for _ in range(MOST_CHECKS):
            await home.check()
            asked = {item.service for item in home.outside.requests[begin:]}
            if lie == STRANGER or asked & liars:
                break
        else:
            pytest.fail(f"none of {liars} was asked")
        after = [await home.outside.held(HOSTNAME, kind) for kind in ("A", "AAAA")]
        assert (after, home.outside.updates_sent) == (before, updates)

        new = f"11.22.50.{next(_numbers) + 1}"
        home.router.set_wan_address(new)
        await home.check()
        await home.outside.published(HOSTNAME, "A", new, PUBLISHED_SECONDS)
    assert await home.outside.held(HOSTNAME, "AAAA") == before[1]
    await home.forget_changes()


async def test_no_lie_was_ever_published(home: Lab) -> None:
    """Nothing that a liar said is anywhere in the name server's history."""
    published = home.outside.ever_held("A") | home.outside.ever_held("AAAA")
    assert not published & {"11.99.99.99", "2606:aa00:9::9", "104.18.0.0"}
    assert home.complaints() == []
