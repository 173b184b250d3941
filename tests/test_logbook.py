"""Activity: each thing that happens is told once, by its entity, and with its cause."""

from collections.abc import Mapping
from typing import Any

import pytest

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from .conftest import AddEntry, Later, account
from .home import force_update
from .internet import IPV4_NEW, Dyndns2Server, Internet

ADDRESS_CHANGE = "event.internet_connection_address_change"
OF_ACCOUNT = "event.test_account_update"
STATUS = "sensor.home_example_com"
OF_HOME = "event.home_example_com_update"
OF_NAS = "event.nas_example_com_update"


@pytest.fixture
def lines(hass: HomeAssistant) -> list[tuple[str, str]]:
    """Return entity and context of each line from now on: those of changed states."""
    found: list[tuple[str, str]] = []

    @callback
    def listen(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        assert new is not None
        if old is None or old.state != new.state:
            found.append((new.entity_id, new.context.id))

    hass.bus.async_listen(EVENT_STATE_CHANGED, listen)
    return found


@pytest.mark.usefixtures("connected")
async def test_an_address_change(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
    lines: list[tuple[str, str]],
) -> None:
    """A line for the change and for each that follows it, in the same context."""
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    lines.clear()
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    told = [line for line in lines if line[0].startswith("event.")]
    entity_ids = [entity_id for entity_id, _ in told]
    # the first line of a context is shown as the cause of the others
    assert entity_ids[0] == ADDRESS_CHANGE
    assert sorted(entity_ids[1:]) == [OF_HOME, OF_NAS, OF_ACCOUNT]
    assert len({context for _, context in told}) == 1
    # a status that stays what it was is no news
    assert not [line for line in lines if line[0] == STATUS]


@pytest.mark.usefixtures("connected")
async def test_what_follows_from_a_change(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """A failure and the try after it do, on the bus too; what a person asks for does not."""
    contexts: dict[str, str] = {}

    @callback
    def listen(event: Event[Mapping[str, Any]]) -> None:
        contexts[event.event_type] = event.context.id

    for event_type in ("ddns_plus_ip_changed", "ddns_plus_update"):
        hass.bus.async_listen(event_type, listen)
    await add_entry(account(dyndns2, "home.example.com"))

    dyndns2.answer = "911"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    change = contexts["ddns_plus_ip_changed"]
    assert contexts.pop("ddns_plus_update") == change

    dyndns2.answer = None
    await later(minutes=31)
    assert contexts.pop("ddns_plus_update") == change

    dyndns2.answer = "nohost"
    await force_update(hass)
    assert contexts["ddns_plus_update"] != change
    shown = hass.states.get(OF_HOME)
    assert shown is not None
    assert shown.context.id == contexts["ddns_plus_update"]
