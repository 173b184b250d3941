"""Trying sources out: what each answers is shown before anything is saved."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
import re
from typing import Any

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.connection import source_trial
from custom_components.ddns_plus.connection.options import ConnectionOptions
from custom_components.ddns_plus.connection.source_trial import (
    Tried,
    async_table,
    async_try_sources,
)
from custom_components.ddns_plus.connection.sources import async_http_options
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection import ask_one
from custom_components.ddns_plus.core.detection.asking import run_round
from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.judge.operator_back_off import (
    OperatorBackOff,
)
from custom_components.ddns_plus.core.detection.judge.round import Round
from custom_components.ddns_plus.core.detection.source import (
    HOST,
    AddressSource,
    FailureReason,
    SourceFailure,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from tests.flow_driver import Flow
from tests.internet import IPV4, IPV6, Internet, Server

LIE = "11.22.99.99"


@pytest.fixture
def rows(hass: HomeAssistant) -> Any:
    """Return what reads the table of a menu: source, family and answer of each row."""

    def read(flow: Flow) -> list[list[str]]:
        assert flow.step == "tried"
        found, family = [], ""
        for line in flow.placeholders["answers"].splitlines():
            source, answer = (cell.strip() for cell in line.strip("|").split("|"))
            if source.startswith("**"):
                family = source.strip("*")
            else:
                found.append([source, family, answer])
        return found

    return read


def closed(port: str = "9") -> dict[str, Any]:
    """Return a source where nobody listens."""
    return {"url": f"http://127.0.0.1:{port}/", "family": "ipv4"}


async def try_out(
    hass: HomeAssistant,
    options: dict[str, Any],
    back_off: OperatorBackOff | None = None,
) -> list[Tried]:
    """Try the sources of options."""
    return await async_try_sources(
        hass,
        ConnectionOptions.from_mapping(options),
        await async_http_options(hass),
        back_off,
    )


async def test_answers_are_shown_before_saving(
    hass: HomeAssistant, connected: MockConfigEntry, internet: Internet, rows: Any
) -> None:
    """One is honest, one lies, one is dead: a person sees it, and saves or does not."""
    internet.lies["127.0.0.2"] = LIE
    before = connected.options
    flow = await Flow.options(hass, connected)
    values = internet.options()
    values["sources"]["custom"].append(closed())
    await flow.submit(**values)
    honest, liar, dead, *_ = rows(flow)
    assert dead == ["`127.0.0.1:9`", "IPv4", "Cannot be reached"]
    for row, address in ((honest, IPV4), (liar, LIE)):
        assert re.fullmatch(r"`127\.0\.0\.[12]:\d+`", row[0])
        assert row[1] == "IPv4"
        assert re.fullmatch(rf"{re.escape(address)} \([1-9]\d*\xa0ms\)", row[2])
    assert [row[1] for row in rows(flow)[3:]] == ["IPv6", "IPv6"]
    assert all(row[2].startswith(IPV6) for row in rows(flow)[3:])
    assert flow.placeholders["expected"].splitlines() == [
        "- IPv4 would not be known: the answers contradict each other",
        f"- IPv6 would be {IPV6}",
    ]
    # nothing is changed yet
    assert connected.options == before

    await flow.choose("change")
    assert flow.step == "init"
    assert len(flow.filled["sources"]["custom"]) == 5
    await flow.submit(**internet.options())
    assert len(rows(flow)) == 4
    await flow.choose("save")
    assert len(connected.options["sources"]["custom"]) == 4
    assert connected.state is ConfigEntryState.LOADED


async def test_dialog_says_what_is_going_on(
    hass: HomeAssistant, connected: MockConfigEntry, internet: Internet
) -> None:
    """It shows that sources are asked, and goes on by itself; closing it ends the asking."""
    asked = asyncio.Event()

    async def never(_request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    internet.lies["127.0.0.2"] = never
    manager = hass.config_entries.options
    result = await manager.async_init(connected.entry_id)
    result = await manager.async_configure(result["flow_id"], internet.options())
    assert result["type"] == "progress"
    assert result["progress_action"] == "trial"
    await asked.wait()
    assert manager.async_get(result["flow_id"])["step_id"] == "trial"
    manager.async_abort(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert manager.async_progress() == []


async def test_silent_source_is_given_up(
    hass: HomeAssistant, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has as long as in a round, and holds up no other."""
    assert timedelta(seconds=4) == ask_one.SOURCE_TIMEOUT
    monkeypatch.setattr(ask_one, "SOURCE_TIMEOUT", timedelta(seconds=0.2))

    async def never(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    internet.lies["127.0.0.1"] = never
    honest, *others = reversed(
        await try_out(hass, internet.options() | {"ipv6": False})
    )
    assert str(honest.answer.address) == IPV4
    [silent] = others
    assert silent.answer == SourceFailure(reason=FailureReason.TIMEOUT)


async def test_operator_that_wants_to_be_left_alone(
    hass: HomeAssistant, connected: MockConfigEntry, internet: Internet, rows: Any
) -> None:
    """The running connection is told, and nobody is asked a second time."""

    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "600"})

    internet.lies["127.0.0.2"] = refuse
    flow = await Flow.options(hass, connected)
    await flow.submit(**internet.options())
    assert rows(flow)[1][2] == "Refuses to answer this home (429)"
    back_off = connected.runtime_data.back_off
    assert 500 < back_off.remaining("127.0.0.2", hass.loop.time()).seconds <= 600
    internet.requests.clear()
    await flow.choose("change")
    await flow.submit(**internet.options())
    assert "127.0.0.2" not in internet.requests
    assert internet.requests.count("127.0.0.1") == 1
    assert re.fullmatch(
        r"Not asked, because it wants to be left alone for a while \(0:(09:\d\d|10:00)\)",
        rows(flow)[1][2],
    )


