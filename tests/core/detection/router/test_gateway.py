"""Tests of finding the router, and of asking it."""

from ipaddress import IPv4Address
from pathlib import Path
import socket
import sys

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.detection.router import gateway as module
from custom_components.ddns_plus.core.detection.router.gateway import (
    default_gateway,
    gateway_in,
    local_address,
)

HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"


def as_linux_writes(address: str) -> str:
    """Return an address as the table has it: as a number of this machine."""
    return f"{int.from_bytes(IPv4Address(address).packed, sys.byteorder):08X}"


def route(
    gateway: str = "192.168.77.1",
    *,
    interface: str = "eth0",
    destination: str = "0.0.0.0",
    mask: str = "0.0.0.0",
    flags: int = 3,
    metric: int = 100,
) -> str:
    """Return a line of the table."""
    numbers = [as_linux_writes(text) for text in (destination, gateway, mask)]
    return (
        f"{interface}\t{numbers[0]}\t{numbers[1]}\t{flags:04X}\t0\t0\t{metric}"
        f"\t{numbers[2]}\t0\t0\t0"
    )


def table(*routes: str) -> str:
    """Return a table of routes."""
    return "\n".join((HEADER, *routes, ""))


@pytest.mark.skipif(sys.byteorder == "big", reason="the line is of a small machine")
def test_a_line_of_a_real_machine() -> None:
    """Addresses are written byte by byte from behind."""
    line = "eth0\t00000000\t014DA8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0"
    assert gateway_in(table(line)) == IPv4Address("192.168.77.1")


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([], None),
        ([route()], "192.168.77.1"),
        ([route("10.0.0.1", metric=200), route("10.0.0.2", metric=50)], "10.0.0.2"),
        ([route("10.0.0.2", metric=50), route("10.0.0.1", metric=200)], "10.0.0.2"),
        ([route("10.0.0.1"), route("10.0.0.2")], "10.0.0.1"),
        ([route(destination="10.8.0.0", mask="255.255.0.0")], None),
        ([route("10.8.0.1", mask="128.0.0.0"), route()], "192.168.77.1"),
        ([route(flags=0x2)], None),
        ([route("0.0.0.0", flags=0x1, interface="ppp0")], None),
        ([route(flags=0x203)], None),
        ([route(flags=0x7)], "192.168.77.1"),
    ],
    ids=[
        "no route",
        "one",
        "the lowest metric, last",
        "the lowest metric, first",
        "the first of two with one metric",
        "a network",
        "half of the internet, as VPNs have it",
        "down",
        "a line without a router",
        "rejected",
        "to one host",
    ],
)
def test_the_default_gateway(routes: list[str], expected: str | None) -> None:
    """It is the router of the route that counts, and nothing else in the table."""
    found = gateway_in(table(*routes))
    assert found == (None if expected is None else IPv4Address(expected))


def test_the_gateway_of_an_interface() -> None:
    """Another interface's route does not count, however cheap."""
    routes = table(
        route("10.0.0.1", interface="wwan0", metric=1),
        route("192.168.77.1", interface="eth0", metric=100),
    )
    assert gateway_in(routes, "eth0") == IPv4Address("192.168.77.1")
    assert gateway_in(routes, "wwan0") == IPv4Address("10.0.0.1")
    assert gateway_in(routes, "eth1") is None


_FIELD = st.sampled_from(["00000000", "0003", "eth0", "-1", "FFFFFFFFF", "x", "100"])


@given(
    st.one_of(
        st.text(),
        st.lists(st.lists(_FIELD, max_size=12).map("\t".join)).map("\n".join),
    )
)
def test_a_strange_table_has_no_gateway_or_one(text: str) -> None:
    """Nothing in the table raises."""
    assert isinstance(gateway_in(f"{HEADER}\n{text}"), IPv4Address | None)


@given(st.ip_addresses(v=4), st.integers(0, 2**31))
def test_every_address_is_read_as_it_was_written(
    address: IPv4Address, metric: int
) -> None:
    """Reading is the reverse of writing."""
    assert gateway_in(table(route(str(address), metric=metric))) == address


def test_a_system_without_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Elsewhere than on Linux there is no gateway to be found."""
    monkeypatch.setattr(module, "_ROUTES", tmp_path / "route")
    assert default_gateway() is None


def test_the_table_of_this_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file is read anew each time, names of any bytes included."""
    file = tmp_path / "route"
    monkeypatch.setattr(module, "_ROUTES", file)
    file.write_bytes(table(route("10.0.0.1", interface="wan")).encode())
    assert default_gateway() == IPv4Address("10.0.0.1")
    odd = table(route("10.0.0.2", interface="wan")).encode().replace(b"wan", b"w\xe4n")
    file.write_bytes(odd)
    assert default_gateway() == IPv4Address("10.0.0.2")
    assert default_gateway("wan") is None


def test_our_address_towards_the_gateway(loopback: None) -> None:
    """On loopback both ends are the same, and nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        there.setblocking(False)
        assert local_address(IPv4Address("127.0.0.1")) == IPv4Address("127.0.0.1")
        with pytest.raises(BlockingIOError):
            there.recv(1)


def test_no_address_where_there_is_no_way(loopback: None) -> None:
    """Broadcasting is not allowed to a socket like ours: no way there."""
    assert local_address(IPv4Address("255.255.255.255")) is None
