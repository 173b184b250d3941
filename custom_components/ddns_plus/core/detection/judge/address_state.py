"""State of a family's address after each round, and the time of the next one."""

from dataclasses import dataclass, replace
from datetime import timedelta

from ...address import Address, Family
from ...observation import ROUTER, Observation, Unknown
from ..source import HOST, FailureReason
from .audit_schedule import audit_is_due
from .dissent import Dissent, confirms, still_dissent
from .lone_voter import LoneVoter, lone_voter, voter_not_alone
from .nat import NatSituation, told
from .quorum import QUORUM, Requirements, Verdict
from .round import Round

# waits after the first, second, ... unsettled round in a row
_UNSETTLED = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45))
_OFFLINE = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 15, 30, 60))
_CONFIRM = timedelta(seconds=10)
_JITTER = 0.1

# a flapping connection, as with two uplinks, needs more proof
_FLAPPING_CHANGES = 3
_FLAPPING_PERIOD = timedelta(minutes=30)
_FLAPPING_QUORUM = 3
_FLAPPING_HOLD = timedelta(seconds=60)

_NOTHING_SENT = frozenset({FailureReason.DNS_FAILED, FailureReason.NO_ROUTE})
_UNUSABLE = frozenset({FailureReason.NOT_PUBLISHABLE, FailureReason.SERVER_ADDRESS})
# failures on the LAN say nothing about the internet
_OF_THE_LAN = frozenset(
    {
        FailureReason.DISCONNECTED,
        FailureReason.NO_ADDRESS,
        FailureReason.UNSUPPORTED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The user's policy: check intervals, and which answers to accept.

    While a hint channel is alive, only LAN sources are asked every `lan_interval`, or
    every `interval` if shorter, and public services after `audit`.
    """

    interval: timedelta
    lan_interval: timedelta = timedelta(seconds=60)
    audit: timedelta = timedelta(minutes=30)
    trust_single: bool = False
    heeds_router: bool = True
    carrier_grade_nat: bool = False

    @property
    def effective_lan_interval(self) -> timedelta:
        """Return the interval of rounds on the LAN alone."""
        return min(self.lan_interval, self.interval)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAddress:
    """A previous address, and when it was left (event loop seconds)."""

    left: Address
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that must last to be accepted, and since when it was seen."""

    address: Address
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressState:
    """State of a family's address.

    `known` is the last accepted address, also while offline. `observation` is the
    current result. `delay` is the wait from now until the next round. Times are seconds
    of the event loop's clock, so that a changed system clock does no harm.

    `audited` is when public services last agreed, `on_lan` whether LAN sources agreed
    then. `dissent` holds those that did not, and their addresses. `lone` is the voter
    that confirmed the address alone. `situation` was found by two rounds in a row,
    `suspected` by the latest.
    """

    family: Family
    known: Address | None
    observation: Observation
    delay: timedelta = timedelta()
    rounds: int = 0
    unsettled: int = 0
    offline: int = 0
    confirm: bool = False
    recheck: bool = False
    changes: tuple[LeftAddress, ...] = ()
    candidate: Candidate | None = None
    audited: float | None = None
    on_lan: bool = False
    dissent: Dissent = frozenset()
    lone: LoneVoter | None = None
    situation: NatSituation = NatSituation.NORMAL
    suspected: NatSituation = NatSituation.NORMAL

    @classmethod
    def initial(cls, family: Family, known: Address | None = None) -> AddressState:
        """Return the state before the first round, with the stored address."""
        return cls(
            family=family,
            known=known,
            observation=Observation(family=family, unknown=Unknown.NOT_CHECKED),
        )

    @property
    def flapping(self) -> bool:
        """Return True if the address alternates, so that changes are held back."""
        return self.candidate is not None or len(self.changes) >= _FLAPPING_CHANGES - 1

    def requirements(self, policy: Policy) -> Requirements:
        """Return the requirements of the next round."""
        if policy.trust_single:
            quorum = 1
        else:
            quorum = _FLAPPING_QUORUM if self.flapping else QUORUM
        return Requirements(
            known=self.known,
            quorum=quorum,
            confirmations=QUORUM if self.confirm else 1,
            outside=True,
            heeds_router=policy.heeds_router and not policy.trust_single,
            not_alone=None if policy.trust_single else voter_not_alone(self.lone),
        )

    def lan_is_enough(
        self, policy: Policy, *, push: bool, now: float, other: float | None = None
    ) -> bool:
        """Return True if LAN sources alone may confirm the known address.

        `push` is whether a hint channel is alive, `now` the event loop's time in
        seconds, `other` when public services last agreed on the other family. LAN
        sources alone never refute the known address.
        """
        return (
            push
            and self.on_lan
            and not self.confirm
            and self.suspected is self.situation
            and self.observation.known
            and self.audited is not None
            and not audit_is_due(self.audited, other, policy.audit, now)
        )

    def hinted(self, *, recheck: bool = False) -> AddressState:
        """Return the state after a hint: check now.

        The hint is not believed, but one operator is then too few to confirm the known
        address. `recheck` is for a hint that may precede the change at some sources.
        """
        return replace(
            self,
            delay=timedelta(),
            unsettled=0,
            offline=0,
            confirm=True,
            recheck=recheck or self.recheck,
        )

    def lan_confirms(self, found: Round) -> bool:
        """Return True if a round on the LAN confirms the known address."""
        return self.known is not None and confirms(found, self.known, self.dissent)

    def confirmed_on_lan(
        self, found: Round, policy: Policy, *, jitter: float
    ) -> AddressState:
        """Return the state after a confirmation by LAN sources alone."""
        after = replace(
            self,
            rounds=self.rounds + 1,
            observation=_seen(self, found, self.known),
            delay=_with_jitter(policy.effective_lan_interval, jitter),
        )
        # a hint during the round requires public services
        return after.hinted() if self.confirm else after

    def after(
        self,
        found: Round,
        policy: Policy,
        *,
        now: float,
        jitter: float,
        push: bool = False,
    ) -> AddressState:
        """Return the state after a round.

        `now` is the event loop's time in seconds, `jitter` a random number from 0 to 1,
        `push` whether a hint channel is alive.
        """
        oldest = now - _FLAPPING_PERIOD.total_seconds()
        candidate = self.candidate
        # a round without a situation confirms none
        situation = told(found)
        confirmed = situation is not None and situation is self.suspected
        before = replace(
            self,
            rounds=self.rounds + 1,
            changes=tuple(change for change in self.changes if change.at > oldest),
            candidate=candidate if candidate and candidate.since > oldest else None,
            suspected=situation or self.suspected,
            lone=lone_voter(found, self.lone),
            situation=self.suspected if confirmed else self.situation,
        )
        on_lan = any(
            not vote.outside and vote.address == found.address for vote in found.votes
        )
        routine = policy.effective_lan_interval if push and on_lan else policy.interval
        routine = _with_jitter(routine, jitter)
        match found.verdict:
            case Verdict.UNCHANGED:
                after = _settled(before, found, routine)
            case Verdict.CHANGED if before.held_back(policy):
                after = _behind_nat(before, found, routine)
            case Verdict.CHANGED:
                after = _changed(before, found, routine, now)
            case Verdict.OFFLINE:
                after = _unreached(before, found, routine, jitter)
            case Verdict.CONFLICT | Verdict.UNDECIDED:
                after = _doubtful(before, found, routine)
        if found.address is not None and after.known == found.address:
            dissent = still_dissent(found, found.address, self.dissent)
            after = replace(after, audited=now, on_lan=on_lan, dissent=dissent)
        if situation not in (None, self.situation) and self.suspected is self.situation:
            # a second round must confirm a situation
            after = replace(after, delay=min(after.delay, _CONFIRM))
        if self.confirm and found.requirements.confirmations < QUORUM:
            # the round may have missed the change that the hint reports
            return after.hinted(recheck=self.recheck)
        return after

    def held_back(self, policy: Policy) -> bool:
        """Return True if a first address is not accepted: it cannot be reached."""
        return (
            self.known is None
            and self.suspected is NatSituation.CARRIER_GRADE_NAT
            and not policy.carrier_grade_nat
        )


def _settled(state: AddressState, found: Round, delay: timedelta) -> AddressState:
    """Return the state with the address of a round."""
    return replace(
        state,
        known=found.address,
        observation=_seen(state, found, found.address),
        delay=_CONFIRM if state.recheck else delay,
        unsettled=0,
        offline=0,
        confirm=state.recheck,
        recheck=False,
        candidate=None,
    )


def _behind_nat(state: AddressState, found: Round, delay: timedelta) -> AddressState:
    """Return the state of a shared address that the user has not accepted."""
    return replace(
        state,
        observation=_unknown(found, Unknown.CARRIER_GRADE_NAT),
        delay=delay,
        unsettled=0,
        offline=0,
        confirm=False,
        recheck=False,
    )


def _changed(
    state: AddressState, found: Round, routine: timedelta, now: float
) -> AddressState:
    """Return the state after a round with a new address."""
    address = found.address
    if state.known is None or address is None:
        return _settled(state, found, routine)
    returns = any(change.left == address for change in state.changes)
    if returns or state.flapping:
        candidate = state.candidate
        if candidate is None or candidate.address != address:
            candidate = Candidate(address=address, since=now)
        left = _FLAPPING_HOLD - timedelta(seconds=now - candidate.since)
        if left > timedelta():
            return replace(
                state,
                observation=_unknown(found, Unknown.UNDECIDED),
                delay=left,
                unsettled=0,
                offline=0,
                candidate=candidate,
            )
    change = LeftAddress(left=state.known, at=now)
    return replace(
        _settled(state, found, _CONFIRM),
        delay=_CONFIRM,
        confirm=True,
        changes=(*state.changes, change),
    )


def _unreached(
    state: AddressState, found: Round, routine: timedelta, jitter: float
) -> AddressState:
    """Return the state after a round without votes."""
    reasons = _of_outside(found) - _OF_THE_LAN
    no_route = FailureReason.NO_ROUTE in reasons and reasons <= _NOTHING_SENT
    step = min(state.offline, len(_OFFLINE) - 1)
    # never longer than the interval: the address may come back with any round
    delay = min(_with_jitter(_OFFLINE[step], jitter), routine)
    if no_route:
        unknown = Unknown.NO_CONNECTION
        if state.offline >= len(_OFFLINE):
            # many networks never have IPv6
            delay = routine
    elif FailureReason.TRANSLATED in reasons:
        unknown, delay = Unknown.TRANSLATED, routine
    elif reasons & _UNUSABLE:
        unknown = Unknown.REFUSED
    else:
        unknown = Unknown.OFFLINE
    return replace(
        state,
        observation=_unknown(found, unknown),
        delay=delay,
        unsettled=0,
        offline=state.offline + 1,
        # a line often comes back with another address
        confirm=True,
    )


def _of_outside(found: Round) -> set[FailureReason]:
    """Return the failure reasons; those of LAN sources only if no other was asked."""
    outside = {
        failure.reason
        for key, failure in found.failures.items()
        if found.asked.get(key) not in (ROUTER, HOST)
    }
    return outside or {failure.reason for failure in found.failures.values()}


def _doubtful(state: AddressState, found: Round, routine: timedelta) -> AddressState:
    """Return the state after too few or contradicting votes."""
    retry = state.unsettled < len(_UNSETTLED)
    if {vote.address for vote in found.votes} == {state.known}:
        # too few votes for a confirmation, but no contradiction
        observation = _seen(state, found, state.known)
    elif state.suspected is NatSituation.ROUTER_DIFFERS:
        observation = _unknown(found, Unknown.ROUTER_DIFFERS)
    elif found.verdict is Verdict.CONFLICT:
        observation = _unknown(found, Unknown.CONFLICT)
    else:
        observation = _unknown(found, Unknown.UNDECIDED)
    return replace(
        state,
        observation=observation,
        delay=_UNSETTLED[state.unsettled] if retry else routine,
        unsettled=state.unsettled + 1,
        offline=0,
        confirm=retry,
    )


def _with_jitter(wait: timedelta, jitter: float) -> timedelta:
    """Return a slightly longer wait, so that installations do not ask in step."""
    return wait * (1 + _JITTER * jitter)


def _seen(state: AddressState, found: Round, address: Address | None) -> Observation:
    """Return the observation of an address, with the first source that reported it.

    Sources rotate, so a later source is no news.
    """
    before = state.observation
    if before.address == address and before.source is not None:
        source = before.source
    else:
        source = next(vote.source for vote in found.votes if vote.address == address)
    return Observation(
        family=found.family, address=address, source=source, checked_at=found.ended
    )


def _unknown(found: Round, reason: Unknown) -> Observation:
    return Observation(family=found.family, unknown=reason, checked_at=found.ended)
