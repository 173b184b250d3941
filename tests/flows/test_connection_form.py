"""What the form of a connection takes beside web services: entities, fixed addresses, the network."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.connection.options import (
    ConnectionOptions,
    RouterDifference,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData
from homeassistant.helpers import entity_registry as er
from tests.flow_driver import Flow
from tests.internet import IPV4, IPV6, Internet

ONLY_IPV4 = {"ipv4": True, "ipv6": False}
ONLY_IPV6 = {"ipv4": False, "ipv6": True}
TEN_SECONDS = {"checking": {"interval": {"seconds": 10}}}


async def save(flow: Flow, **values: Any) -> None:
    """Submit the form, and save the options after the trial."""
    await flow.submit(**values)
    if flow.step == "tried":
        await flow.choose("save")


@pytest.fixture
async def opened(hass: HomeAssistant, connected: MockConfigEntry) -> Flow:
    """Return the options of a connection."""
    return await Flow.options(hass, connected)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://127.0.0.1:9/new?path", True),
        ("http://127.0.0.1:8/ip", True),
        ("http://127.0.0.2:9/ip", False),
        ("https://127.0.0.1:9/ip", False),
    ],
)
async def test_password_of_a_web_service_that_moves(
    hass: HomeAssistant, connected: MockConfigEntry, url: str, kept: bool
) -> None:
    """It stays with its host, and is never lost without a word."""
    sources = connected.options["sources"]

    def with_service(**service: str) -> dict[str, Any]:
        own = {"family": "ipv4", "username": "somebody", **service}
        return {**sources, "custom": [*sources["custom"], own]}

    def password(url: str) -> str | None:
        found = connected.options["sources"]["custom"][-1]
        assert found["url"] == url
        return found.get("password")

    before = "http://127.0.0.1:9/ip"
    flow = await Flow.options(hass, connected)
    first = with_service(url=before, password="canary-first")
    await save(flow, **flow.filled | {"sources": first})
    assert password(before) == "canary-first"
    flow = await Flow.options(hass, connected)
    await save(flow, **flow.filled | {"sources": with_service(url=url)})
    if not kept:
        assert flow.errors == {"sources": "custom_secret_again"}
        again = with_service(url=url, password="canary-second")
        await save(flow, **flow.filled | {"sources": again})
    assert password(url) == ("canary-first" if kept else "canary-second")


async def test_second_web_service_of_a_host(
    hass: HomeAssistant, connected: MockConfigEntry
) -> None:
    """It does not get the password of the first, and may have none."""
    sources = connected.options["sources"]
    own = {"family": "ipv4", "username": "somebody"}
    first = own | {"url": "http://127.0.0.1:9/ip", "password": "canary-first"}
    second = own | {"url": "http://127.0.0.1:9/ip2"}
    flow = await Flow.options(hass, connected)
    both = {**sources, "custom": [*sources["custom"], first, second]}
    await save(flow, **flow.filled | {"sources": both})
    assert connected.options["sources"]["custom"][-2:] == [first, second]


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("fixed_ipv4", "home", "fixed_malformed"),
        ("fixed_ipv4", "11.22.33.044", "fixed_malformed"),
        ("fixed_ipv4", IPV6, "fixed_malformed"),
        ("fixed_ipv6", IPV4, "fixed_malformed"),
        ("fixed_ipv4", "192.168.1.2", "fixed_private"),
        ("fixed_ipv4", "100.64.0.1", "fixed_shared"),
        ("fixed_ipv4", "192.0.2.1", "fixed_documentation"),
        ("fixed_ipv4", "127.0.0.1", "fixed_loopback"),
        ("fixed_ipv4", "169.254.0.1", "fixed_link_local"),
        ("fixed_ipv4", "224.0.0.1", "fixed_multicast"),
        ("fixed_ipv4", "240.0.0.1", "fixed_reserved"),
        ("fixed_ipv4", "0.0.0.0", "fixed_unspecified"),
        ("fixed_ipv6", "fd00::1", "fixed_private"),
        ("fixed_ipv6", "fe80::1%eth0", "fixed_zoned"),
        ("fixed_ipv6", "::ffff:11.22.33.44", "fixed_embedded_ipv4"),
        ("fixed_ipv6", "2606:2800:220:1::", "fixed_network_address"),
        ("fixed_ipv6", "2606:2801::1", "fixed_not_allowed"),
    ],
)
async def test_fixed_address_that_cannot_be(
    hass: HomeAssistant,
    opened: Flow,
    internet: Internet,
    field: str,
    text: str,
    error: str,
) -> None:
    """The error says why; the values typed are still there."""
    values = internet.options(allowed_networks=["11.22.0.0/16", "2606:2800::/32"])
    sources = values["sources"] | {field: f" {text} "}
    await opened.submit(**values | {"sources": sources})
    assert opened.errors == {"sources": error}
    assert opened.placeholders["value"] == text
    assert opened.filled["sources"][field] == f" {text} "
    right = {"fixed_ipv4": IPV4, "fixed_ipv6": IPV6}[field]
    await save(opened, **values | {"sources": values["sources"] | {field: right}})
    assert opened.step is None
    assert opened.entry_options["sources"][field] == right


async def test_fixed_addresses_need_no_sources(
    hass: HomeAssistant, opened: Flow, connected: MockConfigEntry, internet: Internet
) -> None:
    """Nobody is asked, so there is nothing to try out and no interval too short."""
    sources = {"built_in": [], "fixed_ipv4": IPV4, "fixed_ipv6": IPV6.upper()}
    asked = len(internet.requests)
    await opened.submit(ipv4=True, ipv6=True, sources=sources, **TEN_SECONDS)
    assert opened.step is None
    assert connected.options["sources"] == {
        "built_in": [],
        "fixed_ipv4": IPV4,
        "fixed_ipv6": IPV6,
    }
    assert len(internet.requests) == asked
    state = hass.states.get("sensor.internet_connection_ipv4_address")
    assert state is not None
    assert state.state == IPV4


@pytest.mark.parametrize(
    ("network", "error"),
    [
        ({"router": "fritz.box"}, "invalid_router"),
        ({"router": "fe80::1"}, "invalid_router"),
        ({"router": "192.168.1"}, "invalid_router"),
        ({"router": "0.0.0.0"}, "invalid_router"),
        ({"router": "224.0.0.1"}, "invalid_router"),
        ({"interface": "a name with blanks"}, "invalid_interface"),
        ({"interface": "x" * 16}, "invalid_interface"),
        ({"interface": "eth0/1"}, "invalid_interface"),
        ({"interface": "eth\u0000"}, "invalid_interface"),
    ],
)
async def test_network_that_cannot_be(
    opened: Flow, internet: Internet, network: dict[str, str], error: str
) -> None:
    """The error is at the field, with the value typed."""
    await opened.submit(**internet.options(), network=network)
    assert opened.errors == {"network": error}
    assert opened.placeholders["value"] in network.values()
    assert network.items() <= opened.filled["network"].items()
    right = {"router": " 192.168.1.1 ", "interface": ""}
    await save(opened, **internet.options(), network=right)
    assert opened.entry_options["network"]["router"] == "192.168.1.1"
    assert "interface" not in opened.entry_options["network"]


async def test_network_is_read_as_it_was_filled_in(
    opened: Flow, connected: MockConfigEntry, internet: Internet
) -> None:
    """What is stored means what a person chose."""
    network = {
        "router": "192.168.1.1",
        # one that is not there now
        "interface": "wwan0",
        "router_difference": "outside",
        "accept_carrier_grade_nat": True,
        "accept_translated": True,
    }
    await save(opened, **internet.options(push=False), network=network)
    options = ConnectionOptions.from_mapping(connected.options)
    assert str(options.router) == "192.168.1.1"
    assert options.interface == "wwan0"
    assert options.router_difference is RouterDifference.OUTSIDE
    assert options.accept_carrier_grade_nat
    assert options.accept_translated
    assert not options.push


@pytest.mark.parametrize(
    ("values", "error"),
    [
        # the router by two protocols is one router
        (ONLY_IPV4 | {"sources": {"built_in": ["upnp", "nat_pmp"]}}, "single_operator"),
        (ONLY_IPV4 | {"sources": {"built_in": ["upnp", "amazon"]}}, None),
        # unless it is the one to be believed
        (
            ONLY_IPV4
            | {"sources": {"built_in": ["upnp"]}}
            | {"network": {"router_difference": "router"}},
            None,
        ),
        # this machine does not know whether it can be reached
        (ONLY_IPV6 | {"sources": {"built_in": ["interface"]}}, "single_operator"),
        (ONLY_IPV6 | {"sources": {"built_in": ["interface", "ident"]}}, None),
        (ONLY_IPV6 | {"sources": {"built_in": ["upnp", "nat_pmp"]}}, "no_source"),
        # one attacker can forge both
        (
            ONLY_IPV4 | {"sources": {"built_in": ["google_dns", "cloudflare_stun"]}},
            "single_operator",
        ),
        (ONLY_IPV4 | {"sources": {"built_in": ["google_dns", "ident"]}}, None),
        # one operator has one vote, whatever the transport
        (
            ONLY_IPV4 | {"sources": {"built_in": ["cloudflare", "cloudflare_stun"]}},
            "single_operator",
        ),
        (
            ONLY_IPV4
            | {"sources": {"built_in": ["google_dns"]}}
            | {"checking": {"trust_single_source": True}},
            None,
        ),
        # no public service is asked
        (
            ONLY_IPV4
            | {"sources": {"built_in": ["upnp"]}}
            | {"network": {"router_difference": "router"}}
            | TEN_SECONDS,
            None,
        ),
        (
            ONLY_IPV4 | {"sources": {"built_in": ["upnp", "ident"]}} | TEN_SECONDS,
            "interval_too_short",
        ),
        (
            ONLY_IPV4
            | {
                "sources": {
                    "built_in": ["upnp"],
                    "custom": [{"url": "https://ip.example.com", "family": "ipv4"}],
                }
            }
            | TEN_SECONDS,
            "interval_too_short",
        ),
    ],
)
async def test_who_counts_as_an_operator(
    opened: Flow, values: dict[str, Any], error: str | None, monkeypatch: Any
) -> None:
    """A change needs two sources that one attacker cannot both forge."""
    # no source is asked: other tests cover that
    monkeypatch.setattr(
        "custom_components.ddns_plus.flows.options_flow.is_anything_to_try",
        lambda _options: False,
    )
    monkeypatch.setattr(
        "homeassistant.config_entries.ConfigEntries.async_schedule_reload",
        lambda *_: None,
    )
    await opened.submit(**values)
    if error is None:
        assert opened.step is None
    else:
        assert set(opened.errors.values()) == {error}
        assert opened.filled["sources"] == values["sources"] or "custom" in str(values)


async def test_entities_are_sources(
    hass: HomeAssistant, opened: Flow, connected: MockConfigEntry, internet: Internet
) -> None:
    """A sensor of the router and a text helper are two; the router's protocols and it are one."""
    registry = er.async_get(hass)
    sensor = registry.async_get_or_create(
        "sensor", "fritz", "1", suggested_object_id="fritz_ip"
    ).entity_id
    hass.states.async_set(sensor, "connected", {"ip": IPV4})
    hass.states.async_set("input_text.address", IPV4)
    router = {"entity_id": sensor, "family": "ipv4", "attribute": " ip "}
    text = {"entity_id": "input_text.address", "family": "ipv4", "attribute": " "}
    values = ONLY_IPV4 | TEN_SECONDS
    sources: dict[str, Any] = {"built_in": ["upnp"], "entities": [router]}
    await opened.submit(**values, sources=sources)
    assert opened.errors == {"sources": "single_operator"}
    assert opened.filled["sources"]["entities"] == [router]
    sources = {"built_in": [], "entities": [router, text]}
    await save(opened, **values, sources=sources)
    assert connected.options["sources"] == {
        "built_in": [],
        "entities": [
            {"entity_id": sensor, "family": "ipv4", "attribute": "ip"},
            {"entity_id": "input_text.address", "family": "ipv4"},
        ],
    }


