"""An address that changes back after a write of which the answer was no help."""

from collections.abc import Callable

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.account.provider import DATA_SESSION
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, account_at
from tests.home import state_of
from tests.internet import IPV4, IPV4_NEW, Internet
from tests.providers.replay import ReplayServer, lose_connection

pytestmark = pytest.mark.usefixtures("freezer")

SETTINGS = {"username": "someone", "password": "s3cr3t-w0rd"}
PUBLISHED = "sensor.home_ddns_net_published_ipv4"


def _cut(request: web.Request) -> web.Response:
    lose_connection(request)
    return web.Response()


ANSWERS: dict[str, Callable[[web.Request], web.Response]] = {
    "fault": lambda _: web.Response(status=502, text="bad gateway"),
    "garbage": lambda _: web.Response(text="<html>Log in</html>"),
    "too_long": lambda _: web.Response(text="good " * 2**16),
    "cut": _cut,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_the_record_ends_right(
    hass: HomeAssistant,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    internet: Internet,
    later: Later,
    loopback: None,
    answer: Callable[[web.Request], web.Response],
) -> None:
    """The write was carried out all the same, and the old address is wanted again."""
    record = ""
    helpful = True

    async def update(request: web.Request) -> web.Response:
        nonlocal record
        record = request.query["myip"]
        return web.Response(text=f"good {record}") if helpful else answer(request)

    async with ReplayServer() as server:
        hass.data[DATA_SESSION] = server.session
        server.always(update)
        entry = await add_entry(
            account_at("noip", SETTINGS, "home.ddns.net", ipv6="off")
        )
        assert record == IPV4

        helpful, internet.ipv4 = False, IPV4_NEW
        await later(minutes=10)
        assert record == IPV4_NEW
        assert state_of(hass, PUBLISHED) == IPV4

        helpful, internet.ipv4 = True, IPV4
        await later(minutes=10)
        # an address that was just left is believed after one unbroken minute
        for _ in range(8):
            await later(seconds=15)
        await later(minutes=50)
        assert record == IPV4
        assert state_of(hass, PUBLISHED) == IPV4
        assert await hass.config_entries.async_unload(entry.entry_id)
