"""Trying sources out: each is asked once, for a person who wants to see what it answers."""

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
from .address_watch import Asking
from .options import ConnectionOptions
from .source_names import SourceNames
from .sources import ConnectionSources, async_http_options


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of asking a source: a vote, or why there is none."""

    source: str
    operator: str
    family: Family
    answer: Vote | SourceFailure


def is_anything_to_try(options: ConnectionOptions) -> bool:
    """Return whether there is somebody to ask: who has fixed addresses asks nobody."""
    return not options.families <= options.fixed.keys()


async def async_try_sources(
    hass: HomeAssistant,
    options: ConnectionOptions,
    http: HttpOptions,
    back_off: OperatorBackOff | None = None,
) -> list[Tried]:
    """Return what each source answers, by family, in the order of the options.

    All are asked at once, but for those that asked to be left alone: `back_off` is what
    the running connection knows of that, and learns it if somebody asks now.
    """
    sources = ConnectionSources(hass, options, http)
    back_off = back_off or sources.back_off
    tried = await asyncio.gather(
        *(
            _async_try(hass, source, family, asking, back_off)
            for family in Family
            if family in options.families and family not in options.fixed
            for asking in (sources.asking(family),)
            for source in asking.wanted()
        )
    )
    _heed(tried, back_off, hass.loop.time())
    return tried


async def async_first_look(hass: HomeAssistant) -> Mapping[Family, Address]:
    """Return the public addresses that a new connection would believe, after one round."""
    options = ConnectionOptions.from_mapping({})
    sources = ConnectionSources(hass, options, await async_http_options(hass))
    seen = await asyncio.gather(
        *(_async_look(hass, family, sources.asking(family)) for family in Family)
    )
    return {item.family: item.address for item in seen if item.address is not None}


async def async_table(hass: HomeAssistant, tried: Iterable[Tried]) -> str:
    """Return the rows of a Markdown table: source, family, answer, time."""
    names = await SourceNames.async_load(hass)
    return "\n".join(_row(item, names) for item in tried)


async def _async_look(
    hass: HomeAssistant, family: Family, asking: Asking
) -> Observation:
    """Return what is known of the address of a family after the first round of asking."""
    state = AddressState.initial(family)
    found = await run_round(
        asking.wanted(),
        family,
        state.requirements(asking.policy),
        back_off=asking.back_off,
        options=RoundOptions(first=asking.first(), only_own=asking.only_own()),
        endpoint=asking.endpoint(None),
    )
    now = hass.loop.time()
    return state.after(found, asking.policy, now=now, jitter=0).observation


async def _async_try(
    hass: HomeAssistant,
    source: AddressSource,
    family: Family,
    asking: Asking,
    back_off: OperatorBackOff,
) -> Tried:
    """Ask one source, as a round does."""
    wait = back_off.remaining(source.operator, hass.loop.time())
    if wait:
        answer: Vote | SourceFailure = SourceFailure(
            FailureReason.BACKING_OFF, retry_after=wait
        )
    else:
        answer = await ask_source(
            source, family, asking.endpoint(None), only_own=asking.only_own()
        )
    return Tried(
        source=source.key, operator=source.operator, family=family, answer=answer
    )


def _heed(tried: Iterable[Tried], back_off: OperatorBackOff, now: float) -> None:
    """Note who wants to be left alone from now on; each operator once."""
    failed = {
        item.operator: item.answer
        for item in tried
        if isinstance(item.answer, SourceFailure) and item.answer.wants_pause
    }
    for operator, failure in failed.items():
        back_off.failed(operator, failure, now)


def _row(tried: Tried, names: SourceNames) -> str:
    """Return what came of asking a source as a row of a Markdown table."""
    if isinstance(tried.answer, SourceFailure):
        answer, time = names.why(tried.answer), ""
    else:
        milliseconds = max(1, round(tried.answer.latency / timedelta(milliseconds=1)))
        # in one line, however narrow the dialog is
        answer, time = str(tried.answer.address), f"{milliseconds}\N{NO-BREAK SPACE}ms"
    cells = (names.source(tried.source), tried.family.label, answer, time)
    return f"| {' | '.join(cells)} |"
