"""Decision on one record, and the state of a record before and after a call."""

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
# a record that the provider finds right, but DNS wrong, is nothing it can repair
_VAIN_INTERVAL = timedelta(days=30)
_MOST_VAIN_REPAIRS = 2
# as long as our own requests wait: by then a server has carried out what it will
_PATIENCE = timedelta(minutes=1)


class Mode(StrEnum):
    """Setting for one family of a hostname."""

    OFF = "off"
    UPDATE = "update"
    WITHDRAW = "withdraw"


class Force(StrEnum):
    """Strength of a request for an update."""

    NONE = "none"
    FORCE = "force"
    OVERRIDE_STOP = "override_stop"


class Reason(StrEnum):
    """Why a record is, or is not, published now."""

    ADDRESS_UNKNOWN = "address_unknown"
    BACK_OFF = "back_off"
    CHANGED = "changed"
    CONFIRMATION = "confirmation"
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
    """Nothing is to be done; `until` is when time alone may change that."""

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
    """Something is to be done, but the user must act first."""

    failure: Failure

    @property
    def until(self) -> datetime | None:
        """Return when the provider is asked again by itself, None if never."""
        return self.failure.again_at


type Decision = Skip | Publish | Wait | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInput:
    """All that the decision on one record depends on."""

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


def decide(situation: DecisionInput) -> Decision:
    """Return what to do with one record now (docs/design/update-engine.md)."""
    wanted = _wanted(situation)
    if isinstance(wanted, Skip):
        return wanted
    return _stop(situation) or _wait(situation, wanted) or wanted


def _wanted(situation: DecisionInput) -> Skip | Publish:
    """Return what would be published if nothing held it back."""
    state, observation = situation.state, situation.observation
    updating = situation.mode is Mode.UPDATE
    if situation.mode is Mode.OFF or (updating and observation.disabled):
        return Skip(reason=Reason.FAMILY_OFF)
    if situation.hostname.paused and situation.force is Force.NONE:
        return Skip(reason=Reason.PAUSED)
    if situation.mode is Mode.WITHDRAW:
        # an address that was not published from here is never deleted
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


def _reasons(
    situation: DecisionInput, address: Address
) -> list[tuple[Reason, datetime]]:
    """Return the reasons to publish the address, and when each begins to hold."""
    state, now = situation.state, situation.now
    attempt = state.attempt
    unconfirmed = state.published != address or state.confirmed_at is None
    failing = state.failure is not None and state.failure.address == address
    in_vain = state.vain_repairs >= _MOST_VAIN_REPAIRS
    interval = _VAIN_INTERVAL if in_vain else _DRIFT_INTERVAL
    repaired_again = _after(state.drift_sent_at, interval) or now
    reasons = (
        (Reason.FORCED, None if situation.force is Force.NONE else now),
        (Reason.INTERRUPTED, now if attempt and not attempt.settled_at else None),
        (Reason.CONFIRMATION, attempt.settled_at if attempt else None),
        (Reason.CHANGED, now if unconfirmed else None),
        (Reason.RETRY, now if failing else None),
        (Reason.DRIFT, repaired_again if situation.drifted else None),
        (Reason.KEEP_ALIVE, _after(state.confirmed_at, situation.limits.keep_alive)),
    )
    return [(reason, since) for reason, since in reasons if since is not None]


def _stop(situation: DecisionInput) -> Stop | None:
    """Return what the user must settle before the provider is called."""
    account, state = situation.account, situation.state
    if situation.force is Force.OVERRIDE_STOP:
        return None
    if account.failure is not None and account.failure.stops(situation.now):
        return Stop(failure=account.failure)
    # the account keeps, and lifts, a stop that concerns all of its hostnames
    if state.failure is None or state.failure.account_wide:
        return None
    if not state.failure.stops(situation.now):
        return None
    return Stop(failure=state.failure)


def _wait(situation: DecisionInput, wanted: Publish) -> Wait | None:
    """Return the longest of the waits that keep a call from being made now."""
    state, limits = situation.state, situation.limits
    waits = [
        (Reason.PROVIDER_WAIT, situation.account.retry_at),
        (Reason.PROVIDER_WAIT, state.asked_until),
        (Reason.MINIMUM_INTERVAL, _after(state.sent_at, limits.minimum_interval)),
        (Reason.WRITE_LIMIT, next_write(situation.account.writes, limits.writes)),
    ]
    # back-off holds for the address that failed; a new address is tried at once
    failing = state.failure is not None and state.failure.address == wanted.address
    if failing and situation.force is Force.NONE:
        waits.append((Reason.BACK_OFF, state.retry_at))
    held = [
        Wait(reason=reason, until=until)
        for reason, until in waits
        if until is not None and until > situation.now
    ]
    return max(held, key=lambda wait: wait.until, default=None)


def began(state: FamilyState, decision: Publish, now: datetime) -> FamilyState:
    """Return the state to store before the provider is called."""
    attempt = state.attempt
    earlier = () if attempt is None or _is_settled(attempt, now) else attempt.possible
    return replace(
        state,
        attempt=Attempt(
            address=decision.address,
            at=now,
            earlier=earlier,
            overtaken_at=attempt.at if attempt and earlier else None,
        ),
        sent_at=now,
        drift_sent_at=now if decision.reason is Reason.DRIFT else state.drift_sent_at,
    )


