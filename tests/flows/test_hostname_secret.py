"""Hostnames with credentials of their own, and accounts that are for one hostname."""

from collections.abc import AsyncGenerator

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.account.provider import DATA_SESSION
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.diagnostics import async_get_config_entry_diagnostics
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, account_at
from tests.flow_driver import Flow
from tests.home import force_update
from tests.internet import IPV4
from tests.providers.fake_cloudflare import plain
from tests.providers.replay import ReplayServer
from tests.providers.scenario import CANARY, canary

pytestmark = pytest.mark.usefixtures("connected")
HOME, NAS = "home.example.com", "nas.example.com"
STATUS = "sensor.home_example_com"
KEY = canary("update_key")


@pytest.fixture
async def server(hass: HomeAssistant, loopback: None) -> AsyncGenerator[ReplayServer]:
    """Return a server that takes every update."""
    async with ReplayServer() as replay:
        hass.data[DATA_SESSION] = replay.session
        replay.always(plain(200, f"good {IPV4}", "text/plain"))
        yield replay


@pytest.fixture
async def entry(add_entry: AddEntry, server: ReplayServer) -> MockConfigEntry:
    """Return an account without credentials, whose hostname has a key."""
    return await add_entry(account_at("he", {}, HOME, settings={"update_key": KEY}))


def logins(server: ReplayServer) -> set[tuple[str, str] | None]:
    """Return the credentials that were sent."""
    return {request.login for request in server.requests}


async def test_account_without_credentials(
    hass: HomeAssistant, server: ReplayServer
) -> None:
    """The account asks for nothing, each hostname for its key."""
    flow = await Flow.add(hass, "he")
    assert flow.step == "hostnames"
    assert "update_key" in flow.fields
    await flow.submit(hostnames=[HOME, NAS], update_key=KEY)
    assert flow.entry.title == "Hurricane Electric"
    assert CANARY not in str(flow.entry.unique_id)
    assert logins(server) == {(HOME, KEY), (NAS, KEY)}
    assert hass.states.get(STATUS).state == "up_to_date"

    # there is one such account: more hostnames go there
    flow = await Flow.add(hass, "he")
    assert flow.reason == "already_configured"
    # and it has nothing to change
    [account] = hass.config_entries.async_entries(DOMAIN)[1:]
    flow = await Flow.reconfigure(hass, account)
    assert flow.reason == "nothing_to_set"


async def test_key_that_is_refused(hass: HomeAssistant, server: ReplayServer) -> None:
    """The form of the hostnames comes again, with the error at the key."""
    server.always(plain(200, "badauth", "text/plain"))
    flow = await Flow.add(hass, "he")
    await flow.submit(hostnames=[HOME], update_key="wrong")
    assert flow.step == "hostnames"
    assert flow.errors == {"update_key": "invalid_field"}
    assert flow.filled["hostnames"] == [HOME]
    server.always(plain(200, f"good {IPV4}", "text/plain"))
    await flow.submit(**flow.filled | {"update_key": KEY})
    assert flow.entry.title == "Hurricane Electric"


async def test_key_is_kept_and_not_shown(
    hass: HomeAssistant, server: ReplayServer, entry: MockConfigEntry
) -> None:
    """Left empty it stays what it was; the form does not know it."""
    flow = await Flow.change_hostname(hass, entry, HOME)
    assert "update_key" in flow.fields
    assert CANARY not in str(flow.filled)
    await flow.submit(hostname=HOME, ipv4=True, ipv6=False)
    assert flow.reason == "reconfigure_successful"
    [data] = [item.data for item in entry.subentries.values()]
    assert data["settings"] == {"update_key": KEY}
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["hostnames"][0]["settings"] == {"update_key": "set"}
    assert CANARY not in str(found)


async def test_wrong_key(
    hass: HomeAssistant, server: ReplayServer, entry: MockConfigEntry
) -> None:
    """It is the hostname's fault, not the account's, and cured with a new key."""
    server.always(plain(200, "badauth", "text/plain"))
    await force_update(hass)
    assert hass.states.get(STATUS).state == "invalid_field"
    assert list(entry.async_get_active_flows(hass, {"reauth"})) == []
    [issue] = [
        issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == "ddns_plus"
    ]
    assert CANARY not in str(issue.translation_placeholders)

    server.always(plain(200, f"good {IPV4}", "text/plain"))
    server.requests.clear()
    flow = await Flow.change_hostname(hass, entry, HOME)
    await flow.submit(hostname=HOME, ipv4=True, ipv6=True, update_key="right")
    assert logins(server) == {(HOME, "right")}
    assert hass.states.get(STATUS).state == "up_to_date"
    assert not ir.async_get(hass).issues


