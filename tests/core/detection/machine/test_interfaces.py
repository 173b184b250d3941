"""Tests of reading this machine's addresses, and of which of them are fit to be published."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
import socket

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.detection.machine import interfaces
from custom_components.ddns_plus.core.detection.machine.interfaces import (
    AddressFlag,
    InterfaceAddress,
    Unfit,
    is_virtual,
    parse_if_inet6,
    read_addresses,
    why_unfit,
)

PUBLIC = "2606:2800:220:1::44"


def on(
    address: str = PUBLIC,
    flags: AddressFlag = AddressFlag(0),
    *,
    interface: str = "eth0",
    preferred: int | None = 1800,
) -> InterfaceAddress:
    """Return an address on an interface."""
    return InterfaceAddress(
        address=ip_address(address),
        prefix_length=64,
        interface=interface,
        flags=flags,
        preferred=preferred,
    )


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (on(), None),
        (on(flags=AddressFlag.PERMANENT, preferred=None), None),
        (on(flags=AddressFlag.MANAGE_TEMPORARY), None),
        (on(flags=AddressFlag.STABLE_PRIVACY), None),
        (on(flags=AddressFlag(0x600)), None),
        (on(flags=AddressFlag.TEMPORARY), Unfit.TEMPORARY),
        (on(flags=AddressFlag.TEMPORARY | AddressFlag.DEPRECATED), Unfit.TEMPORARY),
        (on(flags=AddressFlag.DEPRECATED), Unfit.DEPRECATED),
        (on(flags=AddressFlag.DEPRECATED, preferred=0), Unfit.DEPRECATED),
        (on(preferred=0), Unfit.DEPRECATED),
        (on(flags=AddressFlag.PERMANENT, preferred=0), Unfit.DEPRECATED),
        (on(flags=AddressFlag.TENTATIVE), Unfit.TENTATIVE),
        (on(flags=AddressFlag.TENTATIVE | AddressFlag(0x04)), Unfit.TENTATIVE),
        (on(flags=AddressFlag.TENTATIVE | AddressFlag.DADFAILED), Unfit.DUPLICATE),
        (on("fe80::1"), Unfit.NOT_PUBLIC),
        (on("fd00::1"), Unfit.NOT_PUBLIC),
        (on("2001:db8::1"), Unfit.NOT_PUBLIC),
        (on("::1", interface="lo"), Unfit.NOT_PUBLIC),
        (on("2606:2800:220:1::"), Unfit.NOT_PUBLIC),
        (on("fd00::1", interface="docker0"), Unfit.NOT_PUBLIC),
        (on(interface="wg0"), Unfit.TUNNEL),
        (on(interface="docker0"), Unfit.TUNNEL),
        (on("11.22.33.44", AddressFlag.PERMANENT), None),
        (on("11.22.33.44", AddressFlag.TEMPORARY), None),
        (on("192.168.1.2"), Unfit.NOT_PUBLIC),
        (on("100.64.0.2"), Unfit.NOT_PUBLIC),
        (on("11.22.33.44", interface="tun0"), Unfit.TUNNEL),
    ],
)
def test_an_address_is_fit_or_the_reason_is_told(
    item: InterfaceAddress, reason: Unfit | None
) -> None:
    """The first bit of an IPv4 address's flags does not mean that it is temporary."""
    assert why_unfit(item) is reason


@pytest.mark.parametrize(
    ("name", "virtual"),
    [
        ("eth0", False),
        ("end0", False),
        ("enp3s0", False),
        ("wlan0", False),
        ("wlp2s0", False),
        ("br0", False),
        ("br-lan", False),
        ("vmbr0", False),
        ("bond0", False),
        ("eth0.7", False),
        ("ppp0", False),
        ("wwan0", False),
        ("lo", True),
        ("docker0", True),
        ("docker_gwbridge", True),
        ("hassio", True),
        ("veth0a1b2c3", True),
        ("br-0123456789ab", True),
        ("virbr0", True),
        ("tun0", True),
        ("tap0", True),
        ("wg0", True),
        ("tailscale0", True),
        ("ztabcdefgh", True),
    ],
)
def test_tunnels_and_containers_are_known_by_name(name: str, virtual: bool) -> None:
    """What leads to the provider is neither."""
    assert is_virtual(name) is virtual


def test_the_kernels_table_is_read() -> None:
    """Numbers are hexadecimal; lines that are none are left out."""
    text = (
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "260628000220000100000000000000ab 02 40 00 01     eth0\n"
        "short 02 40 00 01 eth0\n"
        "2606280002200001 02 40 00 01 eth0\n"
        "\n"
    )
    loopback, temporary = parse_if_inet6(text)
    assert loopback.address == IPv6Address("::1")
    assert loopback.prefix_length == 128
    assert loopback.flags is AddressFlag.PERMANENT
    assert temporary.address == IPv6Address("2606:2800:220:1::ab")
    assert temporary.prefix_length == 64
    assert temporary.interface == "eth0"
    assert why_unfit(temporary) is Unfit.TEMPORARY


@given(st.text())
def test_any_table_is_read(text: str) -> None:
    """Nothing in it is an error."""
    for item in parse_if_inet6(text):
        assert isinstance(item.address, IPv6Address)


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="a thing of Linux")
def test_without_netlink_the_table_is_read(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both tell the same IPv6 addresses, and the table no IPv4."""
    by_netlink = read_addresses()
    assert by_netlink is not None
    assert IPv4Address("127.0.0.1") in {item.address for item in by_netlink}
    monkeypatch.delattr(socket, "AF_NETLINK")
    by_table = read_addresses()
    assert by_table is not None
    assert {
        (item.address, item.interface, item.prefix_length) for item in by_table
    } == {
        (item.address, item.interface, item.prefix_length)
        for item in by_netlink
        if item.address.version == 6
    }


def test_other_systems_do_not_tell(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There the echo alone decides."""
    monkeypatch.delattr(socket, "AF_NETLINK", raising=False)
    monkeypatch.setattr(interfaces, "_IF_INET6", tmp_path / "if_inet6")
    assert read_addresses() is None
