"""Tests of choosing the address of this machine that is published."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family, Refusal
from custom_components.ddns_plus.core.detection.machine.host_address import (
    HostAddresses,
    InterfaceSource,
    choose,
    choose_ipv4,
)
from custom_components.ddns_plus.core.detection.machine.interfaces import (
    AddressFlag,
    InterfaceAddress,
)
from custom_components.ddns_plus.core.detection.source import (
    HOST,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
)
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint

STATIC = IPv6Address("2606:2800:220:1::44")
LEASED = IPv6Address("2606:2800:220:1::1234")
FROM_MAC = IPv6Address("2606:2800:220:1:211:22ff:fe33:4455")
STABLE = IPv6Address("2606:2800:220:1:aaaa:bbbb:cccc:dddd")
OTHER = IPv6Address("2606:2800:220:2:211:22ff:fe33:4455")
TEMPORARY = IPv6Address("2606:2800:220:1:1111:2222:3333:4444")
PLAIN = IPv6Address("2606:2800:220:1:5555:6666:7777:8888")


def on(
    address: Address | str,
    flags: AddressFlag = AddressFlag(0),
    *,
    interface: str = "eth0",
    length: int = 64,
    preferred: int | None = 1800,
) -> InterfaceAddress:
    """Return an address on an interface."""
    if isinstance(address, str):
        address = ip_address(address)
    return InterfaceAddress(
        address=address,
        prefix_length=length,
        interface=interface,
        flags=flags,
        preferred=preferred,
    )


LINK_LOCAL = on("fe80::1", AddressFlag.PERMANENT)
LOOPBACK = on("::1", AddressFlag.PERMANENT, interface="lo")
# the best first
RANKED = (
    on(STATIC, AddressFlag.PERMANENT, preferred=None),
    on(LEASED, length=128),
    on(FROM_MAC, preferred=3600),
    on(STABLE, AddressFlag.STABLE_PRIVACY),
    on(OTHER, AddressFlag.MANAGE_TEMPORARY),
    on(PLAIN, preferred=86400),
    on("2606:2800:220:1:5555:6666:7777:9999", preferred=86399),
)
UNFIT = (
    on(TEMPORARY, AddressFlag.TEMPORARY),
    on("2606:2800:220:9::1", AddressFlag.DEPRECATED | AddressFlag.PERMANENT),
    on("2606:2800:220:9::2", AddressFlag.TENTATIVE),
    on("2606:2800:220:9::3", AddressFlag.PERMANENT, interface="wg0"),
    on("fd00::1", AddressFlag.PERMANENT),
    on("11.22.33.44", AddressFlag.PERMANENT),
    LINK_LOCAL,
    LOOPBACK,
)


class Machine:
    """A machine whose addresses change."""

    def __init__(self, *addresses: InterfaceAddress) -> None:
        """Begin with these."""
        self.addresses: tuple[InterfaceAddress, ...] | None = addresses
        self.host = HostAddresses(lambda: self.addresses)
        self.source = InterfaceSource(self.host)

    async def failure(self, family: Family = Family.IPV6) -> SourceFailure:
        """Return why it tells none."""
        with pytest.raises(SourceError) as raised:
            await self.source.ask(family)
        return raised.value.failure


@given(st.permutations(RANKED + UNFIT))
def test_the_best_is_first_in_whatever_order(
    addresses: Sequence[InterfaceAddress],
) -> None:
    """Assigned before made to last before lasting longer, and none that is unfit."""
    assert choose(addresses, known=None) == [item.address for item in RANKED]


@given(st.permutations(RANKED + UNFIT), st.sampled_from(RANKED))
def test_the_known_one_stays(
    addresses: Sequence[InterfaceAddress], known: InterfaceAddress
) -> None:
    """A better one that appears is no reason to change a record."""
    assert isinstance(known.address, IPv6Address)
    first, *rest = choose(addresses, known=known.address)
    assert first == known.address
    assert rest == [item.address for item in RANKED if item is not known]


@pytest.mark.parametrize("item", UNFIT)
def test_the_known_one_does_not_stay_when_it_is_unfit(item: InterfaceAddress) -> None:
    """It goes when it is deprecated, and never comes back as a temporary one."""
    known = item.address if isinstance(item.address, IPv6Address) else None
    assert choose((item, *RANKED), known=known)[0] == STATIC


def test_what_failed_is_last_even_when_it_is_known() -> None:
    """It is still there when nothing else is."""
    failed = {STATIC, FROM_MAC}
    chosen = choose(RANKED, known=STATIC, failed=failed)
    assert chosen[0] == LEASED
    assert chosen[-2:] == [STATIC, FROM_MAC]
    assert choose(RANKED[:1], known=STATIC, failed=failed) == [STATIC]


def test_an_interface_narrows_the_choice() -> None:
    """Who names a tunnel wants it; its temporary addresses are no better for that."""
    tunnel = on("2606:2800:220:9::3", AddressFlag.PERMANENT, interface="wg0")
    temporary = on("2606:2800:220:9::4", AddressFlag.TEMPORARY, interface="wg0")
    addresses = (*RANKED, temporary, tunnel)
    assert choose(addresses, known=STATIC, interface="wg0") == [tunnel.address]
    assert choose(addresses, known=None, interface="eth1") == []
    assert tunnel.address not in choose(addresses, known=tunnel.address)


def test_an_address_on_two_interfaces_is_one() -> None:
    """Cable and wireless may have the same."""
    twice = (on(STATIC), on(STATIC, interface="wlan0"))
    assert choose(twice, known=None) == [STATIC]


def test_ipv4_is_the_first_public_one() -> None:
    """That of a tunnel is not the line's, and a second one comes second."""
    addresses = (
        on("192.168.1.2", AddressFlag.PERMANENT),
        on("11.22.33.1", AddressFlag.PERMANENT, interface="tun0"),
        on("11.22.33.40", AddressFlag.PERMANENT | AddressFlag.TEMPORARY),
        on("11.22.33.50", AddressFlag.PERMANENT),
        on("11.22.33.44", AddressFlag.PERMANENT, interface="ppp0"),
        *UNFIT[:5],
    )
    first, second, third = (
        IPv4Address("11.22.33.44"),
        IPv4Address("11.22.33.50"),
        IPv4Address("11.22.33.40"),
    )
    assert choose_ipv4(addresses, known=None) == [first, second, third]
    assert choose_ipv4(addresses, known=third) == [third, first, second]
    assert choose_ipv4(addresses, known=None, interface="ppp0") == [first]


