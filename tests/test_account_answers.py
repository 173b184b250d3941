"""An account, and what its provider may answer: every bad day ends."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .conftest import AddEntry, Later, Restart, account
from .home import act, force_update, state_of
from .internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Handler, Internet

pytestmark = pytest.mark.usefixtures("no_secret_in_log")

STATUS = "sensor.home_example_com_status"
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


@pytest.mark.parametrize(
    ("answer", "shown", "error", "wait"),
    [
        (HTML, "unexpected_response", "unknown_answer", timedelta(minutes=18)),
        ("", "unexpected_response", "empty_answer", timedelta(minutes=18)),
        ("x" * 5_000_000, "unexpected_response", "body_too_large", timedelta(minutes=18)),
        ("ohno", "unexpected_response", "unknown_answer", timedelta(minutes=18)),
        (reflecting, "unexpected_response", "http_418", timedelta(minutes=18)),
        (
            status(302, Location="http://192.0.2.1/nic/update"),
            "unexpected_response",
            "redirected",
            timedelta(minutes=18),
        ),
        (status(500), "provider_unavailable", "http_500", timedelta(minutes=1.2)),
        (
            status(503, **{"Retry-After": "120"}),
            "provider_unavailable",
            "http_503",
            timedelta(minutes=2),
        ),
        (broken, "provider_unavailable", "connection_lost", timedelta(minutes=1.2)),
        ("911", "provider_unavailable", "911", timedelta(minutes=30)),
        ("dnserr", "provider_unavailable", "dnserr", timedelta(minutes=30)),
        (status(429), "rate_limited", "http_429", timedelta(minutes=30)),
        (
            status(429, **{"Retry-After": "77"}),
            "rate_limited",
            "http_429",
            timedelta(seconds=77),
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
    wait: timedelta,
) -> None:
    """It is shown, waited out, not asked again before, and over with the first success."""
    dyndns2.answer = answer
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert len(dyndns2.requests) == 2
    assert state_of(hass, STATUS) == shown
    assert state_of(hass, LAST_ERROR) == error
    assert state_of(hass, "sensor.home_example_com_published_ipv4") == IPV4

    dyndns2.answer = None
    # our own waits have up to a fifth of jitter
    await later(seconds=wait.total_seconds() / 1.2 - 2)
    assert len(dyndns2.requests) == 2
    await later(seconds=wait.total_seconds() - wait.total_seconds() / 1.2 + 2)
    assert dyndns2.records == NEW
    assert len(dyndns2.requests) == 3
    assert state_of(hass, STATUS) == "updated"
    assert state_of(hass, LAST_ERROR) == "unknown"
