"""Meaning of an answer to a custom request."""

import asyncio
from collections.abc import Sequence

from ...errors import Authority, InvalidCredentials, InvalidField, UnexpectedResponse
from ...net.regex_search import matches
from ...net.response import Response
from ...outcome import Outcome
from ...provider_info import Settings

PATTERNS = ("bad_credentials", "unchanged", "success")
# seconds
_SEARCH_LIMIT = 5


async def read_outcome(settings: Settings, response: Response) -> Outcome:
    """Return what an answer means: first by its status, then by the user's patterns.

    Raises DdnsError.
    """
    status = response.status
    if status in (401, 403, 429) or status >= 500:
        response.raise_for_status()
    found = await _found(settings, response)
    if "bad_credentials" in found:
        raise InvalidCredentials("bad_credentials", response.excerpt())
    if status == 404:
        detail = f"HTTP 404 {response.excerpt()}"
        raise InvalidField("hostname", "http_404", detail).of(Authority.PAGE)
    response.raise_for_status()
    if "unchanged" in found:
        return Outcome.UNCHANGED
    if "success" in found or not settings.get("success"):
        return Outcome.UPDATED
    raise response.not_understood()


async def _found(settings: Settings, response: Response) -> Sequence[str]:
    """Return the keys of the user's patterns that an answer matches."""
    keys = [key for key in PATTERNS if settings.get(key)]
    try:
        async with asyncio.timeout(_SEARCH_LIMIT):
            found = await matches([str(settings[key]) for key in keys], response.text)
    except TimeoutError, OSError, ValueError:
        error = UnexpectedResponse(
            reason="pattern_too_slow", maybe_applied=response.maybe_applied
        )
    else:
        return [key for key, is_there in zip(keys, found, strict=True) if is_there]
    # outside of the handler: a chained exception could carry the answer
    raise error