def test_a_disproven_address_waits_ten_minutes() -> None:
    """Then it may be tried again: the fault may have been elsewhere."""
    machine = Machine(*RANKED)
    assert machine.host.candidate(STATIC, 0) == STATIC
    machine.host.disproven(STATIC, 0)
    assert machine.host.candidate(STATIC, 1) == LEASED
    assert machine.host.candidate(STATIC, 599.9) == LEASED
    assert machine.host.candidate(STATIC, 600) == STATIC


def test_a_disproven_address_comes_back_when_the_addresses_change() -> None:
    """Lifetimes that go down are no change."""
    machine = Machine(on(FROM_MAC, preferred=1800), on(OTHER, preferred=1700))
    host = machine.host
    assert host.candidate(None, 0) == FROM_MAC
    host.disproven(FROM_MAC, 0)
    machine.addresses = on(FROM_MAC, preferred=1795), on(OTHER, preferred=1695)
    assert host.candidate(None, 5) == OTHER
    flags = AddressFlag.MANAGE_TEMPORARY
    machine.addresses = on(FROM_MAC, flags, preferred=1790), on(OTHER, preferred=1690)
    assert host.candidate(None, 10) == FROM_MAC


def test_a_proven_address_is_as_good_as_before() -> None:
    """One answer is enough; what was never disproven may be proven, too."""
    machine = Machine(*RANKED)
    machine.host.disproven(STATIC, 0)
    machine.host.proven(STATIC)
    machine.host.proven(LEASED)
    assert machine.host.candidate(None, 1) == STATIC


