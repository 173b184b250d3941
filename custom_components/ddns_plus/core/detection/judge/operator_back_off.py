"""Pauses that operators asked for."""

from datetime import timedelta

from ..source import FailureReason, SourceFailure

_FIRST_BACK_OFF = timedelta(minutes=15)
_LONGEST_BACK_OFF = timedelta(hours=6)


class OperatorBackOff:
    """Operators that asked for a pause, and until when.

    Times are seconds of the event loop's clock: a changed system clock does no harm.
    """

    def __init__(self) -> None:
        """Initialize without pauses."""
        self._until: dict[str, float] = {}
        self._refusals: dict[str, int] = {}

    def remaining(self, operator: str, now: float) -> timedelta:
        """Return the rest of an operator's pause."""
        return timedelta(seconds=max(0.0, self._until.get(operator, now) - now))

    def waits(self, now: float) -> dict[str, timedelta]:
        """Return the operators with a pause, and the rest of it."""
        waits = {operator: self.remaining(operator, now) for operator in self._until}
        return {operator: wait for operator, wait in waits.items() if wait}

    def answered(self, operator: str) -> None:
        """Note an answer: the pause is over."""
        self._until.pop(operator, None)
        self._refusals.pop(operator, None)

    def failed(self, operator: str, failure: SourceFailure, now: float) -> None:
        """Note a failure, and the pause if it asks for one."""
        if failure.wants_pause:
            wait = failure.retry_after
            if failure.reason is FailureReason.BLOCKED:
                # treat a Retry-After in the past as absent
                wait = wait or None
            self.refused(operator, wait, now)

    def refused(self, operator: str, wait: timedelta | None, now: float) -> None:
        """Note a pause; `wait` is None if the operator gave no time.

        A time is kept to the second. An operator that refuses again after it is left
        alone longer: it is a least wait.
        """
        before = self._refusals.get(operator, 0)
        self._refusals[operator] = before + 1
        doublings = before if wait is None else before - 1
        own = timedelta()
        if doublings >= 0:
            # a larger exponent would overflow
            own = min(_FIRST_BACK_OFF * 2 ** min(doublings, 8), _LONGEST_BACK_OFF)
        wait = max(own, wait or own)
        self._until[operator] = max(
            self._until.get(operator, now), now + wait.total_seconds()
        )
