"""Tests of what is read from the kernel's messages, and of telling changes from repetitions."""

import asyncio
from collections.abc import Sequence
import errno
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
import socket
import struct
import threading

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.machine import netlink
from custom_components.ddns_plus.core.detection.machine.interface_address import (
    AddressFlag,
)
from custom_components.ddns_plus.core.detection.machine.netlink import (
    AddressMonitor,
    Picture,
    dump_addresses,
)
from custom_components.ddns_plus.core.detection.machine.netlink_messages import (
    NLMSG_DONE,
    NLMSG_ERROR,
    RTM_DELADDR,
    RTM_DELLINK,
    RTM_DELROUTE,
    RTM_GETADDR,
    RTM_GETLINK,
    RTM_NEWADDR,
    RTM_NEWLINK,
    RTM_NEWROUTE,
    Message,
    check_error,
    dump_request,
    read_address,
    read_link,
    read_messages,
    read_way_out,
)

HOME = IPv6Address("2606:2800:220:1::44")
BOTH = frozenset(Family)
NEITHER: frozenset[Family] = frozenset()
IPV4 = frozenset({Family.IPV4})
IPV6 = frozenset({Family.IPV6})
KINDS = (
    RTM_NEWLINK,
    RTM_DELLINK,
    RTM_NEWADDR,
    RTM_DELADDR,
    RTM_NEWROUTE,
    RTM_DELROUTE,
)
AF_BRIDGE = 7
UP = 0x01
RUNNING = 0x40
MAIN = 254
UNICAST, UNREACHABLE = 1, 7


def message(kind: int, body: bytes, flags: int = 0) -> bytes:
    """Return a message as it is on the wire."""
    whole = struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body
    return whole + bytes(-len(whole) % 4)


def attribute(kind: int, value: bytes) -> bytes:
    """Return an attribute as it is on the wire."""
    whole = struct.pack("=HH", 4 + len(value), kind) + value
    return whole + bytes(-len(whole) % 4)


def address_body(
    address: Address,
    *attributes: bytes,
    index: int = 2,
    flags: int = 0,
    length: int = 64,
) -> bytes:
    """Return what the kernel says of an address; IPv4 has its own attribute."""
    body = struct.pack(
        "=BBBBI", Family.of(address).socket_family, length, flags, 0, index
    )
    kind = 1 if address.version == 6 else 2
    return body + attribute(kind, address.packed) + b"".join(attributes)


def link_body(flags: int, name: str = "eth0", family: int = 0) -> bytes:
    """Return what the kernel says of an interface."""
    return struct.pack("=BxHiII", family, 1, 2, flags, 0) + attribute(
        3, name.encode() + b"\0"
    )


def route_body(
    family: Family = Family.IPV6,
    length: int = 0,
    *,
    gateway: str = "fe80::1",
    kind: int = UNICAST,
    metric: int = 1024,
    expires: int = 0,
) -> bytes:
    """Return what the kernel says of a route."""
    header = struct.pack(
        *("=BBBBBBBBI", family.socket_family, length),
        *(0, 0, MAIN, 9, 0, kind, 0),
    )
    return (
        header
        + attribute(15, struct.pack("=I", MAIN))
        + attribute(6, struct.pack("=I", metric))
        + attribute(5, ip_address(gateway).packed)
        + attribute(4, struct.pack("=I", 2))
        + attribute(12, struct.pack("=I", expires) * 8)
    )


def applied(picture: Picture, *messages: tuple[int, bytes]) -> frozenset[Family]:
    """Return what messages in one datagram change."""
    datagram = b"".join(message(kind, body) for kind, body in messages)
    return picture.apply(read_messages(datagram))


@given(st.binary(max_size=512))
def test_any_bytes_are_read(datagram: bytes) -> None:
    """Nothing that arrives is an error, and reading always ends."""
    messages = list(read_messages(datagram))
    assert len(messages) <= len(datagram) // 16
    Picture().apply(messages)


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.binary(max_size=96))))
def test_any_content_is_read(bodies: Sequence[tuple[int, bytes]]) -> None:
    """Messages of the right kind may hold anything."""
    applied(Picture(), *bodies)


