"""PowerDNS, with answers that the real servers of the other tests do not give."""

import json
from typing import Any

import pytest

from custom_components.ddns_plus.core.errors import InvalidField
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Result
from custom_components.ddns_plus.core.providers.powerdns import PowerDns
from tests.core.dialects.zone_updates import told, update

from .replay import USER_AGENT, CannedResponse, Exchange, ReplayServer, Request

URL = "https://dns.example.org/api/v1/servers/localhost"
SETTINGS = {"api_url": "https://dns.example.org", "api_key": "a-key"}
ZONE = {"id": "example.org.", "name": "example.org.", "kind": "Native"}
ALIAS = {"content": "www.example.org.", "disabled": False}


async def publish(replay: ReplayServer, cname: list[dict[str, Any]]) -> Result:
    """Return the result for a hostname with these CNAME records, and a comment."""
    rrset = {
        "name": "home.example.org.",
        "type": "CNAME",
        "ttl": 300,
        "records": cname,
        "comments": [{"content": "was an alias", "account": "", "modified_at": 1}],
    }
    answers = [
        CannedResponse(body=json.dumps([ZONE])),
        CannedResponse(body=json.dumps({"rrsets": [rrset]})),
        CannedResponse(status=204),
    ]
    replay.expect(
        [Exchange(request=Request(url=URL), response=answer) for answer in answers]
    )
    provider = PowerDns(SETTINGS, HttpClient(replay.session, user_agent=USER_AGENT))
    [result] = await provider.publish([update("home.example.org", "198.18.0.1")])
    return result


async def test_a_comment_alone_is_not_in_the_way(replay: ReplayServer) -> None:
    """A server lists a record set for its comments, after its records are gone."""
    assert await publish(replay, []) is Outcome.CREATED
    assert replay.requests[-1].method == "PATCH"


@pytest.mark.parametrize("disabled", [False, True])
async def test_a_cname_is_in_the_way(replay: ReplayServer, disabled: bool) -> None:
    """Nothing is sent, also where the CNAME is disabled."""
    result = await publish(replay, [{**ALIAS, "disabled": disabled}])
    assert told(result) == (InvalidField, "cname_in_the_way", "hostname")
    assert [request.method for request in replay.requests] == ["GET", "GET"]
