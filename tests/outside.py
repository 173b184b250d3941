"""A connection whose public services are outside, and a router that tells its address."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.methods import WebService
from custom_components.ddns_plus.core.detection.source import Transport
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .internet import Internet

ROUTER = "sensor.router_external_ip"
# two operators, and the hosts of the pretend internet that stand for them
OPERATORS = {"desec": ("127.0.0.1", "::1"), "ident": ("127.0.0.2", "localhost")}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideService(WebService):
    """A service on loopback that counts as one beyond the router, asked over TLS."""

    @property
    def transport(self) -> Transport:
        """Return how its answers travel."""
        return Transport.TLS


def lead_outside(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two built-in sources be answered by the pretend internet."""
    urls = [item["url"] for item in internet.options()["sources"]["custom"]]
    for key, (ipv4, ipv6) in OPERATORS.items():
        [url_ipv4] = [url for url in urls if f"/{ipv4}:" in url]
        [url_ipv6] = [url for url in urls if ipv6 in url]
        source = replace(
            SOURCES[key],
            ipv4=OutsideService(url=url_ipv4),
            ipv6=OutsideService(url=url_ipv6),
        )
        monkeypatch.setitem(SOURCES, key, source)


def router_says(hass: HomeAssistant, address: str) -> None:
    """Let the router's entity tell an address."""
    er.async_get(hass).async_get_or_create(
        "sensor", "upnp", "router_ip", suggested_object_id="router_external_ip"
    )
    hass.states.async_set(ROUTER, address)


def options(**network: Any) -> dict[str, Any]:
    """Return the options of a connection that asks two operators and the router."""
    return {
        "ipv4": True,
        "ipv6": True,
        "sources": {
            "built_in": list(OPERATORS),
            "custom": [],
            "entities": [{"entity_id": ROUTER, "family": "ipv4"}],
        },
        "checking": {"interval": {"seconds": 60}, "push": False},
        "network": {"accept_translated": True, **network},
    }