@given(
    st.sampled_from(KINDS),
    st.sampled_from((0, 2, 7, 10)),
    st.binary(min_size=15, max_size=15),
    st.lists(
        st.tuples(st.integers(0, 0xFFFF), st.integers(0, 24), st.binary(max_size=24))
    ),
)
def test_any_attributes_are_read(
    kind: int, family: int, header: bytes, attributes: Sequence[tuple[int, int, bytes]]
) -> None:
    """Lengths that lie end the reading, and no more."""
    body = bytes([family]) + header
    for number, length, value in attributes:
        body += struct.pack("=HH", length, number) + value
    for size in (8, 12, 16):
        item = Message(kind, 0, body[:size] + body[16:])
        Picture().apply([item])
        found = read_address(item)
        assert found is None or isinstance(found.address, IPv4Address | IPv6Address)
        read_link(item)
        read_way_out(item)


@given(st.ip_addresses(), st.integers(0, 0xFFFFFFFF), st.integers(0, 128))
def test_an_address_is_read_back(
    address: IPv4Address | IPv6Address, flags: int, length: int
) -> None:
    """The flags of 32 bits count, not the eight of the header."""
    body = address_body(
        address,
        attribute(8, struct.pack("=I", flags)),
        flags=0xFF,
        length=length,
        index=7,
    )
    (item,) = read_messages(message(RTM_NEWADDR, body))
    found = read_address(item)
    assert found is not None
    assert (found.interface, found.address, found.prefix_length) == (7, address, length)
    assert int(found.flags) == flags
    assert (found.preferred, found.valid) == (None, None)


def test_lifetimes_are_seconds_or_for_ever() -> None:
    """The largest number is no number."""
    body = address_body(HOME, attribute(6, struct.pack("=IIII", 0, 0xFFFFFFFF, 5, 6)))
    found = read_address(Message(RTM_NEWADDR, 0, body))
    assert found is not None
    assert (found.preferred, found.valid) == (0, None)


def test_old_kernels_have_eight_flags_only() -> None:
    """Without the attribute the header's flags count."""
    found = read_address(Message(RTM_NEWADDR, 0, address_body(HOME, flags=0x21)))
    assert found is not None
    assert found.flags == AddressFlag.TEMPORARY | AddressFlag.DEPRECATED


def test_the_near_end_of_a_link_is_the_address() -> None:
    """Where a link has two ends, the other attribute is the far one's."""
    far = IPv6Address("2606:2800:220:1::1")
    body = address_body(far, attribute(2, HOME.packed))
    found = read_address(Message(RTM_NEWADDR, 0, body))
    assert found is not None
    assert found.address == HOME


def test_messages_before_a_broken_one_count() -> None:
    """What was cut off is left out."""
    whole = message(RTM_NEWADDR, address_body(HOME))
    assert len(list(read_messages(whole + whole))) == 2
    assert len(list(read_messages(whole + whole[:-4]))) == 1
    assert not list(read_messages(struct.pack("=IHHII", 0, 20, 0, 0, 0)))


def test_the_end_of_a_dump_may_say_that_it_failed() -> None:
    """Zero is well, and so is an end that says nothing."""
    check_error(Message(NLMSG_DONE, 0, b""))
    check_error(Message(NLMSG_DONE, 0, bytes(4)))
    check_error(Message(NLMSG_ERROR, 0, bytes(20)))
    denied = struct.pack("=i", -errno.EPERM)
    with pytest.raises(PermissionError):
        check_error(Message(NLMSG_DONE, 0, denied))
    with pytest.raises(PermissionError):
        check_error(Message(NLMSG_ERROR, 0, denied + bytes(16)))
    with pytest.raises(OSError):
        check_error(Message(NLMSG_ERROR, 0, b""))
    for number in (-(2**31), -4096):
        with pytest.raises(OSError):
            check_error(Message(NLMSG_ERROR, 0, struct.pack("=i", number)))


