"""The prefix that only the router knows: read at once when there is reason to, else seldom."""

import asyncio
from ipaddress import IPv6Network

import pytest

from custom_components.ddns_plus.core.detection.router.upnp import UpnpGateway
from custom_components.ddns_plus.core.detection.source import FailureReason, SourceError
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


async def test_newer_of_two_readings_counts(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An answer that comes late does not replace that of a later question."""
    Router(monkeypatch)
    options = internet.options()
    options["sources"]["built_in"] = ["upnp"]
    watched = (await add_entry(connection(options))).runtime_data
    answers = [asyncio.Event(), asyncio.Event()]
    told = [(answers[0], PREFIX), (answers[1], NEXT_PREFIX)]

    async def tell_late(_upnp: UpnpGateway) -> IPv6Network:
        if not told:
            return NEXT_PREFIX
        answer, prefix = told.pop(0)
        await answer.wait()
        return prefix

    monkeypatch.setattr(UpnpGateway, "ipv6_prefix", tell_late)
    for left in (1, 0):
        await watched.async_check()
        while len(told) > left:
            await asyncio.sleep(0)
    answers[1].set()
    while watched.router.prefix != NEXT_PREFIX:
        await asyncio.sleep(0)
    answers[0].set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (watched.router.prefix, told) == (NEXT_PREFIX, [])


async def test_age_of_the_prefix_is_shown(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A prefix is kept while the router does not answer: it tells since when."""
    router = Router(monkeypatch)
    options = internet.options()
    options["sources"]["built_in"] = ["upnp"]
    await add_entry(connection(options))

    def read_at() -> str | None:
        state = hass.states.get("sensor.internet_connection_ipv6_prefix")
        assert state is not None
        return state.attributes.get("read_at")

    first = read_at()
    assert first is not None

    async def silent(_upnp: UpnpGateway) -> IPv6Network:
        raise SourceError(FailureReason.TIMEOUT)

    monkeypatch.setattr(UpnpGateway, "ipv6_prefix", silent)
    await later(minutes=11)
    assert read_at() == first
    monkeypatch.setattr(UpnpGateway, "ipv6_prefix", router._tell)
    await later(minutes=6)
    assert read_at() != first
