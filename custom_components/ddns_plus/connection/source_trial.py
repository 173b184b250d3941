"""Trial of sources: one question each, with the answers for the user."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import groupby

from homeassistant.core import HomeAssistant

from ..core.address import Address, Family, refusal
from ..core.detection.ask_one import ask_source
from ..core.detection.asking import RoundOptions, run_round
from ..core.detection.echo.http import HttpOptions
from ..core.detection.judge.address_state import AddressState
from ..core.detection.judge.operator_back_off import OperatorBackOff
from ..core.detection.judge.quorum import Verdict, Vote, concluded, count_voters
from ..core.detection.source import (
    HOST,
    AddressSource,
    FailureReason,
    SourceFailure,
    Transport,
)
from ..core.observation import Observation
from .address_watch import FamilySources
from .options import ConnectionOptions
from .source_names import SourceNames
from .sources import ConnectionSources, async_http_options


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A source's vote, or why it gave none."""

    source: str
    operator: str
    family: Family
    answer: Vote | SourceFailure


class Expected(StrEnum):
    """What would be known of a family's address with the answers of a trial."""

    CONFLICT = "conflict"
    FIXED = "fixed"
    KNOWN = "known"
    NO_ANSWER = "no_answer"
    NOT_ALLOWED = "not_allowed"
    ONE_OPERATOR = "one_operator"
    ONLY_LAN = "only_lan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What would be known of a family's address, which is None where none would be."""

    family: Family
    expected: Expected
    address: Address | None = None


def is_anything_to_try(options: ConnectionOptions) -> bool:
    """Return True if any family has no fixed address."""
    return not options.families <= options.fixed.keys()


def concerns_sources(old: ConnectionOptions, new: ConnectionOptions) -> bool:
    """Return True if a trial may tell something of a change of options.

    Options that stay as they are can be tried, too.
    """
    same = replace(
        new,
        interval=old.interval,
        push=old.push,
        families=max(old.families, new.families),
    )
    return new == old or same != old


async def async_try_sources(
    hass: HomeAssistant,
    options: ConnectionOptions,
    http: HttpOptions,
    back_off: OperatorBackOff | None = None,
) -> list[Tried]:
    """Return the answer of each source, by family, in the order of the options.

    All sources are asked at once, except those of operators that asked for a pause.
    `back_off` is that of the running connection, and learns of new pauses.
    """
    sources = ConnectionSources(hass, options, http)
    back_off = back_off or sources.back_off
    tried = await asyncio.gather(
        *(
            _async_try(hass, source, family, family_sources, back_off)
            for family in Family
            if family in options.families and family not in options.fixed
            for family_sources in (sources.of_family(family),)
            for source in family_sources.wanted()
        )
    )
    _heed(tried, back_off, hass.loop.time())
    return tried


async def async_first_look(hass: HomeAssistant) -> Mapping[Family, Address]:
    """Return the public addresses that a new connection would find in one round."""
    options = ConnectionOptions.from_mapping({})
    sources = ConnectionSources(hass, options, await async_http_options(hass))
    seen = await asyncio.gather(
        *(_async_look(hass, family, sources.of_family(family)) for family in Family)
    )
    return {item.family: item.address for item in seen if item.address is not None}


def expectations(
    hass: HomeAssistant,
    options: ConnectionOptions,
    http: HttpOptions,
    tried: Sequence[Tried],
) -> list[Expectation]:
    """Return what would be known of each family with the answers of a trial."""
    sources = ConnectionSources(hass, options, http)
    return [
        _fixed(family, options)
        if family in options.fixed
        else _expectation(sources.of_family(family), family, options, tried)
        for family in Family
        if family in options.families
    ]


async def async_expected_text(
    hass: HomeAssistant, expected: Iterable[Expectation]
) -> str:
    """Return a Markdown list of what would be known."""
    names = await SourceNames.async_load(hass)
    return "\n".join(
        f"- {names.expected(item.expected, item.family.label, item.address)}"
        for item in expected
    )


