"""Asking one source, which never raises: what it answers is a vote, or why there is none."""

import asyncio
from datetime import UTC, datetime, timedelta
import logging

from ..address import Family
from .judge.quorum import Vote
from .local_endpoint import ANYWHERE, LocalEndpoint
from .source import (
    SOURCE_TIMEOUT,
    AddressSource,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
)

_LOGGER = logging.getLogger(__name__)


def is_outside(source: AddressSource) -> bool:
    """Return whether asking a source leaves the house."""
    return source.transport is not Transport.LAN


async def ask_source(
    source: AddressSource,
    family: Family,
    endpoint: LocalEndpoint = ANYWHERE,
    *,
    only_own: bool = False,
) -> Vote | SourceFailure:
    """Return a source's vote, or why it gives none, after 4 s at the latest.

    With `only_own` only the local endpoint's address counts as an answer from outside.
    """
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
        # not the message: it may hold what a server sent
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
