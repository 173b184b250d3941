"""Tests of what is known after each round, and when the next one is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.ddns_plus.core.address import Family, Refusal
from custom_components.ddns_plus.core.detection.judge.address_state import Policy
from custom_components.ddns_plus.core.detection.source import (
    FailureReason,
    SourceFailure,
)
from custom_components.ddns_plus.core.observation import Observation, Unknown
from tests.core.detection.operators import NEW, OLD, OTHER, WHEN

from .connections import MINUTE, Connection, asked_for, failure


def test_nothing_is_said_before_the_first_round() -> None:
    """The address of last time is for comparing only."""
    connection = Connection()
    assert connection.observation.unknown is Unknown.NOT_CHECKED
    assert not connection.observation.known
    assert connection.delay == 0
    assert connection.requirements == asked_for(known=OLD)


def test_an_unchanged_address_is_looked_at_again_after_the_interval() -> None:
    """One operator's word is enough for it."""
    connection = Connection()
    connection.answer(OLD)
    assert connection.observation == Observation(
        family=Family.IPV4, address=OLD, source="a-source", checked_at=WHEN
    )
    assert connection.delay == 300
    assert connection.state.rounds == 1


def test_homes_do_not_ask_in_step() -> None:
    """The interval and the waits while offline are stretched by chance, never shortened."""
    connection = Connection(jitter=1.0)
    connection.answer(OLD)
    assert connection.delay == pytest.approx(330)
    connection.answer()
    assert connection.delay == pytest.approx(2.2)


def test_at_first_start_two_operators_are_needed() -> None:
    """One is not believed; two are, and that is not called a change."""
    connection = Connection(known=None)
    connection.answer(NEW)
    assert connection.observation.unknown is Unknown.UNDECIDED
    assert connection.state.known is None
    connection.answer(NEW, NEW)
    assert connection.observation.address == NEW
    assert connection.state.known == NEW
    assert connection.state.changes == ()
    assert connection.delay == 300


def test_a_change_is_confirmed_ten_seconds_later() -> None:
    """By two operators, then the routine goes on."""
    connection = Connection()
    connection.answer(NEW, NEW)
    assert connection.observation.address == NEW
    assert connection.observation.source == "a-source"
    assert connection.delay == 10
    assert connection.requirements == asked_for(known=NEW, confirmations=2)
    connection.answer(NEW, NEW)
    assert connection.delay == 300
    assert connection.requirements == asked_for(known=NEW)


def test_a_claim_is_looked_into_at_growing_distance() -> None:
    """After 5, 15 and 45 s, with two operators, then by routine."""
    connection = Connection()
    delays = []
    for _ in range(5):
        connection.answer(NEW)
        delays.append(connection.delay)
        assert connection.observation.unknown is Unknown.UNDECIDED
        assert connection.state.known == OLD
    assert delays == [5, 15, 45, 300, 300]
    assert connection.requirements == asked_for(known=OLD)
    connection.answer(OLD)
    assert connection.observation.address == OLD
    connection.answer(NEW)
    assert connection.delay == 5
    assert connection.requirements == asked_for(known=OLD, confirmations=2)


def test_a_conflict_is_looked_into_as_well() -> None:
    """Contradicting answers change nothing, and are called what they are."""
    connection = Connection()
    connection.answer(NEW, OTHER)
    assert connection.observation.unknown is Unknown.CONFLICT
    assert connection.state.known == OLD
    assert connection.delay == 5


def test_too_few_confirmations_do_not_make_the_address_unknown() -> None:
    """Nobody contradicts: the known address stays, and is looked at again soon."""
    connection = Connection()
    connection.hint()
    assert connection.requirements == asked_for(known=OLD, confirmations=2)
    connection.answer(OLD)
    assert connection.observation.address == OLD
    assert connection.delay == 5
    for _ in range(3):
        connection.answer(OLD)
    assert connection.observation.address == OLD
    connection.answer(OLD)
    assert connection.delay == 300


def test_offline_is_looked_at_again_at_growing_distance() -> None:
    """The known address is kept for comparing; its return is no change."""
    connection = Connection()
    delays = []
    for _ in range(8):
        connection.answer(failures=failure(FailureReason.TIMEOUT))
        delays.append(connection.delay)
        assert connection.observation.unknown is Unknown.OFFLINE
        assert connection.state.known == OLD
    assert delays == [2, 4, 8, 15, 30, 60, 60, 60]
    # back again: an outage often brings another address, so two are asked
    assert connection.requirements == asked_for(known=OLD, confirmations=2)
    connection.answer(OLD, OLD)
    assert connection.observation.address == OLD
    assert connection.state.changes == ()
    connection.answer()
    assert connection.delay == 2


