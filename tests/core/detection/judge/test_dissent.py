"""Tests of what the house adds to what is known: hints, polling, situations."""

from datetime import timedelta

import pytest

from custom_components.ddns_plus.core.address import Address, Refusal
from custom_components.ddns_plus.core.detection.judge.address_state import Policy
from custom_components.ddns_plus.core.detection.judge.nat import NatSituation
from custom_components.ddns_plus.core.detection.source import (
    FailureReason,
    SourceFailure,
)
from custom_components.ddns_plus.core.observation import Unknown
from tests.core.detection.operators import NEW, OLD, OTHER

from .connections import MINUTE, Connection, asked_for, failure


def test_the_router_is_heeded_unless_the_user_will_not_have_it() -> None:
    """As the answer to a repair issue."""
    assert Connection().requirements.heeds_router
    heedless = Policy(interval=timedelta(minutes=5), heeds_router=False)
    assert not Connection(policy=heedless).requirements.heeds_router


SHARED = SourceFailure(reason=FailureReason.NOT_PUBLISHABLE, refusal=Refusal.SHARED)
PRIVATE = SourceFailure(reason=FailureReason.NOT_PUBLISHABLE, refusal=Refusal.PRIVATE)


def at_home() -> Connection:
    """Return a connection whose router tells of changes, and agrees."""
    connection = Connection(push=True)
    connection.answer(OLD, router=OLD)
    return connection


def test_the_lan_is_asked_alone_while_it_agrees_and_tells_of_changes() -> None:
    """Every minute; and everybody half an hour after the outside last agreed."""
    connection = at_home()
    delays = []
    while connection.lan_is_enough:
        delays.append(connection.delay)
        connection.confirm_in_house()
    assert delays == [60] * 29
    assert connection.observation.address == OLD
    assert connection.state.rounds == 30
    connection.answer(OLD, router=OLD)
    assert connection.lan_is_enough
    # what a house round confirms is no audit
    assert connection.now == 1000 + 30 * MINUTE


def test_the_lan_is_asked_as_often_as_the_policy_says() -> None:
    """With chance added, so that homes do not ask in step."""
    policy = Policy(
        interval=timedelta(minutes=5),
        lan_interval=timedelta(seconds=20),
        audit=timedelta(minutes=1),
    )
    connection = Connection(push=True, policy=policy, jitter=1.0)
    connection.answer(OLD, router=OLD)
    assert connection.delay == pytest.approx(22)
    connection.confirm_in_house()
    assert connection.delay == pytest.approx(22)
    assert connection.lan_is_enough
    connection.confirm_in_house()
    assert not connection.lan_is_enough


def test_the_outside_is_asked_where_nothing_tells_of_changes() -> None:
    """At the interval, as ever: polling the router alone would not see a tunnel."""
    connection = Connection(push=False)
    connection.answer(OLD, router=OLD)
    assert connection.delay == 300
    assert not connection.lan_is_enough
    # the push channel comes to life, or ends, between two rounds
    connection.push = True
    assert connection.lan_is_enough
    connection.push = False
    assert not connection.lan_is_enough


def test_the_outside_is_asked_where_the_lan_did_not_agree() -> None:
    """It was silent, or said something else; and before anything is known."""
    connection = Connection(push=True)
    assert not connection.lan_is_enough
    connection.answer(OLD)
    assert connection.delay == 300
    assert not connection.lan_is_enough
    connection.answer(OLD, router=SHARED)
    assert not connection.lan_is_enough
    connection.answer(OLD, OLD, router=NEW)
    assert connection.observation.address == OLD
    assert not connection.lan_is_enough
    connection.answer(OLD, router=OLD)
    assert connection.lan_is_enough


@pytest.mark.parametrize("answers", [(), (NEW,), (NEW, OTHER)])
def test_the_outside_is_asked_until_a_doubt_is_settled(
    answers: tuple[Address, ...],
) -> None:
    """The house has no say in it."""
    connection = at_home()
    connection.answer(*answers)
    assert not connection.observation.known
    for _ in range(4):
        assert not connection.lan_is_enough
        connection.answer(*answers)
    connection.answer(OLD, OLD, router=OLD)
    assert connection.lan_is_enough


