"""What is taken for a hint: entities that tell something new, no others."""

from collections.abc import AsyncGenerator
from ipaddress import IPv4Address
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.connection.hints import HintChannels
from custom_components.ddns_plus.connection.options import ConnectionOptions
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE
from homeassistant.core import HomeAssistant
from tests.internet import IPV4, IPV4_NEW, IPV6

GATEWAY = IPv4Address("192.168.178.1")
WAN, STATUS = "sensor.wan", "sensor.status"


class Listening:
    """Push channels of a home, and the hints that they gave."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen to two entities, of which one tells two addresses in its attributes."""
        self.hints: list[frozenset[Family]] = []
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
            line=ANYWHERE,
            upnp=None,
            gateway=lambda: GATEWAY,
            is_on_host=lambda _: False,
        )
        entry = MockConfigEntry(domain=DOMAIN, title="Internet connection")
        self.channels = HintChannels(hass, entry, options, sources, self.hints.append)


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
