"""One question to one source, which never raises."""

import asyncio
from datetime import UTC, datetime, timedelta
import logging

from ..address import Family
from ..local_endpoint import ANYWHERE, LocalEndpoint
from .judge.quorum import Vote
from .source import (
    SOURCE_TIMEOUT,
    UNANSWERED,
    AddressSource,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
)

_LOGGER = logging.getLogger(__name__)


def is_outside(source: AddressSource) -> bool:
    """Return True if a source is not on the LAN."""
    return source.transport is not Transport.LAN


async def ask_source(
    source: AddressSource,
    family: Family,
    endpoint: LocalEndpoint = ANYWHERE,
    *,
    only_own: bool = False,
) -> Vote | SourceFailure:
    """Return a source's vote, or why it gave none, after at most 4 s.

    With `only_own` a public service must see the local endpoint's address.
    """
    answer = await _ask(source, family, endpoint, only_own=only_own)
    if (
        isinstance(answer, SourceFailure)
        and answer.reason in UNANSWERED
        and not endpoint.exists
    ):
        return SourceFailure(FailureReason.NO_INTERFACE)
    return answer


async def _ask(
    source: AddressSource, family: Family, endpoint: LocalEndpoint, *, only_own: bool
) -> Vote | SourceFailure:
    """Return a source's vote, or the failure as the source itself sees it."""
    loop = asyncio.get_running_loop()
    asked = loop.time()
    try:
        async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
            address = await source.ask(family, endpoint)
    except SourceError as err:
        return err.failure
    except TimeoutError:
        return SourceFailure(FailureReason.TIMEOUT)
    except Exception as err:  # noqa: BLE001 - one source must not silence the others
        # the message may contain an answer
        _LOGGER.debug("Asking %s failed: %s", source.key, type(err).__name__)
        return SourceFailure(FailureReason.UNEXPECTED)
    if only_own and is_outside(source) and address != endpoint.address:
        return SourceFailure(FailureReason.TRANSLATED)
    return Vote(
        operator=source.operator,
        source=source.key,
        address=address,
        transport=source.transport,
        at=datetime.now(UTC),
        latency=timedelta(seconds=loop.time() - asked),
    )
