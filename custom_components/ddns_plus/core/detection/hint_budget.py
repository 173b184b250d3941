"""When a hint that the address may have changed leads to a check: soon, but not too often. Pure."""

from collections import deque
from datetime import timedelta

# one change makes several hints within milliseconds: the router's event comes in three
COALESCE = timedelta(milliseconds=250)
# anybody in the house can send a hint
_CHECKS = 6
_PERIOD = timedelta(minutes=1)


class HintBudget:
    """How many checks hints may still set off. Times are seconds of a clock that only goes on."""

    def __init__(self) -> None:
        """Start with all of them."""
        self._checks: deque[float] = deque(maxlen=_CHECKS)

    def wait(self, now: float) -> timedelta:
        """Return how long the check that a hint asks for must wait: 250 ms if all is well."""
        if len(self._checks) < _CHECKS:
            return COALESCE
        free = self._checks[0] + _PERIOD.total_seconds()
        return max(COALESCE, timedelta(seconds=free - now))

    def spend(self, now: float) -> None:
        """Note that a hint has set off a check."""
        self._checks.append(now)
