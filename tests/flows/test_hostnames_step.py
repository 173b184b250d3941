"""The step of a new account that takes its hostnames: what may be typed, and what may not."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, account
from tests.flow_driver import Flow
from tests.internet import Dyndns2Server, Internet
from tests.providers.fake_cloudflare import FakeCloudflare

pytestmark = pytest.mark.usefixtures("connected")
TOKEN = "canary-token-4f1d9c2ab07e"
DUCK_DNS_TOKEN = "a7c4d0ad-114e-40ef-ba1d-d217904a50f2"


async def at_hostnames(hass: HomeAssistant, server: Dyndns2Server) -> Flow:
    """Return a flow that asks for hostnames."""
    server.username = "somebody-else"
    flow = await Flow.add(hass, "dyndns2")
    return await flow.submit(
        server_url=server.url,
        username=server.username,
        password=server.password,
        allow_http=True,
    )


def hostnames_of(flow: Flow) -> list[str]:
    """Return the hostnames that the flow created."""
    return [item.data["hostname"] for item in flow.entry.subentries.values()]


async def test_names_are_read_as_people_write_them(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """Case, blanks around, a dot at the end, IDNA: the name is what counts, and once."""
    flow = await at_hostnames(hass, dyndns2)
    await flow.submit(
        hostnames=[
            "  Home.Example.COM. ",
            "home.example.com",
            "Müller.example.com",
            "xn--mller-kva.example.com",
            "*.example.com",
            " ",
        ]
    )
    assert hostnames_of(flow) == [
        "home.example.com",
        "xn--mller-kva.example.com",
        "*.example.com",
    ]
    assert [item.title for item in flow.entry.subentries.values()] == [
        "home.example.com",
        "müller.example.com",
        "*.example.com",
    ]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ([], "hostname_empty"),
        (["", "  "], "hostname_empty"),
        (["my home.example.com"], "hostname_has_blanks"),
        (["192.0.2.1"], "hostname_is_address"),
        (["2001:db8::1"], "hostname_is_address"),
        (["https://me:secret@home.example.com/"], "hostname_is_url"),
        (["me@demo.test"], "hostname_is_email"),
        (["test.123"], "hostname_ends_in_number"),
        (["a..b.org"], "hostname_empty_label"),
        (["home.example.com", "-home.example.com"], "hostname_bad_label"),
        (["home,nas.example.com"], "hostname_has_blanks"),
        (["home.*.example.com"], "hostname_bad_wildcard"),
        (["home"], "hostname_not_qualified"),
        ([f"{'a' * 64}.example.com"], "hostname_too_long"),
    ],
)
async def test_what_is_no_hostname(
    hass: HomeAssistant, dyndns2: Dyndns2Server, typed: list[str], error: str
) -> None:
    """The error shows the wrong text; all values typed are still there."""
    flow = await at_hostnames(hass, dyndns2)
    await flow.submit(hostnames=typed, ipv6=False, advanced={"ipv6_suffix": "::42"})
    assert flow.errors == {"hostnames": error}
    assert flow.placeholders.get("value") == (
        None if error.endswith("empty") else typed[-1]
    )
    assert flow.filled == {
        "hostnames": typed,
        "ipv4": True,
        "ipv6": False,
        "advanced": {"ipv6_suffix": "::42", "ipv6_prefix_length": 64},
    }
    await flow.submit(hostnames=["home.example.com"])
    assert hostnames_of(flow) == ["home.example.com"]


async def test_what_is_plain_is_mended(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """The name in a URL, and the names of a list that was pasted."""
    flow = await at_hostnames(hass, dyndns2)
    await flow.submit(
        hostnames=["http://home.example.com:8123/x", "a.example.com, b.example.com"]
    )
    assert hostnames_of(flow) == ["home.example.com", "a.example.com", "b.example.com"]
    flow = await Flow.add_hostname(hass, flow.entry)
    await flow.submit(hostname="c.example.com,d.example.com")
    assert flow.errors == {"hostname": "hostname_has_blanks"}
    await flow.submit(hostname="https://c.example.com/")
    assert flow.result["title"] == "c.example.com"


@pytest.mark.usefixtures("cloudflare")
async def test_names_below_one_domain(hass: HomeAssistant) -> None:
    """At Duck DNS the end of the name is there already; the whole name can be typed."""
    flow = await Flow.add(hass, "duckdns")
    await flow.submit(token=DUCK_DNS_TOKEN)
    assert flow.placeholders["example"] == "home.duckdns.org"
    selector = flow.result["data_schema"].schema["hostnames"]
    assert selector.config["suffix"] == ".duckdns.org"
    await flow.submit(hostnames=["Home", "nas.duckdns.org"])
    # the service itself cannot be reached
    await flow.choose("create_account")
    assert hostnames_of(flow) == ["home.duckdns.org", "nas.duckdns.org"]
    flow = await Flow.change_hostname(hass, flow.entry, "home.duckdns.org")
    assert flow.filled["hostname"] == "home"
    await flow.submit(**flow.filled)
    assert flow.reason == "reconfigure_successful"


async def test_no_family(hass: HomeAssistant, dyndns2: Dyndns2Server) -> None:
    """A hostname without any address makes no sense."""
    flow = await at_hostnames(hass, dyndns2)
    await flow.submit(hostnames=["home.example.com"], ipv4=False, ipv6=False)
    assert flow.errors == {"base": "no_family"}
    await flow.submit(hostnames=["home.example.com"], ipv4=False)
    [subentry] = flow.entry.subentries.values()
    assert (subentry.data["ipv4"], subentry.data["ipv6"]) == ("off", "update")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("42", None),
        ("01:02:03:04:05", None),
        ("::", None),
        ("2001:db8::42", "for documentation"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fd00::42", "private"),
    ],
)
@pytest.mark.parametrize("right", ["::42", " 00:53:0a:0b:0c:0d "])
async def test_ipv6_suffix(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    wrong: str,
    why: str | None,
    right: str,
) -> None:
    """A record for another machine needs the host part of its address, or its MAC address."""
    flow = await at_hostnames(hass, dyndns2)
    await flow.submit(hostnames=["nas.example.com"], advanced={"ipv6_suffix": wrong})
    key = "ipv6_suffix_not_public" if why else "invalid_ipv6_suffix"
    assert flow.errors == {"advanced": key}
    assert flow.placeholders.get("refusal") == why
    await flow.submit(
        hostnames=["nas.example.com"], ipv4=False, advanced={"ipv6_suffix": right}
    )
    [subentry] = flow.entry.subentries.values()
    assert subentry.data["ipv6_suffix"] == right.strip()


@pytest.mark.parametrize(
    ("provider", "credentials", "wrong", "error", "right"),
    [
        (
            "noip",
            {"username": "somebody", "password": "canary"},
            "*.example.com",
            "wildcard_not_supported",
            "home.example.com",
        ),
        (
            "duckdns",
            {"token": DUCK_DNS_TOKEN},
            "*.home.duckdns.org",
            "wildcard_not_supported",
            "home.duckdns.org",
        ),
        (
            "duckdns",
            {"token": DUCK_DNS_TOKEN},
            "home.example.com",
            "not_a_duckdns_name",
            "home.duckdns.org",
        ),
    ],
)
@pytest.mark.usefixtures("cloudflare")
async def test_what_this_provider_cannot_have(
    hass: HomeAssistant,
    provider: str,
    credentials: dict[str, str],
    wrong: str,
    error: str,
    right: str,
) -> None:
    """Providers differ in what they take for a hostname."""
    flow = await Flow.add(hass, provider)
    await flow.submit(**credentials)
    await flow.submit(hostnames=[right, wrong])
    assert flow.errors == {"hostnames": error}
    assert flow.placeholders["value"] == wrong
    await flow.submit(hostnames=[right])
    # the service itself cannot be reached
    await flow.choose("create_account")
    assert hostnames_of(flow) == [right]
    for secret in credentials.values():
        assert secret == "somebody" or secret not in str(flow.entry.unique_id)


async def test_hostname_outside_of_the_zones(
    hass: HomeAssistant, cloudflare: FakeCloudflare
) -> None:
    """The zones of the account are named, as examples and in the error."""
    cloudflare.add_token(TOKEN)
    cloudflare.add_zone("example.com")
    cloudflare.add_zone("xn--mller-kva.example")
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token=TOKEN)
    assert flow.placeholders["example"] == "home.example.com, home.müller.example"
    await flow.submit(hostnames=["home.example.com", "home.example.org"])
    assert flow.errors == {"hostnames": "hostname_not_in_zones"}
    assert flow.placeholders["value"] == "home.example.org"
    assert flow.placeholders["zones"] == "example.com, müller.example"
    await flow.submit(hostnames=["example.com", "a.b.müller.example"])
    assert hostnames_of(flow) == ["example.com", "a.b.xn--mller-kva.example"]


async def test_error_names_a_few_of_many_zones(
    hass: HomeAssistant, cloudflare: FakeCloudflare
) -> None:
    """Nobody reads a list of a hundred zones."""
    cloudflare.add_token(TOKEN)
    for number in range(30):
        cloudflare.add_zone(f"example-{number:02}.com")
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token=TOKEN)
    await flow.submit(hostnames=["home.example.org"])
    assert flow.placeholders["zones"].count(",") == 10
    assert flow.placeholders["zones"].endswith("example-09.com, …")
    await flow.submit(hostnames=["home.example-29.com"])
    assert hostnames_of(flow) == ["home.example-29.com"]


async def test_settings_of_a_hostname(
    hass: HomeAssistant, cloudflare: FakeCloudflare
) -> None:
    """Optional fields are collapsed, and empty ones are not stored."""
    cloudflare.add_token(TOKEN)
    zone = cloudflare.add_zone("example.com")
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token=TOKEN)
    assert flow.fields == {
        "hostnames",
        "ipv4",
        "ipv6",
        "advanced.ttl",
        "advanced.proxied",
        "advanced.ipv6_suffix",
        "advanced.ipv6_prefix_length",
    }
    await flow.submit(
        hostnames=["home.example.com"], ipv6=False, advanced={"ttl": 120.0}
    )
    [subentry] = flow.entry.subentries.values()
    assert subentry.data["settings"] == {"ttl": 120}
    [record] = zone.records.values()
    assert record["ttl"] == 120


async def test_zone_of_an_alias(
    hass: HomeAssistant, cloudflare: FakeCloudflare
) -> None:
    """A setting that is a hostname is read as one."""
    flow = await Flow.add(hass, "dynu")
    await flow.submit(username="somebody", password="canary")
    await flow.submit(hostnames=["home.example.com"], advanced={"zone": "a b"})
    assert flow.errors == {"advanced": "hostname_has_blanks"}
    await flow.submit(hostnames=["home.example.com"], advanced={"zone": "example.org"})
    assert flow.errors == {"advanced": "hostname_outside_zone"}
    await flow.submit(hostnames=["home.example.com"], advanced={"zone": "Example.COM"})
    # the service itself cannot be reached
    await flow.choose("create_account")
    [subentry] = flow.entry.subentries.values()
    assert subentry.data["settings"] == {"zone": "example.com"}


@pytest.mark.usefixtures("loopback")
async def test_hostname_outside_of_the_domain_of_the_account(
    hass: HomeAssistant,
) -> None:
    """Where an account is for one domain, a name elsewhere is told at once."""
    flow = await Flow.add(hass, "namecheap")
    await flow.submit(zone="example.com", password="canary")
    await flow.submit(hostnames=["home.example.com", "home.example.org"])
    assert flow.errors == {"hostnames": "hostname_not_in_zone"}
    assert flow.placeholders["zone"] == "example.com"
    assert flow.placeholders["value"] == "home.example.org"
    await flow.submit(hostnames=["home.example.com"])
    # the service itself cannot be reached
    await flow.choose("create_account")
    assert hostnames_of(flow) == ["home.example.com"]


async def test_hostname_of_another_account(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """Two accounts that update one name are asked about, and can be wanted."""
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    flow = await at_hostnames(hass, dyndns2)
    assert "allow_duplicate" not in flow.fields
    await flow.submit(hostnames=["nas.example.com", "HOME.example.com"])
    assert flow.errors == {"hostnames": "hostname_in_other_account"}
    assert flow.placeholders["value"] == "home.example.com"
    assert flow.placeholders["other_account"] == "Test account"
    # the question stays while something else is corrected
    await flow.submit(hostnames=["home.example.com", "nas"], allow_duplicate=True)
    assert flow.errors == {"hostnames": "hostname_not_qualified"}
    assert flow.filled["allow_duplicate"] is True
    await flow.submit(hostnames=["home.example.com"], allow_duplicate=False)
    assert flow.errors == {"hostnames": "hostname_in_other_account"}
    await flow.submit(hostnames=["home.example.com"], allow_duplicate=True)
    assert hostnames_of(flow) == ["home.example.com"]
    [subentry] = flow.entry.subentries.values()
    assert "allow_duplicate" not in subentry.data


async def test_two_accounts_may_share_a_name_by_family(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """IPv4 here and IPv6 there is no conflict."""
    await add_entry(account(dyndns2, "home.example.com", ipv6="off"))
    flow = await at_hostnames(hass, dyndns2)
    await flow.submit(hostnames=["home.example.com"], ipv4=False)
    assert hostnames_of(flow) == ["home.example.com"]


async def test_hostname_of_a_disabled_account(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """It updates nothing now; what happens once it is enabled is asked before."""
    old = account(dyndns2, "home.example.com")
    old.disabled_by = ConfigEntryDisabler.USER
    old.add_to_hass(hass)
    flow = await at_hostnames(hass, dyndns2)
    await flow.submit(hostnames=["home.example.com"])
    assert flow.errors == {"hostnames": "hostname_in_disabled_account"}
    assert flow.placeholders["other_account"] == "Test account"
    await flow.submit(hostnames=["home.example.com"], allow_duplicate=True)
    assert hostnames_of(flow) == ["home.example.com"]


async def test_internet_connection_is_asked_for_when_there_are_two(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
) -> None:
    """With one connection there is nothing to choose."""
    options: dict[str, Any] = internet.options()
    other = MockConfigEntry(
        domain=DOMAIN, title="LTE", data={"kind": "connection"}, options=options
    )
    flow = await at_hostnames(hass, dyndns2)
    assert "advanced.connection" not in flow.fields
    await add_entry(other)
    flow = await at_hostnames(hass, dyndns2)
    await flow.submit(
        hostnames=["home.example.com"], advanced={"connection": other.entry_id}
    )
    [subentry] = flow.entry.subentries.values()
    assert subentry.data["connection"] == other.entry_id