def test_the_outside_is_asked_after_a_hint_and_a_change() -> None:
    """Until it has been confirmed by two."""
    connection = at_home()
    connection.hint()
    assert not connection.lan_is_enough
    connection.answer(NEW, router=NEW)
    assert connection.state.known == NEW
    assert not connection.lan_is_enough
    connection.answer(NEW, router=NEW)
    assert connection.lan_is_enough


def test_a_hint_during_a_round_in_the_lan_calls_for_the_outside() -> None:
    """At once, and again ten seconds later."""
    connection = at_home()
    connection.confirm_in_house(hinted=True)
    assert connection.delay == 0
    assert not connection.lan_is_enough
    assert connection.requirements == asked_for(known=OLD, confirmations=2)
    connection.answer(OLD, router=OLD)
    assert connection.delay == 10


def test_a_push_is_looked_into_again_ten_seconds_later() -> None:
    """It may have come before the change was everywhere."""
    connection = at_home()
    connection.hint(recheck=True)
    assert connection.delay == 0
    connection.answer(OLD, router=OLD)
    assert connection.delay == 10
    assert connection.requirements == asked_for(known=OLD, confirmations=2)
    assert not connection.lan_is_enough
    connection.answer(OLD, router=OLD)
    assert connection.delay == 60
    assert connection.lan_is_enough
    # somebody who asks for a check needs no second one
    connection.hint()
    connection.answer(OLD, router=OLD)
    assert connection.delay == 60


def test_a_push_during_a_round_is_looked_into_twice() -> None:
    """Once as soon as the round has ended, and ten seconds later."""
    connection = at_home()
    asked = connection.requirements
    connection.hint(recheck=True)
    connection.answer(OLD, router=OLD, requirements=asked)
    assert connection.delay == 0
    connection.answer(OLD, router=OLD)
    assert connection.delay == 10
    # the second push comes while the first is looked into
    asked = connection.requirements
    connection.hint(recheck=True)
    connection.answer(OLD, router=OLD, requirements=asked)
    assert connection.delay == 10


def test_a_recheck_survives_an_outage() -> None:
    """A router that reconnects says so before the way is open."""
    connection = at_home()
    connection.hint(recheck=True)
    connection.answer(failures=failure(FailureReason.TIMEOUT))
    assert connection.delay == 2
    connection.answer(OLD, OLD)
    assert connection.delay == 10


def test_a_first_address_behind_carrier_grade_nat_is_held_back() -> None:
    """Nobody could reach it: it is said, and looked at again by routine."""
    connection = Connection(known=None)
    delays = []
    for _ in range(3):
        connection.answer(NEW, NEW, router=SHARED)
        assert connection.observation.unknown is Unknown.CARRIER_GRADE_NAT
        assert connection.state.known is None
        delays.append(connection.delay)
    # a situation is looked at again before it counts
    assert delays == [10, 300, 300]
    assert connection.state.situation is NatSituation.CARRIER_GRADE_NAT
    # the provider has given the home an address of its own
    connection.answer(NEW, NEW, router=NEW)
    assert connection.observation.address == NEW


def test_a_shared_address_is_taken_by_whoever_wants_it() -> None:
    """The user says so; or it is known already, from before or the last start."""
    wanted = Policy(interval=timedelta(minutes=5), carrier_grade_nat=True)
    connection = Connection(known=None, policy=wanted)
    connection.answer(NEW, NEW, router=SHARED)
    assert connection.observation.address == NEW
    connection = Connection(known=OLD)
    connection.answer(OLD, router=SHARED)
    assert connection.observation.address == OLD
    connection.answer(NEW, NEW, router=SHARED)
    assert connection.observation.address == NEW
    # a second router in between can be led through
    connection = Connection(known=None)
    connection.answer(NEW, NEW, router=PRIVATE)
    assert connection.observation.address == NEW


def test_an_address_held_back_stays_so_when_the_router_is_silent() -> None:
    """Its silence once does not tell that the NAT has gone."""
    connection = Connection(known=None)
    connection.answer(NEW, NEW, router=SHARED)
    silent = SourceFailure(reason=FailureReason.TIMEOUT)
    connection.answer(NEW, NEW, router=silent)
    assert connection.observation.unknown is Unknown.CARRIER_GRADE_NAT


