"""Tests of whom to believe."""

from ipaddress import ip_address

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address
from custom_components.ddns_plus.core.detection.quorum import (
    Finding,
    Question,
    Verdict,
    concluded,
    settled,
    supporters,
)

from .operators import NEW, OLD, OTHER, vote

ADDRESSES = (OLD, NEW, OTHER, ip_address("104.18.0.0"))
ROUTINE = Question(known=OLD)
HINTED = Question(known=OLD, confirmations=2)
FIRST = Question()
HELD = Question(known=OLD, quorum=3)
SINGLE = Question(known=OLD, quorum=1)

# votes as "operator letter, address", in the order they come
CASES = {
    "nobody answers": (ROUTINE, "", Verdict.OFFLINE, None),
    "one confirms": (ROUTINE, "a:old", Verdict.UNCHANGED, OLD),
    "one claims a change": (ROUTINE, "a:new", Verdict.UNDECIDED, None),
    "two agree on a change": (ROUTINE, "a:new b:new", Verdict.CHANGED, NEW),
    "the same one twice": (ROUTINE, "a:new a:new", Verdict.UNDECIDED, None),
    "one against the known": (ROUTINE, "a:new b:old", Verdict.CONFLICT, None),
    "one against two": (ROUTINE, "a:new b:old c:old", Verdict.UNCHANGED, OLD),
    "two against the known": (ROUTINE, "a:old b:new c:new", Verdict.CHANGED, NEW),
    "two against two": (
        ROUTINE,
        "a:new b:other c:new d:other",
        Verdict.CONFLICT,
        None,
    ),
    "all differ": (ROUTINE, "a:new b:other c:old", Verdict.CONFLICT, None),
    "three against two": (
        ROUTINE,
        "a:other b:other c:new d:new e:new",
        Verdict.CHANGED,
        NEW,
    ),
    "somebody changes its mind": (ROUTINE, "a:new a:old", Verdict.UNCHANGED, OLD),
    "one confirms after a hint": (HINTED, "a:old", Verdict.UNDECIDED, None),
    "two confirm after a hint": (HINTED, "a:old b:old", Verdict.UNCHANGED, OLD),
    "one at first": (FIRST, "a:new", Verdict.UNDECIDED, None),
    "two at first": (FIRST, "a:new b:new", Verdict.CHANGED, NEW),
    "two while held": (HELD, "a:new b:new", Verdict.UNDECIDED, None),
    "three while held": (HELD, "a:new b:new c:new", Verdict.CHANGED, NEW),
    "the single one is trusted": (SINGLE, "a:new", Verdict.CHANGED, NEW),
}
_NAMES = {"old": OLD, "new": NEW, "other": OTHER}


@pytest.mark.parametrize(
    ("question", "votes", "verdict", "address"), CASES.values(), ids=CASES.keys()
)
def test_the_verdict_on_votes(
    question: Question, votes: str, verdict: Verdict, address: Address | None
) -> None:
    """The decision table."""
    cast = [
        vote(operator, _NAMES[name])
        for operator, name in (item.split(":") for item in votes.split())
    ]
    assert concluded(cast, question) == Finding(verdict=verdict, address=address)


def test_the_voters_of_an_address_are_known() -> None:
    """An operator stands behind the address it told last."""
    votes = [vote("a", OLD), vote("b", NEW), vote("a", NEW)]
    assert supporters(votes) == {NEW: {"a", "b"}}


def test_a_question_fits_the_operators_there_are() -> None:
    """A hold-down and a confirmation take what there is; a change never takes fewer than two."""
    asked = Question(known=OLD, quorum=3, confirmations=2)
    assert asked.within(4) == asked
    assert asked.within(2) == Question(known=OLD, quorum=2, confirmations=2)
    assert asked.within(1) == Question(known=OLD, quorum=2, confirmations=1)
    assert asked.within(0) == Question(known=OLD, quorum=2, confirmations=1)
    assert SINGLE.within(1) == SINGLE


votes_of_operators = st.lists(
    st.builds(vote, st.sampled_from("abcdef"), st.sampled_from(ADDRESSES)), max_size=12
)
questions = st.builds(
    Question,
    known=st.sampled_from((None, OLD)),
    quorum=st.integers(min_value=2, max_value=3),
    confirmations=st.integers(min_value=1, max_value=2),
)


@given(votes_of_operators, questions)
def test_a_change_always_has_its_quorum_and_the_majority(
    votes: list, question: Question
) -> None:
    """Nothing is believed that one operator alone says, and nothing against more voices."""
    finding = concluded(votes, question)
    support = supporters(votes)
    if finding.address is None:
        assert finding.verdict not in (Verdict.CHANGED, Verdict.UNCHANGED)
        return
    behind = len(support[finding.address])
    assert all(
        behind > len(operators)
        for address, operators in support.items()
        if address != finding.address
    )
    if finding.address == question.known:
        assert finding.verdict is Verdict.UNCHANGED
        assert behind >= question.confirmations
    else:
        assert finding.verdict is Verdict.CHANGED
        assert behind >= question.quorum


@given(votes_of_operators, questions)
def test_a_settled_question_is_concluded_the_same(
    votes: list, question: Question
) -> None:
    """Stopping early says what waiting would have said with the same votes."""
    early = settled(votes, question)
    if early is not None:
        assert concluded(votes, question) == early
    else:
        assert concluded(votes, question).address is None


@given(st.permutations("abcdef"), st.integers(min_value=0, max_value=5), questions)
def test_lies_that_do_not_agree_are_never_believed(
    operators: list[str], honest: int, question: Question
) -> None:
    """However many lie, alone each of them moves nothing."""
    votes = [vote(operator, OLD) for operator in operators[:honest]]
    votes += [
        vote(operator, ip_address(f"11.99.0.{number}"))
        for number, operator in enumerate(operators[honest:], start=1)
    ]
    for seen in range(len(votes) + 1):
        finding = settled(votes[:seen], question)
        assert finding is None or finding.address == OLD
        assert concluded(votes[:seen], question).address in (None, OLD)
