"""How often a provider lets its zones be changed: what is counted, and when the next is due.

All zones of an account are counted as one: never too many, at worst a little late.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..errors import DdnsError, InvalidCredentials, RateLimited, Unavailable
from ..outcome import Outcome
from ..provider_info import Result

# so many writes in so long a time
type WriteLimits = Sequence[tuple[int, timedelta]]


def next_write(writes: Sequence[datetime], limits: WriteLimits) -> datetime | None:
    """Return when one more write is within the limits, None when it always is.

    `writes` are the times of those before, in their order.
    """
    return max(
        (writes[-count] + period for count, period in limits if len(writes) >= count),
        default=None,
    )


def with_write(
    writes: Sequence[datetime], limits: WriteLimits, now: datetime
) -> tuple[datetime, ...]:
    """Return the times of writes with another one, without those that count no more."""
    longest = max((period for _, period in limits), default=timedelta())
    most = max((count for count, _ in limits), default=0)
    counted = [each for each in writes if each > now - longest]
    return (*counted, now)[-most:] if most else ()


def is_write(result: Result) -> bool:
    """Return whether a zone was changed, or may have been, as far as a result tells.

    A change that was refused counts too: it was asked for.
    """
    if isinstance(result, (InvalidCredentials, RateLimited, Unavailable)):
        return result.maybe_applied
    return isinstance(result, DdnsError) or result is not Outcome.UNCHANGED
