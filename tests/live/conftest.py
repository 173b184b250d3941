"""Homes for tests: one for a module on loopback, one in a lab for all that need it."""

from collections.abc import AsyncGenerator, Generator

import pytest
import pytest_asyncio

from .home import Home, running_home
from .lab import Lab
from .running_lab import entered, ready_lab


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty_home(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Home]:
    """Return a home in which DDNS Plus is not set up yet."""
    async with running_home(tmp_path_factory.mktemp("home")) as home:
        yield home


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_lab(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Lab]:
    """Return a lab in which Home Assistant runs: a start takes longer than most tests."""
    async with ready_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def at_home(shared_lab: Lab) -> Generator[None]:
    """Run a module's tests on the home's host of the lab."""
    with entered(shared_lab.router.home):
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lab(shared_lab: Lab, at_home: None) -> Lab:
    """Return the lab, with nothing set up."""
    await shared_lab.begin_anew()
    shared_lab.outside.forget_history()
    return shared_lab
