"""State of a family's address after each round, and the time of the next one."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from ...address import Address, Family
from ...observation import Observation, Unknown
from .audit_schedule import audit_is_due
from .confirmers import Confirmers, confirmers_after, voters_not_alone
from .dissent import Dissent, confirms, still_dissent
from .hold import (
    FLAPPING_CHANGES,
    FLAPPING_PERIOD,
    HELD_QUORUM,
    Candidate,
    LeftAddress,
    next_look,
    recent,
)
from .nat import NatSituation, told
from .policy import Policy
from .quorum import QUORUM, Requirements, Verdict
from .round import Round
from .shown import seen, unknown_because, why_unreached, with_jitter
from .turns import Turns
from .vain import Vain, vain_after

__all__ = ["AddressState", "Policy"]

# waits after the first, second, ... unsettled round in a row
_UNSETTLED = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45))
_OFFLINE = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 15, 30, 60))
_CONFIRM = timedelta(seconds=10)

# how long the known address is still shown while others take turns with it
_SHOWN_AMONG_TURNS = timedelta(hours=1)

# passing reasons, until they have lasted
_SOON_OVER = frozenset({Unknown.NO_ANSWER, Unknown.NO_CONNECTION, Unknown.NO_INTERFACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressState:
    """State of a family's address.

    `known` is the last accepted address, also while offline. `observation` is the
    current result. `delay` is the wait from now until the next round. Times are seconds
    of the event loop's clock, so that a changed system clock does no harm.

    `audited` is when public services last agreed, `on_lan` whether LAN sources agreed
    then. `dissent` holds those that did not, and their addresses. `confirmers` are the
    voters that confirmed the address lately, `turns` the addresses that alternate with
    it, `vain` the rounds without an address. `situation` was found by two rounds in a row, `suspected` by the latest.
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
    confirmers: Confirmers = ()
    turns: Turns = field(default_factory=Turns)
    vain: Vain | None = None
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
        return self.candidate is not None or len(self.changes) >= FLAPPING_CHANGES - 1

    def requirements(self, policy: Policy) -> Requirements:
        """Return the requirements of the next round."""
        if policy.trust_single:
            quorum = 1
        else:
            # among addresses that take turns a longer time is the proof
            held = self.flapping and not self.turns.present
            quorum = HELD_QUORUM if held else QUORUM
        # a candidate is to be contradicted by what is seen, not by one of many
        turns = self.turns.present and self.candidate is None
        confirmers = () if policy.trust_single else self.confirmers
        return Requirements(
            known=self.known,
            quorum=quorum,
            confirmations=QUORUM if self.confirm and not turns else 1,
            outside=True,
            heeds_router=policy.heeds_router and not policy.trust_single,
            dissent=frozenset(address for _, address in self.dissent),
            not_alone=voters_not_alone(confirmers),
            turns=turns,
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
            vain=None,
        )

    def still_in_vain(
        self, found: Round, policy: Policy, *, now: float, jitter: float, asked: bool
    ) -> AddressState:
        """Return the state after a round that brought nothing new."""
        vain = self.vain
        if asked and vain is not None:
            vain = replace(vain, asked=now)
        return replace(
            self,
            rounds=self.rounds + 1,
            offline=self.offline + (not found.votes),
            observation=replace(self.observation, checked_at=found.ended),
            delay=with_jitter(policy.interval, jitter),
            vain=vain,
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
            observation=seen(self.observation, found, self.known),
            delay=with_jitter(policy.effective_lan_interval, jitter),
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
        oldest = now - FLAPPING_PERIOD.total_seconds()
        candidate = self.candidate
        if candidate and candidate.is_broken_by(found, turns=self.turns.present):
            candidate = None
        # a round without a situation confirms none
        situation = told(found)
        confirmed = situation is not None and situation is self.suspected
        before = replace(
            self,
            rounds=self.rounds + 1,
            changes=recent(self.changes, now),
            candidate=candidate if candidate and candidate.since > oldest else None,
            suspected=situation or self.suspected,
            confirmers=confirmers_after(found, self.confirmers),
            situation=self.suspected if confirmed else self.situation,
        )
        on_lan = any(
            not vote.outside and vote.address == found.address for vote in found.votes
        )
        routine = policy.effective_lan_interval if push and on_lan else policy.interval
        routine = with_jitter(routine, jitter)
        match found.verdict:
            case Verdict.UNCHANGED:
                after = _settled(before, found, routine)
            case Verdict.CHANGED if before.held_back(policy):
                after = _behind_nat(before, found, routine)
            case Verdict.CHANGED:
                after = _changed(before, found, routine, now, alternates=self.flapping)
            case Verdict.OFFLINE:
                after = _unreached(before, found, routine, jitter)
            case Verdict.CONFLICT | Verdict.UNDECIDED:
                after = _doubtful(before, found, routine, now)
        after = replace(
            after,
            turns=self.turns.after(found, after.known, now),
            vain=vain_after(found, after.observation, self.vain, now),
        )
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
        observation=seen(state.observation, found, found.address),
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
        observation=unknown_because(found, Unknown.CARRIER_GRADE_NAT),
        delay=delay,
        unsettled=0,
        offline=0,
        confirm=False,
        recheck=False,
    )


