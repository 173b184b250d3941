"""Targets of records: which connection's address each of them shall have."""

from ipaddress import IPv6Address, ip_address, ip_network

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.decide import Force, Mode, Publish, Reason
from custom_components.ddns_plus.core.engine.records import (
    AddressRule,
    Target,
    addresses_in,
    decisions_on,
    targets_of,
)
from custom_components.ddns_plus.core.engine.state import AccountState
from custom_components.ddns_plus.core.observation import (
    Line,
    Observation,
    RouterIPv6,
    Unknown,
)
from custom_components.ddns_plus.core.provider_info import ProviderInfo

from .engine_driver import IPV4, IPV6, START, skip

BOTH = dict.fromkeys(Family, Mode.UPDATE)
SEEN = {
    Family.IPV4: Observation(family=Family.IPV4, address=IPV4[0], source="a"),
    Family.IPV6: Observation(family=Family.IPV6, address=IPV6[0], source="a"),
}
ALLOWED = (ip_network("81.2.69.0/24"),)
LINE = Line(
    observations=SEEN,
    router=RouterIPv6(address=IPv6Address("2a02:8108:ff::1")),
    allowed=ALLOWED,
    online=True,
)
OTHER = Line(
    observations={
        Family.IPV4: Observation(family=Family.IPV4, address=IPV4[1]),
        Family.IPV6: Observation(family=Family.IPV6),
    }
)
INFO = ProviderInfo(slug="test", name="Test", website="", credentials_url="", fields=())


def test_each_hostname_follows_its_connection() -> None:
    """With the options of that connection."""
    targets = targets_of(
        {
            "home": AddressRule(modes=BOTH),
            "mobile": AddressRule(modes=BOTH, connection_id="lte"),
        },
        {None: LINE, "lte": OTHER},
    )
    assert targets["home", Family.IPV4] == Target(
        mode=Mode.UPDATE,
        observation=SEEN[Family.IPV4],
        allowed=ALLOWED,
        online=True,
    )
    assert targets["mobile", Family.IPV4] == Target(
        mode=Mode.UPDATE, observation=OTHER.observations[Family.IPV4]
    )
    assert addresses_in(targets) == {
        ("home", Family.IPV4): IPV4[0],
        ("home", Family.IPV6): IPV6[0],
        ("mobile", Family.IPV4): IPV4[1],
    }


def test_no_other_connection_takes_the_place_of_a_missing_one() -> None:
    """Its address would be the wrong one."""
    rule = AddressRule(modes=BOTH, connection_id="lte", ipv6_of_router=True)
    targets = targets_of({"mobile": rule}, {None: LINE})
    for family in Family:
        assert targets["mobile", family] == Target(
            mode=Mode.UPDATE,
            observation=Observation(family=family, unknown=Unknown.NOT_RUNNING),
        )


def test_the_router_and_other_machines_have_their_own_address() -> None:
    """In IPv6; all machines share the IPv4 address."""
    targets = targets_of(
        {
            "router": AddressRule(modes=BOTH, ipv6_of_router=True),
            "nas": AddressRule(modes=BOTH, ipv6_suffix=IPv6Address("::42")),
        },
        {None: LINE},
    )
    assert addresses_in(targets) == {
        ("router", Family.IPV4): IPV4[0],
        ("router", Family.IPV6): LINE.router.address,
        ("nas", Family.IPV4): IPV4[0],
        ("nas", Family.IPV6): ip_address("2a02:8108::42"),
    }


def test_what_is_not_updated_has_no_address_to_publish() -> None:
    """Neither a family that is off, nor one to withdraw."""
    modes = {Family.IPV4: Mode.OFF, Family.IPV6: Mode.WITHDRAW}
    assert (
        addresses_in(targets_of({"home": AddressRule(modes=modes)}, {None: LINE})) == {}
    )


def test_decisions_follow_force_drift_and_allowed_networks() -> None:
    """Each is of its own record or hostname."""
    targets = targets_of(
        {"home": AddressRule(modes=BOTH), "office": AddressRule(modes=BOTH)},
        {None: Line(observations=SEEN, allowed=(ip_network("81.2.70.0/24"),))},
    )
    decisions = decisions_on(
        targets,
        INFO,
        AccountState(),
        START,
        force={"office": Force.FORCE},
        drifted=(),
    )
    refused = skip(Reason.NOT_PUBLISHABLE)
    assert decisions["home", Family.IPV4] == refused
    assert decisions["office", Family.IPV4] == refused
    assert decisions["home", Family.IPV6] == Publish(
        reason=Reason.CHANGED, address=IPV6[0]
    )
    assert decisions["office", Family.IPV6] == Publish(
        reason=Reason.FORCED, address=IPV6[0]
    )


def test_a_family_that_the_provider_does_not_know_is_off() -> None:
    """Whatever the hostname's settings say."""
    info = ProviderInfo(
        slug="test",
        name="Test",
        website="",
        credentials_url="",
        fields=(),
        families=frozenset({Family.IPV4}),
    )
    targets = targets_of({"home": AddressRule(modes=BOTH)}, {None: LINE})
    decisions = decisions_on(targets, info, AccountState(), START, force={}, drifted=())
    assert decisions["home", Family.IPV6] == skip(Reason.FAMILY_OFF)
