"""A Cloudflare on loopback, and accounts at it."""

import pytest

from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.provider_info import Setting
from custom_components.ddns_plus.core.providers.cloudflare import Cloudflare
from tests.providers.fake_cloudflare import FakeCloudflare
from tests.providers.fake_cloudflare_zone import Zone
from tests.providers.replay import USER_AGENT, ReplayServer

from .account import TOKEN, Connect


@pytest.fixture
def fake(replay: ReplayServer) -> FakeCloudflare:
    """Return a Cloudflare with one token."""
    fake = FakeCloudflare()
    fake.add_token(TOKEN)
    replay.always(fake.handle)
    return fake


@pytest.fixture
def zone(fake: FakeCloudflare) -> Zone:
    """Return the zone that most tests need."""
    return fake.add_zone("example.org")


@pytest.fixture
def connect(fake: FakeCloudflare, replay: ReplayServer) -> Connect:
    """Return what makes an account; more settings may be given."""
    http = HttpClient(replay.session, user_agent=USER_AGENT)

    def connect(**settings: Setting) -> Cloudflare:
        return Cloudflare({"api_token": TOKEN} | settings, http)

    return connect