def test_a_situation_is_believed_in_the_second_round() -> None:
    """One alone may be the moment of a change."""
    connection = Connection()
    connection.answer(OLD, router=SHARED)
    assert connection.state.situation is NatSituation.NORMAL
    assert connection.state.suspected is NatSituation.CARRIER_GRADE_NAT
    connection.answer(OLD, router=SHARED)
    assert connection.state.situation is NatSituation.CARRIER_GRADE_NAT
    connection.answer(OLD, router=OLD)
    assert connection.state.situation is NatSituation.CARRIER_GRADE_NAT
    connection.answer(OLD, router=SHARED)
    connection.answer(OLD, router=OLD)
    assert connection.state.situation is NatSituation.CARRIER_GRADE_NAT
    connection.answer(OLD, router=OLD)
    assert connection.state.situation is NatSituation.NORMAL


def test_a_situation_is_looked_at_again_soon() -> None:
    """By who is outside, too, and once: who cannot make up its mind is not asked more."""
    connection = Connection(push=True)
    connection.answer(OLD, router=SHARED)
    assert connection.delay == 10
    connection.answer(OLD, router=SHARED)
    assert connection.delay == 300
    # the router agrees again, which the house alone does not settle
    connection.answer(OLD, router=OLD)
    assert connection.delay == 10
    assert not connection.lan_is_enough
    connection.answer(OLD, router=SHARED)
    assert connection.delay == 300
    connection.answer(failures=failure(FailureReason.TIMEOUT))
    assert connection.delay == 2


def test_a_round_that_does_not_tell_confirms_no_situation() -> None:
    """An outage after a strange round is no second strange round."""
    connection = Connection()
    connection.answer(OLD, router=PRIVATE)
    for _ in range(3):
        connection.answer(failures=failure(FailureReason.TIMEOUT))
    connection.answer(OLD, router=SourceFailure(reason=FailureReason.TIMEOUT))
    assert connection.state.situation is NatSituation.NORMAL
    assert connection.state.suspected is NatSituation.DOUBLE_NAT
    connection.answer(OLD, router=PRIVATE)
    assert connection.state.situation is NatSituation.DOUBLE_NAT


def test_a_change_the_router_denies_is_called_so() -> None:
    """The address is unknown, the old one kept, and it is looked at again soon."""
    connection = Connection()
    delays = []
    for _ in range(4):
        connection.answer(NEW, NEW, NEW, router=OLD)
        delays.append(connection.delay)
        assert connection.observation.unknown is Unknown.ROUTER_DIFFERS
        assert connection.state.known == OLD
    assert delays == [5, 15, 45, 300]
    assert connection.state.situation is NatSituation.ROUTER_DIFFERS
    # a router that was only late
    connection.answer(NEW, NEW, router=NEW)
    assert connection.state.known == NEW


@pytest.mark.parametrize("router", [SHARED, PRIVATE, OLD])
def test_the_lan_does_not_tell_why_nobody_outside_answered(
    router: SourceFailure | Address,
) -> None:
    """What the router says of itself is no answer from the internet."""
    connection = Connection()
    connection.answer(router=router, failures=failure(FailureReason.TIMEOUT))
    assert connection.observation.unknown is Unknown.OFFLINE
    connection.answer(router=router, failures=failure(FailureReason.NO_ROUTE))
    assert connection.observation.unknown is Unknown.NO_CONNECTION
    if isinstance(router, SourceFailure):
        # unless nobody else is asked
        connection.answer(router=router)
        assert connection.observation.unknown is Unknown.REFUSED


def test_an_address_that_is_translated_on_the_way_is_not_published() -> None:
    """It is no address of this machine; that does not change from minute to minute."""
    connection = Connection(known=None)
    translated = failure(FailureReason.TRANSLATED)
    connection.answer(failures=translated + failure(FailureReason.TIMEOUT))
    assert connection.observation.unknown is Unknown.TRANSLATED
    assert connection.delay == 300


def test_the_lan_is_asked_as_often_as_the_user_wants() -> None:
    """An interval of less than a minute holds for the house as well."""
    assert Policy(interval=timedelta(minutes=3)).effective_lan_interval == timedelta(
        minutes=1
    )
    assert Policy(interval=timedelta(seconds=5)).effective_lan_interval == timedelta(
        seconds=5
    )
