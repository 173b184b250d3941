"""State of an account and its hostnames: frozen values and their JSON form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

from ..address import Address, Family
from ..errors import DdnsError, FailureKind, InvalidField
from ..json_form import JsonForm
from ..outcome import Outcome

# how many addresses of unresolved attempts are kept
_REMEMBERED = 8
_FAMILIES = frozenset(Family)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure(JsonForm):
    """Why the last try failed; `address` is what was to be published.

    `said`, `reason` and `facts` are those of the error. `again_at` is when a stop ends by
    itself, None if only a person ends it.
    """

    kind: FailureKind
    code: str
    at: datetime
    said: str = ""
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    address: Address | None = None
    field: str | None = None
    account_wide: bool = False
    maybe_applied: bool = False
    again_at: datetime | None = None

    @classmethod
    def from_error(
        cls,
        error: DdnsError,
        at: datetime,
        address: Address | None = None,
        again_at: datetime | None = None,
    ) -> Self:
        """Return the failure that an error stands for, on publishing an address."""
        return cls(
            kind=error.kind,
            **error.words,
            at=at,
            address=address,
            field=error.field if isinstance(error, InvalidField) else None,
            account_wide=error.account_wide,
            maybe_applied=error.maybe_applied,
            again_at=again_at,
        )

    def stops(self, now: datetime) -> bool:
        """Return True if the provider must not be called because of this."""
        return self.kind.stops and (self.again_at is None or now < self.again_at)

    def moved(self, now: datetime, error: timedelta) -> Self:
        """Return the failure after the clock was set back by `error`."""
        again_at = self.again_at and self.again_at - error
        return replace(self, at=min(self.at, now), again_at=again_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(JsonForm):
    """An update that was begun: the address (None for a withdrawal) and the time.

    `earlier` are the addresses of unresolved attempts before it, the latest of which
    began at `overtaken_at`. `settled_at`: the record is right, but one of them may be
    carried out late, until then.
    """

    address: Address | None
    at: datetime
    earlier: tuple[Address | None, ...] = ()
    overtaken_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def possible(self) -> tuple[Address | None, ...]:
        """Return the addresses that attempts may have left, the latest first."""
        return tuple(dict.fromkeys((self.address, *self.earlier)))[:_REMEMBERED]

    def moved(self, now: datetime, error: timedelta) -> Self:
        """Return the attempt as of a clock that is right, after it was ahead."""
        settled_at = self.settled_at and self.settled_at - error
        return replace(
            self,
            at=min(self.at, now),
            overtaken_at=self.overtaken_at and min(self.overtaken_at, now),
            settled_at=settled_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyState(JsonForm):
    """One hostname and family at its provider.

    `published` is the address that the provider confirmed last. `confirmed_at` is None
    if the settings have changed since. `attempt` stays open until its result is known.
    `doubted_at` is when a refusal came that is not believed yet.
    `retry_at` is when the failed address is tried again, `asked_until` how long the
    provider asked to wait, whatever the address. `vain_repairs` are those since the
    last change that the provider answered with "unchanged".
    """

    published: Address | None = None
    changed_at: datetime | None = None
    confirmed_at: datetime | None = None
    sent_at: datetime | None = None
    drift_sent_at: datetime | None = None
    vain_repairs: int = 0
    outcome: Outcome | None = None
    attempt: Attempt | None = None
    failure: Failure | None = None
    failures: int = 0
    retry_at: datetime | None = None
    asked_until: datetime | None = None
    doubted_at: datetime | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a negative count."""
        if min(self.failures, self.vain_repairs) < 0:
            raise ValueError("failures are counted from zero")

    @property
    def stopped(self) -> bool:
        """Return True if the user must act before the next try."""
        return self.failure is not None and self.failure.kind.stops

    @property
    def possible(self) -> tuple[Address, ...]:
        """Return the addresses published from here that the record may hold."""
        sent = self.attempt.possible if self.attempt else ()
        return tuple(each for each in (self.published, *sent) if each is not None)

    @property
    def ours(self) -> Address | None:
        """Return the address to replace or to withdraw."""
        return next(iter(self.possible), None)

    def clock_error(self, now: datetime) -> timedelta:
        """Return how far ahead the clock was when this was noted."""
        latest = now
        for moment in (
            self.changed_at,
            self.confirmed_at,
            self.sent_at,
            self.drift_sent_at,
            self.doubted_at,
            self.attempt.at if self.attempt else None,
            self.failure.at if self.failure else None,
        ):
            if moment is not None and moment > latest:
                latest = moment
        return latest - now

    def waits_until(self, latest: datetime) -> bool:
        """Return True if no wait goes beyond a time."""
        waits = (self.retry_at, self.asked_until)
        return all(each is None or each <= latest for each in waits)

    def clock_corrected(self, now: datetime, latest: datetime) -> Self:
        """Return the state with timestamps clamped to now, after the clock was set back.

        No wait goes beyond `latest`.
        """
        attempt, failure, error = self.attempt, self.failure, self.clock_error(now)
        return replace(
            self,
            changed_at=self.changed_at and min(self.changed_at, now),
            confirmed_at=self.confirmed_at and min(self.confirmed_at, now),
            sent_at=self.sent_at and min(self.sent_at, now),
            drift_sent_at=self.drift_sent_at and min(self.drift_sent_at, now),
            attempt=attempt and attempt.moved(now, error),
            failure=failure and failure.moved(now, error),
            doubted_at=self.doubted_at and min(self.doubted_at, now),
            retry_at=self.retry_at and min(self.retry_at - error, latest),
            asked_until=self.asked_until and min(self.asked_until - error, latest),
        )

    def released(self) -> Self:
        """Return the state without stop and back-off, after the user has acted."""
        return replace(self, failure=None, failures=0, retry_at=None, doubted_at=None)

    def reset(self) -> Self:
        """Return the state of a record whose settings changed: to be sent again.

        The address that was published from here stays known.
        """
        return replace(
            self.released(), published=self.ours, confirmed_at=None, vain_repairs=0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HostnameState(JsonForm):
    """One hostname at its provider, both families."""

    families: Mapping[Family, FamilyState] = field(
        default_factory=lambda: {family: FamilyState() for family in Family}
    )
    paused: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a missing family, or an address of the other family."""
        if self.families.keys() != _FAMILIES:
            raise ValueError("a hostname has both families")
        for family, state in self.families.items():
            for address in state.possible:
                if Family.of(address) is not family:
                    raise ValueError("an address of the other family")

    def __getitem__(self, family: Family) -> FamilyState:
        """Return the state of a family."""
        return self.families[family]

    def with_family(self, family: Family, state: FamilyState) -> Self:
        """Return this state with another state of one family."""
        return replace(self, families={**self.families, family: state})

    def each(self, change: Callable[[FamilyState], FamilyState]) -> Self:
        """Return this state with both families changed."""
        return replace(
            self, families={key: change(state) for key, state in self.families.items()}
        )

    def released(self) -> Self:
        """Return the state with the stops of both families lifted."""
        return self.each(FamilyState.released)

    def reset(self) -> Self:
        """Return the state of a hostname whose settings changed: to be sent again."""
        return self.each(FamilyState.reset)


_NEW_HOSTNAME = HostnameState()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState(JsonForm):
    """State of an account as a whole, and its hostnames by their id.

    `writes` are the times of writes to its zones, in order, if the provider limits them.
    `accepted`: the provider took an update with the settings of now.
    """

    failure: Failure | None = None
    retry_at: datetime | None = None
    hostnames: Mapping[str, HostnameState] = field(default_factory=dict)
    writes: tuple[datetime, ...] = ()
    accepted: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for times that are not in order."""
        if any(later < earlier for earlier, later in pairwise(self.writes)):
            raise ValueError("writes are in the order of time")

    @property
    def stopped(self) -> bool:
        """Return True if the user must act before any hostname is updated."""
        return self.failure is not None and self.failure.kind.stops

    def left_alone(self, now: datetime) -> bool:
        """Return True if the provider must not be called now."""
        waits = self.retry_at is not None and self.retry_at > now
        return waits or (self.failure is not None and self.failure.stops(now))

    def clock_error(self, now: datetime) -> timedelta:
        """Return how far ahead the clock was when this was noted."""
        errors = [
            state.clock_error(now)
            for hostname in self.hostnames.values()
            for state in hostname.families.values()
        ]
        own = [self.failure.at - now] if self.failure else []
        own += [self.writes[-1] - now] if self.writes else []
        return max([timedelta(), *own, *errors])

    def waits_until(self, latest: datetime) -> bool:
        """Return True if no wait goes beyond a time."""
        return (self.retry_at is None or self.retry_at <= latest) and all(
            state.waits_until(latest)
            for hostname in self.hostnames.values()
            for state in hostname.families.values()
        )

    def hostname(self, key: str) -> HostnameState:
        """Return the state of a hostname, an empty one if there is none yet."""
        return self.hostnames.get(key, _NEW_HOSTNAME)

    def with_hostname(self, key: str, state: HostnameState) -> Self:
        """Return this state with another state of one hostname."""
        return replace(self, hostnames={**self.hostnames, key: state})

    def each(self, change: Callable[[FamilyState], FamilyState]) -> Self:
        """Return this state with both families of all hostnames changed."""
        return replace(
            self,
            hostnames={
                key: state.each(change) for key, state in self.hostnames.items()
            },
        )

    def unblocked(self) -> Self:
        """Return the state without the account's stop; a hostname's own stop stays."""

        def unblocked(state: FamilyState) -> FamilyState:
            mine = state.failure is not None and not state.failure.account_wide
            return state if mine else state.released()

        return replace(self.each(unblocked), failure=None)

    def released(self) -> Self:
        """Return the state without any stop, after the user has changed the account."""
        return replace(self.each(FamilyState.released), failure=None, accepted=False)