def test_disproving_all_leaves_the_best() -> None:
    """When the line is down that is no reason to have no address."""
    machine = Machine(on(FROM_MAC), on(OTHER))
    machine.host.candidate(None, 0)
    machine.host.disproven(FROM_MAC, 0)
    machine.host.disproven(OTHER, 30)
    assert machine.host.candidate(None, 60) == FROM_MAC
    assert machine.host.candidate(FROM_MAC, 60) == FROM_MAC


def test_a_known_address_that_is_unfit_is_not_kept() -> None:
    """It is on this machine, but will be gone tomorrow, or is already."""
    host = Machine(*UNFIT).host
    assert host.available
    assert TEMPORARY in {item.address for item in host.read()}
    assert host.candidate(TEMPORARY, 0) is None


async def test_a_system_that_does_not_tell_has_none() -> None:
    """Then nothing is known of this machine, and nobody is surprised."""
    machine = Machine()
    machine.addresses = None
    assert not machine.host.available
    assert machine.host.read() == ()
    assert machine.host.candidate(STATIC, 0) is None
    assert (await machine.failure()).reason is FailureReason.UNSUPPORTED


async def test_the_source_tells_where_it_is_asked_from() -> None:
    """It agrees with those outside that are asked from the same address."""
    source = Machine(*RANKED, *UNFIT).source
    assert (source.key, source.operator) == ("interface", HOST)
    assert source.transport is Transport.LAN
    assert await source.ask(Family.IPV6) == STATIC
    assert await source.ask(Family.IPV6, LocalEndpoint(address=FROM_MAC)) == FROM_MAC
    assert await source.ask(Family.IPV6, LocalEndpoint(address=TEMPORARY)) == STATIC
    gone = IPv6Address("2606:2800:220:9::99")
    assert await source.ask(Family.IPV6, LocalEndpoint(address=gone)) == STATIC
    tunnel = IPv6Address("2606:2800:220:9::3")
    assert await source.ask(Family.IPV6, LocalEndpoint(interface="wg0")) == tunnel


async def test_a_disproven_origin_is_still_what_is_asked_from() -> None:
    """A round that tries it again must not be told another address."""
    machine = Machine(on(FROM_MAC), on(OTHER))
    machine.host.disproven(FROM_MAC, 1e9)
    assert await machine.source.ask(Family.IPV6) == OTHER
    assert (
        await machine.source.ask(Family.IPV6, LocalEndpoint(address=FROM_MAC))
        == FROM_MAC
    )


async def test_a_machine_that_is_the_router_tells_its_ipv4() -> None:
    """Everybody else has a private one."""
    source = Machine(*UNFIT).source
    assert await source.ask(Family.IPV4) == IPv4Address("11.22.33.44")


@pytest.mark.parametrize(
    ("addresses", "family", "refusal"),
    [
        ((), Family.IPV6, None),
        ((LOOPBACK, LINK_LOCAL), Family.IPV6, None),
        ((LOOPBACK, LINK_LOCAL, on("fd00::1")), Family.IPV6, Refusal.PRIVATE),
        ((on("fd00::1"), on(TEMPORARY, AddressFlag.TEMPORARY)), Family.IPV6, None),
        ((on("fd00::1", interface="docker0"), LINK_LOCAL), Family.IPV6, None),
        ((on("127.0.0.1"), on("192.168.1.2")), Family.IPV4, Refusal.PRIVATE),
        ((on("100.64.0.2", interface="ppp0"),), Family.IPV4, Refusal.SHARED),
        ((on(STATIC),), Family.IPV4, None),
    ],
)
async def test_without_an_address_the_reason_is_told(
    addresses: tuple[InterfaceAddress, ...], family: Family, refusal: Refusal | None
) -> None:
    """Only if all that lead to the line must not be published."""
    failure = await Machine(*addresses).failure(family)
    assert failure.reason is FailureReason.NO_ADDRESS
    assert failure.refusal is refusal