@pytest.mark.parametrize(
    "reason",
    [FailureReason.TIMEOUT, FailureReason.NOT_PUBLISHABLE, FailureReason.TRANSLATED],
)
def test_a_long_outage_is_not_looked_at_less_often_than_the_interval(
    reason: FailureReason,
) -> None:
    """The new address after eight bad minutes is found at the pace of good ones."""
    connection = Connection(policy=Policy(interval=timedelta(seconds=5)))
    for _ in range(100):
        connection.answer(failures=failure(reason))
        assert connection.delay <= 5
    connection.answer(NEW, NEW)
    assert connection.observation.address == NEW


@pytest.mark.parametrize(
    ("failures", "unknown"),
    [
        # nothing was asked, or it may not be asked now
        ((), Unknown.NO_ANSWER),
        (failure(FailureReason.BACKING_OFF), Unknown.NO_ANSWER),
        (failure(FailureReason.DNS_FAILED), Unknown.OFFLINE),
        # something answered
        (failure(FailureReason.HTTP_STATUS), Unknown.NO_ANSWER),
        (
            failure(FailureReason.BLOCKED) + failure(FailureReason.TIMEOUT),
            Unknown.NO_ANSWER,
        ),
        # all that could tell was unreachable
        (
            failure(FailureReason.BACKING_OFF) + failure(FailureReason.TIMEOUT),
            Unknown.OFFLINE,
        ),
        (failure(FailureReason.NO_INTERFACE), Unknown.NO_INTERFACE),
        (failure(FailureReason.NO_ROUTE), Unknown.NO_CONNECTION),
        (
            failure(FailureReason.NO_ROUTE) + failure(FailureReason.DNS_FAILED),
            Unknown.NO_CONNECTION,
        ),
        (
            failure(FailureReason.NO_ROUTE) + failure(FailureReason.TIMEOUT),
            Unknown.NO_CONNECTION,
        ),
        (
            failure(FailureReason.TIMEOUT)
            + failure(FailureReason.NOT_PUBLISHABLE, Refusal.SHARED),
            Unknown.REFUSED,
        ),
        (failure(FailureReason.SERVER_ADDRESS), Unknown.REFUSED),
    ],
)
def test_why_nobody_gave_an_address(
    failures: tuple[SourceFailure, ...], unknown: Unknown
) -> None:
    """No route, no answer and no answer that can be used are told apart."""
    connection = Connection()
    connection.answer(failures=failures)
    assert connection.observation.unknown is unknown


def test_a_family_that_is_not_there_is_not_looked_for_every_minute() -> None:
    """Homes without IPv6 are asked about it once per interval."""
    connection = Connection(known=None)
    for _ in range(6):
        connection.answer(failures=failure(FailureReason.NO_ROUTE))
    assert connection.delay == 60
    connection.answer(failures=failure(FailureReason.NO_ROUTE))
    assert connection.delay == 300


def test_a_hint_ends_all_waiting() -> None:
    """Also that of an outage, from the beginning of the ladder."""
    connection = Connection()
    for _ in range(6):
        connection.answer()
    connection.hint()
    assert connection.delay == 0
    assert connection.requirements == asked_for(known=OLD, confirmations=2)
    connection.answer()
    assert connection.delay == 2


def test_a_hint_during_a_round_is_not_lost() -> None:
    """The round may have asked before the address changed: it is asked again."""
    connection = Connection()
    asked = connection.requirements
    connection.hint()
    connection.answer(OLD, requirements=asked)
    assert connection.observation.address == OLD
    assert connection.delay == 0
    assert connection.requirements == asked_for(known=OLD, confirmations=2)
    connection.answer(OLD, OLD)
    assert connection.delay == 300
    assert connection.requirements == asked_for(known=OLD)


