"""Adding an internet connection, its name, and its options: one form in two places."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.connection.options import default_source_keys
from custom_components.ddns_plus.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from tests.flow_driver import Flow
from tests.internet import IPV4, IPV4_NEW, Internet

type Open = Callable[[HomeAssistant], Awaitable[Flow]]

CANARY = "canary-header-5c1d"
INTERVAL = {"hours": 0, "minutes": 0, "seconds": 10}


async def adding(hass: HomeAssistant) -> Flow:
    """Open the form of a new connection."""
    return await Flow.add(hass, "watch_only")


async def setting_options(hass: HomeAssistant) -> Flow:
    """Open the options of a connection."""
    return await Flow.options(hass, stored(hass))


def stored(hass: HomeAssistant) -> Any:
    """Return the connection that was added last."""
    return hass.config_entries.async_entries(DOMAIN)[-1]


@pytest.fixture(params=[adding, setting_options])
async def opened(
    hass: HomeAssistant, connected: MockConfigEntry, request: pytest.FixtureRequest
) -> Flow:
    """Return the form, wherever it stands."""
    flow: Flow = await request.param(hass)
    return flow


def typed(internet: Internet, flow: Flow, **checking: Any) -> dict[str, Any]:
    """Return what a person fills in to ask the pretend internet."""
    values = internet.options(interval=INTERVAL, **checking)
    if "name" in flow.fields:
        values["name"] = "Fibre"
    return values


async def save(flow: Flow, **values: Any) -> None:
    """Submit the form, and save the options after the trial."""
    await flow.submit(**values)
    if flow.step == "tried":
        await flow.choose("save")


def with_source(values: dict[str, Any], **source: Any) -> dict[str, Any]:
    """Return the values with one source more."""
    sources = values["sources"]
    whole = {"url": "http://127.0.0.1/ip", "family": "ipv4", **source}
    return values | {"sources": sources | {"custom": [*sources["custom"], whole]}}


@pytest.mark.usefixtures("public_services")
async def test_connection_that_only_watches(
    hass: HomeAssistant, internet: Internet
) -> None:
    """All options have defaults, which are not stored."""
    flow = await Flow.add(hass, "watch_only")
    assert flow.step == "connection"
    assert "name" in flow.fields
    await flow.submit()
    assert flow.entry.title == "Internet connection"
    assert flow.entry.data == {"kind": "connection"}
    assert flow.entry.options == {
        "ipv4": True,
        "ipv6": True,
        "sources": {},
        "checking": {},
        "network": {},
    }
    assert hass.states.get("sensor.internet_connection_ipv4_address").state == IPV4


@pytest.mark.usefixtures("public_services")
async def test_defaults_are_not_stored(hass: HomeAssistant) -> None:
    """A browser sends the defaults back; other public services may be better one day."""
    flow = await Flow.add(hass, "watch_only")
    await flow.submit(
        name=" ",
        # a browser may send them in another order
        sources={"built_in": default_source_keys()[::-1], "custom": []},
        checking={"allowed_networks": ["", " "]},
        network={"router": " ", "interface": ""},
    )
    assert flow.entry.title == "Internet connection"
    assert flow.entry.options["sources"] == {"custom": []}
    assert flow.entry.options["checking"] == {
        "interval": {"hours": 0, "minutes": 3, "seconds": 0},
        "push": True,
        "trust_single_source": False,
        "allowed_networks": [],
    }
    assert flow.entry.options["network"] == {
        "router_difference": "hold",
        "accept_carrier_grade_nat": False,
        "accept_translated": False,
    }
    flow = await Flow.options(hass, flow.entry)
    assert "built_in" not in flow.filled["sources"]


async def test_own_sources(
    hass: HomeAssistant, opened: Flow, internet: Internet
) -> None:
    """Sources, interval and networks are taken over, wherever the form stands."""
    internet.ipv4 = IPV4_NEW
    values = typed(
        internet, opened, allowed_networks=["11.22.0.1/16", " 2606:2800::/32"]
    )
    await save(opened, **values)
    entry = stored(hass)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.options == {
        "ipv4": True,
        "ipv6": True,
        "sources": values["sources"],
        "checking": {
            "interval": INTERVAL,
            "push": True,
            "trust_single_source": False,
            "allowed_networks": ["11.22.0.0/16", "2606:2800::/32"],
        },
        "network": {},
    }
    states = hass.states.async_all("sensor")
    assert IPV4_NEW in {state.state for state in states}


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ({"url": "example.com"}, "custom_invalid_url"),
        ({"url": "https://a:b@example.com"}, "custom_credentials_in_url"),
        ({"url": "http://example.com/"}, "custom_http_not_allowed"),
        ({"url": "https://11.22.33.44/", "family": "ipv6"}, "custom_wrong_family"),
        ({"format": "json"}, "custom_expression_missing"),
        ({"format": "plain", "expression": "ip"}, "custom_expression_not_used"),
        ({"format": "json", "expression": "data..ip"}, "custom_invalid_json_path"),
        ({"format": "regex", "expression": "("}, "custom_invalid_regex"),
        ({"format": "regex", "expression": "[0-9.]+"}, "custom_regex_groups"),
        ({"header_name": "X Token", "header_value": "a"}, "custom_invalid_header"),
        ({"header_name": "X-Token", "header_value": "\n"}, "custom_invalid_header"),
        ({"header_name": "X-Token"}, "custom_header_without_value"),
        ({"header_value": CANARY}, "custom_header_without_name"),
        ({"password": CANARY}, "custom_password_without_username"),
        ({"username": "a:b", "password": CANARY}, "custom_invalid_username"),
        ({"username": "a", "password": f"{CANARY}\n"}, "custom_invalid_password"),
        (
            {
                "username": "a",
                "password": CANARY,
                "header_name": "Authorization",
                "header_value": CANARY,
            },
            "custom_authorization_twice",
        ),
        (
            {"url": "https://example.com/", "verify_tls": False},
            "custom_verify_tls_outside",
        ),
    ],
)
async def test_source_that_cannot_work(
    hass: HomeAssistant,
    opened: Flow,
    internet: Internet,
    source: dict[str, str],
    error: str,
) -> None:
    """The error names the source; it can be corrected at once."""
    values = typed(internet, opened)
    await opened.submit(**with_source(values, **source))
    assert opened.errors == {"sources": error}
    assert opened.placeholders["value"] == source.get("url", "http://127.0.0.1/ip")
    filled = opened.filled
    assert len(filled["sources"]["custom"]) == 5
    assert filled["checking"]["interval"] == INTERVAL
    assert CANARY not in str(filled)
    await save(opened, **values)
    assert opened.step is None
    assert stored(hass).options["sources"]["custom"] == values["sources"]["custom"]


@pytest.mark.parametrize(
    ("changes", "errors", "placeholders"),
    [
        ({"ipv4": False, "ipv6": False}, {"base": "no_family"}, {}),
        (
            {"sources": {"built_in": []}},
            {"sources": "no_source"},
            {"family": "IPv4"},
        ),
        (
            {"ipv4": False, "sources": {"built_in": ["amazon"]}},
            {"sources": "no_source"},
            {"family": "IPv6"},
        ),
        (
            {"sources": {"built_in": ["cloudflare", "icanhazip"]}},
            {"sources": "single_operator"},
            {"family": "IPv4"},
        ),
        (
            {"sources": {"built_in": ["amazon", "ident"]}},
            {"sources": "single_operator"},
            {"family": "IPv6"},
        ),
        (
            {"checking": {"interval": {"seconds": 4}}},
            {"checking": "interval_too_short"},
            {"seconds": "5"},
        ),
        (
            {"checking": {"interval": {"seconds": -60}}},
            {"checking": "interval_too_short"},
            {"seconds": "5"},
        ),
        (
            {"checking": {"interval": {"hours": 24, "seconds": 1}}},
            {"checking": "interval_too_long"},
            {},
        ),
        (
            {
                "sources": {"built_in": ["ident", "desec"]},
                "checking": {"interval": {"seconds": 59}},
            },
            {"checking": "interval_too_short"},
            {"seconds": "60"},
        ),
        (
            {"checking": {"allowed_networks": ["my network"]}},
            {"checking": "invalid_network"},
            {"value": "my network"},
        ),
    ],
)
async def test_options_with_which_no_address_could_be_found(
    opened: Flow,
    internet: Internet,
    changes: dict[str, Any],
    errors: dict[str, str],
    placeholders: dict[str, str],
) -> None:
    """The error names the field or the section, and the next step."""
    values = typed(internet, opened)
    await opened.submit(**values | changes)
    assert opened.errors == errors
    assert placeholders.items() <= opened.placeholders.items()
    filled = opened.filled
    for key, value in changes.items():
        shown = filled[key]
        assert shown == (shown | value if isinstance(value, dict) else value)
    await save(opened, **values)
    assert opened.step is None


async def test_single_source_can_be_trusted(
    hass: HomeAssistant, connected: MockConfigEntry, internet: Internet
) -> None:
    """Whoever has but one source of their own says so."""
    flow = await Flow.options(hass, connected)
    values = typed(internet, flow)
    sources = {"built_in": [], "custom": values["sources"]["custom"][:1]}
    values |= {"ipv6": False, "sources": sources}
    await flow.submit(**values)
    assert flow.errors == {"sources": "single_operator"}
    values["checking"]["trust_single_source"] = True
    await save(flow, **values)
    assert connected.options["checking"]["trust_single_source"] is True
    assert hass.states.get("sensor.internet_connection_ipv4_address").state == IPV4


@pytest.mark.parametrize(
    ("name", "secret"), [("header_name", "header_value"), ("username", "password")]
)
async def test_secret_is_not_shown_again_and_kept(
    hass: HomeAssistant, opened: Flow, internet: Internet, name: str, secret: str
) -> None:
    """It stays while the URL does, and the name that goes with it."""
    values = typed(internet, opened)
    own = {"url": "http://127.0.0.1:9/ip", name: "X-Token"}
    await opened.submit(
        **with_source(
            values | {"ipv4": False, "ipv6": False}, **own, **{secret: CANARY}
        )
    )
    assert opened.errors == {"base": "no_family"}
    assert CANARY not in str(opened.filled)
    await opened.submit(**with_source(values, **own))
    if opened.step == "tried":
        # changing something else does not lose it
        await opened.choose("change")
        assert CANARY not in str(opened.filled)
        assert opened.filled["sources"]["custom"][-1][name] == "X-Token"
        await save(opened, **with_source(values, **own))
    assert stored(hass).options["sources"]["custom"][-1][secret] == CANARY

    flow = await Flow.options(hass, stored(hass))
    assert CANARY not in str(flow.filled)
    assert flow.filled["sources"]["custom"][-1][name] == "X-Token"
    await save(flow, **internet.options() | {"sources": flow.filled["sources"]})
    assert stored(hass).options["sources"]["custom"][-1][secret] == CANARY

    # another host must not get it, nor a source without the name
    flow = await Flow.options(hass, stored(hass))
    elsewhere = own | {"url": "http://127.0.0.2:9/ip"}
    await save(flow, **with_source(internet.options(), **elsewhere))
    assert flow.errors == {"sources": "custom_secret_again"}
    assert flow.placeholders["value"] == elsewhere["url"]
    await save(flow, **with_source(internet.options(), url=own["url"]))
    assert CANARY not in str(stored(hass).options)


async def test_source_that_is_known_no_more(
    hass: HomeAssistant, connected: MockConfigEntry
) -> None:
    """A list that names one can be saved without touching it."""
    hass.config_entries.async_update_entry(
        connected,
        options=connected.options
        | {"sources": {"built_in": ["bygone", "ident", "desec"]}},
    )
    flow = await Flow.options(hass, connected)
    assert flow.filled["sources"] == {"built_in": ["ident", "desec"]}


async def test_one_source_without_a_list(
    hass: HomeAssistant, connected: MockConfigEntry, internet: Internet
) -> None:
    """A client may give a single source as it is."""
    flow = await Flow.options(hass, connected)
    source = internet.options()["sources"]["custom"][0]
    await save(
        flow,
        ipv6=False,
        sources={"built_in": [], "custom": source},
        checking={"trust_single_source": True},
    )
    assert connected.options["sources"]["custom"] == [source]


async def test_names_tell_connections_apart(
    hass: HomeAssistant, connected: MockConfigEntry, internet: Internet
) -> None:
    """Two connections of one name could not be told apart by their entities."""
    flow = await Flow.add(hass, "watch_only")
    values = internet.options()
    await flow.submit(name=" internet CONNECTION", **values)
    assert flow.errors == {"name": "name_taken"}
    await flow.submit(name="LTE", **values)
    assert flow.entry.title == "LTE"

    flow = await Flow.reconfigure(hass, connected)
    assert flow.step == "reconfigure_connection"
    # all else are options, which are tried before they are saved
    assert flow.fields == {"name"}
    assert flow.filled == {"name": "Internet connection"}
    options = dict(connected.options)
    await flow.submit(name="lte")
    assert flow.errors == {"name": "name_taken"}
    assert flow.filled == {"name": "lte"}
    await flow.submit(name=" Internet Connection ")
    assert flow.reason == "reconfigure_successful"
    assert connected.title == "Internet Connection"
    assert connected.options == options
    assert connected.state is ConfigEntryState.LOADED


async def test_connection_that_is_not_running_is_tried_again(
    hass: HomeAssistant, connected: MockConfigEntry
) -> None:
    """After a change it starts, even if nothing was changed."""
    await hass.config_entries.async_unload(connected.entry_id)
    flow = await Flow.reconfigure(hass, connected)
    await flow.submit(name="Internet connection")
    assert flow.reason == "reconfigure_successful"
    assert connected.state is ConfigEntryState.LOADED


async def test_account_has_no_options(
    hass: HomeAssistant, account_entry: MockConfigEntry, connected: MockConfigEntry
) -> None:
    """Only a connection has options, only an account has hostnames."""
    account_entry.add_to_hass(hass)
    assert not account_entry.supports_options
    assert set(account_entry.supported_subentry_types) == {"hostname"}
    assert connected.supports_options
    assert set(connected.supported_subentry_types) == set()
