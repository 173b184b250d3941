"""The demo's servers on free ports, and a client for them."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_socket

from scripts.demo.servers import DemoServers, Ports
from tests.loopback import skip_without_second_loopback

HOSTS = ["127.0.0.1", "127.0.0.2", "::1"]


@pytest.fixture
async def demo(socket_enabled: None) -> AsyncGenerator[DemoServers]:
    """Return running servers."""
    skip_without_second_loopback()
    pytest_socket.socket_allow_hosts(HOSTS)
    async with DemoServers(Ports.any_free()) as servers:
        yield servers


@pytest.fixture
async def session(demo: DemoServers) -> AsyncGenerator[aiohttp.ClientSession]:
    """Return a client; each request gets a connection of its own."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session
