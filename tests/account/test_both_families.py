"""A redial that brings IPv4 first, at a provider whose next update is minutes away."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.provider_info import Limits
from custom_components.ddns_plus.core.providers import load_provider
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, scripted_account
from tests.home import state_of
from tests.internet import IPV4_NEW, IPV6, IPV6_NEW, Internet

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

NAME = "home.example.com"


@pytest.fixture
def pairing(world: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the world of a provider that takes both families in five minutes."""
    scripted = load_provider("scripted")
    info = replace(scripted.info, pairs_families=True)
    monkeypatch.setattr(scripted, "info", info)
    world.limits = Limits(minimum_interval=timedelta(minutes=5))
    return world


def sent(world: Any) -> list[set[str]]:
    """Return the addresses of each call."""
    return [{str(update.address) for update in call} for call in world.calls]


async def redial(internet: Internet, later: Later) -> None:
    """Get a new IPv4 address, and no IPv6 yet."""
    await later(minutes=10)
    internet.go_online(IPV4_NEW)
    internet.ipv6 = None
    await later(minutes=1, seconds=6)


async def test_ipv6_follows_soon(
    hass: HomeAssistant,
    internet: Internet,
    pairing: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """Both go in one update, at once."""
    await add_entry(scripted_account(NAME))
    assert len(sent(pairing)) == 1
    await redial(internet, later)
    assert len(sent(pairing)) == 1
    internet.ipv6 = IPV6_NEW
    await later(seconds=3)
    assert sent(pairing)[1:] == [{IPV4_NEW, IPV6_NEW}]
    assert pairing.records[NAME, Family.IPV6] == ip_address(IPV6_NEW)
    await later(seconds=30)
    assert len(sent(pairing)) == 2
    assert state_of(hass, "sensor.home_example_com") == "up_to_date"


async def test_ipv6_does_not_follow(
    internet: Internet,
    pairing: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """IPv4 waits no longer than five seconds; IPv6 then follows when it may."""
    await add_entry(scripted_account(NAME))
    await redial(internet, later)
    assert len(sent(pairing)) == 1
    await later(seconds=5)
    assert sent(pairing)[1:] == [{IPV4_NEW, IPV6}]
    internet.ipv6 = IPV6_NEW
    await later(minutes=2)
    assert len(sent(pairing)) == 2
    await later(minutes=3)
    assert sent(pairing)[2:] == [{IPV4_NEW, IPV6_NEW}]


@pytest.mark.parametrize("modes", [{"ipv6": "off"}, {}])
async def test_nothing_to_wait_for(
    internet: Internet,
    pairing: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    modes: dict[str, str],
) -> None:
    """One family alone goes at once, and both do where the next update is not far."""
    if not modes:
        pairing.limits = Limits()
    await add_entry(scripted_account(NAME, **modes))
    await redial(internet, later)
    assert IPV4_NEW in sent(pairing)[-1]
    assert len(sent(pairing)) == 2
