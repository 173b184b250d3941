"""What to do with a hostname's record now, and what an answer makes of it: pure decisions."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ..address import Address, Network, refusal
from ..errors import DdnsError
from ..observation import Observation
from ..outcome import Outcome
from ..provider_info import Limits
from .back_off import back_off, provider_wait
from .state import AccountState, Attempt, Failure, FamilyState, HostnameState
from .write_limits import next_write

_DRIFT_INTERVAL = timedelta(days=1)


class Mode(StrEnum):
    """What the user wants of one family of a hostname."""

    OFF = "off"
    UPDATE = "update"
    WITHDRAW = "withdraw"


class Force(StrEnum):
    """How strongly somebody asked for an update now."""

    NONE = "none"
    FORCE = "force"
    OVERRIDE_STOP = "override_stop"


class Reason(StrEnum):
    """Why a record is, or is not, published now."""

    ADDRESS_UNKNOWN = "address_unknown"
    BACK_OFF = "back_off"
    CHANGED = "changed"
    DRIFT = "drift"
    FAMILY_OFF = "family_off"
    FORCED = "forced"
    INTERRUPTED = "interrupted"
    KEEP_ALIVE = "keep_alive"
    MINIMUM_INTERVAL = "minimum_interval"
    NOT_PUBLISHABLE = "not_publishable"
    NOT_PUBLISHED = "not_published"
    PAUSED = "paused"
    PROVIDER_WAIT = "provider_wait"
    RETRY = "retry"
    UNCHANGED = "unchanged"
    WITHDRAWAL = "withdrawal"
    WRITE_LIMIT = "write_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Nothing is to be done; `until` is when that may be different by time alone."""

    reason: Reason
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """The provider is to be called; `address` is None for a withdrawal."""

    reason: Reason
    address: Address | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something is to be done, but not before `until`."""

    reason: Reason
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Something is to be done, but a person must act first."""

    failure: Failure


