"""Two lines that share the connections of a home: it is told, and records stay."""

from itertools import cycle

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.ddns_plus.const import EVENT_IP_CHANGED
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, account, connection
from tests.home import state_of
from tests.internet import IPV4, IPV4_NEW, Dyndns2Server, Internet
from tests.outside import lead_outside, options, router_says
from tests.repairs import issues

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

ADDRESS = "sensor.internet_connection_ipv4_address"


async def test_two_lines_that_share_all_connections(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No update; when one line is gone the other is published."""
    lead_outside(internet, monkeypatch)
    router_says(hass, "unavailable")
    wanted = options() | {"ipv6": False}
    wanted["checking"] = {"interval": {"minutes": 3}, "push": False}
    await add_entry(connection(wanted))
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    events = async_capture_events(hass, EVENT_IP_CHANGED)
    before = len(dyndns2.requests)
    lines = cycle((IPV4_NEW, IPV4))

    async def by_turns(_request: object) -> web.Response:
        return web.Response(text=next(lines))

    internet.lies = {"127.0.0.1": by_turns, "127.0.0.2": by_turns}
    for _ in range(12):
        await later(minutes=3, seconds=20)
    assert set(issues(hass)) == {"addresses_take_turns"}
    told = issues(hass)["addresses_take_turns"]
    assert set(told["addresses"].split(", ")) == {IPV4, IPV4_NEW}
    assert told["family"] == "IPv4"
    assert not events
    assert len(dyndns2.requests) == before
    assert state_of(hass, ADDRESS) == IPV4

    # the line that is published fails
    internet.ipv4 = IPV4_NEW
    internet.lies = {}
    for _ in range(18):
        await later(seconds=20)
    assert state_of(hass, ADDRESS) == IPV4_NEW
    assert len(events) == 1
    assert len(dyndns2.requests) == before + 1
