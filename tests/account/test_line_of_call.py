"""Tests of the line that a call leaves by, where it is what tells the address."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest

from custom_components.ddns_plus.account import provider as providers
from custom_components.ddns_plus.account.provider import DATA_SESSION
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, account_at, connection
from tests.flow_driver import Flow
from tests.internet import Internet
from tests.providers.fake_cloudflare import plain
from tests.providers.replay import ReplayServer

pytestmark = pytest.mark.usefixtures("connected")

PROVIDER = "mythic_beasts_dyndns"
LOGIN = {"username": "keyid", "password": "secret"}
HOME, OTHER = "home.example.com", "lte.example.com"
LTE = "11.99.99.99"
TAKEN = plain(200, '{"message": "1 record updated"}', "application/json")


@pytest.fixture
async def mobile(loopback: None) -> AsyncGenerator[Internet]:
    """Return how the internet sees this home through a second line."""
    async with Internet() as other:
        other.go_online(LTE)
        yield other


@pytest.fixture
async def left_by(
    hass: HomeAssistant, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[list[LocalEndpoint]]:
    """Let the provider take every update; return what its requests left by."""
    left_by: list[LocalEndpoint] = []
    async with ReplayServer() as server:

        def connect(
            _family: Family, endpoint: LocalEndpoint, **_: object
        ) -> aiohttp.TCPConnector:
            left_by.append(endpoint)
            return server.connector()

        server.always(TAKEN)
        hass.data[DATA_SESSION] = server.session
        monkeypatch.setattr(providers, "pinned_connector", connect)
        yield left_by


async def test_call_leaves_by_the_line_of_its_hostname(
    mobile: Internet, add_entry: AddEntry, left_by: list[LocalEndpoint]
) -> None:
    """The provider would publish the address of another line."""
    options = {**mobile.options(), "ipv6": False, "network": {"interface": "lo"}}
    line = await add_entry(connection(options, "LTE"))
    bound = account_at(PROVIDER, LOGIN, OTHER, ipv6="off", connection=line.entry_id)
    await add_entry(bound)
    assert left_by == [LocalEndpoint(interface="lo")]
    left_by.clear()
    other = {**LOGIN, "username": "other"}
    await add_entry(account_at(PROVIDER, other, HOME, ipv6="off"))
    assert left_by == [LocalEndpoint()]


async def test_line_that_calls_cannot_leave_by(
    hass: HomeAssistant,
    mobile: Internet,
    add_entry: AddEntry,
    left_by: list[LocalEndpoint],
) -> None:
    """It is refused in the form; a provider that is sent the address has no such limit."""
    network = {"network": {"router": "192.168.7.1"}}
    options = {**mobile.options(), "ipv6": False, **network}
    line = await add_entry(connection(options, "LTE"))
    entry = await add_entry(account_at(PROVIDER, LOGIN, HOME, ipv6="off"))
    left_by.clear()
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(
        hostname=OTHER, ipv4=True, ipv6=False, advanced={"connection": line.entry_id}
    )
    assert flow.errors == {"advanced": "address_of_connection"}
    assert flow.placeholders["connection"] == "LTE"
    assert left_by == []
    hass.config_entries.async_update_entry(
        line, options={**options, "network": {**network["network"], "interface": "lo"}}
    )
    await hass.async_block_till_done()
    await flow.submit(
        hostname=OTHER, ipv4=True, ipv6=False, advanced={"connection": line.entry_id}
    )
    assert flow.result["type"] == "create_entry"
    assert {item.interface for item in left_by} == {"lo"}
