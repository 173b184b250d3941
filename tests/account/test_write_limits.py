"""An account at a provider that counts how often its zones are changed."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.account.provider import DATA_SESSION
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.provider_info import Limits
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.conftest import AddEntry, Later, Restart, account_at, scripted_account
from tests.home import force_update, state_of
from tests.internet import IPV4, IPV4_NEW, Internet
from tests.providers.replay import ReplayServer

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

STATUS = "sensor.home_example_com"


async def test_a_spent_budget_waits_over_a_restart(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """It is shown as waiting; when the oldest write counts no more the address is sent."""
    world.limits = Limits(writes=((2, timedelta(days=1)),))
    await add_entry(scripted_account("home.example.com", ipv6="off"))
    internet.ipv4 = IPV4_NEW
    await later(hours=1)
    assert len(world.calls) == 2
    assert state_of(hass, STATUS) == "up_to_date"

    internet.ipv4 = IPV4
    await later(hours=1)
    assert state_of(hass, STATUS) == "waiting"
    [result, _] = await force_update(hass)
    assert result["reason"] == "write_limit"
    await restart()
    assert state_of(hass, STATUS) == "waiting"
    await later(hours=21)
    assert len(world.calls) == 2
    await later(hours=1)
    assert len(world.calls) == 3
    assert world.records == {("home.example.com", Family.IPV4): ip_address(IPV4)}
    assert state_of(hass, STATUS) == "up_to_date"


async def test_every_request_counts(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
) -> None:
    """Hostnames that cannot share a request go a few at a time, and are all made."""
    times: list[float] = []
    records: dict[str, str] = {}

    async def update(request: web.Request) -> web.Response:
        times.append(hass.loop.time())
        records[request.query["domain"]] = request.query["ip6"]
        return web.Response(text="good")

    async with ReplayServer() as server:
        hass.data[DATA_SESSION] = server.session
        server.always(update)
        names = [f"home{number}.any64.de" for number in range(10)]
        account = account_at("ipv64", {"token": "s3cr3t-w0rd"}, *names, ipv4="off")
        subentries = [
            ConfigSubentryData(
                data={**item.data, "ipv6_suffix": f"::{number}"},
                subentry_type=item.subentry_type,
                title=item.title,
                unique_id=item.unique_id,
            )
            for number, item in enumerate(account.subentries.values(), start=16)
        ]
        entry = await add_entry(
            MockConfigEntry(
                domain=account.domain,
                unique_id=account.unique_id,
                data=account.data,
                subentries_data=subentries,
            )
        )
        assert len(times) == 3
        for _ in range(4):
            await later(seconds=11)
        assert len(times) == len(records) == 10
        for change in range(12):
            internet.ipv6 = f"2606:2800:220:{change + 2}::1"
            for _ in range(12):
                await later(minutes=5)
        assert len(times) == 48
        for index in range(3, 48):
            assert times[index] - times[index - 3] >= 10
        assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("zone", ["", "example.com"])
async def test_a_limit_of_a_domain(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    later: Later,
    zone: str,
) -> None:
    """It is kept by names of which nothing tells that they share a domain."""
    times: list[float] = []
    records: dict[str, str] = {}
    refused = 0

    async def update(request: web.Request) -> web.Response:
        nonlocal refused
        now = dt_util.utcnow().timestamp()
        if sum(each > now - 120 for each in times) >= 2:
            refused += 1
            return web.Response(status=429, headers={"Retry-After": "60"})
        times.append(now)
        for name in request.query["hostname"].split(","):
            records[name] = request.query["myipv4"]
        return web.Response(text="good")

    async with ReplayServer() as server:
        hass.data[DATA_SESSION] = server.session
        server.always(update)
        names = [f"home{number}.example.com" for number in range(6)]
        settings = {"zone": zone} if zone else {}
        entry = await add_entry(
            account_at(
                "desec_dyndns", {"token": "s3cr3t-w0rd"}, *names, settings=settings
            )
        )
        await later(minutes=10)
        for address in (IPV4_NEW, IPV4, IPV4_NEW):
            internet.ipv4 = address
            for _ in range(10):
                await later(seconds=61)
        assert records == dict.fromkeys(names, IPV4_NEW)
        assert refused == 0
        assert await hass.config_entries.async_unload(entry.entry_id)
