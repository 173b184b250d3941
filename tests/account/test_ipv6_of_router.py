"""A hostname for the router itself: it gets the IPv6 address that the router tells."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.account.hostname import ManagedHostname
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.router.upnp import UpnpGateway
from custom_components.ddns_plus.core.detection.source import FailureReason, SourceError
from custom_components.ddns_plus.core.engine.records import AddressRule
from custom_components.ddns_plus.core.observation import (
    Observation,
    RouterIPv6,
    Unknown,
)
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, account, connection
from tests.flow_driver import Flow
from tests.flows.test_hostname_flow import NAS, data_of
from tests.home import state_of
from tests.internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet
from tests.repairs import issues, only_issue
from tests.texts import TEXTS, placeholders_of

OF_ROUTER = "2606:2800:220:ff::1"
OF_ROUTER_NEW = "2606:2800:220:fe::1"
VPN = "vpn.example.com"


@dataclass
class Router:
    """A router that tells its own IPv6 address, or none; `gone` does not answer."""

    address: str | None = OF_ROUTER
    prefix: str | None = "2606:2800:220::/56"
    gone: bool = False

    async def ipv6_address(self) -> IPv6Address | None:
        """Return the address."""
        self._answer()
        return IPv6Address(self.address) if self.address else None

    async def ipv6_prefix(self) -> IPv6Network | None:
        """Return the prefix."""
        self._answer()
        return IPv6Network(self.prefix) if self.prefix else None

    async def nothing(self) -> Any:
        """Tell nothing else."""
        raise SourceError(FailureReason.UNSUPPORTED)

    def _answer(self) -> None:
        if self.gone:
            raise SourceError(FailureReason.UNREACHABLE)


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch) -> Router:
    """Return the router of this home."""
    router = Router()
    for name in ("ipv6_address", "ipv6_prefix"):
        monkeypatch.setattr(
            UpnpGateway, name, lambda _, ask=getattr(router, name): ask()
        )
    monkeypatch.setattr(UpnpGateway, "external_address", lambda _: router.nothing())
    return router


@pytest.fixture
async def watched(
    internet: Internet, add_entry: AddEntry, router: Router
) -> MockConfigEntry:
    """Return a connection that asks the router, too."""
    options = internet.options(push=False)
    options["sources"]["built_in"] = ["upnp"]
    return await add_entry(connection(options))


@pytest.mark.usefixtures("watched")
async def test_its_address_is_published(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    router: Router,
    later: Later,
) -> None:
    """Beside those of this machine, with the IPv4 address that both have."""
    await add_entry(account(dyndns2, "home.example.com"))
    await add_entry(account(dyndns2, VPN, title="VPN", ipv6_of_router=True))
    home = {"home.example.com": [IPV4, IPV6]}
    assert dyndns2.records == {**home, VPN: [IPV4, OF_ROUTER]}

    # who does not answer, and who tells none, has not lost what is published
    router.gone = True
    await later(minutes=6)
    router.gone, router.address = False, None
    await later(minutes=6)
    assert state_of(hass, "sensor.vpn_example_com_published_ipv6") == OF_ROUTER
    assert dyndns2.records == {**home, VPN: [IPV4, OF_ROUTER]}

    router.address = OF_ROUTER_NEW
    await later(minutes=6)
    assert dyndns2.records == {**home, VPN: [IPV4, OF_ROUTER_NEW]}


@pytest.mark.usefixtures("watched")
async def test_a_line_that_is_dialled_in_anew(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    router: Router,
    later: Later,
) -> None:
    """The router is asked with the change, and again when it has the other family, too."""
    await add_entry(account(dyndns2, VPN, ipv6_of_router=True))
    internet.ipv4 = IPV4_NEW
    await later(seconds=66)
    assert dyndns2.records == {VPN: [IPV4_NEW, OF_ROUTER]}
    router.address = OF_ROUTER_NEW
    await later(seconds=25)
    assert dyndns2.records == {VPN: [IPV4_NEW, OF_ROUTER_NEW]}


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"ipv6_of_router": True}, "no_router_address"),
        ({"ipv6_suffix": "::17:0:0:0:42", "ipv6_prefix_length": 56}, "prefix_differs"),
    ],
)
async def test_settings_that_lead_to_no_address(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    router: Router,
    later: Later,
    settings: dict[str, Any],
    key: str,
) -> None:
    """IPv4 is published; what is missing is said once it lasts, and until it is over."""
    router.address, router.prefix = None, "2606:2800:220::/60"
    await later(minutes=6)
    await add_entry(account(dyndns2, VPN, **settings))
    assert dyndns2.records == {VPN: [IPV4]}
    await later(minutes=4)
    assert issues(hass) == {}
    await later(minutes=2)
    assert issues(hass)[key] == {"account": "Test account", "hostname": VPN}
    texts = TEXTS["issues"][key]
    assert set(texts) == {"title", "description"}
    assert placeholders_of(texts["description"]) == {"account", "hostname"}
    assert not only_issue(hass).is_fixable

    router.address, router.prefix = OF_ROUTER, "2606:2800:220::/56"
    await later(minutes=6)
    assert len(dyndns2.records[VPN]) == 2
    assert issues(hass) == {}


@pytest.mark.usefixtures("watched")
async def test_it_is_chosen_in_the_form(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry, router: Router
) -> None:
    """And stays chosen when the form is opened again, whatever the router says then."""
    entry = await add_entry(account(dyndns2, "home.example.com"))
    flow = await Flow.add_hostname(hass, entry)
    both = {"ipv6_of_router": True, "ipv6_suffix": "::42"}
    await flow.submit(hostname=NAS, advanced=both)
    assert flow.errors == {"advanced": "ipv6_of_router_and_suffix"}
    await flow.submit(hostname=NAS, advanced={"ipv6_of_router": True})
    assert data_of(entry, NAS)["ipv6_of_router"] is True
    assert dyndns2.records[NAS] == [IPV4, OF_ROUTER]

    hass.config_entries.async_entries("ddns_plus")[
        0
    ].runtime_data._router.known = RouterIPv6()
    flow = await Flow.change_hostname(hass, entry, NAS)
    assert flow.filled["advanced"]["ipv6_of_router"] is True
    await flow.submit(**flow.filled | {"advanced": {"ipv6_of_router": False}})
    assert "ipv6_of_router" not in data_of(entry, NAS)
    assert dyndns2.records[NAS] == [IPV4, IPV6]


@pytest.mark.usefixtures("connected")
async def test_it_is_not_offered_where_no_router_tells_it(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """Nearly nobody needs to read about it."""
    entry = await add_entry(account(dyndns2, "home.example.com"))
    flow = await Flow.add_hostname(hass, entry)
    shown = flow.result["data_schema"].schema["advanced"].schema.schema
    assert "ipv6_suffix" in shown
    assert "ipv6_of_router" not in shown


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT_ROUTER = RouterIPv6(
    prefix=IPv6Network("2606:2800:220::/56"),
    address=IPv6Address(OF_ROUTER),
    read_at=NOW,
)
OWN = Observation(family=Family.IPV6, address=ip_address(IPV6), source="ident")
OWN_IN_1F = replace(OWN, address=ip_address("2606:2800:220:1f::1"))
OFF = Observation(family=Family.IPV6)
NO_IPV6 = Observation(family=Family.IPV6, unknown=Unknown.NO_CONNECTION)
OF_IPV4 = Observation(family=Family.IPV4, address=ip_address(IPV4), source="ident")


@pytest.mark.parametrize(
    ("settings", "seen", "router", "wanted"),
    [
        # whatever this machine has, or has not
        ({"ipv6_of_router": True}, OWN, AT_ROUTER, OF_ROUTER),
        ({"ipv6_of_router": True}, NO_IPV6, AT_ROUTER, OF_ROUTER),
        # never this machine's, and nothing where IPv6 is switched off
        ({"ipv6_of_router": True}, OWN, RouterIPv6(), "no_router_address"),
        ({"ipv6_of_router": True}, OFF, AT_ROUTER, None),
        ({"ipv6_of_router": True}, OF_IPV4, AT_ROUTER, IPV4),
        # never the router's
        ({}, OWN, AT_ROUTER, IPV6),
        ({}, NO_IPV6, AT_ROUTER, "no_connection"),
        ({"ipv6_suffix": "::42"}, OWN, AT_ROUTER, "2606:2800:220:1::42"),
        # of several networks which one? a guess would be another machine's address
        ({"ipv6_suffix": "::42"}, NO_IPV6, AT_ROUTER, "prefix_differs"),
        (
            {"ipv6_suffix": "::7:0:0:0:42", "ipv6_prefix_length": 56},
            NO_IPV6,
            AT_ROUTER,
            "2606:2800:220:7::42",
        ),
        (
            {"ipv6_suffix": "::7:0:0:0:42", "ipv6_prefix_length": 56},
            NO_IPV6,
            replace(AT_ROUTER, prefix=IPv6Network("2606:2800:220:9::/64")),
            "prefix_differs",
        ),
        # a subnet of another customer, whether this machine has an address or not
        *(
            (
                {"ipv6_suffix": "::7:0:0:0:42", "ipv6_prefix_length": 56},
                seen,
                replace(AT_ROUTER, prefix=IPv6Network("2606:2800:220:10::/60")),
                "prefix_differs",
            )
            for seen in (OWN_IN_1F, NO_IPV6)
        ),
        (
            {"ipv6_suffix": "::17:0:0:0:42", "ipv6_prefix_length": 56},
            OWN_IN_1F,
            replace(AT_ROUTER, prefix=IPv6Network("2606:2800:220:10::/60")),
            "2606:2800:220:17::42",
        ),
        # the router has not been asked since the prefix changed
        (
            {"ipv6_suffix": "::42"},
            OWN,
            replace(AT_ROUTER, prefix=IPv6Network("2606:2800:999::/56")),
            "2606:2800:220:1::42",
        ),
        (
            {"ipv6_suffix": "::42"},
            NO_IPV6,
            replace(AT_ROUTER, prefix=IPv6Network("2606:2800:220:9::/64")),
            "2606:2800:220:9::42",
        ),
        # not one that is ever delegated
        (
            {"ipv6_suffix": "::42"},
            NO_IPV6,
            replace(AT_ROUTER, prefix=IPv6Network("2606:2800::/32")),
            "prefix_differs",
        ),
    ],
)
def test_whose_address_it_is(
    dyndns2: Dyndns2Server,
    settings: dict[str, Any],
    seen: Observation,
    router: RouterIPv6,
    wanted: str | None,
) -> None:
    """The router's address is for its own hostname, and for no other."""
    [subentry] = account(dyndns2, VPN, **settings).subentries.values()
    observed = ManagedHostname.from_subentry(subentry).observe(seen, router)
    told = observed.address or observed.unknown
    assert (None if told is None else str(told)) == wanted
    assert observed.family is seen.family