type Decision = Skip | Publish | Wait | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a decision on one hostname and family depends on."""

    mode: Mode
    observation: Observation
    account: AccountState
    hostname: HostnameState
    limits: Limits
    now: datetime
    force: Force = Force.NONE
    drifted: bool = False
    allowed: tuple[Network, ...] = ()

    @property
    def state(self) -> FamilyState:
        """Return the state of the family."""
        return self.hostname[self.observation.family]


def decide(situation: Situation) -> Decision:
    """Return what to do with one hostname and family now (docs/design/update-engine.md)."""
    wanted = _wanted(situation)
    if isinstance(wanted, Skip):
        return wanted
    return _stop(situation) or _wait(situation, wanted) or wanted


def _wanted(situation: Situation) -> Skip | Publish:
    """Return what would be published if nothing held it back."""
    state, observation = situation.state, situation.observation
    updating = situation.mode is Mode.UPDATE
    if situation.mode is Mode.OFF or (updating and observation.disabled):
        return Skip(reason=Reason.FAMILY_OFF)
    if situation.hostname.paused and situation.force is Force.NONE:
        return Skip(reason=Reason.PAUSED)
    if situation.mode is Mode.WITHDRAW:
        # what was not published from here is not ours to delete
        if state.ours is None:
            return Skip(reason=Reason.NOT_PUBLISHED)
        return Publish(reason=Reason.WITHDRAWAL, address=None)
    if observation.address is None:
        return Skip(reason=Reason.ADDRESS_UNKNOWN)
    if refusal(observation.address, situation.allowed) is not None:
        return Skip(reason=Reason.NOT_PUBLISHABLE)
    reasons = _reasons(situation, observation.address)
    for reason, since in reasons:
        if since <= situation.now:
            return Publish(reason=reason, address=observation.address)
    until = min((since for _, since in reasons), default=None)
    return Skip(reason=Reason.UNCHANGED, until=until)


def _reasons(situation: Situation, address: Address) -> list[tuple[Reason, datetime]]:
    """Return why the address is to be published, and from when on each reason holds."""
    state, now = situation.state, situation.now
    unconfirmed = state.published != address or state.confirmed_at is None
    failing = state.failure is not None and state.failure.address == address
    repaired_again = _after(state.drift_sent_at, _DRIFT_INTERVAL) or now
    reasons = (
        (Reason.FORCED, None if situation.force is Force.NONE else now),
        (Reason.INTERRUPTED, now if state.attempt is not None else None),
        (Reason.CHANGED, now if unconfirmed else None),
        (Reason.RETRY, now if failing else None),
        (Reason.DRIFT, repaired_again if situation.drifted else None),
        (Reason.KEEP_ALIVE, _after(state.confirmed_at, situation.limits.keep_alive)),
    )
    return [(reason, since) for reason, since in reasons if since is not None]


def _stop(situation: Situation) -> Stop | None:
    """Return what a person must settle before the provider is called."""
    account, state = situation.account, situation.state
    if situation.force is Force.OVERRIDE_STOP:
        return None
    if account.failure is not None and account.stopped:
        return Stop(failure=account.failure)
    # what concerns the whole account is the account's to keep, and to lift
    if state.failure is None or not state.stopped or state.failure.account_wide:
        return None
    return Stop(failure=state.failure)


def _wait(situation: Situation, wanted: Publish) -> Wait | None:
    """Return the longest of the waits that keep a call from being made now."""
    state, limits = situation.state, situation.limits
    waits = [
        (Reason.PROVIDER_WAIT, situation.account.retry_at),
        (Reason.MINIMUM_INTERVAL, _after(state.sent_at, limits.minimum_interval)),
        (Reason.WRITE_LIMIT, next_write(situation.account.writes, limits.writes)),
    ]
    if state.retry_binding:
        waits.append((Reason.PROVIDER_WAIT, state.retry_at))
    # a new address deserves a new try: only what failed is backed off from
    elif state.failure is not None and state.failure.address == wanted.address:
        if situation.force is Force.NONE:
            waits.append((Reason.BACK_OFF, state.retry_at))
    held = [
        Wait(reason=reason, until=until)
        for reason, until in waits
        if until is not None and until > situation.now
    ]
    return max(held, key=lambda wait: wait.until, default=None)


def began(state: FamilyState, decision: Publish, now: datetime) -> FamilyState:
    """Return the state to store before the provider is called."""
    earlier = state.attempt.possible if state.attempt else ()
    return replace(
        state,
        attempt=Attempt(address=decision.address, at=now, earlier=earlier),
        sent_at=now,
        drift_sent_at=now if decision.reason is Reason.DRIFT else state.drift_sent_at,
    )


def succeeded(
    state: FamilyState, address: Address | None, outcome: Outcome, now: datetime
) -> FamilyState:
    """Return the state after the provider confirmed an address, None for a withdrawal."""
    return replace(
        state,
        published=address,
        changed_at=now if address != state.published else state.changed_at,
        confirmed_at=now,
        outcome=outcome,
        attempt=None,
        failure=None,
        failures=0,
        retry_at=None,
        retry_binding=False,
    )


def failed(
    state: FamilyState, error: DdnsError, now: datetime, limits: Limits, jitter: float
) -> FamilyState:
    """Return the state after an error; `jitter` is a random number from 0 to 1.

    The attempt stays open while the record may hold something else than before: it is
    read back, or sent once more, even if the old address is wanted again.
    """
    attempt = state.attempt
    failure = Failure.from_error(error, now, attempt.address if attempt else None)
    unclear = error.maybe_applied or (attempt is not None and attempt.earlier)
    failures = state.failures + 1
    wait = asked = provider_wait(error, limits)
    # the account keeps its own stop; should it be lifted, nothing is to be hammered
    if wait is None and (error.account_wide or not failure.kind.stops):
        wait = back_off(failure.kind, failures, jitter)
    return replace(
        state,
        attempt=attempt if unclear else None,
        failure=failure,
        failures=failures,
        retry_at=None if wait is None else now + wait,
        retry_binding=asked is not None,
    )


def failed_account(
    account: AccountState, error: DdnsError, now: datetime, limits: Limits = Limits()
) -> AccountState:
    """Return the account's state after an error that concerns all of its hostnames.

    A stop outlives any later failure, and no wait is ever shortened.
    """
    failure = Failure.from_error(error, now)
    wait = provider_wait(error, limits)
    retry_at = account.retry_at
    if wait is not None:
        retry_at = max(now + wait, retry_at or now)
    if account.stopped or (wait is None and not failure.kind.stops):
        return replace(account, retry_at=retry_at)
    return replace(account, failure=failure, retry_at=retry_at)


def read_back(
    state: FamilyState, held: Collection[Address], wanted: Address | None, now: datetime
) -> FamilyState:
    """Return the state when the provider has told what it holds, to end an open attempt.

    What an attempt cut short has left of ours is the next to be replaced, or withdrawn.
    """
    if state.attempt is None or state.attempt.possible == (state.published,):
        # an update to the same address leaves no trace to be read
        return state
    left = next(
        (each for each in state.possible if each in held and each != wanted), None
    )
    if left is None and wanted in held:
        # an address of before, or settings of before, are not the attempt's doing
        before = state.published == wanted or state.confirmed_at is None
        if state.published is None or not before:
            return succeeded(state, wanted, Outcome.UPDATED, now)
        left = wanted
    return replace(state, published=left, attempt=None)


def calmed(state: FamilyState) -> FamilyState:
    """Return the state when the published address turned out to be the wanted one again.

    The failure of an address that is not wanted any more is over; a stop and a wait
    that the provider asked for are not.
    """
    if state.failure is None or (state.stopped and not state.failure.account_wide):
        return state
    return state.released()


def settled_account(account: AccountState, now: datetime) -> AccountState:
    """Return the account's state, and its hostnames', with no past in the future."""
    failure, error = account.failure, account.clock_error(now)
    return replace(
        account.each(lambda state: state.settled(now)),
        failure=failure and replace(failure, at=min(failure.at, now)),
        retry_at=account.retry_at and account.retry_at - error,
        writes=tuple(each - error for each in account.writes),
    )


def _after(moment: datetime | None, interval: timedelta | None) -> datetime | None:
    """Return the time an interval after a moment; either may not be there."""
    return None if moment is None or interval is None else moment + interval