def test_going_back_to_an_address_just_left_is_held_back() -> None:
    """A->B->A is believed only if three operators say it, a minute apart."""
    connection = Connection()
    connection.become(NEW)
    connection.answer(OLD, OLD)
    assert connection.state.flapping
    assert connection.state.known == NEW
    assert connection.observation.unknown is Unknown.UNDECIDED
    # it is looked at all the time, not only at the end of the minute
    assert connection.delay == 15
    assert connection.requirements.quorum == 3
    # too early, as after a hint
    connection.now += 50
    connection.answer(OLD, OLD, OLD, wait=False)
    assert connection.state.known == NEW
    assert connection.delay == 10
    # two are too few now
    connection.answer(OLD, OLD)
    assert connection.state.known == NEW
    connection.answer(OLD, OLD, OLD)
    assert connection.state.known == OLD
    assert connection.observation.address == OLD


def test_going_back_a_day_later_is_a_change_like_any_other() -> None:
    """The hold-down looks back half an hour."""
    connection = Connection()
    connection.become(NEW)
    connection.now += 31 * MINUTE
    connection.answer(NEW)
    assert not connection.state.flapping
    connection.answer(OLD, OLD)
    assert connection.state.known == OLD


def test_the_third_change_in_half_an_hour_is_held_back() -> None:
    """Also to addresses never seen before."""
    connection = Connection()
    connection.become(NEW)
    connection.become(OTHER)
    fourth = OTHER + 1
    assert connection.state.flapping
    assert connection.requirements.quorum == 3
    for _ in range(4):
        connection.answer(fourth, fourth, fourth)
        assert connection.state.known == OTHER
    connection.answer(fourth, fourth, fourth)
    assert connection.state.known == fourth


def test_a_candidate_that_does_not_last_is_forgotten() -> None:
    """When the known address is back within the minute, nothing happened."""
    connection = Connection()
    connection.become(NEW)
    connection.answer(OLD, OLD)
    connection.answer(NEW, NEW)
    assert connection.state.candidate is None
    assert connection.observation.address == NEW
    # held back again, from the beginning
    connection.answer(OLD, OLD)
    start = connection.now
    while connection.state.known == NEW:
        connection.answer(OLD, OLD, OLD)
    assert connection.now - start == 60


def test_a_candidate_that_is_contradicted_begins_again() -> None:
    """The minute is one in which nothing else is seen, not the time between two looks."""
    connection = Connection()
    connection.become(NEW)
    connection.answer(OLD, OLD)
    for _ in range(100):
        connection.answer(NEW, OTHER, OLD, OLD, OLD)
        assert connection.state.known == NEW
        connection.answer(OLD, OLD, OLD)
        assert connection.state.known == NEW
        connection.now += 60 - connection.delay


def test_another_candidate_waits_for_itself() -> None:
    """The minute of one address does not count for another."""
    connection = Connection()
    connection.become(NEW)
    connection.answer(OLD, OLD)
    start = connection.now + connection.delay
    while connection.state.known == NEW:
        connection.answer(OTHER, OTHER, OTHER)
    assert connection.state.known == OTHER
    assert connection.now - start == 60


def test_a_candidate_is_not_held_for_ever() -> None:
    """With too few operators for the hold-down, half an hour ends it."""
    connection = Connection()
    connection.become(NEW)
    connection.answer(OLD, OLD)
    start = connection.now
    while connection.state.known == NEW:
        connection.answer(OLD, OLD)
        assert connection.now < start + 45 * MINUTE
    assert connection.now >= start + 30 * MINUTE - 2 * 300


def test_a_single_source_can_be_trusted() -> None:
    """Only as the user's own choice; a return to an old address still has to last."""
    connection = Connection(
        policy=Policy(interval=timedelta(minutes=1), trust_single=True)
    )
    # nor may the router deny what it says: a tunnel may be what the user wants
    assert connection.requirements == replace(
        asked_for(known=OLD, quorum=1), heeds_router=False
    )
    connection.answer(NEW)
    assert connection.state.known == NEW
    connection.answer(OLD)
    assert connection.state.known == NEW
    for _ in range(4):
        connection.answer(OLD)
    assert connection.state.known == OLD


def test_waiting_is_never_negative_or_forgotten() -> None:
    """After any answer there is a next round."""
    connection = Connection()
    for addresses in ((), (NEW,), (NEW, OTHER), (NEW, NEW), (OLD, OLD), (OLD,)) * 5:
        before = connection.state.rounds
        connection.answer(*addresses)
        assert connection.state.rounds == before + 1
        assert 0 < connection.delay <= 300
