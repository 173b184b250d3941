"""Tests of who is asked last."""

from custom_components.ddns_plus.core.detection.judge.reputation import Reputation
from custom_components.ddns_plus.core.detection.source import HOST
from custom_components.ddns_plus.core.observation import ROUTER
from tests.core.detection.operators import NEW, OLD, OTHER, vote

HOUR = 3600.0


def lie(reputation: Reputation, times: int = 1, now: float = 0.0) -> None:
    """Let a be outvoted by b and c."""
    votes = (vote("a", OTHER), vote("b", OLD), vote("c", OLD))
    for _ in range(times):
        reputation.judge(votes, OLD, now)


def agree(reputation: Reputation, times: int = 1, now: float = 0.0) -> None:
    """Let a say what the others say."""
    for _ in range(times):
        reputation.judge((vote("a", OLD), vote("b", OLD)), OLD, now)


def test_everybody_has_a_good_name_at_first() -> None:
    """And keeps it by agreeing."""
    reputation = Reputation()
    agree(reputation, 5)
    assert reputation.outvoted(0.0) == {}
    assert reputation.demoted(0.0) == frozenset()


def test_who_is_outvoted_three_times_is_asked_last() -> None:
    """Once or twice happens while an address changes."""
    reputation = Reputation()
    lie(reputation, 2)
    assert reputation.outvoted(0.0) == {"a-source": 2}
    assert reputation.demoted(0.0) == frozenset()
    lie(reputation)
    assert reputation.outvoted(0.0) == {"a-source": 3}
    assert reputation.demoted(0.0) == {"a-source"}


def test_three_good_answers_redeem() -> None:
    """In a row: a lie in between begins the count anew."""
    reputation = Reputation()
    lie(reputation, 3)
    agree(reputation, 2)
    lie(reputation)
    agree(reputation, 2)
    assert reputation.demoted(0.0) == {"a-source"}
    assert reputation.outvoted(0.0) == {"a-source": 4}
    agree(reputation)
    assert reputation.outvoted(0.0) == {}
    # and the next lie is the first one again
    lie(reputation, 2)
    assert reputation.demoted(0.0) == frozenset()


def test_a_day_without_a_lie_is_forgiven() -> None:
    """Who is asked last is seldom asked: nobody stays there for ever."""
    reputation = Reputation()
    lie(reputation, 2, now=0.0)
    lie(reputation, now=12 * HOUR)
    assert reputation.demoted(35 * HOUR) == {"a-source"}
    assert reputation.demoted(36 * HOUR + 1) == frozenset()
    assert reputation.outvoted(36 * HOUR + 1) == {}
    agree(reputation, now=37 * HOUR)
    assert reputation.outvoted(37 * HOUR) == {}


def test_sources_are_judged_one_by_one() -> None:
    """Not the operator: another host of the same company may be well."""
    reputation = Reputation()
    votes = (vote("a", OTHER, source="bad"), vote("b", OLD), vote("c", NEW))
    for _ in range(3):
        reputation.judge(votes, OLD, 0.0)
    assert reputation.demoted(0.0) == {"bad", "c-source"}


def test_the_lan_is_not_judged() -> None:
    """Where the router differs is told otherwise, and it is asked first all the same."""
    reputation = Reputation()
    votes = (vote(ROUTER, OTHER), vote(HOST, OTHER), vote("b", OLD), vote("c", OLD))
    for _ in range(4):
        reputation.judge(votes, OLD, 0.0)
    assert reputation.outvoted(0.0) == {}


def test_what_it_returns_is_not_its_memory() -> None:
    """Diagnostics may do with it what they like."""
    reputation = Reputation()
    lie(reputation, 3)
    seen = reputation.outvoted(0.0)
    lie(reputation)
    assert seen == {"a-source": 3}