def _changed(
    state: AddressState,
    found: Round,
    routine: timedelta,
    now: float,
    *,
    alternates: bool,
) -> AddressState:
    """Return the state after a round with a new address.

    `alternates` is whether changes were held back before the round.
    """
    address = found.address
    if state.known is None or address is None:
        return _settled(state, found, routine)
    returns = any(change.left == address for change in state.changes)
    if returns or alternates or state.flapping or state.turns.present:
        candidate = state.candidate
        if candidate is None or candidate.address != address:
            candidate = Candidate(
                address=address, since=now, doubted=found.requirements.not_alone
            )
        if (left := candidate.left(now, turns=state.turns.present)) > timedelta():
            shown = _is_shown_among_turns(state, now)
            return replace(
                state,
                observation=state.observation
                if shown
                else unknown_because(found, Unknown.UNDECIDED),
                delay=next_look(left),
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
    unknown = why_unreached(found)
    step = min(state.offline, len(_OFFLINE) - 1)
    # never longer than the interval: the address may come back with any round
    delay = min(with_jitter(_OFFLINE[step], jitter), routine)
    lasts = unknown in _SOON_OVER and state.offline >= len(_OFFLINE)
    if lasts or unknown is Unknown.TRANSLATED:
        # many networks never have IPv6
        delay = routine
    return replace(
        state,
        observation=unknown_because(found, unknown),
        delay=delay,
        unsettled=0,
        offline=state.offline + 1,
        # a line often comes back with another address
        confirm=True,
    )


def _doubtful(
    state: AddressState, found: Round, routine: timedelta, now: float
) -> AddressState:
    """Return the state after too few or contradicting votes."""
    # addresses that take turns contradict each other in each round
    retry = state.unsettled < len(_UNSETTLED) and not state.turns.present
    if {vote.address for vote in found.votes} == {state.known}:
        # too few votes for a confirmation, but no contradiction
        observation = seen(state.observation, found, state.known)
    elif state.suspected is NatSituation.ROUTER_DIFFERS:
        observation = unknown_because(found, Unknown.ROUTER_DIFFERS)
    elif _is_shown_among_turns(state, now):
        observation = state.observation
    elif found.verdict is Verdict.CONFLICT:
        observation = unknown_because(found, Unknown.CONFLICT)
    else:
        observation = unknown_because(found, Unknown.UNDECIDED)
    return replace(
        state,
        observation=observation,
        delay=_UNSETTLED[state.unsettled] if retry else routine,
        unsettled=state.unsettled + 1,
        offline=0,
        confirm=retry,
    )


def _is_shown_among_turns(state: AddressState, now: float) -> bool:
    """Return True if the known address was among those that take turns lately."""
    return (
        state.turns.present
        and state.observation.known
        and state.audited is not None
        and now - state.audited < _SHOWN_AMONG_TURNS.total_seconds()
    )
