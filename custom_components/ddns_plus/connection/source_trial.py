"""Trial of sources: one question each, with the answers for the user."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from homeassistant.core import HomeAssistant

from ..core.address import Address, Family
from ..core.detection.ask_one import ask_source
from ..core.detection.asking import RoundOptions, run_round
from ..core.detection.echo.http import HttpOptions
from ..core.detection.judge.address_state import AddressState
from ..core.detection.judge.operator_back_off import OperatorBackOff
from ..core.detection.judge.quorum import Vote
from ..core.detection.source import AddressSource, FailureReason, SourceFailure
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


def is_anything_to_try(options: ConnectionOptions) -> bool:
    """Return True if any family has no fixed address."""
    return not options.families <= options.fixed.keys()


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


async def async_table(hass: HomeAssistant, tried: Iterable[Tried]) -> str:
    """Return Markdown table rows: source, family, answer, time."""
    names = await SourceNames.async_load(hass)
    return "\n".join(_row(item, names) for item in tried)


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
        answer, time = str(tried.answer.address), f"{milliseconds}\N{NO-BREAK SPACE}ms"
    cells = (names.source(tried.source), tried.family.label, answer, time)
    return f"| {' | '.join(cells)} |"
