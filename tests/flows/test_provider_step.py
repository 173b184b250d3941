"""Adding an account: the way through the flow, accounts that exist, and the connection."""

from collections.abc import Generator
from pathlib import Path
import sys

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core import providers
from homeassistant.config_entries import SOURCE_IMPORT, SOURCE_SYSTEM, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import UnknownFlow
from tests.conftest import account
from tests.flow_driver import Flow, typed
from tests.internet import IPV4, IPV6, Dyndns2Server, Internet

PASSWORD = "canary-password-77"
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.usefixtures("connected")
async def test_account_with_several_hostnames(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """Entry and hostnames are made at once, and the first update runs by itself."""
    flow = await Flow.add(hass)
    assert flow.step == "user"
    await flow.submit(provider="dyndns2")
    assert flow.step == "account"
    await flow.submit(**typed(dyndns2))
    assert flow.step == "hostnames"
    assert flow.placeholders["example"] == "home.example.com"
    await flow.submit(hostnames=["home.example.com", "nas.example.com"], ipv6=False)

    entry = flow.entry
    assert entry.state is ConfigEntryState.LOADED
    assert entry.unique_id == f"dyndns2:{dyndns2.url}:somebody"
    assert entry.title == f"DynDNS2 server ({URL(dyndns2.url).authority}, somebody)"
    assert entry.data == {
        "kind": "account",
        "provider": "dyndns2",
        "settings": {
            **typed(dyndns2),
            "ipv6_mode": "comma",
            "ipv6_parameter": "myipv6",
        },
    }
    assert [
        (item.unique_id, item.title, dict(item.data))
        for item in entry.subentries.values()
    ] == [
        (
            name,
            name,
            {"hostname": name, "ipv4": "update", "ipv6": "off", "settings": {}},
        )
        for name in ("home.example.com", "nas.example.com")
    ]
    assert dyndns2.records == {
        "home.example.com": [IPV4],
        "nas.example.com": [IPV4],
    }


async def test_providers_are_listed_by_name(hass: HomeAssistant) -> None:
    """The field shows the name of the provider chosen."""
    flow = await Flow.add(hass)
    [selector] = flow.result["data_schema"].schema.values()
    names = [item["value"] for item in selector.config["options"]]
    names.pop()
    assert {"Cloudflare", "No-IP"} <= set(names)
    assert names == sorted(names, key=str.casefold)
    for name in names:
        if not any(
            provider.info.name == name and provider.info.fields
            for provider in providers.load_all().values()
        ):
            continue
        await flow.submit(provider=name)
        assert flow.step == "account"
        assert flow.placeholders["provider"] == name
        flow = await Flow.add(hass)


async def test_connection_is_found_in_the_list(hass: HomeAssistant) -> None:
    """The field shows the choice in words; they are in the help, and in README."""
    flow = await Flow.add(hass)
    [selector] = flow.result["data_schema"].schema.values()
    last = selector.config["options"][-1]
    assert last["value"] == last["label"] == "Internet connection only (no provider)"
    assert flow.placeholders["watch_only"] == last["label"]
    assert f"*{last['label']}*" in README.read_text(encoding="utf-8")
    await flow.submit(provider=last["value"])
    assert flow.step == "connection"


@pytest.mark.parametrize(
    ("searched", "name"),
    [
        ("strato", "STRATO"),
        ("fritz", "DynDNS2 server"),
        ("own server", "DynDNS2 server"),
        ("selfhost", "selfHOST"),
        ("tunnelbroker", "Hurricane Electric tunnel"),
        ("moniker", "Key-Systems (domaindiscount24, Moniker, RRPproxy)"),
        ("update url", "Custom request"),
        ("spdns", "spDYN"),
        ("aws", "Amazon Route 53"),
        ("he.net", "Hurricane Electric"),
        ("dedyn", "deSEC"),
    ],
)
async def test_provider_is_found_by_other_words(
    hass: HomeAssistant, searched: str, name: str
) -> None:
    """The list is searched in the labels; what is chosen is the provider's name."""
    flow = await Flow.add(hass)
    [selector] = flow.result["data_schema"].schema.values()
    found = [
        item["value"]
        for item in selector.config["options"]
        if searched in item["label"].casefold()
    ]
    assert name in found


async def test_nothing_is_chosen_before_a_person_chooses(hass: HomeAssistant) -> None:
    """A submit without a choice leads nowhere but back to the list."""
    flow = await Flow.add(hass)
    assert flow.filled == {}
    await flow.submit()
    assert flow.step == "user"
    assert flow.errors == {"provider": "no_provider"}


@pytest.mark.parametrize("choice", ["dyndns2", "  DYNDNS2 Server "])
async def test_provider_is_found_by_its_name(hass: HomeAssistant, choice: str) -> None:
    """The list is searched by typing, so that other things can be typed too."""
    flow = await Flow.add(hass)
    await flow.submit(provider="Somebody's DNS")
    assert flow.step == "user"
    assert flow.errors == {"provider": "unknown_provider"}
    assert flow.placeholders["value"] == "Somebody's DNS"
    assert flow.filled == {"provider": "Somebody's DNS"}
    await flow.submit(provider=choice)
    assert flow.step == "account"
    assert "server_url" in flow.fields


async def test_account_is_added_once(
    hass: HomeAssistant, dyndns2: Dyndns2Server, account_entry: MockConfigEntry
) -> None:
    """The same user at the same server is the same account."""
    account_entry.add_to_hass(hass)
    flow = await Flow.add(hass, "dyndns2")
    await flow.submit(**typed(dyndns2, username=" SomeBody "))
    assert flow.reason == "already_configured"


@pytest.mark.usefixtures("connected")
async def test_flow_that_was_given_up_is_not_in_the_way(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """A flow that was left unfinished does not block the next one: one account results."""
    given_up = await Flow.add(hass, "dyndns2")
    await given_up.submit(**typed(dyndns2))
    flow = await Flow.add(hass, "dyndns2")
    await flow.submit(**typed(dyndns2))
    await flow.submit(hostnames=["home.example.com"])
    assert flow.entry.state is ConfigEntryState.LOADED
    with pytest.raises(UnknownFlow):
        await given_up.submit(hostnames=["nas.example.com"])


async def test_account_that_appeared_meanwhile_is_not_replaced(
    hass: HomeAssistant, dyndns2: Dyndns2Server, account_entry: MockConfigEntry
) -> None:
    """Another account may have been changed into this one before the last step."""
    flow = await Flow.add(hass, "dyndns2")
    await flow.submit(**typed(dyndns2))
    account_entry.add_to_hass(hass)
    await flow.submit(hostnames=["nas.example.com"])
    assert flow.reason == "already_configured"
    assert [item.title for item in hass.config_entries.async_entries(DOMAIN)] == [
        "Test account"
    ]


@pytest.fixture
def listing_provider() -> Generator[None]:
    """Add a provider that lists hostnames, as a file beside the others."""
    folder = str(Path(__file__).parents[1] / "plugins")
    providers.__path__.append(folder)
    providers.provider_slugs.cache_clear()
    yield
    providers.__path__.remove(folder)
    providers.provider_slugs.cache_clear()
    sys.modules.pop(f"{providers.__name__}.listing", None)


@pytest.mark.usefixtures("connected", "listing_provider")
async def test_hostnames_are_picked_from_what_the_account_has(
    hass: HomeAssistant,
) -> None:
    """Others can be typed; a family that the provider does not know is not asked about."""
    flow = await Flow.add(hass, "listing")
    await flow.submit(username="somebody", password=PASSWORD, advanced={"port": 99999})
    assert flow.fields == {"hostnames", "ipv4"}
    assert flow.filled == {}
    [selector, _] = flow.result["data_schema"].schema.values()
    assert selector.config["options"] == ["home.example.com", "müller.example.com"]
    await flow.submit(hostnames=["müller.example.com", "typed.example.com"])
    assert [dict(item.data) for item in flow.entry.subentries.values()] == [
        {"hostname": name, "ipv4": "update", "ipv6": "off", "settings": {}}
        for name in ("xn--mller-kva.example.com", "typed.example.com")
    ]


@pytest.mark.usefixtures("public_services")
async def test_accounts_set_up_at_once_share_one_connection(
    hass: HomeAssistant, internet: Internet, dyndns2: Dyndns2Server
) -> None:
    """The connection makes itself, once, with the defaults, and the accounts follow it."""
    first = account(dyndns2, "home.example.com")
    second = MockConfigEntry(
        domain=DOMAIN,
        unique_id="other",
        data=first.data,
        subentries_data=[
            {**item.as_dict(), "unique_id": "nas.example.com"}
            | {"data": {**item.data, "hostname": "nas.example.com"}}
            for item in first.subentries.values()
        ],
    )
    first.add_to_hass(hass)
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(first.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    connections = [
        item
        for item in hass.config_entries.async_entries(DOMAIN)
        if item.data["kind"] == "connection"
    ]
    assert [item.title for item in connections] == ["Internet connection"]
    assert connections[0].unique_id == "connection"
    assert connections[0].options == {}
    # Home Assistant's frontend offers no menu for what the system has made
    assert connections[0].source != SOURCE_SYSTEM
    assert dyndns2.records == {
        name: [IPV4, IPV6] for name in ("home.example.com", "nas.example.com")
    }


@pytest.mark.usefixtures("connected")
async def test_second_connection_does_not_make_itself(hass: HomeAssistant) -> None:
    """An account that asks although there is a connection gets that one."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IMPORT}
    )
    assert result["reason"] == "already_configured"
