"""An internet connection: its address is known, followed, and never believed lightly."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.ddns_plus.connection import address_watch
from custom_components.ddns_plus.const import DOMAIN, EVENT_IP_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.conftest import AddEntry, Later, connection
from tests.home import act, ask, event_type_of, state_of
from tests.internet import (
    IPV4,
    IPV4_NEW,
    IPV6,
    IPV6_NEW,
    Dyndns2Server,
    Handler,
    Internet,
)

# the clock stands still from the beginning: a timer of before would be due at once
pytestmark = pytest.mark.usefixtures(
    "all_entities_enabled", "freezer", "no_secret_in_log"
)

ADDRESS = "sensor.internet_connection_ipv4_address"
ADDRESS_V6 = "sensor.internet_connection_ipv6_address"
ONLINE = "binary_sensor.internet_connection_online"
EVENT = "event.internet_connection_address_change"
CHECK_NOW = "button.internet_connection_check_now"
STATUS = "sensor.home_example_com"


def page(text: str = "", status: int = 200, **headers: str) -> Handler:
    """Return what answers with a web page, whoever is asked."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(
            text=text, status=status, content_type="text/html", headers=headers
        )

    return answer


def all_tell(answer: str | Handler) -> dict[str, str | Handler]:
    """Return the same lie for all operators of IPv4."""
    return dict.fromkeys(("127.0.0.1", "127.0.0.2"), answer)


async def test_address_is_known_and_followed(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    later: Later,
) -> None:
    """The address is shown, and a change told once on the bus and by the event entity."""
    events = async_capture_events(hass, EVENT_IP_CHANGED)
    await add_entry(connection_entry)
    assert state_of(hass, ADDRESS) == IPV4
    assert state_of(hass, ADDRESS_V6) == IPV6
    assert state_of(hass, ONLINE) == "on"
    assert not events

    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, ADDRESS) == IPV4_NEW
    assert len(events) == 1
    assert events[0].data["old_address"] == IPV4
    assert events[0].data["new_address"] == IPV4_NEW
    assert event_type_of(hass, EVENT) == "ipv4_changed"


@pytest.mark.parametrize(
    "lies",
    [
        # an operator that lies, and two that contradict each other
        {"127.0.0.1": "11.99.99.99"},
        {"127.0.0.1": "11.99.99.99", "127.0.0.2": "11.88.88.88"},
        # not of this family, or not public: private, shared, for documentation
        all_tell(IPV6_NEW),
        all_tell("192.168.1.10"),
        all_tell("100.64.1.10"),
        all_tell("203.0.113.10"),
        # not an address at all
        all_tell("<html>Your address: 11.99.99.99</html>"),
        # a captive portal
        all_tell(page("<html>Please log in. 11.99.99.99</html>")),
        all_tell(page(status=302, Location="http://127.0.0.1/login")),
        all_tell(page("11.99.99.99", status=511)),
        all_tell(page("11.99.99.99", status=500)),
    ],
)
async def test_lies(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    later: Later,
    lies: dict[str, str | Handler],
) -> None:
    """They are not believed: nothing is published, and nothing is taken back."""
    await add_entry(account_entry)
    events = async_capture_events(hass, EVENT_IP_CHANGED)
    internet.lies = lies
    internet.ipv4 = IPV4_NEW
    for _ in range(5):
        await later(minutes=2)
        assert state_of(hass, ADDRESS) == "unknown"
        assert state_of(hass, ADDRESS_V6) == IPV6
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}
    assert state_of(hass, "sensor.home_example_com_published_ipv4") == IPV4
    assert not events

    internet.lies = {}
    await later(minutes=2)
    assert state_of(hass, ADDRESS) == IPV4_NEW
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}
    assert len(dyndns2.requests) == 2
    assert len(events) == 1


async def test_no_internet_for_a_while(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connected: MockConfigEntry,
    account_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    later: Later,
) -> None:
    """It is told once; nothing is cleared; who comes back as before publishes nothing."""
    await add_entry(account_entry)
    internet.go_offline()
    for _ in range(10):
        await later(minutes=2)
    assert state_of(hass, ONLINE) == "off"
    assert event_type_of(hass, EVENT) == "lost"
    # whatever the reason, the record leads nowhere
    assert state_of(hass, STATUS) == "stale"
    assert state_of(hass, "binary_sensor.home_example_com_problem") == "on"
    assert caplog.text.count("is offline") == 1

    internet.go_online()
    await later(minutes=2)
    assert state_of(hass, ONLINE) == "on"
    assert event_type_of(hass, EVENT) == "recovered"
    assert state_of(hass, STATUS) == "up_to_date"
    assert caplog.text.count("is back") == 1
    assert len(dyndns2.requests) == 1


