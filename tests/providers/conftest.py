"""Fixtures of the providers' tests: every host name in the world is a server on loopback."""

from collections.abc import AsyncGenerator

import pytest
import pytest_socket

from .replay import ReplayServer


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant: providers know nothing of it."""


@pytest.fixture
def loopback(socket_enabled: None) -> None:
    """Let a test open sockets, on this machine only."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"])


@pytest.fixture
async def replay(loopback: None) -> AsyncGenerator[ReplayServer]:
    """Return a server that stands for every host there is."""
    async with ReplayServer() as server:
        yield server
