"""The prefix that only the router knows: read at once when there is reason to, else seldom."""

from ipaddress import IPv6Network

import pytest

from custom_components.ddns_plus.core.detection.router.upnp import UpnpGateway
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, Later, connection
from tests.internet import Internet

PREFIX = IPv6Network("2606:2800:220:100::/56")
NEXT_PREFIX = IPv6Network("2606:2800:220:200::/56")


class Router:
    """A router that tells a prefix."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be the router of all connections."""
        self.prefix = PREFIX
        self.asked = 0
        monkeypatch.setattr(UpnpGateway, "ipv6_prefix", self._tell)
        monkeypatch.setattr(UpnpGateway, "ipv6_address", self._tell_nothing)

    async def _tell(self) -> IPv6Network:
        self.asked += 1
        return self.prefix

    async def _tell_nothing(self) -> None:
        """Have no address of its own."""


@pytest.mark.parametrize("by_upnp", [True, False])
async def test_prefix_is_read_after_a_hint(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
    by_upnp: bool,
) -> None:
    """What may have moved the address may have moved the prefix; a routine look has not."""
    router = Router(monkeypatch)
    options = internet.options()
    options["sources"]["built_in"] = ["upnp"] if by_upnp else []
    entry = await add_entry(connection(options))
    watched = entry.runtime_data
    assert watched.router.prefix == (PREFIX if by_upnp else None)

    router.prefix, asked = NEXT_PREFIX, router.asked
    await later(seconds=70)
    assert (watched.router.prefix, router.asked) == (PREFIX if by_upnp else None, asked)
    await watched.async_check()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert watched.router.prefix == (NEXT_PREFIX if by_upnp else None)


async def test_prefix_is_read_now_and_then(
    internet: Internet,
    add_entry: AddEntry,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A router that says nothing by itself is found out."""
    router = Router(monkeypatch)
    options = internet.options()
    options["sources"]["built_in"] = ["upnp"]
    entry = await add_entry(connection(options))
    router.prefix = NEXT_PREFIX
    await later(minutes=6)
    assert entry.runtime_data.router.prefix == NEXT_PREFIX
