"""Default routes: which of several networks of a home is this machine's."""

from hypothesis import given, strategies as st

from custom_components.ddns_plus.core.detection.machine.default_route import (
    default_interfaces,
    interfaces_in,
)

ANY, NONE = "0" * 32, "0" * 32
HEAD = (
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
)
UP, REJECT, HIGH, LOW = 0x450003, 0x200201, 0x08450003, 0x18450003


def ipv6(
    name: str, metric: int = 1024, flags: int = UP, *, to: str = ANY, length: int = 0
) -> str:
    """Return a line of Linux' table of IPv6 routes."""
    via = "fe800000000000000000000000000001"
    return (
        f"{to} {length:02x} {NONE} 00 {via} {metric:08x} 00000001 00000000"
        f" {flags:08x} {name:>8}\n"
    )


def ipv4(name: str, metric: int = 100, *, to: str = "00000000") -> str:
    """Return a line of Linux' table of IPv4 routes."""
    mask = "00000000" if to == "00000000" else "00FFFFFF"
    return f"{name}\t{to}\t0101A8C0\t0003\t0\t0\t{metric}\t{mask}\t0\t0\t0\n"


def test_the_lowest_metric_is_first() -> None:
    """Then the preference of the router, as the kernel does."""
    table = (
        ipv6("wlan0", 600)
        + ipv6("eth0", 100)
        + ipv6("iot", 100, LOW)
        + ipv6("lan", 100, HIGH)
        + ipv6("lo", 0xFFFFFFFF, REJECT)
        + ipv6("vpn", 1, to="2001" + "0" * 28, length=16)
    )
    assert interfaces_in(table, "") == ("lan", "eth0", "iot", "wlan0")


def test_among_equals_that_of_ipv4_is_first() -> None:
    """Where each network announces a router, IPv4 has one route."""
    table = ipv6("iot") + ipv6("lan") + ipv6("guest")
    assert interfaces_in(table, HEAD + ipv4("lan")) == ("lan", "guest", "iot")
    two = HEAD + ipv4("guest", 200) + ipv4("iot") + ipv4("lan", to="0000A8C0")
    assert interfaces_in(table, two) == ("iot", "guest", "lan")
    assert interfaces_in("", two) == ("iot", "guest")


@given(st.text(max_size=300), st.text(max_size=300))
def test_damaged_tables(one: str, other: str) -> None:
    """What is not understood is left out."""
    table = one + "\n" + ipv6("eth0") + f"{ANY} 00 {NONE} 00 x y z 0 0 eth1\n"
    assert "eth0" in interfaces_in(table, other)


def test_of_this_machine() -> None:
    """Reading the tables of the system fails nowhere."""
    assert isinstance(default_interfaces(), tuple)
