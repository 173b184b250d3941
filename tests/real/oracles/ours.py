"""Ours: the provider as the engine asks it."""

from collections.abc import Sequence
from ipaddress import ip_address
import socket
from typing import override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.http import HttpClient
from custom_components.ddns_plus.core.providers import load_provider
from custom_components.ddns_plus.core.providers.base import Result, Update
from tests.providers.certificates import certificate_authority
from tests.providers.replay import USER_AGENT

from .case import Case
from .surroundings import Surroundings


async def ask_ours(surroundings: Surroundings, case: Case) -> Sequence[Result]:
    """Publish the addresses of a case; return what became of them."""

    async def publish() -> Sequence[Result]:
        async with aiohttp.ClientSession(
            connector=_connector(), cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            http = HttpClient(session, user_agent=USER_AGENT, connectors=_connector)
            return await load_provider(case.slug)(case.settings, http).publish(
                updates(case)
            )

    return await surroundings.namespace.call(publish)


def updates(case: Case) -> Sequence[Update]:
    """Return the updates that a case stands for."""
    return [
        Update(
            hostname=Hostname.parse(name),
            family=Family.of(ip_address(address)),
            address=ip_address(address),
            settings=case.hostname_settings,
        )
        for name in case.hostnames
        for address in case.addresses
    ]


def _connector(*_: object, **__: object) -> aiohttp.TCPConnector:
    """Return what leads to the server of the namespace."""
    return aiohttp.TCPConnector(
        resolver=_Resolver(), ssl=certificate_authority().client_context()
    )


class _Resolver(AbstractResolver):
    """Finds every host on loopback."""

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Return the server's address."""
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    @override
    async def close(self) -> None:
        """Have nothing to close."""
