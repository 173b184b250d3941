"""Limits of a provider on writes to zones: what counts, and when the next is allowed.

All zones of an account count as one: a write may be late, but never too much.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..errors import DdnsError, InvalidCredentials, RateLimited, Unavailable
from ..outcome import Outcome
from ..provider_info import Result

# so many writes in so long a time
type WriteLimits = Sequence[tuple[int, timedelta]]


def next_write(writes: Sequence[datetime], limits: WriteLimits) -> datetime | None:
    """Return when one more write is allowed, None if it always is.

    `writes` are the times of earlier writes, in order.
    """
    return max(
        (writes[-count] + period for count, period in limits if len(writes) >= count),
        default=None,
    )


def writes_left(
    writes: Sequence[datetime], limits: WriteLimits, now: datetime
) -> int | None:
    """Return how many writes are allowed now, None if any number is."""
    return min(
        (
            max(count - sum(each > now - period for each in writes), 0)
            for count, period in limits
        ),
        default=None,
    )


def with_writes(
    writes: Sequence[datetime], limits: WriteLimits, now: datetime, number: int = 1
) -> tuple[datetime, ...]:
    """Return the times of writes with more at `now`, without those that are too old."""
    longest = max((period for _, period in limits), default=timedelta())
    most = max((count for count, _ in limits), default=0)
    counted = [each for each in writes if each > now - longest]
    return (*counted, *[now] * number)[-most:] if most else ()


def is_write(result: Result) -> bool:
    """Return True if a result means that a zone was, or may have been, changed.

    A refused change counts as well.
    """
    if isinstance(result, (InvalidCredentials, RateLimited, Unavailable)):
        return result.maybe_applied
    return isinstance(result, DdnsError) or result is not Outcome.UNCHANGED