async def test_an_entity_with_the_routers_ipv6_address(
    hass: HomeAssistant, opened: Flow, internet: Internet
) -> None:
    """It is not this machine's, and would deny it for ever; unless the router translates."""
    sensor = (
        er.async_get(hass)
        .async_get_or_create("sensor", "fritz", "6", suggested_object_id="fritz_ipv6")
        .entity_id
    )
    values = internet.options()
    entity = {"entity_id": sensor, "family": "ipv6"}
    values["sources"]["entities"] = [entity]
    await opened.submit(**values)
    assert opened.errors == {"sources": "entity_of_router"}
    assert opened.filled["sources"]["entities"] == [entity]
    await save(opened, **values, network={"accept_translated": True})
    assert opened.step is None


@pytest.mark.parametrize("platform", [None, "command_line", "rest", "template"])
async def test_an_entity_that_may_ask_any_service_is_no_second_operator(
    hass: HomeAssistant, opened: Flow, internet: Internet, platform: str | None
) -> None:
    """It may ask the very service that is asked beside it."""
    entity_id = "sensor.address"
    if platform is not None:
        er.async_get(hass).async_get_or_create(
            "sensor", platform, "1", suggested_object_id="address"
        )
    hass.states.async_set(entity_id, IPV4)
    entities = [{"entity_id": entity_id, "family": "ipv4"}]
    sources = {"built_in": ["cloudflare"], "entities": entities}
    await opened.submit(**ONLY_IPV4, sources=sources)
    assert opened.errors == {"sources": "single_operator"}


