"""Budget of checks that hints may start."""

from collections import deque
from datetime import timedelta

# one change causes several hints within milliseconds: a router's event comes in three
COALESCE = timedelta(milliseconds=250)
# any LAN device can send a hint
_CHECKS = 6
_PERIOD = timedelta(minutes=1)
# hints of a flapping entity or link come to nothing
_VAIN = 6
_REMEMBERED = timedelta(hours=24)


class HintBudget:
    """Number of checks that hints may start. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        """Start with a full budget."""
        self._checks: deque[float] = deque(maxlen=_CHECKS)
        self._vain: deque[float] = deque(maxlen=_VAIN)

    def wait(self, now: float) -> timedelta:
        """Return how long the check after a hint must wait: at least 250 ms."""
        if len(self._checks) < _CHECKS:
            return COALESCE
        free = self._checks[0] + _PERIOD.total_seconds()
        return max(COALESCE, timedelta(seconds=free - now))

    def spend(self, now: float) -> None:
        """Count a check."""
        self._checks.append(now)
        if not self.are_vain(now):
            self._vain.append(now)

    def are_vain(self, now: float) -> bool:
        """Return True if the checks of a day changed nothing: look in the house only."""
        oldest = now - _REMEMBERED.total_seconds()
        return len(self._vain) == _VAIN and self._vain[0] > oldest

    def came_true(self) -> None:
        """Note that the address changed: hints are worth a check again."""
        self._vain.clear()
