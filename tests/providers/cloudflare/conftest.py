"""A Cloudflare on loopback, and an account at it."""

from collections.abc import AsyncIterator
import socket

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from custom_components.ddns_plus.core.http import HttpClient
from custom_components.ddns_plus.core.providers.base import Setting
from custom_components.ddns_plus.core.providers.cloudflare import Cloudflare
from tests.providers.certificates import certificate_authority
from tests.providers.fake_cloudflare import HOST, FakeCloudflare
from tests.providers.fake_cloudflare_zone import Zone

from .account import TOKEN, Connect


class _Resolver(AbstractResolver):
    def __init__(self, port):
        self.port = port

    async def resolve(self, host, port=0, family=socket.AF_INET):
        assert host == HOST
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self.port,
                family=socket.AF_INET,
                proto=0,
                flags=0,
            )
        ]

    async def close(self):
        pass


@pytest.fixture
async def fake(socket_enabled) -> AsyncIterator[FakeCloudflare]:
    """Return a Cloudflare with one token."""
    fake = FakeCloudflare()
    fake.add_token(TOKEN)
    runner = web.AppRunner(fake.application())
    await runner.setup()
    site = web.TCPSite(
        runner, "127.0.0.1", 0, ssl_context=certificate_authority().server_context()
    )
    await site.start()
    fake.port = runner.addresses[0][1]
    yield fake
    await runner.cleanup()


@pytest.fixture
async def http(fake):
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=_Resolver(fake.port), ssl=certificate_authority().client_context()
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
    yield HttpClient(session, user_agent="test")
    await session.close()


@pytest.fixture
def zone(fake: FakeCloudflare) -> Zone:
    """Return the zone that most tests need."""
    return fake.add_zone("example.org")


@pytest.fixture
def connect(http: HttpClient) -> Connect:
    """Return what makes an account; more settings may be given."""

    def connect(**settings: Setting) -> Cloudflare:
        return Cloudflare({"api_token": TOKEN} | settings, http)

    return connect
