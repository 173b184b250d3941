"""Trying sources out: each is asked once, for a person who wants to see what it answers."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .address_watch import Asking
from .connection_options import ConnectionOptions
from .connection_sources import ConnectionSources
from .const import DOMAIN
from .core.address import Family
from .core.detection import (
    SOURCES,
    AddressSource,
    FailureReason,
    HttpOptions,
    OperatorBackOff,
    SourceFailure,
    Vote,
    ask_source,
)
from .settings import FAMILY_NAMES


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


async def async_table(hass: HomeAssistant, tried: Iterable[Tried]) -> str:
    """Return the rows of a Markdown table: source, family, answer, time."""
    texts = await async_get_translations(
        hass, hass.config.language, "selector", {DOMAIN}
    )
    return "\n".join(_row(item, texts) for item in tried)


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
            reason=FailureReason.BACKING_OFF, retry_after=wait
        )
    else:
        answer = await ask_source(
            source, family, asking.origin(None), own_address=asking.own_address()
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


def _row(tried: Tried, texts: Mapping[str, str]) -> str:
    """Return what came of asking a source as a row of a Markdown table."""
    # what is not in the table of sources is a host or an entity, and no text
    name = _text(texts, "source", tried.source)
    source = name if tried.source in SOURCES else f"`{tried.source}`"
    if isinstance(tried.answer, SourceFailure):
        answer, time = _why(tried.answer, texts), ""
    else:
        milliseconds = max(1, round(tried.answer.latency / timedelta(milliseconds=1)))
        # in one line, however narrow the dialog is
        answer, time = str(tried.answer.address), f"{milliseconds}\N{NO-BREAK SPACE}ms"
    cells = (source, FAMILY_NAMES[tried.family], answer, time)
    return f"| {' | '.join(cells)} |"


def _why(failure: SourceFailure, texts: Mapping[str, str]) -> str:
    """Return in plain words why there is no address."""
    text = _text(texts, "failure", failure.reason)
    if failure.refusal is not None:
        return f"{text} ({_text(texts, 'refusal', failure.refusal)})"
    if failure.status is not None:
        return f"{text} ({failure.status})"
    if failure.reason is FailureReason.BACKING_OFF and failure.retry_after:
        seconds = round(failure.retry_after.total_seconds())
        return f"{text} ({timedelta(seconds=seconds)})"
    return text


def _text(texts: Mapping[str, str], selector: str, option: str) -> str:
    """Return the text of an option."""
    path = f"component.{DOMAIN}.selector.{selector}.options.{option}"
    return texts.get(path, option)
