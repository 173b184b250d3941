"""Answers that begin like a success and say something else, at each provider."""

from typing import Any

import pytest

from custom_components.ddns_plus.core.errors import UnexpectedResponse
from custom_components.ddns_plus.core.net.http import HttpClient

from .catalog import provider_type, scenario_file
from .replay import USER_AGENT, CannedResponse, Exchange, ReplayServer, Request
from .scenario import Step

# each a provider, and the answer of a success with one thing changed
FALSE_FRIENDS = [
    ("duckdns", "OK\n93.184.216.30\n\nNOCHANGE"),
    ("duckdns", "OK\n93.184.216.30\n\nUPDATED"),
    ("duckdns", "OK\n93.184.216.34\n\nUPDATED\nNOCHANGE"),
    ("duckdns", "OK\ndatabase error"),
    ("duckdns", "OK\nKO"),
    ("duckdns", "OK\nnothing done for 93.184.216.34"),
    ("easydns", "OK: database error"),
    ("easydns", "OK no"),
    ("easydns", "NOERROR failed"),
    ("easydns", "OK<br />\n<hr>\nhome.example.com updated to 93.184.216.30"),
    ("easydns", "OK<br />\n<hr>\nthe database is not available"),
    ("easydns", "no update required for home.example.com to 93.184.216.30"),
    ("freedns", "updated: false"),
    ("freedns", "Updated 0 hostname(s)"),
    ("freedns", "Updated 0 host(s) home.mooo.com to 93.184.216.34 in 0.3 seconds"),
    ("freedns", "Updated 1 host(s) home.mooo.com to 93.184.216.30 in 0.3 seconds"),
    ("freedns_v1", "Updated home to the new version"),
    ("freedns_v1", "Updated home.mooo.com from 93.184.216.34 to 93.184.216.30"),
    ("freedns_v1", "ERROR: Address 93.184.216.30 has not changed."),
    (
        "freedns_v1",
        "No IP change detected for home.mooo.com with IP 93.184.216.30, skipping update",
    ),
    ("dynv6", "addresses updated: none"),
    ("dynv6", "addresses updated\ninternal error"),
    ("dynv6", "addresses unchanged because of an error"),
    ("ddnss", "No change but error"),
    ("ddnss", "Updated 1 hostname of 2, error"),
    ("ipv64", '{"info": "good morning"}'),
    ("ipv64", '{"info": "good", "error": "database not available"}'),
    ("noip", "good 198.51.100.9"),
    ("noip", "good morning"),
    ("he", "nochg: error"),
    ("custom", "good 198.51.100.9"),
]


def _update_with(replay: ReplayServer, slug: str, body: str) -> tuple[Any, Step]:
    """Return a provider that gets one answer to each request, and a good update."""
    step = scenario_file(slug).scenarios["updated"][0]
    answer = Exchange(request=Request(url=""), response=CannedResponse(body=body))
    replay.expect([answer] * 5)
    http = HttpClient(
        replay.session, user_agent=USER_AGENT, connectors=replay.connector
    )
    return provider_type(slug)(scenario_file(slug).settings, http), step


@pytest.mark.parametrize(("slug", "body"), FALSE_FRIENDS)
async def test_no_success(slug: str, body: str, replay: ReplayServer) -> None:
    """It is no success, and the update may have been made."""
    provider, step = _update_with(replay, slug, body)
    for result in await provider.publish(step.updates):
        assert isinstance(result, UnexpectedResponse)
        assert result.maybe_applied


@pytest.mark.parametrize(
    ("slug", "body"),
    [
        ("duckdns", "OK"),
        ("easydns", "OK"),
        ("dynv6", "addresses updated"),
        ("noip", "good 93.184.216.34"),
        ("ipv64", '{"info": "good", "status": 200}'),
    ],
)
async def test_success(slug: str, body: str, replay: ReplayServer) -> None:
    """The answer without the prose is one."""
    provider, step = _update_with(replay, slug, body)
    assert [str(each) for each in await provider.publish(step.updates)] == ["updated"]
