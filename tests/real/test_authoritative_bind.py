"""What authoritative servers hold, as dig sees it."""

from ipaddress import ip_address

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.dns import NameServer, authoritative_answer

from .bind import Bind

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    "name",
    [
        "example.org",
        "home.example.org",
        "shared.example.org",
        "*.any.example.org",
        "host.any.example.org",
        "nobody.example.org",
        "many.example.org",
    ],
)
async def test_as_dig(bind: Bind, name: str) -> None:
    """Records, wildcards, nothing, and more than fits into a packet."""
    await bind.change(
        "update add home.example.org 300 AAAA 2001:db8::1",
        *(f"update add many.example.org 300 A 192.0.2.{each}" for each in range(90)),
    )
    for family in Family:
        expected = await bind.dig(name, family.record_type)
        answer = await authoritative_answer(
            Hostname(name),
            family,
            [
                NameServer(host="127.0.0.1", port=bind.port),
                NameServer(host="::1", port=bind.port),
            ],
        )
        assert answer == {ip_address(address) for address in expected}


@pytest.mark.parametrize(
    "name", ["alias.example.org", "a.delegated.example.org", "a.example.net"]
)
async def test_unclear(bind: Bind, name: str) -> None:
    """A CNAME, and names that are other servers'."""
    server = NameServer(host="127.0.0.1", port=bind.port)
    assert await authoritative_answer(Hostname(name), Family.IPV4, [server]) is None
