"""Logbook: what happened, in a sentence."""

from typing import Any

import pytest

from custom_components.ddns_plus import logbook
from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import Event, HomeAssistant, callback

from .conftest import AddEntry, Later, account, account_at
from .home import force_update
from .internet import IPV4, IPV4_NEW, IPV6, IPV6_NEW, Dyndns2Server, Internet
from .providers.fake_cloudflare import FakeCloudflare, plain


@pytest.fixture
def sentences(hass: HomeAssistant) -> list[str]:
    """Return what the logbook says from now on, as name and message."""
    found: list[str] = []

    @callback
    def describe(domain: str, event_type: str, describer: logbook.Describer) -> None:
        assert domain == DOMAIN

        @callback
        def listen(event: Event[Any]) -> None:
            described = describer(event)
            assert set(described) == {"name", "message"}
            found.append(f"{described['name']} {described['message']}")

        hass.bus.async_listen(event_type, listen)

    logbook.async_describe_events(hass, describe)
    return found


@pytest.mark.usefixtures("connected")
async def test_hostname(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
    sentences: list[str],
) -> None:
    """Every thing that can happen to a hostname."""
    await add_entry(account(dyndns2, "xn--bcher-kva.example.com"))
    assert sentences == [
        f"bücher.example.com now has the IPv4 address {IPV4}",
        f"bücher.example.com now has the IPv6 address {IPV6}",
    ]
    sentences.clear()
    dyndns2.answer = ""
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert sentences == [
        f"Public IPv4 address changed from {IPV4} to {IPV4_NEW}",
        f"bücher.example.com could not be updated to {IPV4_NEW} (empty_answer)",
        f"bücher.example.com could not be updated to {IPV6} (empty_answer)",
    ]
    sentences.clear()
    dyndns2.answer = "nohost"
    await force_update(hass)
    assert sentences == [
        "bücher.example.com is not updated over IPv4 until you act (nohost)",
        "bücher.example.com is not updated over IPv6 until you act (nohost)",
    ]
    sentences.clear()
    dyndns2.answer = None
    await force_update(hass, override_stop=True)
    assert sentences == [
        "bücher.example.com works again with IPv4",
        f"bücher.example.com now has the IPv4 address {IPV4_NEW}",
        "bücher.example.com works again with IPv6",
        f"bücher.example.com now has the IPv6 address {IPV6}",
    ]


@pytest.mark.usefixtures("connected")
async def test_withdrawal(
    hass: HomeAssistant,
    cloudflare: FakeCloudflare,
    add_entry: AddEntry,
    later: Later,
    sentences: list[str],
) -> None:
    """A family that is withdrawn, at first without success."""
    token = "canary-token-4f1d9c2ab07e"
    cloudflare.add_token(token)
    cloudflare.add_zone("example.com")
    entry = account_at("cloudflare", {"api_token": token}, "home.example.com")
    entry = await add_entry(entry)
    sentences.clear()
    cloudflare.interject("dns_records", plain(500, ""))
    [subentry] = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "ipv4": "withdraw"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sentences == [
        "home.example.com IPv4 address could not be removed (http_500)",
    ]
    sentences.clear()
    await later(minutes=5)
    assert sentences == [
        "home.example.com works again with IPv4",
        "home.example.com no longer has an IPv4 address",
    ]


@pytest.mark.usefixtures("connected")
async def test_ipv6(internet: Internet, later: Later, sentences: list[str]) -> None:
    """The family is written as people write it."""
    internet.ipv6 = IPV6_NEW
    await later(minutes=2)
    assert sentences == [f"Public IPv6 address changed from {IPV6} to {IPV6_NEW}"]
