"""What is taken for a hint: entities and announcements that tell something new, no others."""

from collections.abc import AsyncGenerator
from ipaddress import IPv4Address
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.connection_options import ConnectionOptions
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.push import PushChannels
from homeassistant.components.ssdp import SsdpChange
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo

from .internet import IPV4, IPV4_NEW, IPV6

GATEWAY = IPv4Address("192.168.178.1")
WAN, STATUS = "sensor.wan", "sensor.status"
IGD1, IGD2 = "uuid:igd1", "uuid:igd2"


class Listening:
    """Push channels of a home, and the hints that they gave."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen to two entities, of which one tells two addresses in its attributes."""
        self.hints: list[frozenset[Family]] = []
        self.forgotten = 0
        options = ConnectionOptions.from_mapping(
            {
                "sources": {
                    "built_in": ["ident"],
                    "entities": [
                        {"entity_id": WAN, "family": "ipv4"},
                        {"entity_id": STATUS, "family": "ipv4", "attribute": "ip"},
                        {"entity_id": STATUS, "family": "ipv6", "attribute": "ip6"},
                    ],
                }
            }
        )
        sources: Any = SimpleNamespace(
            upnp=None,
            gateway=lambda: GATEWAY,
            is_on_host=lambda _: False,
            forget_router=self._forget,
        )
        entry = MockConfigEntry(domain=DOMAIN, title="Internet connection")
        self.channels = PushChannels(hass, entry, options, sources, self.hints.append)

    def _forget(self) -> None:
        self.forgotten += 1

    async def announce(
        self,
        boot_id: str | None,
        change: SsdpChange = SsdpChange.ALIVE,
        *,
        udn: str = IGD1,
        host: str = str(GATEWAY),
    ) -> list[frozenset[Family]]:
        """Return the hints that an announcement gives."""
        self.hints.clear()
        headers = {"_host": host} | (
            {} if boot_id is None else {"BOOTID.UPNP.ORG": boot_id}
        )
        info = SsdpServiceInfo(
            ssdp_usn=udn, ssdp_st="", upnp={}, ssdp_udn=udn, ssdp_headers=headers
        )
        await self.channels._async_router_seen(info, change)
        return list(self.hints)


@pytest.fixture
async def listening(
    hass: HomeAssistant, socket_enabled: None
) -> AsyncGenerator[Listening]:
    """Return push channels that listen."""
    hass.states.async_set(WAN, IPV4)
    hass.states.async_set(STATUS, "up", {"ip": IPV4, "ip6": IPV6, "bytes": 1})
    listening = Listening(hass)
    listening.channels.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    yield listening
    await listening.channels.async_stop()


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes", "families"),
    [
        (WAN, IPV4_NEW, {}, {"ipv4"}),
        (WAN, IPV4, {"signal": 7}, set()),
        (WAN, "unavailable", {}, set()),
        (WAN, "unknown", {}, set()),
        (STATUS, "up", {"ip": IPV4_NEW, "ip6": IPV6, "bytes": 1}, {"ipv4"}),
        (STATUS, "up", {"ip": IPV4_NEW, "ip6": "::1", "bytes": 1}, {"ipv4", "ipv6"}),
        (STATUS, "up", {"ip": IPV4, "ip6": IPV6, "bytes": 2}, set()),
        (STATUS, "down", {"ip": IPV4, "ip6": IPV6, "bytes": 1}, set()),
        (STATUS, "up", {"ip": None, "bytes": 1}, set()),
        ("sensor.other", IPV4_NEW, {}, set()),
    ],
)
async def test_an_entity_that_tells_something_else(
    hass: HomeAssistant,
    listening: Listening,
    entity_id: str,
    state: str,
    attributes: dict[str, Any],
    families: set[str],
) -> None:
    """Not one of which anything else changes: that may be each second."""
    hass.states.async_set(entity_id, state, attributes)
    await hass.async_block_till_done()
    assert listening.hints == ([frozenset(families)] if families else [])


async def test_an_entity_that_comes_back(
    hass: HomeAssistant, listening: Listening
) -> None:
    """It may have missed a change; and while it is away it tells of none."""
    assert listening.channels.alive(Family.IPV4)
    hass.states.async_set(WAN, "unavailable")
    hass.states.async_set(STATUS, "unavailable")
    await hass.async_block_till_done()
    assert listening.hints == []
    assert not listening.channels.alive(Family.IPV4)
    hass.states.async_set(WAN, IPV4)
    await hass.async_block_till_done()
    assert listening.hints == [frozenset({Family.IPV4})]
    assert listening.channels.alive(Family.IPV4)
    assert not listening.channels.alive(Family.IPV6)


async def test_a_router_that_goes_or_restarts(listening: Listening) -> None:
    """By its boot id, where it has one; what does not count has not restarted."""
    hint = [frozenset({Family.IPV4})]
    assert await listening.announce("1") == []
    assert await listening.announce("1") == []
    assert await listening.announce("2") == hint
    assert listening.forgotten == 1
    assert await listening.announce(None) == []
    assert await listening.announce("2") == []
    assert await listening.announce("2", SsdpChange.BYEBYE) == hint
    assert await listening.announce("3", host="192.168.178.20") == []
    assert await listening.announce("3", SsdpChange.BYEBYE, host="192.168.178.20") == []


async def test_a_router_that_is_two_devices(listening: Listening) -> None:
    """As IGD 1 and 2 at the same address: each counts on its own."""
    for _ in range(3):
        assert await listening.announce("1", udn=IGD1) == []
        assert await listening.announce("7", udn=IGD2) == []
    assert await listening.announce("8", udn=IGD2) == [frozenset({Family.IPV4})]


async def test_many_who_claim_to_be_the_router(listening: Listening) -> None:
    """They are not kept for ever."""
    for number in range(100):
        await listening.announce("1", udn=f"uuid:{number}")
    assert len(listening.channels._boot_ids) <= 8
