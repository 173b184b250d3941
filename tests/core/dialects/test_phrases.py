"""Addresses that answers tell, and the connections that tell an address to a provider."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import aiohttp
from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.dialects.phrases import (
    addresses_in,
    raise_for_other_address,
)
from custom_components.ddns_plus.core.dialects.update_url import UpdateRequest
from custom_components.ddns_plus.core.errors import UnexpectedResponse
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Update
from custom_components.ddns_plus.core.providers.mythic_beasts_dyndns import (
    MythicBeastsDyndns,
)
from tests.providers.replay import (
    USER_AGENT,
    CannedResponse,
    Exchange,
    ReplayServer,
    Request,
)

IPV4, OTHER_IPV4 = IPv4Address("93.184.216.34"), IPv4Address("93.184.216.35")
IPV6 = IPv6Address("2606:2800:220:1::44")
HOSTNAME = Hostname("home.example.com")


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """What is found are addresses, whatever the text; never an error."""
    assert all(str(address) for address in addresses_in(text))


@given(
    st.ip_addresses(),
    st.sampled_from(["{}", "to {}.", "({}), done", "<IP>{}</IP>", "good {}\r\n"]),
)
def test_addresses_are_found(address: Address, text: str) -> None:
    """An address is found whatever stands around it, in long form too."""
    assert addresses_in(text.format(address)) == {address}
    assert addresses_in(text.format(address.exploded)) == {address}


@pytest.mark.parametrize("text", ["1.2.3.4.5", "1.2.3", "12:30:59", "a:b", "1.2.3.4:5"])
def test_what_only_looks_like_an_address(text: str) -> None:
    """Versions, times and ports are not taken for addresses, nor parts of them."""
    assert addresses_in(text) == frozenset()


@pytest.mark.parametrize(
    ("told", "fits"),
    [
        ("", True),
        (f"{IPV4}", True),
        # one of them is the one before
        (f"from {OTHER_IPV4} to {IPV4}", True),
        (f"{OTHER_IPV4}", False),
        # nothing is told of IPv4
        (f"{IPV6}", True),
        (f"{OTHER_IPV4} {IPV6}", False),
    ],
)
def test_other_address(told: str, fits: bool) -> None:
    """An answer that tells another address of a family that was sent is none of success."""
    request = UpdateRequest(hostnames=(HOSTNAME,), addresses={Family.IPV4: IPV4})
    if fits:
        raise_for_other_address(request, addresses_in(told))
        return
    with pytest.raises(UnexpectedResponse) as caught:
        raise_for_other_address(request, addresses_in(told))
    assert caught.value.maybe_applied


@pytest.mark.parametrize("interface", [None, "eth1"])
async def test_mythic_beasts_is_told_by_the_connection(
    replay: ReplayServer, interface: str | None
) -> None:
    """A connection of each family by the hostname's line; IPv6 from the very address."""
    connections: list[tuple[Family, LocalEndpoint]] = []

    def connectors(family: Family, endpoint: LocalEndpoint) -> aiohttp.TCPConnector:
        connections.append((family, endpoint))
        return replay.connector()

    http = HttpClient(replay.session, user_agent=USER_AGENT, connectors=connectors)
    provider = MythicBeastsDyndns({"username": "keyid", "password": "secret"}, http)
    answered = CannedResponse(body='{"message": "1 record updated"}')
    replay.expect([Exchange(request=Request(url=""), response=answered)] * 2)
    results = await provider.publish(
        [
            Update(
                hostname=HOSTNAME,
                family=Family.of(address),
                address=address,
                interface=interface,
            )
            for address in (ip_address(IPV6), ip_address(IPV4))
        ]
    )
    assert results == [Outcome.UPDATED] * 2
    assert connections == [
        (Family.IPV4, LocalEndpoint(interface=interface)),
        (Family.IPV6, LocalEndpoint(interface=interface, address=ip_address(IPV6))),
    ]
