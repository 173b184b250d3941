"""Accounts with many hostnames: no step of the event loop is about more than a few."""

from collections import defaultdict
from collections.abc import Generator, Mapping

import pytest

from custom_components.ddns_plus.account.coordinator import AccountCoordinator
from custom_components.ddns_plus.const import PLATFORMS
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from tests.conftest import AddEntry, Later, account
from tests.home import state_of
from tests.internet import IPV4_NEW, Dyndns2Server, Internet

NAMES = [f"h{number}.example.com" for number in range(40)]

type Steps = Mapping[int, set[str]]


@pytest.fixture
def steps(hass: HomeAssistant) -> Generator[Steps]:
    """Return the hostnames whose states were written, by turn of the event loop."""
    written: dict[int, set[str]] = defaultdict(set)
    turn = 0

    def next_turn() -> None:
        nonlocal turn, handle
        turn += 1
        handle = hass.loop.call_soon(next_turn)

    handle = hass.loop.call_soon(next_turn)

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        _, _, object_id = event.data["entity_id"].partition(".")
        if object_id.startswith("h"):
            written[turn].add(object_id.partition("_")[0])

    remove = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    yield written
    remove()
    handle.cancel()


def most_in(steps: Steps) -> int:
    """Return the most hostnames of one turn."""
    assert set.union(*steps.values()) == {name.partition(".")[0] for name in NAMES}
    return max(map(len, steps.values()))


@pytest.mark.usefixtures("connected")
async def test_entities_are_added_by_hostname(
    steps: Steps, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """Each platform adds the entities of one hostname at a time."""
    await add_entry(account(dyndns2, *NAMES))
    assert most_in(steps) <= len(PLATFORMS)


@pytest.mark.usefixtures("freezer", "connected")
async def test_a_change_is_shown_and_told_by_hostname(
    hass: HomeAssistant,
    steps: dict[int, set[str]],
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """A new address of all hostnames shows at one after the other."""
    await add_entry(account(dyndns2, *NAMES))
    steps.clear()
    internet.ipv4 = IPV4_NEW
    await later(minutes=3)
    # DNS is checked meanwhile, which is shown, too
    assert most_in(steps) <= 2
    for name in NAMES:
        slug = name.replace(".", "_")
        assert state_of(hass, f"sensor.{slug}_published_ipv4") == IPV4_NEW
        assert state_of(hass, f"sensor.{slug}") == "up_to_date"


@pytest.mark.usefixtures("connected")
async def test_a_listener_hears_until_it_stops(
    dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """A refresh is told to listeners of one hostname and of all, each time once."""
    entry = await add_entry(account(dyndns2, "home.example.com"))
    coordinator = entry.runtime_data
    assert isinstance(coordinator, AccountCoordinator)
    heard: list[str | None] = []
    contexts = (*entry.subentries, None)
    stops = [
        coordinator.async_add_listener(lambda each=context: heard.append(each), context)
        for context in contexts
    ]
    await coordinator.async_refresh()
    assert sorted(heard, key=str) == sorted(contexts, key=str)
    for stop in stops:
        stop()
    await coordinator.async_refresh()
    assert len(heard) == len(contexts)