@pytest.mark.parametrize(("single", "address"), [(False, "unknown"), (True, IPV4_NEW)])
async def test_a_single_source(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    later: Later,
    single: bool,
    address: str,
) -> None:
    """One operator alone is believed only by those who want it."""
    await add_entry(connection(internet.options(trust_single_source=single)))
    internet.lies = {"127.0.0.1": page(status=500)}
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, ADDRESS) == address


async def hanging(_request: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.Event().wait()
    return web.Response()


async def test_a_source_that_never_answers(
    hass: HomeAssistant,
    internet: Internet,
    connected: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    later: Later,
) -> None:
    """The round ends in time, and a later one finds out."""
    internet.lies = all_tell(hanging)
    asked = len(internet.requests)
    freezer.tick(120)
    async_fire_time_changed(hass)
    await internet.asked(asked + 2)
    freezer.tick(7)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, ADDRESS) == "unknown"

    internet.lies = {}
    await later(minutes=2)
    assert state_of(hass, ADDRESS) == IPV4


async def cancelled(hass: HomeAssistant) -> None:
    """Call the action, and be cancelled."""
    script = hass.async_create_task(
        hass.services.async_call(DOMAIN, "check_address", blocking=True)
    )
    await asyncio.sleep(0)
    script.cancel()
    await asyncio.wait([script])


async def check_twice(hass: HomeAssistant) -> None:
    """Check twice at once."""
    await asyncio.gather(
        ask(hass, "check_address"), act(hass, "button.press", CHECK_NOW)
    )


@pytest.mark.parametrize("check", [cancelled, check_twice])
async def test_check_now(
    hass: HomeAssistant,
    internet: Internet,
    connected: MockConfigEntry,
    later: Later,
    check: Callable[[HomeAssistant], Awaitable[None]],
) -> None:
    """A check is made at once and to its end; the routine goes on after it."""
    internet.ipv4 = IPV4_NEW
    await check(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, ADDRESS) == IPV4_NEW

    internet.ipv6 = IPV6_NEW
    await later(minutes=2)
    assert state_of(hass, ADDRESS_V6) == IPV6_NEW


async def test_the_answer_of_a_check(
    hass: HomeAssistant, internet: Internet, connected: MockConfigEntry
) -> None:
    """The action tells what was found, and the reason of what was not."""
    internet.ipv4, internet.ipv6 = IPV4_NEW, None
    answer = await ask(hass, "check_address")
    [found] = answer["connections"]
    assert found["name"] == "Internet connection"
    assert found["ipv4"]["address"] == IPV4_NEW
    assert found["ipv4"]["source"].startswith("127.0.0.")
    assert found["ipv6"] == {"address": None, "unknown": "offline", "source": None}


async def test_an_entity_update_asks_nobody(
    hass: HomeAssistant, internet: Internet, connected: MockConfigEntry
) -> None:
    """Home Assistant's own action shows what is known."""
    assert await async_setup_component(hass, "homeassistant", {})
    asked = len(internet.requests)
    await act(hass, "homeassistant.update_entity", ADDRESS)
    assert state_of(hass, ADDRESS) == IPV4
    assert len(internet.requests) == asked


async def test_nothing_to_watch(
    hass: HomeAssistant, internet: Internet, add_entry: AddEntry, later: Later
) -> None:
    """A connection without a family asks nobody, whoever wants it to."""
    await add_entry(connection({**internet.options(), "ipv4": False, "ipv6": False}))
    answer = await ask(hass, "check_address")
    assert set(answer["connections"][0]) == {"config_entry_id", "name"}
    await later(days=1)
    assert internet.requests == []


async def test_a_fault_in_a_round(
    hass: HomeAssistant,
    internet: Internet,
    connected: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    later: Later,
) -> None:
    """A round that fails in an unforeseen way is not the last one."""

    async def failing(*_args: object, **_kwargs: object) -> None:
        raise NotImplementedError

    internet.ipv4 = IPV4_NEW
    # no answer of a server can bring this about
    with monkeypatch.context() as patch:
        patch.setattr(address_watch, "run_round", failing)
        await later(minutes=2)
    assert caplog.text.count("asking for ipv4 failed") == 1
    assert state_of(hass, ADDRESS) == IPV4
    await later(minutes=2)
    assert state_of(hass, ADDRESS) == IPV4_NEW
