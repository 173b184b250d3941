"""What the tests of Cloudflare say in one word."""

from collections.abc import Callable
from ipaddress import ip_address

from aiohttp import web

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.errors import DdnsError
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.provider_info import Result, Setting, Update
from custom_components.ddns_plus.core.providers.cloudflare import Cloudflare
from tests.providers.replay import lose_connection
from tests.providers.scenario import canary

TOKEN = canary("api_token")
OLD = "198.18.0.1"
NEW = "198.18.0.2"
NEW6 = "2001:db8::2"
FOREIGN = "198.18.7.7"
BATCH = r"POST .*/batch$"

type Connect = Callable[..., Cloudflare]


def update(
    name: str, address: str | None, previous: str | None = None, **settings: Setting
) -> Update:
    """Return an update of the family of its address."""
    known = ip_address(address or previous or OLD)
    return Update(
        hostname=Hostname.parse(name),
        family=Family.of(known),
        address=known if address else None,
        previous=ip_address(previous) if previous else None,
        settings=settings,
    )


async def publish(account: Cloudflare, *updates: Update) -> list[Result]:
    """Publish and return the results."""
    return list(await account.publish(updates))


async def failure(account: Cloudflare, *updates: Update) -> DdnsError:
    """Publish, and return the error of the first update."""
    result, *_ = await publish(account, *(updates or [update("a.example.org", NEW)]))
    assert isinstance(result, DdnsError)
    return result


def many(number: int, address: str = NEW, **settings: Setting) -> list[Update]:
    """Return updates of as many hostnames."""
    return [
        update(f"host{index:03}.example.org", address, **settings)
        for index in range(number)
    ]


async def disconnect(request: web.Request) -> web.Response:
    """Break the connection instead of answering."""
    lose_connection(request)
    return web.Response()
