"""Tests of which hosts count as local."""

from ipaddress import ip_address

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.net.local_host import is_local


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.1.1"),
        *("::1", "fd00::1", "fe80::1"),
        *("localhost", "router", "nas2", "0x-files"),
        *("router.home", "Router.HOME.", "nas.home.arpa", "home.arpa", "nas.internal"),
        *("router.lan", "nas.local", "dns.localhost"),
    ],
)
def test_local(host: str) -> None:
    """Addresses of the house, single labels, and the domains of homes."""
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    [
        *("11.22.33.44", "100.64.0.1", "2606:2800::1"),
        *("example.com", "myhome.example", "athome.home.example", "example.notlocal"),
        "example.arpa",
        # what a system may read as an address on the internet
        *("185999660", "0xb16212c", "11.22.8492", "1.2.3.0x4."),
    ],
)
def test_not_local(host: str) -> None:
    """All others, however they are spelled."""
    assert not is_local(host)


@given(st.ip_addresses(v=4))
def test_a_number_is_never_local(address: object) -> None:
    """It stands for an address that nobody has looked at."""
    number = int(ip_address(str(address)))
    assert not is_local(str(number))
    assert not is_local(hex(number))
