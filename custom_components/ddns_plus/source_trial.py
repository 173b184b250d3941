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
from .const import DOMAIN, LOGGER
from .core.address import Address, Family
from .core.detection import (
    SOURCES,
    AddressSource,
    FailureReason,
    HttpOptions,
    OperatorBackOff,
    SourceError,
    SourceFailure,
    Transport,
)
from .core.detection.base import SOURCE_TIMEOUT
from .source_form import FAMILY_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of asking a source: an address, or why there is none."""

    source: str
    operator: str
    family: Family
    answer: Address | SourceFailure
    elapsed: timedelta


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
            for source in asking.sources
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
    begun = hass.loop.time()
    wait = back_off.remaining(source.operator, begun)
    if wait:
        answer: Address | SourceFailure = SourceFailure(
            reason=FailureReason.BACKING_OFF, retry_after=wait
        )
    else:
        answer = await _async_answer(source, family, asking)
    return Tried(
        source=source.key,
        operator=source.operator,
        family=family,
        answer=answer,
        elapsed=timedelta(seconds=hass.loop.time() - begun),
    )


async def _async_answer(
    source: AddressSource, family: Family, asking: Asking
) -> Address | SourceFailure:
    """Return what a source answers, or why it does not."""
    origin = asking.origin(None)
    try:
        async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
            address = await source.ask(family, origin)
    except SourceError as err:
        return err.failure
    except TimeoutError:
        return SourceFailure(reason=FailureReason.TIMEOUT)
    except Exception as err:  # noqa: BLE001 - one source must not silence the others
        # not the message: it may hold what a server sent
        LOGGER.debug("Trying %s failed: %s", source.key, type(err).__name__)
        return SourceFailure(reason=FailureReason.UNEXPECTED)
    is_outside = source.transport is not Transport.LAN
    if is_outside and asking.own_address() and address != origin.address:
        return SourceFailure(reason=FailureReason.TRANSLATED)
    return address


def _heed(tried: Iterable[Tried], back_off: OperatorBackOff, now: float) -> None:
    """Note who wants to be left alone from now on; each operator once."""
    refused: dict[str, SourceFailure] = {}
    for item in tried:
        failure = item.answer
        if (
            isinstance(failure, SourceFailure)
            and failure.reason is not FailureReason.BACKING_OFF
            and (failure.reason is FailureReason.BLOCKED or failure.retry_after)
        ):
            refused.setdefault(item.operator, failure)
    for operator, failure in refused.items():
        back_off.refused(operator, failure.retry_after, now)


def _row(tried: Tried, texts: Mapping[str, str]) -> str:
    """Return what came of asking a source as a row of a Markdown table."""
    # what is not in the table of sources is a host or an entity, and no text
    name = _text(texts, "source", tried.source)
    source = name if tried.source in SOURCES else f"`{tried.source}`"
    if isinstance(tried.answer, SourceFailure):
        answer, time = _why(tried.answer, texts), ""
    else:
        milliseconds = max(1, round(tried.elapsed / timedelta(milliseconds=1)))
        # in one line, however narrow the dialog is
        answer, time = str(tried.answer), f"{milliseconds}\N{NO-BREAK SPACE}ms"
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
