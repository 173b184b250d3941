"""A provider's own service: asked first where the provider is used, and by nobody else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from custom_components.ddns_plus.core.detection.catalog import SOURCES
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, account, connection
from tests.home import ask
from tests.internet import IPV4, IPV6, Dyndns2Server

TRUSTED = {"trust_single_source": True}


@pytest.fixture(autouse=True)
def of_dyndns2(public_services: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the provider of these tests have such a service, under the name of another."""
    row = replace(SOURCES["ipv64"], providers=frozenset({"dyndns2"}))
    monkeypatch.setitem(SOURCES, row.key, row)


async def asked(hass: HomeAssistant, add_entry: AddEntry, **sources: Any) -> Any:
    """Add a connection, and return how often each source was asked."""
    options: Mapping[str, Any] = {"sources": sources, "checking": TRUSTED}
    entry = await add_entry(connection(options))
    return lambda: entry.runtime_data.asked


async def test_who_uses_the_provider(
    hass: HomeAssistant, add_entry: AddEntry, dyndns2: Dyndns2Server
) -> None:
    """It learns the address with the first update, so it may tell it, too."""
    counts = await asked(hass, add_entry)
    assert counts()["ident"]
    assert not counts()["ipv64"]
    entry = await add_entry(account(dyndns2, "home.example.com"))
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}
    await ask(hass, "check_address")
    assert counts()["ipv64"]
    assert not counts()["dynu"]

    await hass.config_entries.async_remove(entry.entry_id)
    before = counts()["ipv64"]
    await ask(hass, "check_address")
    assert counts()["ipv64"] == before


async def test_who_has_chosen_others(
    hass: HomeAssistant, add_entry: AddEntry, dyndns2: Dyndns2Server
) -> None:
    """Is not sent to anybody else, whatever the provider."""
    counts = await asked(hass, add_entry, built_in=["cloudflare", "ident"])
    await add_entry(account(dyndns2, "home.example.com"))
    await ask(hass, "check_address")
    assert counts()["ident"]
    assert not counts()["ipv64"]


async def test_who_has_chosen_it(hass: HomeAssistant, add_entry: AddEntry) -> None:
    """Asks it without an account there."""
    counts = await asked(hass, add_entry, built_in=["dynu"])
    assert counts()["dynu"]
