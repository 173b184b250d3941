"""Diagnostics: useful to whoever reads them, and safe to put in a public place."""

from datetime import UTC, datetime
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.net.http import HttpClient
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, instance_id

from .conftest import AddEntry, Later, account, account_at, connection, with_known_ids
from .home import act, force_update
from .internet import IPV4, IPV6, Dyndns2Server, Internet
from .outside import lead_outside, options, router_says


class Download:
    """A person who downloads diagnostics."""

    def __init__(self, hass: HomeAssistant, client_of: ClientSessionGenerator) -> None:
        """Keep the way to Home Assistant."""
        self._hass = hass
        self._client_of = client_of

    async def entry(self, entry: MockConfigEntry) -> Any:
        """Return the diagnostics of an entry."""
        return await get_diagnostics_for_config_entry(
            self._hass, self._client_of, entry
        )

    async def device(self, entry: MockConfigEntry, identifier: str) -> Any:
        """Return the diagnostics of a device."""
        device = dr.async_get(self._hass).async_get_device_by_identifier(
            (DOMAIN, identifier), entry.entry_id
        )
        assert device is not None
        return await get_diagnostics_for_device(
            self._hass, self._client_of, entry, device
        )


@pytest.fixture
def download(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Download:
    """Return a person who downloads diagnostics."""
    return Download(hass, hass_client)


@pytest.fixture(autouse=True)
def known_world(
    monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory
) -> None:
    """Let it be noon, and give Home Assistant an id that is the same in each run."""
    freezer.move_to(datetime(2026, 11, 22, 12, tzinfo=UTC))

    async def known(_hass: HomeAssistant) -> str:
        return "an instance"

    monkeypatch.setattr(instance_id, "async_get", known)


@pytest.mark.usefixtures("connected")
async def test_account(
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    download: Download,
    snapshot: SnapshotAssertion,
    hass: HomeAssistant,
) -> None:
    """What is configured, what was decided and what went wrong, hostname by hostname."""
    entry = account(
        dyndns2,
        "home.example.com",
        "*.nas.example.com",
        ipv6_suffix="::42",
        ipv4="off",
    )
    entry = await add_entry(with_known_ids(entry))
    dyndns2.answer = "nohost somebody@example.org 11.22.33.44"
    await force_update(hass, hostname="home.example.com")
    await act(hass, "switch.turn_off", "switch.nas_example_com_automatic_updates")
    found = await download.entry(entry)
    assert found == snapshot
    texts = json.dumps(found)
    for identifying in ("example", "somebody", "11.22.33", "800:220", dyndns2.url):
        assert identifying not in texts


@pytest.mark.usefixtures("connected")
async def test_devices(
    dyndns2: Dyndns2Server, add_entry: AddEntry, download: Download
) -> None:
    """That of a hostname says no more of the account than it needs."""
    entry = account(dyndns2, "home.example.com", "nas.example.com")
    entry = await add_entry(with_known_ids(entry))
    whole = await download.entry(entry)
    assert await download.device(entry, entry.entry_id) == whole
    [home, nas] = whole["hostnames"]
    assert home["hostname"] != nas["hostname"]
    found = await download.device(entry, "subentry-of-nas.example.com")
    assert found == {**whole, "hostnames": [nas]}


@pytest.mark.usefixtures("connected")
async def test_stopped_account(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    download: Download,
) -> None:
    """What concerns the whole account is told, and gone when it is over."""
    dyndns2.answer = "abuse"
    entry = await add_entry(account_entry)
    found = await download.entry(entry)
    assert found["failure"]["code"] == "abuse"
    assert found["failure"]["account_wide"] is True
    assert found["hostnames"][0]["status"] == "refused"
    assert found["hostnames"][0]["ipv4"]["decision"] == {
        "action": "stop",
        "reason": "abuse",
        "until": None,
    }
    dyndns2.answer = None
    await entry.runtime_data.async_release()
    await hass.async_block_till_done(wait_background_tasks=True)
    found = await download.entry(entry)
    assert found["failure"] is None
    assert found["hostnames"][0]["status"] == "up_to_date"


@pytest.mark.usefixtures("connected")
async def test_a_fault_of_our_own(
    add_entry: AddEntry, download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the code failed is told, for nobody else can find that out."""

    async def fail(*_: object, **__: object) -> None:
        raise TypeError("with a canary in it")

    monkeypatch.setattr(HttpClient, "request", fail)
    settings = {"username": "somebody", "password": "secret"}
    entry = await add_entry(account_at("noip", settings, "home.ddns.net"))
    failure = (await download.entry(entry))["hostnames"][0]["ipv4"]["failure"]
    assert failure["code"] == "internal_error"
    assert failure["detail"].startswith("TypeError in fail:")
    assert "canary" not in json.dumps(failure)


async def test_connection_that_disagrees(
    internet: Internet,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    download: Download,
    later: Later,
) -> None:
    """Who said what is told, with other names for what the user brought along."""
    entry = await add_entry(connection_entry)
    found = await download.entry(entry)
    assert found["ipv4"]["known"] == "11.22.0.0/16"
    assert found["ipv6"]["known"] == "2606:2800::/32"
    assert {vote["source"] for vote in found["ipv4"]["votes"]} <= {
        "custom 1",
        "custom 2",
    }
    internet.lies = {
        "127.0.0.1": "93.184.216.34",
        "127.0.0.2": "93.185.216.34",
        "::1": "fe80::1",
        "localhost": "192.168.1.1",
    }
    await later(minutes=2)
    found = await download.entry(entry)
    assert found["ipv4"]["verdict"] == found["ipv4"]["unknown"] == "conflict"
    assert {vote["source"]: vote["address"] for vote in found["ipv4"]["votes"]} == {
        "custom 1": "93.184.0.0/16",
        "custom 2": "93.185.0.0/16",
    }
    assert found["ipv6"]["failures"] == {
        "custom 3": "not_publishable:link_local",
        "custom 4": "wrong_family",
    }
    texts = json.dumps(found)
    for identifying in (IPV4, IPV6, "127.0.0", "localhost", "::1", "216.34"):
        assert identifying not in texts


async def test_connection_behind_a_router(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    download: Download,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the router says counts, but not by what name; who was outvoted is told."""
    lead_outside(internet, monkeypatch)
    router_says(hass, "100.64.1.1")
    entry = await add_entry(connection(options(interface="lo")))
    await later(minutes=2)
    found = await download.entry(entry)
    assert found["ipv4"]["situation"] == "carrier_grade_nat"
    assert found["ipv4"]["failures"] == {"entity 1": "not_publishable:shared"}
    assert found["ipv4"]["bound_to_interface"] is True
    assert found["ipv4"]["bound_to_address"] is False
    assert found["asked"]["entity 1"] == 2
    assert found["asked"]["desec"] >= 2
    assert found["options"]["entities"] == [{"family": "ipv4", "attribute": False}]
    assert found["options"]["interface_chosen"] is True
    vote = found["ipv4"]["votes"][0]
    assert vote["transport"] == "tls"
    assert vote["age"] == 0
    await later(seconds=7)
    aged = await download.entry(entry)
    assert aged["ipv4"]["votes"][0]["age"] == 7

    router_says(hass, IPV4)
    await later(minutes=2)
    internet.lies = {"127.0.0.1": "11.99.99.99"}
    for _ in range(6):
        await later(minutes=2)
    found = await download.entry(entry)
    assert found["ipv4"]["situation"] == "normal"
    assert found["outvoted"]["desec"] >= 3
    assert found["demoted"] == ["desec"]
    texts = json.dumps(found)
    for identifying in ("router_external", "upnp_", IPV4, "216.34", "127.0.0", '"lo"'):
        assert identifying not in texts


@pytest.mark.usefixtures("public_services")
async def test_connection(
    add_entry: AddEntry,
    download: Download,
    snapshot: SnapshotAssertion,
) -> None:
    """How the address is looked for, and what came of it."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Internet connection",
        data={"kind": "connection"},
        options={
            "ipv6": False,
            "sources": {
                "built_in": ["cloudflare"],
                "custom": [
                    {
                        "url": "https://echo.example.com/secret?token=secret",
                        "family": "ipv6",
                        "format": "json",
                        "expression": "secret",
                        "header_name": "X-Secret",
                        "header_value": "secret",
                    }
                ],
            },
            "checking": {
                "interval": {"minutes": 10},
                "trust_single_source": True,
                "allowed_networks": ["11.22.0.0/16"],
            },
        },
    )
    entry = await add_entry(entry)
    found = await download.entry(entry)
    # whether there is a router, and what is listened to, is this machine's
    assert set(found["push"]) == {"entities", "nat_pmp", "netlink", "ssdp", "upnp"}
    assert isinstance(found["router"]["found"], bool)
    assert found == snapshot(
        exclude=props("latency_ms", "next_check_in", "push", "router")
    )
    assert "secret" not in json.dumps(found)
    assert "echo.example.com" not in json.dumps(found)


async def test_entries_that_do_not_run(
    hass: HomeAssistant,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    download: Download,
) -> None:
    """It is told what they are, and why they do not run where that is known."""
    await add_entry(account_entry)
    hass.config_entries.async_update_entry(
        account_entry, data={**account_entry.data, "provider": "of_the_future"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    await hass.config_entries.async_unload(connected.entry_id)
    told = {"kind": "account", "provider": "of_the_future", "state": "setup_error"}
    assert await download.entry(account_entry) == {**told, "reason": "unknown_provider"}
    found = await download.device(account_entry, account_entry.entry_id)
    assert found["state"] == "setup_error"
    told = {"kind": "connection", "provider": None, "state": "not_loaded"}
    assert await download.entry(connected) == {**told, "reason": None}
