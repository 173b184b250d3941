"""Fixtures for Home Assistant's side: a pretend internet on loopback, and real entries on it."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import pytest_socket

# bound before Home Assistant mounts the custom_components of its own test folder
import custom_components  # noqa: F401
from custom_components.ddns_plus.const import DOMAIN

from .internet import Dyndns2Server, Internet

type AddEntry = Callable[[MockConfigEntry], Coroutine[Any, Any, MockConfigEntry]]


@pytest.fixture(autouse=True)
def custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""


@pytest.fixture
def loopback(socket_enabled: None) -> Generator[None]:
    """Allow connections on loopback, both families, and nowhere else."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "127.0.0.2", "::1"])
    yield
    pytest_socket.disable_socket()


@pytest.fixture
async def internet(loopback: None) -> AsyncGenerator[Internet]:
    """Return a pretend internet: two operators that tell a public address per family."""
    async with Internet() as servers:
        yield servers


@pytest.fixture
async def dyndns2(loopback: None) -> AsyncGenerator[Dyndns2Server]:
    """Return a dyndns2 service."""
    async with Dyndns2Server() as server:
        yield server


@pytest.fixture
def add_entry(hass: HomeAssistant) -> AddEntry:
    """Return what adds an entry and waits until all that it sets off is done."""

    async def add(entry: MockConfigEntry) -> MockConfigEntry:
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return entry

    return add


@pytest.fixture
def connection_entry(internet: Internet) -> MockConfigEntry:
    """Return an internet connection that asks the pretend internet."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Internet connection",
        unique_id="connection",
        data={"kind": "connection"},
        options=internet.options(),
    )


@pytest.fixture
def account_entry(dyndns2: Dyndns2Server) -> MockConfigEntry:
    """Return a dyndns2 account with one hostname."""
    return account(dyndns2, "home.example.com")


def account(server: Dyndns2Server, *hostnames: str, **data: Any) -> MockConfigEntry:
    """Return an account at a dyndns2 service."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Test account",
        unique_id=f"dyndns2:{server.url}:{server.username}",
        data={
            "kind": "account",
            "provider": "dyndns2",
            "settings": {
                "server_url": server.url,
                "username": server.username,
                "password": server.password,
                "allow_http": True,
            },
        },
        subentries_data=[
            ConfigSubentryData(
                data={
                    "hostname": hostname,
                    "ipv4": "update",
                    "ipv6": "update",
                    "settings": {},
                    **data,
                },
                subentry_type="hostname",
                title=hostname,
                unique_id=hostname,
            )
            for hostname in hostnames
        ],
    )
