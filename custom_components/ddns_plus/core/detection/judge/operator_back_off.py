"""Which operators asked to be left alone: their wishes are kept, whatever the round."""

from datetime import timedelta

from ..source import FailureReason, SourceFailure

_FIRST_BACK_OFF = timedelta(minutes=15)
_LONGEST_BACK_OFF = timedelta(hours=6)


class OperatorBackOff:
    """Which operators asked to be left alone, and until when.

    Times are those of the event loop's clock, so that setting the clock does no harm.
    """

    def __init__(self) -> None:
        """Start with nobody."""
        self._until: dict[str, float] = {}
        self._refusals: dict[str, int] = {}

    def remaining(self, operator: str, now: float) -> timedelta:
        """Return how long an operator must still be left alone."""
        return timedelta(seconds=max(0.0, self._until.get(operator, now) - now))

    def waits(self, now: float) -> dict[str, timedelta]:
        """Return the operators that must be left alone, and for how long."""
        waits = {operator: self.remaining(operator, now) for operator in self._until}
        return {operator: wait for operator, wait in waits.items() if wait}

    def answered(self, operator: str) -> None:
        """Note that an operator has nothing against being asked."""
        self._until.pop(operator, None)
        self._refusals.pop(operator, None)

    def failed(self, operator: str, failure: SourceFailure, now: float) -> None:
        """Note what a failure says about asking again, which mostly is nothing."""
        if failure.wants_pause:
            wait = failure.retry_after
            if failure.reason is FailureReason.BLOCKED:
                # one of no length, as of a date that our clock says is over, is none
                wait = wait or None
            self.refused(operator, wait, now)

    def refused(self, operator: str, wait: timedelta | None, now: float) -> None:
        """Note that an operator wants to be left alone; `wait` is None if it set no time."""
        refusals = self._refusals[operator] = self._refusals.get(operator, 0) + 1
        if wait is None:
            # the exponent is limited lest the product overflows
            wait = min(_FIRST_BACK_OFF * 2 ** min(refusals - 1, 8), _LONGEST_BACK_OFF)
        self._until[operator] = max(
            self._until.get(operator, now), now + wait.total_seconds()
        )
