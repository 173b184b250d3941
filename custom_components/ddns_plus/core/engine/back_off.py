"""Waits after an error, before the provider is called again."""

from datetime import timedelta

from ..errors import DdnsError, FailureKind
from ..provider_info import Limits

# after the first, second, ... failure in a row
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
# an answer that is not understood rarely changes within a minute
_UNEXPECTED_STEPS = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 240))
_JITTER = 0.2
# a provider's mistake must not end the updates for ever
LONGEST_WAIT = timedelta(days=7)


def provider_wait(error: DdnsError, limits: Limits) -> timedelta | None:
    """Return the wait that the provider asked for, None if it asked for none."""
    # a Retry-After of zero is no wait: it would be asked for ever
    if error.retry_after is not None and error.retry_after > timedelta():
        return min(error.retry_after, LONGEST_WAIT)
    if error.kind is FailureKind.RATE_LIMITED:
        return limits.outage_wait
    return None


def back_off(kind: FailureKind, failures: int, jitter: float) -> timedelta:
    """Return our own wait after so many failures in a row; `jitter` is from 0 to 1."""
    unexpected = kind is FailureKind.UNEXPECTED_RESPONSE
    steps = _UNEXPECTED_STEPS if unexpected else _STEPS
    return steps[min(failures, len(steps)) - 1] * (1 + _JITTER * jitter)
