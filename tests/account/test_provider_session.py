"""The connections that accounts share: kept for one update, and looked up as by Home Assistant."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.account.provider import async_create_provider
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Update
from custom_components.ddns_plus.core.providers.dyndns2 import Dyndns2
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from tests.conftest import AddEntry, Later, account
from tests.home import force_update, state_of
from tests.internet import IPV4, Dyndns2Server

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

STATUS = "sensor.home_example_com"
# as many as go into one request, and some more
MANY = [f"host{number}.example.com" for number in range(50)]


@pytest.fixture
def ports(dyndns2: Dyndns2Server) -> list[int]:
    """Return the ports that requests come from: a connection has one of its own."""
    ports: list[int] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.Response(text=f"good {IPV4}")

    dyndns2.answer = answer
    return ports


async def test_an_update_gets_a_connection_of_its_own(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    ports: list[int],
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """One of before may lead through a line that is gone: nobody would answer."""
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    await later(seconds=3)
    await force_update(hass)
    assert len(ports) == len(set(ports)) == 2
    assert state_of(hass, STATUS) == "up_to_date"


async def test_requests_of_an_update_share_a_connection(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    ports: list[int],
    add_entry: AddEntry,
    connected: MockConfigEntry,
) -> None:
    """Connecting takes longer than asking: two are used for the last two of three."""
    await add_entry(account(dyndns2, *MANY, ipv6="off"))
    assert len(ports) == 3
    assert ports[0] in ports[1:]
    assert len(set(ports)) == 2


async def test_names_are_looked_up_as_by_home_assistant(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    ports: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So a server of the local network is found wherever Home Assistant finds it."""
    asked = []
    connector: Any = async_get_clientsession(hass).connector
    look_up: Callable[[str], Awaitable[Any]] = connector.async_resolve_host

    async def resolve(host: str) -> Any:
        asked.append(host)
        return await look_up("127.0.0.1")

    monkeypatch.setattr(connector, "async_resolve_host", resolve)
    provider = await async_create_provider(
        hass,
        Dyndns2,
        {
            "server_url": dyndns2.url.replace("127.0.0.1", "server.local"),
            "username": dyndns2.username,
            "password": dyndns2.password,
            "allow_http": True,
        },
    )
    update = Update(
        hostname=Hostname("home.example.com"),
        family=Family.IPV4,
        address=ip_address(IPV4),
    )
    assert await provider.publish([update]) == [Outcome.UPDATED]
    assert asked == ["server.local"]
