"""A provider account at a real BIND, and a relay in between."""

from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest

from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.providers.rfc2136 import Rfc2136

from .bind import Bind, running_bind
from .relay import Relay, relayed

HOME = "home.example.org"
NEW = "203.0.113.7"
NEW_V6 = "2001:db8::7"


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant: providers know nothing of it."""


@pytest.fixture
async def bind(loopback: None, tmp_path: Path) -> AsyncGenerator[Bind]:
    """Return a running name server."""
    async with running_bind(tmp_path) as server:
        yield server


@pytest.fixture
async def http(loopback: None) -> AsyncGenerator[HttpClient]:
    """Return a client as the integration makes it."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield HttpClient(session, user_agent="test")


@pytest.fixture
def provider(bind: Bind, http: HttpClient) -> Rfc2136:
    """Return an account at the name server that may change the whole zone."""
    return Rfc2136(bind.settings(), http)


@pytest.fixture
async def relay(bind: Bind) -> AsyncGenerator[Relay]:
    """Return a relay to the name server."""
    async with relayed(bind.port) as relay:
        yield relay


@pytest.fixture
def through_relay(bind: Bind, relay: Relay, http: HttpClient) -> Rfc2136:
    """Return an account that reaches the name server through the relay."""
    return Rfc2136(bind.settings(port=relay.port), http)
