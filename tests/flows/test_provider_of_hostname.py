"""A hostname leads to its provider: by its ending, or by the name servers of its zone."""

from collections.abc import AsyncGenerator

from dns.asyncresolver import Resolver
import pytest

from custom_components.ddns_plus.core.net import dns as core_dns
from homeassistant.core import HomeAssistant
from tests.core.net.dns_server import ScriptedServer, knows, running, silent
from tests.flow_driver import Flow
from tests.internet import Internet

ALL = "all_providers"


@pytest.fixture
async def resolver(
    loopback: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[ScriptedServer]:
    """Return the system's resolver, which knows the name servers of two zones."""
    script = knows(
        "example.org. 60 NS amy.ns.cloudflare.com.",
        "example.org. 60 NS bob.ns.cloudflare.com.",
        "example.net. 60 NS ns1.example.net.",
    )
    async with running(ScriptedServer(udp=script)) as server:
        resolver = Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.port
        resolver.lifetime = 0.5
        monkeypatch.setattr(core_dns, "_system_resolver", lambda: resolver)
        yield server


def offered(flow: Flow) -> list[str]:
    """Return what can be chosen."""
    [selector] = flow.result["data_schema"].schema.values()
    return [item["value"] for item in selector.config["options"]]


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("home.ddns.net", ["noip"]),
        ("https://Home.DDNS.net/", ["noip"]),
        ("hopto.org", ["noip"]),
        ("nas.dedyn.io", ["desec", "desec_dyndns"]),
        ("home.homeip.net", ["dyn"]),
        ("nas.my-router.de", ["spdyn"]),
    ],
)
async def test_ending_leads_to_the_provider(
    hass: HomeAssistant, resolver: ScriptedServer, typed: str, slugs: list[str]
) -> None:
    """What stands behind the dot is known; nothing is asked."""
    flow = await Flow.add(hass)
    await flow.submit(provider=typed)
    assert flow.step == "found_by_domain"
    assert offered(flow) == [*slugs, ALL]
    assert resolver.queries == []
    await flow.submit(provider=slugs[0])
    assert flow.step == "account"


async def test_name_servers_lead_to_the_provider(
    hass: HomeAssistant, resolver: ScriptedServer
) -> None:
    """A zone is held by the operator of its name servers."""
    flow = await Flow.add(hass)
    await flow.submit(provider="home.example.org")
    assert flow.step == "found_by_name_servers"
    assert flow.placeholders == {
        "hostname": "home.example.org",
        "name_servers": "amy.ns.cloudflare.com, bob.ns.cloudflare.com",
    }
    assert offered(flow) == ["cloudflare", ALL]


async def test_whole_list_is_one_step_away(
    hass: HomeAssistant, resolver: ScriptedServer
) -> None:
    """The offer may be wrong: a zone can be left behind, a name be delegated."""
    flow = await Flow.add(hass)
    await flow.submit(provider="home.example.org")
    await flow.submit(provider=ALL)
    assert flow.step == "user"
    await flow.submit(provider="DynDNS2 server")
    assert flow.step == "account"


@pytest.mark.usefixtures("internet")
async def test_hostname_need_not_be_typed_again(hass: HomeAssistant) -> None:
    """It stands in the form for hostnames already."""
    flow = await Flow.add(hass)
    await flow.submit(provider="home.duckdns.org")
    await flow.submit(provider="duckdns")
    await flow.submit(token="a7c4d0ad-114e-40ef-ba1d-d217904a50f2")
    assert flow.step == "hostnames"
    assert flow.filled["hostnames"] == ["home"]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("home.example.net", "no_provider_of_hostname"),
        ("home.example.com", "no_name_servers"),
        ("nas.local", "no_name_servers"),
    ],
)
async def test_nothing_is_found(
    hass: HomeAssistant, resolver: ScriptedServer, typed: str, error: str
) -> None:
    """What was typed stays, the reason is told, and the list still works."""
    flow = await Flow.add(hass)
    await flow.submit(provider=typed)
    assert flow.step == "user"
    assert flow.errors == {"provider": error}
    assert flow.filled == {"provider": typed}
    await flow.submit(provider="cloudflare")
    assert flow.step == "account"


async def test_resolver_keeps_silent(
    hass: HomeAssistant, resolver: ScriptedServer
) -> None:
    """Without an answer nothing is found; the next try finds it."""
    answers, resolver.udp = resolver.udp, silent
    flow = await Flow.add(hass)
    await flow.submit(provider="home.example.org")
    assert flow.errors == {"provider": "no_name_servers"}
    resolver.udp = answers
    await flow.submit(provider="home.example.org")
    assert flow.step == "found_by_name_servers"


@pytest.mark.parametrize(
    ("typed", "step"),
    [("strato.de", "account"), ("www.noip.com", "account"), ("hetzner.com", "account")],
)
async def test_website_is_as_good_as_the_name(
    hass: HomeAssistant, resolver: ScriptedServer, typed: str, step: str
) -> None:
    """People know a provider by its address."""
    flow = await Flow.add(hass)
    await flow.submit(provider=typed)
    assert flow.step == step


async def test_common_providers_are_named(
    hass: HomeAssistant, internet: Internet
) -> None:
    """What most people have is found without a search in a long list."""
    flow = await Flow.add(hass)
    assert flow.placeholders["common"] == "Cloudflare, Duck DNS, Dynu, No-IP, STRATO"
