"""Providers that are out of order for hours: how often they are asked meanwhile."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web
import pytest

from custom_components.ddns_plus.account.provider import async_send
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.decide import Publish, Wait
from custom_components.ddns_plus.core.engine.round import begin, digest
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.provider_info import Update
from custom_components.ddns_plus.core.providers import load_provider
from tests.core.engine.engine_driver import HOME, START, Driver

from .replay import USER_AGENT, ReplayServer

pytestmark = pytest.mark.usefixtures("loopback")

_OUTAGE = timedelta(hours=8)
_LOGIN = {"username": "someone", "password": "s3cr3t-w0rd"}
_ACCOUNTS: Mapping[str, Mapping[str, str]] = {
    "dyn": _LOGIN,
    "noip": _LOGIN,
    "duckdns": {"token": "5a3c2f2e-0b8a-4e6c-9a57-0c6d0e0f1a2b"},
    "cloudflare": {"api_token": "s3cr3t-token-of-forty-characters-0123456"},
    "digitalocean": {"api_token": "dop_v1_s3cr3t"},
}


@pytest.mark.parametrize("slug", _ACCOUNTS)
@pytest.mark.parametrize(
    ("status", "seconds"), [(503, 1), (503, 5), (429, 1), (429, 5), (500, 5)]
)
async def test_a_short_retry_after_does_not_end_the_back_off(
    slug: str, status: int, seconds: int
) -> None:
    """Eight hours of "try again in a second" are eleven tries."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Retry-After": str(seconds)})

    async with ReplayServer() as server:
        server.always(answer)
        http = HttpClient(server.session, user_agent=USER_AGENT)
        provider = load_provider(slug)(_ACCOUNTS[slug], http)
        driver = Driver(provider.info.limits)
        tries = 0
        while driver.now < START + _OUTAGE:
            match decision := driver.decide():
                case Wait(until=until):
                    driver.now = until
                    continue
                case Publish(address=address):
                    pass
                case _:
                    raise AssertionError(decision)
            update = Update(
                hostname=Hostname("home.duckdns.org"),
                family=Family.IPV4,
                address=address,
            )
            sent = {HOME: decision}
            driver.account = begin(driver.account, sent, sent, driver.now)
            [result] = await async_send(provider, [update])
            driver.account = digest(
                driver.account, sent, {HOME: result}, driver.limits, driver.now, 0.5
            )
            tries += 1
            assert tries <= 12
        assert tries >= 9
        assert len(server.requests) == tries
