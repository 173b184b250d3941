"""Discovery of a router: one offer, only without an account or a connection."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from tests.conftest import AddEntry, account
from tests.flow_driver import Flow, typed
from tests.internet import Dyndns2Server, Internet

UDN = "uuid:2f402f80-da50-11e1-9b23-001788255acc"
OTHER_UDN = "uuid:2f402f80-da50-11e1-9b23-001788255add"
DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"


def router(udn: str | None = UDN, **upnp: Any) -> SsdpServiceInfo:
    """Return a router as Home Assistant tells of it."""
    return SsdpServiceInfo(
        ssdp_usn=f"{udn}::{DEVICE}",
        ssdp_st=DEVICE,
        ssdp_udn=udn,
        ssdp_location="http://192.168.1.1:5000/rootDesc.xml",
        upnp={"friendlyName": "FRITZ!Box 7590", "UDN": udn, **upnp},
    )


def offers(hass: HomeAssistant) -> list[str]:
    """Return the discovered routers on the page of the integrations."""
    return [
        flow["context"]["title_placeholders"]["name"]
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] == "ssdp"
    ]


async def ignore(hass: HomeAssistant, flow: Flow) -> None:
    """Ignore a router, as the page of the integrations does."""
    context = flow.hass.config_entries.flow.async_get(flow.result["flow_id"])["context"]
    await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": context["unique_id"], "title": "FRITZ!Box 7590"},
    )
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.usefixtures("public_services")
async def test_account_after_a_router_was_discovered(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """The way is the usual one, and the account is what it always is."""
    flow = await Flow.discover(hass, router())
    assert flow.step == "discovered"
    assert flow.placeholders["name"] == "FRITZ!Box 7590"
    assert offers(hass) == ["FRITZ!Box 7590"]
    await flow.submit(provider="Somebody's DNS")
    assert flow.step == "discovered"
    assert flow.errors == {"provider": "unknown_provider"}
    await flow.submit(provider="dyndns2")
    await flow.submit(**typed(dyndns2))
    await flow.submit(hostnames=["home.example.com"])
    assert flow.entry.state is ConfigEntryState.LOADED
    assert flow.entry.unique_id == f"dyndns2:{dyndns2.url}:somebody"
    assert offers(hass) == []
    assert (await Flow.discover(hass, router())).reason == "already_configured"


async def test_connection_after_a_router_was_discovered(
    hass: HomeAssistant, internet: Internet
) -> None:
    """A connection that only watches is not bound to the router."""
    flow = await Flow.discover(hass, router())
    await flow.submit(provider="watch_only")
    await flow.submit(name="Internet connection", **internet.options())
    assert flow.entry.unique_id is None
    assert flow.entry.data == {"kind": "connection"}


@pytest.mark.usefixtures("connected")
async def test_who_has_it_is_not_offered_it(hass: HomeAssistant) -> None:
    """The connection uses the router anyway."""
    assert (await Flow.discover(hass, router())).reason == "already_configured"
    assert offers(hass) == []


async def test_one_offer_is_enough(hass: HomeAssistant) -> None:
    """Routers tell of themselves again and again, and some homes have several."""
    await Flow.discover(hass, router())
    for udn in (UDN, OTHER_UDN, None):
        again = await Flow.discover(hass, router(udn))
        assert again.reason == "already_in_progress"
    assert offers(hass) == ["FRITZ!Box 7590"]


async def test_offer_is_withdrawn_by_whoever_needs_none(
    hass: HomeAssistant, internet: Internet
) -> None:
    """Adding something by hand is the answer to the offer."""
    await Flow.discover(hass, router())
    flow = await Flow.add(hass, "watch_only")
    await flow.submit(name="Fibre", **internet.options())
    assert flow.entry.state is ConfigEntryState.LOADED
    assert offers(hass) == []


@pytest.mark.usefixtures("public_services")
@pytest.mark.parametrize("udn", [UDN, None])
async def test_ignored_router(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    udn: str | None,
) -> None:
    """An ignored router is not offered again, and blocks no other flow."""
    await ignore(hass, await Flow.discover(hass, router(udn)))
    assert offers(hass) == []
    again = await Flow.discover(hass, router(udn))
    assert again.reason == "already_configured"
    # neither an account nor a connection: forms, accounts and connections pass it by
    flow = await Flow.add(hass, "watch_only")
    await flow.submit(name="Fibre", **internet.options())
    connection = flow.entry
    assert connection.state is ConfigEntryState.LOADED
    entry = await add_entry(account(dyndns2, "home.example.com"))
    assert "home.example.com" in dyndns2.records
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname="nas.example.com")
    assert "nas.example.com" in dyndns2.records
    for item in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_remove(item.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        if item.source == SOURCE_IGNORE:
            assert connection.state is ConfigEntryState.LOADED


async def test_another_router_after_one_was_ignored(hass: HomeAssistant) -> None:
    """A new router is a new offer."""
    await ignore(hass, await Flow.discover(hass, router()))
    flow = await Flow.discover(hass, router(OTHER_UDN, friendlyName="GL-MT6000"))
    assert flow.placeholders["name"] == "GL-MT6000"


@pytest.mark.parametrize(
    ("upnp", "name"),
    [
        ({"friendlyName": "  My\n router\t1 "}, "My router 1"),
        ({"friendlyName": "x" * 1_000_000}, "x" * 39 + "…"),
        ({"friendlyName": "a\u202eb\x1bc"}, "abc"),
        ({"friendlyName": "", "modelName": "Archer"}, "Archer"),
        ({"friendlyName": None, "modelName": " \u200b"}, "192.168.1.1"),
        ({"friendlyName": ["a", "b"]}, "192.168.1.1"),
    ],
)
async def test_nonsense_for_a_name(
    hass: HomeAssistant, upnp: dict[str, Any], name: str
) -> None:
    """Any device of the LAN can claim to be a router, with any name."""
    flow = await Flow.discover(hass, router(**upnp))
    assert flow.placeholders["name"] == name


@pytest.mark.parametrize(
    "location", [None, "", "nonsense", "http://[", "http://192.168.1.999999:99999999/"]
)
async def test_router_without_any_name(
    hass: HomeAssistant, location: str | None
) -> None:
    """It is offered all the same."""
    nameless = replace(router(), upnp={}, ssdp_location=location)
    flow = await Flow.discover(hass, nameless)
    assert flow.step == "discovered"
    assert flow.placeholders["name"]


@pytest.mark.parametrize("udn", [None, "", " ", "uuid:\x00", "u" * 129])
async def test_nonsense_for_an_identity(hass: HomeAssistant, udn: str | None) -> None:
    """A useless identity is not stored; all routers without one share one offer."""
    flow = await Flow.discover(hass, router(udn))
    assert flow.step == "discovered"
    [progress] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert progress["context"]["unique_id"] == "default_discovery_unique_id"
