"""A provider that is out of order for hours, and says how soon it may be asked again."""

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later
from tests.home import state_of
from tests.internet import IPV4, IPV6, Dyndns2Server

pytestmark = pytest.mark.usefixtures("connected", "freezer", "no_secret_in_log")


@pytest.mark.parametrize(
    ("status", "seconds"), [(429, "5"), (500, "5"), (503, "1"), (503, None)]
)
async def test_eight_hours(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    status: int,
    seconds: str | None,
) -> None:
    """A short Retry-After is a least wait: the requests stay a dozen."""

    async def out_of_order(_request: web.Request) -> web.Response:
        headers = {} if seconds is None else {"Retry-After": seconds}
        return web.Response(status=status, headers=headers)

    dyndns2.answer = out_of_order
    await add_entry(account_entry)
    for _ in range(8 * 6):
        await later(minutes=10)
    assert 8 <= len(dyndns2.requests) <= 12
    dyndns2.answer = None
    await later(minutes=73)
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}
    assert state_of(hass, "sensor.home_example_com") == "up_to_date"