async def test_operator_that_refuses_twice_at_once_has_refused_once(
    hass: HomeAssistant, loopback: None
) -> None:
    """Asking its two sources at the same time is no reason to stay away for longer."""

    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=403)

    back_off = OperatorBackOff()
    async with Server(refuse, "127.0.0.1") as server:
        url = f"http://127.0.0.1:{server.ports['127.0.0.1']}"
        custom = [{"url": f"{url}/{path}", "family": "ipv4"} for path in "ab"]
        options = {"ipv6": False, "sources": {"built_in": [], "custom": custom}}
        tried = await try_out(hass, options, back_off)
    assert [item.answer.status for item in tried] == [403, 403]
    wait = back_off.remaining("127.0.0.1", hass.loop.time())
    assert timedelta(minutes=14) < wait <= timedelta(minutes=15)


async def test_entities_are_tried(
    hass: HomeAssistant, connected: MockConfigEntry, rows: Any
) -> None:
    """What an entity shows now is looked at; it need not exist yet."""
    er.async_get(hass).async_get_or_create(
        "sensor", "fritz", "1", suggested_object_id="router"
    )
    hass.states.async_set("sensor.router", "192.168.1.2")
    hass.states.async_set("input_text.address", "", {"ip": IPV4})
    entities = [
        {"entity_id": "sensor.router", "family": "ipv4"},
        {"entity_id": "input_text.address", "family": "ipv4", "attribute": "ip"},
        {"entity_id": "sensor.gone", "family": "ipv4"},
    ]
    flow = await Flow.options(hass, connected)
    await flow.submit(
        ipv4=True, ipv6=False, sources={"built_in": [], "entities": entities}
    )
    first, *others = rows(flow)
    assert first[:2] == ["`input_text.address`", "IPv4"]
    assert first[2].startswith(f"{IPV4} (")
    assert others == [
        ["`sensor.router`", "IPv4", "Told an address that is not public (private)"],
        ["`sensor.gone`", "IPv4", "Has no address to tell"],
    ]


