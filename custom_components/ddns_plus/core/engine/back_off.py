"""How long to wait after an error before the provider is called again."""

from datetime import timedelta

from ..errors import DdnsError, FailureKind
from ..provider_info import Limits

# after the first, second, ... failure in a row
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
# an answer that is not understood will hardly be understood a minute later
_UNEXPECTED_STEPS = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 240))
_JITTER = 0.2
# a provider that asks for more has made a mistake, which must not end the updates for ever
_LONGEST_WAIT = timedelta(days=7)


def provider_wait(error: DdnsError, limits: Limits) -> timedelta | None:
    """Return the wait that the provider itself asked for, None when it asked for none."""
    # "again in no time" is no wait: asking at once would go on for ever
    if error.retry_after is not None and error.retry_after > timedelta():
        return min(error.retry_after, _LONGEST_WAIT)
    if error.kind is FailureKind.RATE_LIMITED:
        return limits.outage_wait
    return None


def back_off(kind: FailureKind, failures: int, jitter: float) -> timedelta:
    """Return our own wait after so many failures in a row; `jitter` is from 0 to 1."""
    unexpected = kind is FailureKind.UNEXPECTED_RESPONSE
    steps = _UNEXPECTED_STEPS if unexpected else _STEPS
    return steps[min(failures, len(steps)) - 1] * (1 + _JITTER * jitter)
