"""A refusal of both addresses of a hostname: IPv4 alone is asked where it does no harm."""

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.address import Address, Family, parse_address
from custom_components.ddns_plus.core.errors import DdnsError
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Result, Update

from .catalog import provider_type, scenario_file
from .replay import USER_AGENT, ReplayServer

IPV4, IPV6 = parse_address("93.184.216.34"), parse_address("2606:2800:220:1::44")
NAMES = {
    "duckdns": ["home.duckdns.org", "nas.duckdns.org"],
    "spdyn": ["home.spdns.de", "nas.spdns.de"],
    "noip": ["home.ddns.net", "nas.ddns.net"],
    "dyndns2": ["home.example.net", "nas.example.net"],
    "dynu": ["home.freeddns.org", "nas.freeddns.org"],
    "dyn": ["home.dyndns.org", "nas.dyndns.org"],
}
REFUSALS = {"duckdns": "KO"}
GOOD = {"duckdns": "OK"}


async def publish(
    replay: ReplayServer,
    slug: str,
    names: list[str],
    *,
    previous: Address | None = None,
    refuses_all: bool = False,
) -> tuple[list[Result], list[list[str]]]:
    """Publish both addresses where IPv6 is refused; return results and what was asked."""
    asked: list[list[str]] = []

    async def serve(request: web.Request) -> web.Response:
        both = ",".join(request.query.values())
        asked.append([str(each) for each in (IPV4, IPV6) if str(each) in both])
        refused = refuses_all or str(IPV6) in both
        said = REFUSALS.get(slug, "nohost") if refused else GOOD.get(slug, "good")
        return web.Response(text=said)

    replay.expect([])
    replay.always(serve)
    http = HttpClient(
        replay.session, user_agent=USER_AGENT, connectors=replay.connector
    )
    provider = provider_type(slug)(scenario_file(slug).settings, http)
    updates = [
        Update(
            hostname=Hostname(name),
            family=Family.of(address),
            address=address,
            previous=previous if address == IPV6 else None,
        )
        for name in names
        for address in (IPV4, IPV6)
    ]
    return list(await provider.publish(updates)), asked


@pytest.mark.parametrize("slug", ["duckdns", "spdyn", "noip", "dyndns2", "dynu"])
async def test_only_ipv6_is_refused(slug: str, replay: ReplayServer) -> None:
    """IPv4 is published all the same."""
    (ipv4, ipv6), asked = await publish(replay, slug, NAMES[slug][:1])
    assert ipv4 is Outcome.UPDATED
    assert isinstance(ipv6, DdnsError)
    assert asked == [[str(IPV4), str(IPV6)], [str(IPV4)]]


@pytest.mark.parametrize("slug", ["duckdns", "spdyn", "noip", "dyndns2", "dynu"])
async def test_of_several_hostnames(slug: str, replay: ReplayServer) -> None:
    """First the hostnames are divided, then the families of each."""
    results, _ = await publish(replay, slug, NAMES[slug])
    assert results[::2] == [Outcome.UPDATED] * 2
    assert all(isinstance(result, DdnsError) for result in results[1::2])


@pytest.mark.parametrize("slug", ["duckdns", "spdyn", "noip", "dyndns2", "dynu"])
async def test_all_is_refused(slug: str, replay: ReplayServer) -> None:
    """The refusal then stands, after one more request."""
    results, asked = await publish(replay, slug, NAMES[slug][:1], refuses_all=True)
    assert all(isinstance(result, DdnsError) for result in results)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("slug", "previous"),
    [("dyn", None), ("dyn", IPV6), ("spdyn", IPV6), ("noip", IPV6), ("dyndns2", IPV6)],
)
async def test_where_it_could_do_harm(
    slug: str, previous: Address | None, replay: ReplayServer
) -> None:
    """IPv4 never goes alone where the IPv6 record would be, or may be, lost by it."""
    results, asked = await publish(replay, slug, NAMES[slug][:1], previous=previous)
    assert all(isinstance(result, DdnsError) for result in results)
    assert asked == [[str(IPV4), str(IPV6)]]
