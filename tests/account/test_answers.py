"""An account, and what its provider may answer: every bad day ends."""

import asyncio
from ipaddress import ip_address
from typing import Any, NoReturn

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.provider_info import Result
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.conftest import AddEntry, Later, Restart, account, scripted_account
from tests.home import act, attribute_of, force_update, state_of
from tests.internet import (
    CANARY,
    IPV4,
    IPV4_NEW,
    IPV6,
    Dyndns2Server,
    Handler,
    Internet,
)

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures(
    "all_entities_enabled", "freezer", "no_secret_in_log"
)

STATUS = "sensor.home_example_com"
LAST_ERROR = "sensor.home_example_com_last_error"
NEW = {"home.example.com": [IPV4_NEW, IPV6]}


@pytest.fixture
async def published(
    hass: HomeAssistant,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    dyndns2: Dyndns2Server,
    account_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return an account of which the hostname is published."""
    await add_entry(account_entry)
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}
    assert len(dyndns2.requests) == 1
    return account_entry


def status(code: int, text: str = "", **headers: str) -> Handler:
    """Return what answers with a status."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=code, text=text, headers=headers)

    return answer


async def broken(request: web.Request) -> web.StreamResponse:
    """Hang up."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def reflecting(request: web.Request) -> web.StreamResponse:
    """Send back what was sent, as some error pages do."""
    return web.Response(
        status=418, text=f"{request.headers['Authorization']} {request.url}"
    )


HTML = "<html><body>Welcome to your new router</body></html>"
# our own waits have up to a fifth of jitter
SOON = (60, 72)
LATER = (900, 1080)


@pytest.mark.parametrize(
    ("answer", "shown", "error", "wait"),
    [
        (HTML, "unexpected_response", "unknown_answer", LATER),
        ("", "unexpected_response", "empty_answer", LATER),
        ("x" * 5_000_000, "unexpected_response", "body_too_large", LATER),
        ("ohno", "unexpected_response", "unknown_answer", LATER),
        (reflecting, "unexpected_response", "http_418", LATER),
        (
            status(302, Location="http://192.0.2.1/nic/update"),
            "unexpected_response",
            "redirected",
            LATER,
        ),
        (status(500), "provider_unavailable", "http_500", SOON),
        (broken, "provider_unavailable", "connection_lost", SOON),
        (
            status(503, **{"Retry-After": "120"}),
            "provider_unavailable",
            "http_503",
            (120, 120),
        ),
        ("911", "provider_unavailable", "911", (1800, 1800)),
        ("dnserr", "provider_unavailable", "dnserr", (1800, 1800)),
        (status(429), "rate_limited", "http_429", (1800, 1800)),
        (
            status(429, **{"Retry-After": "77"}),
            "rate_limited",
            "http_429",
            (77, 77),
        ),
    ],
)
async def test_what_cures_itself(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    later: Later,
    answer: str | Handler,
    shown: str,
    error: str,
    wait: tuple[int, int],
) -> None:
    """It is shown, waited out to the second, and over with the first success."""
    dyndns2.answer = answer
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert len(dyndns2.requests) == 2
    assert state_of(hass, STATUS) == shown
    assert attribute_of(hass, LAST_ERROR, "code") == error
    assert state_of(hass, "sensor.home_example_com_published_ipv4") == IPV4

    dyndns2.answer = None
    await later(seconds=wait[0] - 1)
    assert len(dyndns2.requests) == 2
    await later(seconds=wait[1] - wait[0] + 1)
    assert len(dyndns2.requests) == 3
    assert dyndns2.records == NEW
    assert state_of(hass, STATUS) == "up_to_date"
    assert state_of(hass, LAST_ERROR) == "none"


async def test_no_answer(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
) -> None:
    """The time limit ends it; the update is sent once more, for it may be lost."""
    dyndns2.hold = asyncio.Event()
    internet.ipv4 = IPV4_NEW
    freezer.tick(120)
    async_fire_time_changed(hass)
    await dyndns2.asked(2)
    freezer.tick(61)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, STATUS) == "provider_unavailable"
    assert attribute_of(hass, LAST_ERROR, "code") == "timeout"

    dyndns2.hold.set()
    await later(seconds=59)
    assert len(dyndns2.requests) == 2
    await later(seconds=13)
    assert len(dyndns2.requests) == 3
    assert dyndns2.records == NEW
    assert state_of(hass, LAST_ERROR) == "none"


async def test_no_connection_to_the_provider(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    later: Later,
) -> None:
    """While the provider is away it is tried ever less often; then all is well."""
    await dyndns2.__aexit__()
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, STATUS) == "provider_unavailable"
    assert attribute_of(hass, LAST_ERROR, "code") == "cannot_connect"
    await later(seconds=72)
    await later(seconds=299)
    await dyndns2.__aenter__()
    assert len(dyndns2.requests) == 1

    await later(seconds=61)
    assert dyndns2.records == NEW
    assert len(dyndns2.requests) == 2
    assert state_of(hass, STATUS) == "up_to_date"


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [("911", 1800), (status(429, **{"Retry-After": "600"}), 600)],
)
async def test_a_wait_survives_a_restart_and_a_force(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    later: Later,
    restart: Restart,
    answer: str | Handler,
    seconds: int,
) -> None:
    """What the provider asked for is kept to the second, whatever else happens."""
    dyndns2.answer = answer
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    dyndns2.answer = None
    await later(seconds=100)
    await restart()
    internet.ipv4 = "11.22.33.66"
    for result in await force_update(hass, override_stop=True):
        assert result["result"] == "waiting"
        assert result["reason"] == "provider_wait"
    await later(seconds=seconds - 101)
    assert len(dyndns2.requests) == 2
    await later(seconds=1)
    assert dyndns2.records == {"home.example.com": ["11.22.33.66", IPV6]}
    assert len(dyndns2.requests) == 3


async def test_abuse_stops_the_account(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    later: Later,
    restart: Restart,
) -> None:
    """Nothing is sent any more, also after a restart, until a person has acted."""
    entry = await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    dyndns2.answer = "abuse"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert len(dyndns2.requests) == 2
    issue = (DOMAIN, f"{entry.entry_id}_account")
    assert issue in issue_registry.issues

    dyndns2.answer = None
    await restart()
    internet.ipv4 = "11.22.33.66"
    await later(days=3)
    assert {item["result"] for item in await force_update(hass)} == {"stopped"}
    assert len(dyndns2.requests) == 2
    assert state_of(hass, STATUS) == state_of(hass, "sensor.nas_example_com")
    assert state_of(hass, STATUS) == "refused"
    assert issue in issue_registry.issues

    await entry.runtime_data.async_release()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dyndns2.records == {
        name: ["11.22.33.66", IPV6] for name in ("home.example.com", "nas.example.com")
    }
    assert len(dyndns2.requests) == 3
    assert issue not in issue_registry.issues


async def test_refused_credentials(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    published: MockConfigEntry,
    later: Later,
    restart: Restart,
) -> None:
    """Home Assistant asks for new ones, also after a restart; nothing is sent before."""
    dyndns2.password = "another"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert len(dyndns2.requests) == 2
    assert state_of(hass, STATUS) == "invalid_credentials"
    [flow] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH

    await restart()
    await later(days=1)
    assert await async_setup_component(hass, "homeassistant", {})
    await act(hass, "homeassistant.update_entity", STATUS)
    assert len(dyndns2.requests) == 2
    [flow] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["entry_id"] == published.entry_id

    dyndns2.password = CANARY
    await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"password": CANARY}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dyndns2.records == NEW
    assert len(dyndns2.requests) == 3
    assert not hass.config_entries.flow.async_progress()


async def test_one_hostname_is_refused(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    later: Later,
) -> None:
    """The others go on; the one waits for a person, and is not sent with them."""
    entry = await add_entry(account(dyndns2, "gone.example.com", "home.example.com"))
    [gone, _] = entry.subentries
    dyndns2.answer = "nohost\ngood"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, "sensor.gone_example_com") == "invalid_field"
    assert state_of(hass, STATUS) == "up_to_date"
    assert (DOMAIN, f"{entry.entry_id}_{gone}") in issue_registry.issues

    dyndns2.answer = None
    internet.ipv4 = "11.22.33.66"
    await later(hours=1)
    assert dyndns2.requests[2:] == [
        {"hostname": "home.example.com", "myip": f"11.22.33.66,{IPV6}"}
    ]

    await entry.runtime_data.async_release(gone)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dyndns2.requests[3:] == [
        {"hostname": "gone.example.com", "myip": f"11.22.33.66,{IPV6}"}
    ]
    assert not issue_registry.issues


async def raising(provider: Provider, _updates: object) -> NoReturn:
    """Fail with a message that nobody should read."""
    raise RuntimeError(f"{provider.settings['password']} is not what I expected")


async def forgetful(_provider: Provider, _updates: object) -> list[Result]:
    """Lose the results."""
    return []


@pytest.mark.parametrize(
    ("fault", "told"),
    [(raising, "RuntimeError in raising:"), (forgetful, "ValueError in publish:")],
)
async def test_a_fault_in_a_provider(
    hass: HomeAssistant,
    internet: Internet,
    world: Any,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    later: Later,
    fault: Any,
    told: str,
) -> None:
    """It ends as an answer that is not understood, with a hint for whoever mends it."""
    entry = await add_entry(scripted_account("home.example.com", ipv6="off"))
    home = ("home.example.com", Family.IPV4)
    assert world.records == {home: ip_address(IPV4)}
    world.publish = fault
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert len(world.calls) == 2
    assert state_of(hass, STATUS) == "unexpected_response"
    assert attribute_of(hass, LAST_ERROR, "code") == "internal_error"
    assert told in caplog.text
    assert "Traceback" not in caplog.text

    world.publish = None
    await later(minutes=18)
    assert world.records == {home: ip_address(IPV4_NEW)}
    assert world.calls[-1][0].previous == ip_address(IPV4)
    assert state_of(hass, STATUS) == "up_to_date"
    assert entry.runtime_data.state.failure is None