def test_a_repeated_address_is_no_change() -> None:
    """Each router advertisement tells the address anew, with other lifetimes."""
    picture = Picture()
    first = address_body(HOME, attribute(6, struct.pack("=IIII", 1800, 7200, 0, 0)))
    again = address_body(HOME, attribute(6, struct.pack("=IIII", 1799, 7199, 0, 0)))
    assert applied(picture, (RTM_NEWADDR, first)) == IPV6
    assert applied(picture, (RTM_NEWADDR, again)) == NEITHER
    deprecated = address_body(HOME, flags=AddressFlag.DEPRECATED)
    assert applied(picture, (RTM_NEWADDR, deprecated)) == IPV6
    assert applied(picture, (RTM_NEWADDR, deprecated)) == NEITHER
    elsewhere = address_body(HOME, flags=AddressFlag.DEPRECATED, index=3)
    assert applied(picture, (RTM_NEWADDR, elsewhere)) == IPV6
    assert applied(picture, (RTM_DELADDR, deprecated)) == IPV6
    assert applied(picture, (RTM_NEWADDR, deprecated)) == IPV6


def test_one_datagram_may_change_both_families() -> None:
    """All of them are told at once."""
    ipv4 = address_body(IPv4Address("192.168.1.2"), length=24)
    assert applied(Picture(), (RTM_NEWADDR, ipv4)) == IPV4
    both = (RTM_NEWADDR, ipv4), (RTM_NEWADDR, address_body(HOME))
    assert applied(Picture(), *both) == BOTH


def test_only_going_up_or_down_changes_a_link() -> None:
    """Statistics, a new name, and what a bridge says of its ports do not."""
    picture = Picture()
    assert applied(picture, (RTM_NEWLINK, link_body(UP))) == NEITHER
    running = UP | RUNNING
    assert applied(picture, (RTM_NEWLINK, link_body(running))) == BOTH
    assert applied(picture, (RTM_NEWLINK, link_body(running | 0x10000))) == NEITHER
    assert applied(picture, (RTM_NEWLINK, link_body(running, "lan"))) == NEITHER
    port = link_body(UP, family=AF_BRIDGE)
    assert applied(picture, (RTM_NEWLINK, port)) == NEITHER
    assert applied(picture, (RTM_DELLINK, port)) == NEITHER
    assert applied(picture, (RTM_NEWLINK, link_body(UP))) == BOTH
    assert applied(picture, (RTM_DELLINK, link_body(0))) == NEITHER
    assert applied(picture, (RTM_NEWLINK, link_body(running))) == BOTH
    assert applied(picture, (RTM_DELLINK, link_body(0))) == BOTH


@pytest.mark.parametrize("name", ["veth12ab", "docker0", "hassio", "br-0123456789ab"])
def test_containers_come_and_go_without_a_change(name: str) -> None:
    """Neither their interfaces nor the addresses on them lead out of the house."""
    picture = Picture()
    link = link_body(UP | RUNNING, name)
    assert applied(picture, (RTM_NEWLINK, link)) == NEITHER
    assert applied(picture, (RTM_NEWADDR, address_body(HOME))) == NEITHER
    assert applied(picture, (RTM_DELLINK, link)) == NEITHER


@pytest.mark.parametrize(
    ("family", "gateways"),
    [
        (Family.IPV4, ("192.168.1.1", "192.168.1.254")),
        (Family.IPV6, ("fe80::1", "fe80::2")),
    ],
)
def test_a_new_way_out_is_a_change(family: Family, gateways: tuple[str, str]) -> None:
    """A default route that comes, leads elsewhere, returns or goes; not one that is repeated."""
    picture = Picture()
    one, other = (route_body(family, gateway=item) for item in gateways)
    again = route_body(family, gateway=gateways[0], expires=9)
    here = frozenset({family})
    assert applied(picture, (RTM_NEWROUTE, one)) == here
    assert applied(picture, (RTM_NEWROUTE, again)) == NEITHER
    assert applied(picture, (RTM_NEWROUTE, other)) == here
    assert applied(picture, (RTM_NEWROUTE, one)) == here
    assert applied(picture, (RTM_DELROUTE, one)) == here
    assert applied(picture, (RTM_NEWROUTE, one)) == here


