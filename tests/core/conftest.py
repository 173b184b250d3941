"""Fixtures of the core's tests."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_socket

from custom_components.ddns_plus.core.net.http import HttpClient

USER_AGENT = "DDNS-Plus HomeAssistant/2026.10.4-ddns_plus/1.0.0 https://example.org"


@pytest.fixture
def loopback(socket_enabled: None) -> None:
    """Let a test open sockets, on this machine only."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"])


@pytest.fixture
async def session(loopback: None) -> AsyncGenerator[aiohttp.ClientSession]:
    """Return a session as the integration makes it."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
def http(session: aiohttp.ClientSession) -> HttpClient:
    """Return a client as the integration makes it."""
    return HttpClient(session, user_agent=USER_AGENT)


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant: the core knows nothing of it."""
