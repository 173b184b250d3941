"""Ours: the provider as the engine asks it."""

from collections.abc import Sequence
from ipaddress import ip_address

import aiohttp

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.provider_info import Result, Update
from custom_components.ddns_plus.core.providers import load_provider
from tests.providers.replay import USER_AGENT, connector_to_loopback

from .case import Case
from .surroundings import Surroundings


async def ask_ours(surroundings: Surroundings, case: Case) -> Sequence[Result]:
    """Publish the addresses of a case; return what became of them."""

    async def publish() -> Sequence[Result]:
        async with aiohttp.ClientSession(
            connector=connector_to_loopback(), cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            http = HttpClient(
                session, user_agent=USER_AGENT, connectors=connector_to_loopback
            )
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
