"""A machine without a clock of its own: the year is 1970 at boot, and set right soon after."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.conftest import EPOCH, AddEntry, Later, Restart
from tests.home import state_of
from tests.internet import IPV4, IPV4_NEW, Dyndns2Server, Internet

pytestmark = pytest.mark.usefixtures("connected", "freezer", "no_secret_in_log")

STATUS = "sensor.home_example_com"


@pytest.mark.parametrize("behind", [timedelta(days=20000), timedelta(minutes=10)])
async def test_provider_that_wants_half_an_hour(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    restart: Restart,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    behind: timedelta,
) -> None:
    """It is asked for the new address neither before, nor much later."""
    dyndns2.answer = "911"
    await add_entry(account_entry)
    assert len(dyndns2.requests) == 1
    asked_at = dt_util.utcnow()

    dyndns2.answer, internet.ipv4 = None, IPV4_NEW
    freezer.tick(timedelta(minutes=1))
    wrong_by = behind
    monkeypatch.setattr(
        "custom_components.ddns_plus.account.publish.steady",
        lambda _hass: dt_util.utcnow() + wrong_by - EPOCH,
    )
    freezer.tick(-behind)
    await restart()
    await later(seconds=30)
    assert len(dyndns2.requests) == 1
    wrong_by = timedelta()
    freezer.tick(behind)
    while dt_util.utcnow() < asked_at + timedelta(minutes=29):
        await later(minutes=1)
        assert len(dyndns2.requests) == 1
    await later(minutes=2)
    assert len(dyndns2.requests) == 2
    assert IPV4 not in dyndns2.records["home.example.com"]
    assert state_of(hass, STATUS) == "up_to_date"