@pytest.mark.parametrize(
    ("address", "prefix", "translated", "wanted"),
    [
        # the network between the provider and the router
        ("2606:2800:99::1", "2606:2800:220:9::/64", True, "2606:2800:220:9::42"),
        ("2606:2800:99::1", "2606:2800:220::/56", True, "prefix_differs"),
        ("2606:2800:99::1", None, True, "2606:2800:99::42"),
        # a translation of the prefix alone
        ("2606:2800:220:9::1", "2606:2800:220::/56", True, "2606:2800:220:9::42"),
        ("2606:2800:99::1", "2606:2800:220:9::/64", False, "2606:2800:99::42"),
    ],
)
def test_other_machines_are_not_behind_the_translator(
    address: str, prefix: str | None, translated: bool, wanted: str
) -> None:
    """A translated address tells nothing of the network of this home."""
    rule = AddressRule(modes={}, ipv6_suffix=IPv6Address("::42"))
    observed = rule.observe(
        replace(OWN, address=ip_address(address)),
        RouterIPv6(prefix=IPv6Network(prefix) if prefix else None),
        translated=translated,
    )
    assert str(observed.address or observed.unknown) == wanted
    # this machine's own hostname keeps what it was told to publish
    own = AddressRule(modes={}).observe(
        replace(OWN, address=ip_address(address)), RouterIPv6(), translated=translated
    )
    assert str(own.address) == address