@pytest.mark.parametrize(
    ("family", "length", "kind", "changed"),
    [
        (Family.IPV6, 0, UNICAST, IPV6),
        (Family.IPV6, 3, UNICAST, IPV6),
        (Family.IPV6, 64, UNICAST, NEITHER),
        (Family.IPV6, 8, UNICAST, NEITHER),
        (Family.IPV6, 0, UNREACHABLE, NEITHER),
        (Family.IPV4, 0, UNICAST, IPV4),
        (Family.IPV4, 1, UNICAST, IPV4),
        (Family.IPV4, 24, UNICAST, NEITHER),
    ],
)
def test_only_routes_out_of_the_lan_count(
    family: Family, length: int, kind: int, changed: frozenset[Family]
) -> None:
    """The default route, or what VPNs set in its place."""
    gateway = "fe80::1" if family is Family.IPV6 else "192.168.1.1"
    body = route_body(family, length, kind=kind, gateway=gateway)
    assert applied(Picture(), (RTM_NEWROUTE, body)) == changed


def test_two_ways_out_are_told_apart() -> None:
    """Cable and wireless each have a default route, of another metric."""
    picture = Picture()
    cable, wireless = route_body(metric=100), route_body(metric=600, gateway="fe80::2")
    assert applied(picture, (RTM_NEWROUTE, cable), (RTM_NEWROUTE, wireless)) == IPV6
    assert applied(picture, (RTM_NEWROUTE, cable)) == NEITHER
    assert applied(picture, (RTM_NEWROUTE, wireless)) == NEITHER


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="a thing of Linux")
def test_the_loopback_addresses_are_there(socket_enabled: None) -> None:
    """The kernel of this machine answers."""
    found = {item.address: item for item in dump_addresses()}
    item = found[IPv4Address("127.0.0.1")]
    assert (item.interface, item.prefix_length) == ("lo", 8)
    assert AddressFlag.PERMANENT in item.flags
    assert item.preferred is None


async def test_without_netlink_nothing_is_told(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other operating systems have no such sockets; that is no error."""
    monkeypatch.delattr(socket, "AF_NETLINK")
    monitor = AddressMonitor(lambda _: pytest.fail("nothing can have changed"))
    assert not await monitor.start()
    assert not monitor.alive
    monitor.stop()
    with pytest.raises(OSError) as raised:
        dump_addresses()
    assert raised.value.errno == errno.EAFNOSUPPORT


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="a thing of Linux")
async def test_a_monitor_starts_and_stops(socket_enabled: None) -> None:
    """Both may be done again, and nothing stays open."""
    monitor = AddressMonitor(lambda _: None)
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir()))
    for _ in range(3):
        assert await monitor.start()
        assert await monitor.start()
        assert monitor.alive
        assert len(list(open_files.iterdir())) == before + 1
        monitor.stop()
        monitor.stop()
        assert not monitor.alive
        assert len(list(open_files.iterdir())) == before


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="a thing of Linux")
@pytest.mark.parametrize("ending", ["stopped", "cancelled"])
async def test_a_kernel_that_lets_us_wait_holds_nobody_up(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """While interfaces come and go it does; and whoever stops meanwhile hears nothing."""
    asked, answered = threading.Event(), threading.Event()

    def wait(kind: int) -> list[Message]:
        asked.set()
        assert answered.wait(5)
        return []

    monkeypatch.setattr(netlink, "_dump", wait)
    monitor = AddressMonitor(lambda _: pytest.fail("nobody listens"))
    open_files = Path("/proc/self/fd")
    starting = asyncio.create_task(monitor.start())
    await asyncio.to_thread(asked.wait, 5)
    # the event loop is free, or nobody could say so
    assert asked.is_set()
    assert not starting.done()
    assert not monitor.alive
    before = len(list(open_files.iterdir()))
    if ending == "stopped":
        monitor.stop()
    else:
        starting.cancel()
    answered.set()
    [result] = await asyncio.gather(starting, return_exceptions=True)
    assert result is False or isinstance(result, asyncio.CancelledError)
    assert not monitor.alive
    assert len(list(open_files.iterdir())) == before - 1


def test_of_an_interface_the_counters_are_not_asked_for() -> None:
    """They are a quarter of what the kernel sends, and hundreds of interfaces are not rare."""
    [request] = read_messages(dump_request(RTM_GETLINK))
    assert len(request.body) == 16 + 8
    assert request.body[16:] == attribute(29, struct.pack("=I", 8))
    [request] = read_messages(dump_request(RTM_GETADDR))
    assert len(request.body) == 4
