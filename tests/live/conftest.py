"""A home for all tests of a module."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from .home import Home, running_home


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty_home(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Home]:
    """Return a home in which DDNS Plus is not set up yet."""
    async with running_home(tmp_path_factory.mktemp("home")) as home:
        yield home
