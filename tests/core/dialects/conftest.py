"""Fixtures of the dialects' tests: every host name in the world is a server on loopback."""

from collections.abc import AsyncGenerator

import pytest

from tests.providers.replay import ReplayServer


@pytest.fixture
async def replay(loopback: None) -> AsyncGenerator[ReplayServer]:
    """Return a server that stands for every host there is."""
    async with ReplayServer() as server:
        yield server