async def test_own_entity_is_no_source(opened: Flow, internet: Internet) -> None:
    """It would agree with whatever is believed already."""
    values = internet.options()
    own = {
        "entity_id": "sensor.internet_connection_ipv4_address",
        "family": "ipv4",
    }
    await opened.submit(**values | {"sources": values["sources"] | {"entities": [own]}})
    assert opened.errors == {"sources": "own_entity"}
    assert opened.filled["sources"]["entities"] == [own]
    await save(opened, **values)
    assert opened.step is None


@pytest.mark.parametrize(
    "entity_id", ["0123456789abcdef0123456789abcdef", "light.kitchen"]
)
async def test_what_is_no_entity_of_ours(
    opened: Flow, internet: Internet, entity_id: str
) -> None:
    """Neither the id of a registry entry nor an entity without a text is taken."""
    values = internet.options()
    entity = {"entity_id": entity_id, "family": "ipv4"}
    sources = values["sources"] | {"entities": [entity]}
    if entity_id.startswith("light"):
        with pytest.raises(InvalidData):
            await opened.submit(**values | {"sources": sources})
        return
    await opened.submit(**values | {"sources": sources})
    assert opened.errors == {"sources": "invalid_entity"}
    await save(opened, **values)
    assert opened.step is None


async def test_section_with_an_error_is_open(hass: HomeAssistant) -> None:
    """A section with an error is open from the start, and one with a value of its own."""
    names = ("sources", "checking", "network")
    opened = await Flow.add(hass, "watch_only")
    assert [opened.folded(name) for name in names] == [True, True, True]
    await opened.submit(
        name="Line",
        network={"router": "not an address"},
        checking={"trust_single_source": True},
    )
    assert opened.errors
    assert [opened.folded(name) for name in names] == [True, False, False]
    assert opened.placeholders["wrong_section"] == "Network"
    assert opened.placeholders["wrong_field"] == "Router"
