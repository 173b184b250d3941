"""Clock that waits are counted by, and stored times after the system clock was set."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from .back_off import LONGEST_WAIT
from .state import AccountState, Failure, FamilyState

# a clock that is kept right is moved by less
_TOLERANCE = timedelta(seconds=2)
# how long after the start a clock that is behind what is stored may still be set right
_UNSET = timedelta(minutes=15)
# a damaged file may hold any year
_MOST_AHEAD = timedelta(days=36525)


class RunClock:
    """Time of one run: steady, whatever is done to the system clock meanwhile.

    A machine without a battery-backed clock starts in the past. Until the clock is set
    right, time goes on from the newest stored moment. `wall` returns the system time,
    `steady` that of a clock that nothing sets.
    """

    def __init__(
        self,
        wall: Callable[[], datetime],
        steady: Callable[[], timedelta],
        account: AccountState,
    ) -> None:
        """Start at the system time, or at the newest moment of the stored state."""
        self._wall = wall
        self._steady = steady
        self._offset = self._first_offset = self._current_offset()
        self._ahead = min(account.clock_error(wall()), _MOST_AHEAD)
        self._started = steady()
        # moments from here on were noted in this run, later than all that is stored
        self._since = self.now + (timedelta.resolution if self._ahead else timedelta())

    @property
    def now(self) -> datetime:
        """Return the time as of the latest `settled`, and what has passed since."""
        return self._offset + self._steady() + self._ahead

    @property
    def unset(self) -> datetime:
        """Return a time that is never set, for durations within this run."""
        return self._first_offset + self._steady()

    def settled(self, account: AccountState) -> AccountState:
        """Return the state as of the system clock of now.

        What was noted in this run moves with the clock. What is still in the future
        was noted by a clock that was ahead: see `clock_corrected`.
        """
        offset = self._current_offset()
        jump, self._offset = offset - self._offset, offset
        if abs(jump) > _TOLERANCE:
            moved, self._ahead = jump - self._ahead, timedelta()
            account = clock_moved(account, self._since, moved)
            self._since += moved
        elif self._ahead and self._steady() - self._started > _UNSET:
            # nothing sets the clock: what is in the future was noted by one ahead
            account = clock_moved(account, self.now - self._ahead, -self._ahead)
            self._ahead = timedelta()
            # a clock that is set at last moves all of it
            self._since = self.now - _MOST_AHEAD
        return clock_corrected(account, self.now)

    def _current_offset(self) -> datetime:
        return self._wall() - self._steady()


def clock_moved(
    account: AccountState, since: datetime, moved: timedelta
) -> AccountState:
    """Return the state after the clock was set by `moved`: moments from `since` on move.

    A wait moves if there was a call since: while it lasts there is none.
    """

    def at(moment: datetime | None) -> datetime | None:
        return moment + moved if moment and moment >= since else moment

    def failure_moved(failure: Failure | None) -> Failure | None:
        if failure is None or failure.at < since:
            return failure
        again_at = failure.again_at and failure.again_at + moved
        return replace(failure, at=failure.at + moved, again_at=again_at)

    def is_recent(state: FamilyState) -> bool:
        if state.failure is not None and state.failure.at >= since:
            return True
        return state.sent_at is not None and state.sent_at >= since

    def state_moved(state: FamilyState) -> FamilyState:
        wait = moved if is_recent(state) else timedelta()
        attempt = state.attempt
        if attempt is not None:
            attempt = replace(
                attempt,
                at=at(attempt.at) or attempt.at,
                overtaken_at=at(attempt.overtaken_at),
                settled_at=attempt.settled_at and attempt.settled_at + wait,
            )
        return replace(
            state,
            changed_at=at(state.changed_at),
            confirmed_at=at(state.confirmed_at),
            sent_at=at(state.sent_at),
            drift_sent_at=at(state.drift_sent_at),
            doubted_at=at(state.doubted_at),
            attempt=attempt,
            failure=failure_moved(state.failure),
            retry_at=state.retry_at and state.retry_at + wait,
            asked_until=state.asked_until and state.asked_until + wait,
        )

    recent = any(
        is_recent(state)
        for hostname in account.hostnames.values()
        for state in hostname.families.values()
    )
    return replace(
        account.each(state_moved),
        failure=failure_moved(account.failure),
        retry_at=account.retry_at and account.retry_at + (recent * moved),
        # moved one by one they might lose their order
        writes=tuple(sorted(at(each) or each for each in account.writes)),
    )


def clock_corrected(account: AccountState, now: datetime) -> AccountState:
    """Return the account's state, and its hostnames', with timestamps clamped to now.

    No wait is longer than the longest that is ever noted.
    """
    failure, error = account.failure, account.clock_error(now)
    latest = now + LONGEST_WAIT
    if not error and account.waits_until(latest):
        return account
    return replace(
        account.each(lambda state: state.clock_corrected(now, latest)),
        failure=failure and failure.moved(now, error),
        retry_at=account.retry_at and min(account.retry_at - error, latest),
        writes=tuple(each - error for each in account.writes),
    )