async def test_fault_of_one_source_is_its_own(
    hass: HomeAssistant, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is shown like one of theirs, and the others are shown, too."""
    of_family = source_trial.ConnectionSources.of_family

    def with_fault(self: Any, family: Family) -> Any:
        sources = of_family(self, family)
        monkeypatch.setattr(sources.sources[0], "ask", None)
        return sources

    monkeypatch.setattr(source_trial.ConnectionSources, "of_family", with_fault)
    faulty, honest = await try_out(hass, internet.options() | {"ipv6": False})
    assert faulty.answer == SourceFailure(reason=FailureReason.UNEXPECTED)
    assert str(honest.answer.address) == IPV4


@pytest.mark.parametrize("reason", FailureReason)
async def test_every_failure_is_told_in_words(
    hass: HomeAssistant, reason: FailureReason
) -> None:
    """A person reads no key, and no cell breaks the table."""
    tried = Tried(
        source="upnp",
        operator="router",
        family=Family.IPV4,
        answer=SourceFailure(reason=reason),
    )
    heading, row = (await async_table(hass, [tried])).splitlines()
    assert heading == "| **IPv4** | |"
    name, answer = map(str.strip, row.strip("|").split("|"))
    assert name == "Router by UPnP (IPv4)"
    assert answer[0].isupper()
    assert "_" not in answer


async def test_usual_failure_is_not_shown(hass: HomeAssistant) -> None:
    """Hardly any machine has a public IPv4 address of its own."""
    tried = [
        Tried(
            source="host",
            operator=HOST,
            family=family,
            answer=SourceFailure(reason=FailureReason.NO_ADDRESS),
        )
        for family in Family
    ]
    table = (await async_table(hass, tried)).splitlines()
    assert len(table) == 3
    assert table[:2] == ["| **IPv4** | |", "| **IPv6** | |"]


@pytest.mark.parametrize(
    ("changes", "lies", "expected"),
    [
        ({}, {}, f"IPv4 would be {IPV4}"),
        (
            {},
            {"127.0.0.2": "none"},
            (
                "IPv4 would not be known: two independent operators are needed, and "
                "only one answered"
            ),
        ),
        (
            {"trust_single_source": True},
            {"127.0.0.2": "none"},
            f"IPv4 would be {IPV4}",
        ),
        (
            {},
            {"127.0.0.1": "none", "127.0.0.2": "none"},
            "IPv4 would not be known: no source told an address",
        ),
        (
            {"allowed_networks": ["93.184.0.0/16"]},
            {},
            f"IPv4 would be held back: {IPV4} is in none of the allowed networks",
        ),
    ],
)
async def test_what_would_be_known(
    hass: HomeAssistant,
    connected: MockConfigEntry,
    internet: Internet,
    changes: dict[str, Any],
    lies: dict[str, str],
    expected: str,
) -> None:
    """It stands above the answers."""
    internet.lies.update(lies)
    flow = await Flow.options(hass, connected)
    await flow.submit(**internet.options(**changes))
    assert flow.placeholders["expected"].splitlines()[0] == f"- {expected}"


async def test_fixed_address_is_not_asked_for(
    hass: HomeAssistant, connected: MockConfigEntry, internet: Internet
) -> None:
    """It is what would be known."""
    flow = await Flow.options(hass, connected)
    values = internet.options()
    values["sources"]["fixed_ipv4"] = "11.22.1.1"
    await flow.submit(**values)
    assert flow.placeholders["expected"].startswith("- IPv4 is fixed: 11.22.1.1\n")


@pytest.mark.parametrize(
    "changes", [{"interval": {"seconds": 30}}, {"push": False}, {"ipv6": False}]
)
async def test_change_that_does_not_concern_the_sources(
    hass: HomeAssistant,
    connected: MockConfigEntry,
    internet: Internet,
    changes: dict[str, Any],
) -> None:
    """It is saved without a trial."""
    flow = await Flow.options(hass, connected)
    checking = {key: value for key, value in changes.items() if key != "ipv6"}
    values = internet.options(**checking)
    await flow.submit(**values | {"ipv6": changes.get("ipv6", True)})
    assert flow.step is None
    assert connected.options["ipv6"] is changes.get("ipv6", True)


async def test_other_address_than_the_machine_has(
    hass: HomeAssistant, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is translated on the way does not lead to this machine, and is not shown as if."""
    of_family = source_trial.ConnectionSources.of_family

    def as_if_outside(self: Any, family: Family) -> Any:
        sources = of_family(self, family)
        monkeypatch.setattr(type(sources), "only_own", True)
        for source in sources.sources:
            source.transport = "tls"
        return sources

    monkeypatch.setattr(source_trial.ConnectionSources, "of_family", as_if_outside)
    tried = await try_out(hass, internet.options() | {"ipv4": False})
    assert {item.answer for item in tried} == {
        SourceFailure(reason=FailureReason.TRANSLATED)
    }


@pytest.mark.usefixtures("public_services", "loopback")
async def test_first_look_leaves_out_whom_only_users_ask(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no account yet: no provider's own service is to learn of this home."""
    asked: set[str] = set()

    async def spy(sources: Sequence[AddressSource], *args: Any, **values: Any) -> Round:
        asked.update(source.key for source in sources)
        return await run_round(sources, *args, **values)

    monkeypatch.setattr(source_trial, "run_round", spy)
    await source_trial.async_first_look(hass)
    of_users_only = {key for key, source in SOURCES.items() if source.of_users_only}
    assert of_users_only and asked
    assert asked.isdisjoint(of_users_only)
