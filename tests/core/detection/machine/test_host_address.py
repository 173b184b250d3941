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


def test_an_interface_narrows_the_choice() -> None:
    """Who names a tunnel wants it; its temporary addresses are no better for that."""
    tunnel = on("2606:2800:220:9::3", AddressFlag.PERMANENT, interface="wg0")
    temporary = on("2606:2800:220:9::4", AddressFlag.TEMPORARY, interface="wg0")
    addresses = (*RANKED, temporary, tunnel)
    assert choose(addresses, known=STATIC, interface="wg0") == [tunnel.address]
    assert choose(addresses, known=None, interface="eth1") == []
    assert tunnel.address not in choose(addresses, known=tunnel.address)


@given(st.permutations(RANKED))
def test_the_network_of_the_default_route_counts(
    addresses: Sequence[InterfaceAddress],
) -> None:
    """Not the one whose prefix was announced some seconds later, nor the smaller address."""
    lan = on("2606:2800:220:30::9", preferred=1700, interface="lan")
    iot = on("2606:2800:220:20::1", AddressFlag.PERMANENT, interface="iot")
    table = (*addresses, iot, lan)
    first, second, *_ = choose(table, known=None, routes=("lan", "iot"))
    assert (first, second) == (lan.address, iot.address)
    assert choose(table, known=PLAIN, routes=("lan", "iot"))[:2] == [PLAIN, first]
    host = HostAddresses(lambda: table, lambda: ("lan", "iot"))
    assert host.candidate(None) == lan.address
    assert host.candidate(None, "iot") == iot.address


def test_ipv4_of_the_default_route_counts() -> None:
    """A router machine may have a public address on two lines."""
    table = (on("11.22.33.44", interface="ppp0"), on("11.22.33.55", interface="wan"))
    host = HostAddresses(lambda: table, lambda: ("wan", "ppp0"))
    assert [str(each) for each in host.ipv4()] == ["11.22.33.55", "11.22.33.44"]


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


def tried(host: HostAddresses, known: IPv6Address | None, times: int) -> list[str]:
    """Return what is asked from, in order, while nobody answers."""
    asked = []
    for now in range(times):
        address = host.candidate(known)
        assert address is not None
        asked.append(str(address))
        host.unanswered(address, now)
    return asked


def test_the_known_address_is_asked_again_before_each_other() -> None:
    """What nobody answers to may be the line; of the others each gets its turn."""
    host = Machine(*RANKED[:4]).host
    known, *others = (str(item.address) for item in RANKED[:4])
    assert tried(host, STATIC, 8) == [
        *(known, others[0], known, others[1], known, others[2]),
        *(known, others[0]),
    ]


def test_another_network_is_tried_first() -> None:
    """The addresses of one network share their fate."""
    elsewhere = "2606:2800:220:77::1"
    beside = IPv6Address(int(FROM_MAC) + 1)
    host = Machine(on(FROM_MAC), on(beside), on(elsewhere)).host
    assert tried(host, None, 3) == [str(FROM_MAC), elsewhere, str(beside)]


@given(st.integers(1, 40))
def test_every_address_gets_its_turn(dead: int) -> None:
    """However many there are that nobody answers to."""
    addresses = [f"2606:2800:220:{number:x}::1" for number in range(dead)]
    table = (*(on(each, length=128) for each in addresses), on(FROM_MAC))
    assert str(FROM_MAC) in tried(Machine(*table).host, None, dead + 1)
    known = IPv6Address(addresses[0])
    assert str(FROM_MAC) in tried(Machine(*table).host, known, 2 * dead + 2)


def test_an_unanswered_address_comes_back_when_the_addresses_change() -> None:
    """Lifetimes that go down are no change."""
    machine = Machine(on(FROM_MAC, preferred=1800), on(OTHER, preferred=1700))
    host = machine.host
    assert host.candidate(None) == FROM_MAC
    host.unanswered(FROM_MAC, 0)
    machine.addresses = on(FROM_MAC, preferred=1795), on(OTHER, preferred=1695)
    assert host.candidate(None) == OTHER
    flags = AddressFlag.MANAGE_TEMPORARY
    machine.addresses = on(FROM_MAC, flags, preferred=1790), on(OTHER, preferred=1690)
    assert host.candidate(None) == FROM_MAC


def test_an_answered_address_is_as_good_as_before() -> None:
    """One answer is enough; what always was answered may be told again, too."""
    machine = Machine(*RANKED)
    machine.host.unanswered(STATIC, 0)
    machine.host.answered(LEASED)
    machine.host.answered(STATIC)
    assert machine.host.candidate(STATIC) == STATIC


def test_what_is_answered_beside_a_dead_address_is_kept() -> None:
    """Until it is the known one, which may take some rounds."""
    host = Machine(*RANKED).host
    host.unanswered(STATIC, 0)
    host.answered(LEASED)
    assert host.candidate(STATIC) == LEASED
    assert host.control(LEASED, STATIC) == STATIC
    assert host.control(LEASED, LEASED) is None
    assert host.control(LEASED, TEMPORARY) is None
    host.unanswered(LEASED, 1)
    assert host.candidate(STATIC) == STATIC


def test_a_line_that_is_down_leaves_the_best() -> None:
    """It is no reason to have no address."""
    machine = Machine(on(FROM_MAC))
    machine.host.unanswered(FROM_MAC, 0)
    assert machine.host.candidate(None) == FROM_MAC
    assert machine.host.candidate(FROM_MAC) == FROM_MAC


def test_a_known_address_that_is_unfit_is_not_kept() -> None:
    """It is on this machine, but will be gone tomorrow, or is already."""
    host = Machine(*UNFIT).host
    assert host.available
    assert TEMPORARY in {item.address for item in host.read()}
    assert host.candidate(TEMPORARY) is None


async def test_a_system_that_does_not_tell_has_none() -> None:
    """Then nothing is known of this machine, and nobody is surprised."""
    machine = Machine()
    machine.addresses = None
    assert not machine.host.available
    assert machine.host.read() == ()
    assert machine.host.candidate(STATIC) is None
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


async def test_an_unanswered_origin_is_still_what_is_asked_from() -> None:
    """A round that tries it again must not be told another address."""
    machine = Machine(on(FROM_MAC), on(OTHER))
    machine.host.unanswered(FROM_MAC, 1e9)
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


@pytest.mark.parametrize(
    ("routes", "interface", "refusal"),
    [
        (("wwan0", "eth0"), None, Refusal.SHARED),
        (("eth0",), None, Refusal.PRIVATE),
        (("eth0",), "wwan0", Refusal.SHARED),
        (("wwan0",), "eth0", Refusal.PRIVATE),
        ((), "wg0", Refusal.PRIVATE),
        ((), "gone0", None),
    ],
)
async def test_the_reason_is_that_of_the_line(
    routes: tuple[str, ...], interface: str | None, refusal: Refusal | None
) -> None:
    """Not that of whichever network stands first in the table."""
    table = (
        on("192.168.1.2"),
        on("100.64.0.2", interface="wwan0"),
        on("10.9.0.2", interface="wg0"),
    )
    source = InterfaceSource(HostAddresses(lambda: table, lambda: routes))
    with pytest.raises(SourceError) as caught:
        await source.ask(Family.IPV4, LocalEndpoint(interface=interface))
    assert caught.value.failure.refusal is refusal
