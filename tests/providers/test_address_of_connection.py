"""Providers that take the address that a request comes from, or may take it."""

from ipaddress import ip_address

import aiohttp
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Update
from custom_components.ddns_plus.core.providers import load_provider

from .fake_cloudflare import plain
from .replay import USER_AGENT, ReplayServer

IPV4, IPV6 = ip_address("93.184.216.34"), ip_address("2606:2800:220:1::44")
LOGIN = {"username": "someone", "password": "secret"}


@pytest.mark.parametrize(
    ("slug", "settings", "family", "endpoint", "answer"),
    [
        ("dyfi", LOGIN, Family.IPV4, LocalEndpoint(interface="lo"), f"good {IPV4}"),
        ("cloudns_dyndns", {}, Family.IPV6, LocalEndpoint(address=IPV6), "OK"),
    ],
)
async def test_connection_tells_the_address(
    slug: str,
    settings: dict[str, str],
    family: Family,
    endpoint: LocalEndpoint,
    answer: str,
    loopback: None,
) -> None:
    """The connection is of the address's family, and leaves by its line or from it."""
    used: list[tuple[Family | None, LocalEndpoint]] = []
    async with ReplayServer() as server:

        def connector(
            of: Family | None, left_by: LocalEndpoint, **_: object
        ) -> aiohttp.TCPConnector:
            used.append((of, left_by))
            return server.connector()

        server.always(plain(200, answer, "text/plain"))
        http = HttpClient(server.session, user_agent=USER_AGENT, connectors=connector)
        update = Update(
            hostname=Hostname("home.example.com"),
            family=family,
            address=IPV4 if family is Family.IPV4 else IPV6,
            settings={} if settings else {"update_key": "key"},
            interface="lo",
        )
        assert await load_provider(slug)(settings, http).publish([update]) == [
            Outcome.UPDATED
        ]
    assert used == [(family, endpoint)]