async def test_account_for_one_hostname(
    hass: HomeAssistant, server: ReplayServer
) -> None:
    """A second hostname is not taken, when the account is made or later."""
    flow = await Flow.add(hass, "inwx_dyndns")
    await flow.submit(username="someone-home", password="secret")
    await flow.submit(hostnames=[HOME, NAS])
    assert flow.errors == {"hostnames": "one_hostname_per_account"}
    await flow.submit(hostnames=[HOME])
    account = flow.entry
    assert len(server.requests) == 1

    flow = await Flow.add_hostname(hass, account)
    await flow.submit(hostname=NAS)
    assert flow.errors == {"hostname": "one_hostname_per_account"}

    flow = await Flow.change_hostname(hass, account, HOME)
    await flow.submit(hostname=NAS, ipv4=True, ipv6=True)
    assert flow.reason == "reconfigure_successful"
    assert [item.data["hostname"] for item in account.subentries.values()] == [NAS]


async def test_new_key_is_tried(
    hass: HomeAssistant, server: ReplayServer, entry: MockConfigEntry
) -> None:
    """A refused one comes back with the form; the right one is sent once."""
    flow = await Flow.change_hostname(hass, entry, HOME)
    server.always(plain(200, "badauth", "text/plain"))
    sent = len(server.requests)
    await flow.submit(hostname=HOME, ipv4=True, ipv6=False, update_key="wrong")
    assert flow.errors == {"update_key": "invalid_field"}
    assert len(server.requests) == sent + 1
    [data] = [item.data for item in entry.subentries.values()]
    assert data["settings"] == {"update_key": KEY}
    server.always(plain(200, f"good {IPV4}", "text/plain"))
    await flow.submit(**flow.filled | {"update_key": "right"})
    assert flow.reason == "reconfigure_successful"
    assert len(server.requests) == sent + 2
    assert hass.states.get(STATUS).state == "up_to_date"


async def test_record_id_that_stands_for_the_name(
    hass: HomeAssistant, server: ReplayServer
) -> None:
    """No two hostnames have the same, though it is no secret."""
    server.always(plain(200, "success", "text/plain"))
    flow = await Flow.add(hass, "sitelutions")
    await flow.submit(username="someone@example.com", password="secret")
    assert flow.placeholders["several"] == ""
    await flow.submit(hostnames=[HOME, NAS], record_id=7)
    assert flow.errors == {"hostnames": "secret_of_each_hostname"}
    await flow.submit(hostnames=[HOME], record_id=7)
    account = flow.entry

    flow = await Flow.add_hostname(hass, account)
    await flow.submit(hostname=NAS, record_id=7)
    assert flow.errors == {"record_id": "secret_of_other_hostname"}
    assert flow.placeholders["value"] == HOME
    await flow.submit(hostname=NAS, record_id=8)
    assert server.requests[-1].query["id"] == "8"


async def test_secret_that_stands_for_the_name(
    hass: HomeAssistant, server: ReplayServer
) -> None:
    """No two hostnames have the same: the provider would update one record for both."""
    server.always(
        plain(
            200,
            f"Updated 1 host(s) home.example.com to {IPV4} in 0.1 seconds",
            "text/plain",
        )
    )
    flow = await Flow.add(hass, "freedns")
    assert flow.placeholders["several"] == ""
    await flow.submit(hostnames=[HOME, NAS], update_key=KEY, ipv6=False)
    assert flow.errors == {"hostnames": "secret_of_each_hostname"}
    assert server.requests == []
    await flow.submit(hostnames=[HOME], update_key=KEY, ipv6=False)
    account = flow.entry
    assert len(server.requests) == 1

    flow = await Flow.add_hostname(hass, account)
    await flow.submit(hostname=NAS, update_key=KEY, ipv6=False)
    assert flow.errors == {"update_key": "secret_of_other_hostname"}
    assert flow.placeholders["value"] == HOME
    await flow.submit(hostname=NAS, update_key="of-nas", ipv6=False)
    assert "/u/of-nas/" in server.requests[-1].url

    # with another name the secret of before would update the record of before
    flow = await Flow.change_hostname(hass, account, HOME)
    await flow.submit(hostname="vpn.example.com", ipv4=True, ipv6=False)
    assert flow.errors == {"update_key": "required"}
    await flow.submit(
        hostname="vpn.example.com", ipv4=True, ipv6=False, update_key="of-vpn"
    )
    assert flow.reason == "reconfigure_successful"
    assert "/u/of-vpn/" in server.requests[-1].url
