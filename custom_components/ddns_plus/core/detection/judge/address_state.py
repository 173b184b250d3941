"""What is known of a family's address after each round, and when to look again. Pure."""

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

# waits after the first, second, ... round in a row that settled nothing
_UNSETTLED = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45))
_OFFLINE = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 15, 30, 60))
_CONFIRM = timedelta(seconds=10)
_JITTER = 0.1

# A connection that goes to and fro, as with two uplinks, is to be believed less readily.
_FLAPPING_CHANGES = 3
_FLAPPING_PERIOD = timedelta(minutes=30)
_FLAPPING_QUORUM = 3
_FLAPPING_HOLD = timedelta(seconds=60)

_NOTHING_SENT = frozenset({FailureReason.DNS_FAILED, FailureReason.NO_ROUTE})
_UNUSABLE = frozenset({FailureReason.NOT_PUBLISHABLE, FailureReason.SERVER_ADDRESS})
# what the house says of itself tells nothing of the way out of it
_OF_THE_LAN = frozenset(
    {
        FailureReason.DISCONNECTED,
        FailureReason.NO_ADDRESS,
        FailureReason.UNSUPPORTED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the user wants: how often to look, and what may be believed.

    While something in the house tells of changes, the house alone is asked every
    `local_interval`, if `interval` is not shorter, and the outside after `audit`.
    """

    interval: timedelta
    lan_interval: timedelta = timedelta(seconds=60)
    audit: timedelta = timedelta(minutes=30)
    trust_single: bool = False
    heeds_router: bool = True
    carrier_grade_nat: bool = False

    @property
    def effective_lan_interval(self) -> timedelta:
        """Return how often the house alone is asked."""
        return min(self.lan_interval, self.interval)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAddress:
    """An address that was left, and when by the event loop's clock."""

    left: Address
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that is believed only if it lasts, and since when it was seen."""

    address: Address
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressState:
    """What is known of a family's address.

    `known` is the address believed last, for comparing: being offline does not change
    it. `observation` is what can be said now. `delay` is how long to wait, from now,
    before the next round. Times are seconds of the event loop's clock, so that setting
    the clock does no harm.

    `audited` is when the outside last agreed, `in_house` whether the house then did,
    too, and `dissent` who in it did not, and what they said. `lone` is who alone has
    confirmed the address of late. `situation` was found by two rounds in a row, `suspected` by the latest.
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
        """Return what is known before the first round: the address of last time, if any."""
        return cls(
            family=family,
            known=known,
            observation=Observation(family=family, unknown=Unknown.NOT_CHECKED),
        )

    @property
    def flapping(self) -> bool:
        """Return whether the address goes to and fro, so that changes are held back."""
        return self.candidate is not None or len(self.changes) >= _FLAPPING_CHANGES - 1

    def requirements(self, policy: Policy) -> Requirements:
        """Return what the next round is to settle."""
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
        """Return whether the house alone may confirm what is known.

        `push` is whether something tells of changes by itself, `now` the event loop's
        time in seconds, and `other` when the outside last agreed on the other family.
        That the house denies it is never enough.
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
        """Return the knowledge after a sign that the address may have changed: look now.

        The sign itself is not believed; it only makes one operator too few to deny it.
        `recheck` is for one that may have come before the change was everywhere.
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
        """Return whether a round in the house confirms what is known."""
        return self.known is not None and confirms(found, self.known, self.dissent)

    def confirmed_on_lan(
        self, found: Round, policy: Policy, *, jitter: float
    ) -> AddressState:
        """Return the knowledge after the house alone has confirmed it."""
        after = replace(
            self,
            rounds=self.rounds + 1,
            observation=_seen(self, found, self.known),
            delay=_with_jitter(policy.effective_lan_interval, jitter),
        )
        # a hint that came meanwhile calls for the outside
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
        """Return the knowledge after a round.

        `now` is the event loop's time in seconds, `jitter` a random number from 0 to 1,
        `push` whether something tells of changes by itself.
        """
        oldest = now - _FLAPPING_PERIOD.total_seconds()
        candidate = self.candidate
        # a round that does not tell confirms nothing
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
            # another round is to tell it before it counts
            after = replace(after, delay=min(after.delay, _CONFIRM))
        if self.confirm and found.requirements.confirmations < QUORUM:
            # the hint came while the round was on, which may have missed the change
            return after.hinted(recheck=self.recheck)
        return after

    def held_back(self, policy: Policy) -> bool:
        """Return whether a first address is not taken: nobody could reach it."""
        return (
            self.known is None
            and self.suspected is NatSituation.CARRIER_GRADE_NAT
            and not policy.carrier_grade_nat
        )


def _settled(state: AddressState, found: Round, delay: timedelta) -> AddressState:
    """Return the knowledge of the address that a round believes."""
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
    """Return the knowledge of an address that others share, and that nobody asked for."""
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
    """Return the knowledge after an address that is not the known one won."""
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
    """Return the knowledge after a round without any vote."""
    reasons = _of_outside(found) - _OF_THE_LAN
    no_route = FailureReason.NO_ROUTE in reasons and reasons <= _NOTHING_SENT
    step = min(state.offline, len(_OFFLINE) - 1)
    delay = _with_jitter(_OFFLINE[step], jitter)
    if no_route:
        unknown = Unknown.NO_CONNECTION
        if state.offline >= len(_OFFLINE):
            # many homes never have IPv6
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
        # whoever comes back often comes back with another address
        confirm=True,
    )


def _of_outside(found: Round) -> set[FailureReason]:
    """Return why nobody answered: the house has a say only where nobody else was asked."""
    outside = {
        failure.reason
        for key, failure in found.failures.items()
        if found.asked.get(key) not in (ROUTER, HOST)
    }
    return outside or {failure.reason for failure in found.failures.values()}


def _doubtful(state: AddressState, found: Round, routine: timedelta) -> AddressState:
    """Return the knowledge after votes that were too few or contradicted each other."""
    retry = state.unsettled < len(_UNSETTLED)
    if {vote.address for vote in found.votes} == {state.known}:
        # too few for a confirmation, but nobody contradicts
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
    """Return a wait a little longer than it is, so that homes do not ask in step."""
    return wait * (1 + _JITTER * jitter)


def _seen(state: AddressState, found: Round, address: Address | None) -> Observation:
    """Return the observation of an address: the source is the first that told it.

    The sources take turns: who confirms an address later is no news.
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
    """Return the observation of a round that left the address unknown."""
    return Observation(family=found.family, unknown=reason, checked_at=found.ended)
