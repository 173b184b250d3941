"""The dyndns2 protocol: what is sent."""

from typing import Any

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.dialects.dyndns2 import Ipv6Mode
from custom_components.ddns_plus.core.dialects.update_url import UpdateRequest
from custom_components.ddns_plus.core.errors import InvalidField, Refused
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Update
from tests.providers.replay import (
    USER_AGENT,
    CannedResponse,
    Exchange,
    ReplayServer,
    Request,
)

from .dyndns2_service import IPV4, IPV6, URL, request, service

_ASKED = request(1, IPV4)


@pytest.mark.parametrize(
    ("dialect", "asked", "query"),
    [
        ({}, _ASKED, {"hostname": "h0.example.net", "myip": "93.184.216.34"}),
        (
            {"ipv6_mode": Ipv6Mode.OWN_PARAMETER, "ipv6_parameter": "ip6"},
            request(1, IPV4, IPV6),
            {
                "hostname": "h0.example.net",
                "myip": "93.184.216.34",
                "ip6": "2606:2800:220:1::44",
            },
        ),
        (
            {
                "ipv6_mode": Ipv6Mode.OWN_PARAMETER,
                "keep": {Family.IPV4: {"myip": "preserve"}},
            },
            request(1, IPV6),
            {
                "hostname": "h0.example.net",
                "myip": "preserve",
                "myipv6": "2606:2800:220:1::44",
            },
        ),
        (
            {
                "ipv6_mode": Ipv6Mode.SEPARATE_REQUEST,
                "keep": {Family.IPV6: {"keepipv6": "1"}},
            },
            _ASKED,
            {"hostname": "h0.example.net", "myip": "93.184.216.34", "keepipv6": "1"},
        ),
        (
            {"hostname_parameter": "host", "address_parameter": "ip"},
            _ASKED,
            {"host": "h0.example.net", "ip": "93.184.216.34"},
        ),
        (
            {"hostname_parameter": None, "extra_parameters": {"system": "dyndns"}},
            _ASKED,
            {"myip": "93.184.216.34", "system": "dyndns"},
        ),
        (
            {"hostname_separator": ";"},
            request(2),
            {"hostname": "h0.example.net;h1.example.net", "myip": "93.184.216.34"},
        ),
    ],
)
def test_parameters(
    dialect: dict[str, Any], asked: UpdateRequest, query: dict[str, str]
) -> None:
    """A dialect is data: its request follows from it."""
    assert service(**dialect).parameters(asked) == query


def update(hostname: str, address: Any) -> Update:
    """Return an update."""
    return Update(
        hostname=Hostname(hostname), family=Family.of(address), address=address
    )


def exchange(myip: str, body: str, hostname: str = "a.example.net") -> Exchange:
    """Return a request that is expected, and its answer."""
    return Exchange(
        request=Request(
            url=URL,
            query={"hostname": hostname, "myip": myip},
            login=("someone", "cAn4ry"),
        ),
        response=CannedResponse(body=body),
    )


async def test_one_request_for_each_family(replay: ReplayServer) -> None:
    """Where a server takes one address at a time, the families fail on their own."""
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    exchanges = [
        exchange("93.184.216.34", "good"),
        exchange("2606:2800:220:1::44", "nohost"),
    ]
    replay.expect(exchanges)
    made = service(http, ipv6_mode=Ipv6Mode.SEPARATE_REQUEST)
    updated, refused = await made.publish(
        [update("a.example.net", IPV4), update("a.example.net", IPV6)]
    )
    assert updated is Outcome.UPDATED
    assert isinstance(refused, InvalidField)
    assert replay.requests == [exchange.request for exchange in exchanges]


async def test_batches(replay: ReplayServer) -> None:
    """Hostnames go in batches, IPv4 before IPv6, results come as they were asked for."""
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    both = "93.184.216.34,2606:2800:220:1::44"
    exchanges = [
        exchange(both, "good\nnochg", "a.example.net,b.example.net"),
        exchange(both, "good", "c.example.net"),
        exchange("2606:2800:220:1::44", "nochg", "d.example.net"),
    ]
    replay.expect(exchanges)
    updates = [
        update(f"{name}.example.net", address)
        for name, addresses in {
            "a": (IPV6, IPV4),
            "b": (IPV4, IPV6),
            "d": (IPV6,),
            "c": (IPV4, IPV6),
        }.items()
        for address in addresses
    ]
    results = await service(http).publish(updates)
    assert replay.requests == [exchange.request for exchange in exchanges]
    assert results == [
        *[Outcome.UPDATED] * 2,
        *[Outcome.UNCHANGED] * 2,
        Outcome.UNCHANGED,
        *[Outcome.UPDATED] * 2,
    ]


async def test_an_address_that_would_be_lost(replay: ReplayServer) -> None:
    """A provider that drops what is not sent is not sent one address alone."""
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    made = service(
        http, needs=frozenset({Family.IPV6}), ipv6_mode=Ipv6Mode.OWN_PARAMETER
    )
    (result,) = await made.publish([update("a.example.net", IPV4)])
    assert isinstance(result, Refused)
    assert result.code == "needs_both_families"
    assert replay.requests == []
    replay.always(_good)
    results = await made.publish(
        [update("a.example.net", IPV4), update("a.example.net", IPV6)]
    )
    assert results == [Outcome.UPDATED] * 2
    # what the server can do without, or can be told to keep
    assert await made.publish([update("a.example.net", IPV6)]) == [Outcome.UPDATED]
    made = service(
        http,
        needs=frozenset(Family),
        keep={Family.IPV6: {"myipv6": "preserve"}},
    )
    assert await made.publish([update("a.example.net", IPV4)]) == [Outcome.UPDATED]


async def _good(request: web.Request) -> web.Response:
    """Answer good."""
    return web.Response(text="good")