def succeeded(
    state: FamilyState, address: Address | None, outcome: Outcome, now: datetime
) -> FamilyState:
    """Return the state after the provider confirmed an address, None for a withdrawal."""
    repaired = state.attempt is not None and state.attempt.at == state.drift_sent_at
    vain = outcome is Outcome.UNCHANGED
    return replace(
        state,
        vain_repairs=state.vain_repairs + repaired if vain else 0,
        published=address,
        changed_at=now if address != state.published else state.changed_at,
        confirmed_at=now,
        outcome=outcome,
        attempt=state.attempt
        and _unsettled(state.attempt, address, state.attempt.overtaken_at, now),
        failure=None,
        failures=0,
        retry_at=None,
        asked_until=None,
        doubted_at=None,
    )


def failed(
    state: FamilyState,
    error: DdnsError,
    now: datetime,
    limits: Limits,
    jitter: float,
    again_at: datetime | None = None,
) -> FamilyState:
    """Return the state after an error; `jitter` is a random number from 0 to 1.

    What the provider asks for is a least wait: the next try is never before our own.
    The attempt stays open while the record may hold another address than before. It is
    then read back, or sent once more, even if the old address is wanted again.
    """
    attempt = state.attempt
    address = attempt.address if attempt else None
    failure = Failure.from_error(error, now, address, again_at)
    unclear = error.maybe_applied or (attempt is not None and attempt.earlier)
    failures = state.failures + 1
    asked = provider_wait(error, limits)
    waits = [] if asked is None else [asked]
    # after the account's stop is lifted, its records are still backed off
    if error.account_wide or not failure.kind.stops:
        waits.append(back_off(failure.kind, failures, jitter))
    return replace(
        state,
        attempt=attempt if unclear else None,
        failure=failure,
        failures=failures,
        retry_at=now + max(waits) if waits else None,
        asked_until=None if asked is None else now + asked,
    )


def failed_account(
    account: AccountState,
    error: DdnsError,
    now: datetime,
    limits: Limits = Limits(),
    again_at: datetime | None = None,
) -> AccountState:
    """Return the account's state after an error that concerns all of its hostnames.

    No later failure replaces a stop, but one that only a person ends. No wait is
    shortened.
    """
    failure = Failure.from_error(error, now, again_at=again_at)
    wait = provider_wait(error, limits)
    retry_at = account.retry_at
    if wait is not None:
        retry_at = max(now + wait, retry_at or now)
    kept = account.failure is not None and account.failure.stops(now)
    if kept and account.failure is not None and failure.kind.stops:
        kept = account.failure.again_at is None or again_at is not None
    if kept or (wait is None and not failure.kind.stops):
        return replace(account, retry_at=retry_at)
    return replace(account, failure=failure, retry_at=retry_at)


def read_back(
    state: FamilyState, held: Collection[Address], wanted: Address | None, now: datetime
) -> FamilyState:
    """Return the state of an open attempt after the provider told what it holds.

    An address that an unresolved attempt left there is replaced, or withdrawn, next.
    """
    if state.attempt is None or state.attempt.possible == (state.published,):
        # an update to the same address cannot be seen in the record
        return state
    left = next(
        (each for each in state.possible if each in held and each != wanted), None
    )
    if left is None and wanted in held:
        # the attempt is not proven by an address, or settings, of before
        before = state.published == wanted or state.confirmed_at is None
        if state.published is None or not before:
            return succeeded(state, wanted, Outcome.UPDATED, now)
        left = wanted
    return replace(
        state,
        published=left,
        attempt=_unsettled(state.attempt, wanted, state.attempt.at, now),
    )


def _is_settled(attempt: Attempt, now: datetime) -> bool:
    """Return True if nothing sent before a confirmed attempt is carried out any more."""
    return attempt.settled_at is not None and attempt.settled_at <= now


def _unsettled(
    attempt: Attempt,
    address: Address | None,
    began_at: datetime | None,
    now: datetime,
) -> Attempt | None:
    """Return the attempt while another address may still be carried out, else None.

    A request that a newer one overtook may be carried out after it. When the server's
    patience is over the record is read back, or the address confirmed once more.
    `began_at` is when the latest request in doubt began.
    """
    if address is None or began_at is None or _is_settled(attempt, now):
        return None
    settled_at = began_at + _PATIENCE
    if settled_at <= now or all(each == address for each in attempt.possible):
        return None
    return replace(attempt, settled_at=settled_at)


def failure_cleared(state: FamilyState) -> FamilyState:
    """Return the state when the published address is wanted again.

    The failure of another address is over. A stop, and a wait that the provider asked
    for, are not.
    """
    if state.failure is None or (state.stopped and not state.failure.account_wide):
        return state
    return state.released()


def _after(moment: datetime | None, interval: timedelta | None) -> datetime | None:
    """Return the time an interval after a moment, None if either is None."""
    return None if moment is None or interval is None else moment + interval