async def async_table(hass: HomeAssistant, tried: Iterable[Tried]) -> str:
    """Return Markdown table rows: source and answer, below the name of each family.

    Failures follow the addresses. That this machine has no public IPv4 address is usual.
    """
    names = await SourceNames.async_load(hass)
    rows: list[str] = []
    for family, group in groupby(tried, lambda item: item.family):
        rows.append(f"| **{family.label}** | |")
        shown = [item for item in group if not _is_usual(item)]
        shown.sort(key=lambda item: isinstance(item.answer, SourceFailure))
        rows += [_row(item, names) for item in shown]
    return "\n".join(rows)


def _fixed(family: Family, options: ConnectionOptions) -> Expectation:
    return Expectation(
        family=family, expected=Expected.FIXED, address=options.fixed[family]
    )


def _expectation(
    sources: FamilySources,
    family: Family,
    options: ConnectionOptions,
    tried: Iterable[Tried],
) -> Expectation:
    """Return what a first round would find with these answers."""
    votes = [
        item.answer
        for item in tried
        if item.family is family and isinstance(item.answer, Vote)
    ]
    asked = sources.wanted()
    requirements = (
        AddressState.initial(family)
        .requirements(sources.policy)
        .within(
            count_voters(asked),
            outside=any(item.transport is not Transport.LAN for item in asked),
        )
    )
    found = concluded(votes, requirements)
    expected, address = Expected.KNOWN, found.address
    if not votes:
        expected = Expected.NO_ANSWER
    elif address is not None:
        if refusal(address, options.allowed_networks) is not None:
            expected = Expected.NOT_ALLOWED
    elif found.verdict is Verdict.OFFLINE:
        expected = Expected.ONLY_LAN
    elif found.verdict is Verdict.CONFLICT:
        expected = Expected.CONFLICT
    else:
        expected = Expected.ONE_OPERATOR
    return Expectation(family=family, expected=expected, address=address)


def _is_usual(tried: Tried) -> bool:
    """Return True if a failure is that of nearly every home."""
    return (
        tried.operator == HOST
        and tried.family is Family.IPV4
        and isinstance(tried.answer, SourceFailure)
    )


async def _async_look(
    hass: HomeAssistant, family: Family, sources: FamilySources
) -> Observation:
    """Return the observation after one round."""
    state = AddressState.initial(family)
    found = await run_round(
        sources.wanted(),
        family,
        state.requirements(sources.policy),
        back_off=sources.back_off,
        options=RoundOptions(first=sources.preferred(), only_own=sources.only_own),
        endpoint=sources.endpoint(None),
    )
    now = hass.loop.time()
    return state.after(found, sources.policy, now=now, jitter=0).observation


async def _async_try(
    hass: HomeAssistant,
    source: AddressSource,
    family: Family,
    sources: FamilySources,
    back_off: OperatorBackOff,
) -> Tried:
    wait = back_off.remaining(source.operator, hass.loop.time())
    if wait:
        answer: Vote | SourceFailure = SourceFailure(
            FailureReason.BACKING_OFF, retry_after=wait
        )
    else:
        answer = await ask_source(
            source, family, sources.endpoint(None), only_own=sources.only_own
        )
    return Tried(
        source=source.key, operator=source.operator, family=family, answer=answer
    )


def _heed(tried: Iterable[Tried], back_off: OperatorBackOff, now: float) -> None:
    """Note the operators that asked for a pause, each once."""
    failed = {
        item.operator: item.answer
        for item in tried
        if isinstance(item.answer, SourceFailure) and item.answer.wants_pause
    }
    for operator, failure in failed.items():
        back_off.failed(operator, failure, now)


def _row(tried: Tried, names: SourceNames) -> str:
    """Return the answer of a source as a Markdown table row."""
    if isinstance(tried.answer, SourceFailure):
        answer, time = names.why(tried.answer), ""
    else:
        milliseconds = max(1, round(tried.answer.latency / timedelta(milliseconds=1)))
        # no line break in a narrow dialog
        answer, time = (
            str(tried.answer.address),
            f" ({milliseconds}\N{NO-BREAK SPACE}ms)",
        )
    return f"| {names.source(tried.source)} | {answer}{time} |"
