"""Fixtures of the tests of detection."""

from collections.abc import AsyncGenerator
import ssl

import pytest
import pytest_socket

from custom_components.ddns_plus.core.detection.echo.http import HttpOptions

from .echo.services import USER_AGENT, Services


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Start no Home Assistant: the core knows nothing of it."""


@pytest.fixture
def loopback(socket_enabled: None) -> None:
    """Allow connections on loopback, and to an address that nothing can be sent to."""
    pytest_socket.socket_allow_hosts(
        ["127.0.0.1", "127.0.0.2", "::1", "255.255.255.255"]
    )


@pytest.fixture
async def services(loopback: None) -> AsyncGenerator[Services]:
    """Return what starts servers."""
    services = Services()
    async with services.stack:
        yield services


@pytest.fixture(scope="session")
def client_context() -> ssl.SSLContext:
    """Return a TLS context that trusts the usual authorities."""
    return ssl.create_default_context()


@pytest.fixture
def options(client_context: ssl.SSLContext) -> HttpOptions:
    """Return what services are asked with."""
    return HttpOptions(ssl_context=client_context, user_agent=USER_AGENT)
