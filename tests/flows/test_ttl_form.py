"""A TTL that the provider or the zone does not take is told in the form, not changed."""

from collections.abc import AsyncGenerator
import json

from aiohttp import web
import pytest

from custom_components.ddns_plus.account.provider import DATA_SESSION
from homeassistant.core import HomeAssistant
from tests.flow_driver import Flow
from tests.providers.fake_cloudflare import FakeCloudflare
from tests.providers.replay import ReplayServer

pytestmark = pytest.mark.usefixtures("connected")
HOME = "home.example.com"
TOKEN = "canary-token-4f1d9c2ab07e"
# what the zones of a deSEC account take at least
SMALLEST = {"example.com": 3600, "example.dedyn.io": 60}


@pytest.fixture
async def services(hass: HomeAssistant, loopback: None) -> AsyncGenerator[ReplayServer]:
    """Return what stands for every service, where Home Assistant finds it."""
    async with ReplayServer() as server:
        hass.data[DATA_SESSION] = server.session
        yield server


async def desec(request: web.Request) -> web.Response:
    """Answer as deSEC does: zones with a smallest TTL each, and nothing in them."""
    if request.method == "PATCH":
        parts = json.loads(await request.text())
        return web.json_response([{"ttl": 3600, **part} for part in parts])
    if "rrsets" in request.path:
        return web.json_response([])
    name = request.query.get("owns_qname", "")
    return web.json_response(
        [
            {"name": zone, "minimum_ttl": smallest}
            for zone, smallest in SMALLEST.items()
            if not name or name.endswith(zone)
        ]
    )


async def linode(request: web.Request) -> web.Response:
    """Answer as Linode does: a domain, and nothing in it."""
    domain = {"id": 1, "domain": "example.com", "type": "master"}
    data = [] if "records" in request.path else [domain]
    return web.json_response({"data": data, "page": 1, "pages": 1})


@pytest.mark.parametrize("ttl", [0, 2, 29, 86401, 60.5, 2147483648])
async def test_range_of_the_provider(
    hass: HomeAssistant, cloudflare: FakeCloudflare, ttl: float
) -> None:
    """The form shows the range, before and after another TTL is typed."""
    cloudflare.add_token(TOKEN)
    zone = cloudflare.add_zone("example.com")
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token=TOKEN)
    assert flow.placeholders["allowed_ttl"] == "1, 30–86400"
    await flow.submit(hostnames=[HOME], ipv6=False, advanced={"ttl": ttl})
    assert flow.errors == {"advanced": "ttl_not_allowed"}
    assert flow.placeholders["value"] == str(ttl)
    assert flow.placeholders["allowed"] == "1, 30–86400"
    assert flow.filled["advanced"]["ttl"] == ttl
    await flow.submit(hostnames=[HOME], ipv6=False, advanced={"ttl": 1})
    [subentry] = flow.entry.subentries.values()
    assert subentry.data["settings"] == {"ttl": 1}
    assert [item["ttl"] for item in zone.records.values()] == [1]


async def test_hostname_that_is_changed(
    hass: HomeAssistant, cloudflare: FakeCloudflare
) -> None:
    """Later, too."""
    cloudflare.add_token(TOKEN)
    cloudflare.add_zone("example.com")
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token=TOKEN)
    await flow.submit(hostnames=[HOME], advanced={"ttl": 120})
    flow = await Flow.change_hostname(hass, flow.entry, HOME)
    filled = flow.filled
    assert flow.placeholders["allowed_ttl"] == "1, 30–86400"
    await flow.submit(**filled | {"advanced": filled["advanced"] | {"ttl": 10}})
    assert flow.errors == {"advanced": "ttl_not_allowed"}
    await flow.submit(**filled | {"advanced": filled["advanced"] | {"ttl": 600}})
    assert flow.reason == "reconfigure_successful"


async def test_few_ttls_only(hass: HomeAssistant, services: ReplayServer) -> None:
    """Where the server would round, the person says which of them is meant."""
    services.always(linode)
    flow = await Flow.add(hass, "linode")
    await flow.submit(api_token=TOKEN)
    await flow.submit(hostnames=[HOME], advanced={"ttl": 600})
    assert flow.errors == {"advanced": "ttl_not_allowed"}
    assert ", 300, 3600, 7200, " in f", {flow.placeholders['allowed']}, "
    await flow.submit(hostnames=[HOME], advanced={"ttl": 3600})
    [subentry] = flow.entry.subentries.values()
    assert subentry.data["settings"] == {"ttl": 3600}


async def test_range_of_the_zone(hass: HomeAssistant, services: ReplayServer) -> None:
    """A zone with a smallest TTL of its own says so for the hostnames in it."""
    services.always(desec)
    flow = await Flow.add(hass, "desec")
    await flow.submit(api_token=TOKEN)
    assert flow.placeholders["allowed_ttl"] == "60–86400"
    names = ["home.example.dedyn.io", HOME]
    await flow.submit(hostnames=names, advanced={"ttl": 300})
    assert flow.errors == {"advanced": "ttl_not_allowed_in_zone"}
    assert flow.placeholders["value"] == "300"
    assert flow.placeholders["zone"] == "example.com"
    assert flow.placeholders["allowed"] == "3600–86400"
    await flow.submit(hostnames=names[:1], advanced={"ttl": 300})
    entry = flow.entry
    assert {item.data["settings"]["ttl"] for item in entry.subentries.values()} == {300}

    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname=HOME, advanced={"ttl": 300})
    assert flow.errors == {"advanced": "ttl_not_allowed_in_zone"}
    await flow.submit(hostname=HOME, advanced={"ttl": 3600})
    assert flow.result["type"] == "create_entry"


async def test_range_of_the_only_zone(
    hass: HomeAssistant, services: ReplayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form shows it as the range."""
    monkeypatch.delitem(SMALLEST, "example.dedyn.io")
    services.always(desec)
    flow = await Flow.add(hass, "desec")
    await flow.submit(api_token=TOKEN)
    assert flow.placeholders["allowed_ttl"] == "3600–86400"


@pytest.mark.usefixtures("loopback")
async def test_port(hass: HomeAssistant) -> None:
    """Any number is told in the words of its field."""
    flow = await Flow.add(hass, "rfc2136")
    await flow.submit(server="127.0.0.1", zone="example.com", advanced={"port": 65536})
    assert flow.errors == {"advanced": "port_not_allowed"}
    assert flow.placeholders["allowed"] == "1–65535"
