"""Tests of whom to believe."""

from dataclasses import replace
from ipaddress import ip_address

from hypothesis import example, given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address
from custom_components.ddns_plus.core.detection.judge.quorum import (
    Finding,
    Requirements,
    Verdict,
    Vote,
    concluded,
    count_voters,
    independent_voters,
    settled,
    supporters,
)
from custom_components.ddns_plus.core.detection.source import HOST, Transport
from custom_components.ddns_plus.core.observation import ROUTER
from tests.core.detection.operators import (
    NEW,
    OLD,
    OTHER,
    PretendSource,
    transport_of,
    vote,
)

ADDRESSES = (OLD, NEW, OTHER, ip_address("104.18.0.0"))
ROUTINE = Requirements(known=OLD)
HINTED = Requirements(known=OLD, confirmations=2)
FIRST = Requirements()
HELD = Requirements(known=OLD, quorum=3)
SINGLE = Requirements(known=OLD, quorum=1)
OUTSIDE = Requirements(known=OLD, outside=True)
OUTSIDE_HINTED = Requirements(known=OLD, outside=True, confirmations=2)
OUTSIDE_FIRST = Requirements(outside=True)
NOT_A_ALONE = Requirements(known=OLD, outside=True, not_alone=frozenset({"a"}))
NOT_A_AND_B = Requirements(known=OLD, outside=True, not_alone=frozenset({"a", "b"}))
TURNS = Requirements(known=OLD, quorum=3, outside=True, turns=True)
HEEDLESS = Requirements(known=OLD, outside=True, heeds_router=False)

# votes as "operator:address", in the order they come
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
    "more than any other, and no majority": (
        ROUTINE,
        "a:other b:old c:new d:new",
        Verdict.CONFLICT,
        None,
    ),
    "the known is more than any other, and no majority": (
        ROUTINE,
        "a:other b:new c:old d:old",
        Verdict.CONFLICT,
        None,
    ),
    "somebody changes its mind": (ROUTINE, "a:new a:old", Verdict.UNCHANGED, OLD),
    "one confirms after a hint": (HINTED, "a:old", Verdict.UNDECIDED, None),
    "two confirm after a hint": (HINTED, "a:old b:old", Verdict.UNCHANGED, OLD),
    "one at first": (FIRST, "a:new", Verdict.UNDECIDED, None),
    "two at first": (FIRST, "a:new b:new", Verdict.CHANGED, NEW),
    "two while held": (HELD, "a:new b:new", Verdict.UNDECIDED, None),
    "three while held": (HELD, "a:new b:new c:new", Verdict.CHANGED, NEW),
    "the single one is trusted": (SINGLE, "a:new", Verdict.CHANGED, NEW),
    "three at first, two against one": (
        FIRST,
        "a:other b:new c:new",
        Verdict.CHANGED,
        NEW,
    ),
    "one against one at first": (FIRST, "a:other b:new", Verdict.CONFLICT, None),
    # what anybody on the way can forge
    "two unprotected claims": (
        ROUTINE,
        "plain1:new plain2:new",
        Verdict.UNDECIDED,
        None,
    ),
    "many unprotected claims and one": (
        ROUTINE,
        "plain1:new plain2:new plain3:new a:old",
        Verdict.CONFLICT,
        None,
    ),
    "all on the way against two": (
        ROUTINE,
        "plain1:new plain2:new plain3:new a:old b:old",
        Verdict.UNCHANGED,
        OLD,
    ),
    "an unprotected claim and a protected one": (
        ROUTINE,
        "plain1:new a:new",
        Verdict.CHANGED,
        NEW,
    ),
    "an unprotected one confirms": (ROUTINE, "plain1:old", Verdict.UNCHANGED, OLD),
    "two unprotected ones after a hint": (
        HINTED,
        "plain1:old plain2:old",
        Verdict.UNDECIDED,
        None,
    ),
    "two unprotected ones at first": (
        FIRST,
        "plain1:new plain2:new",
        Verdict.UNDECIDED,
        None,
    ),
    "an attacker who tells two lies": (
        ROUTINE,
        "plain1:new plain2:other a:old",
        Verdict.CONFLICT,
        None,
    ),
    # what may be any company
    "an unknown operator and another one": (
        OUTSIDE,
        "unknown:new a:new",
        Verdict.UNDECIDED,
        None,
    ),
    "an unknown operator and the router": (
        OUTSIDE,
        "unknown:new router:new",
        Verdict.UNDECIDED,
        None,
    ),
    "an unknown operator beside two": (
        OUTSIDE,
        "unknown:new a:new b:new",
        Verdict.CHANGED,
        NEW,
    ),
    "an unknown operator confirms": (OUTSIDE, "unknown:old", Verdict.UNCHANGED, OLD),
    "an unknown operator and one after a hint": (
        OUTSIDE_HINTED,
        "unknown:old a:old",
        Verdict.UNDECIDED,
        None,
    ),
    "an unknown operator that is trusted": (
        SINGLE,
        "unknown:new",
        Verdict.CHANGED,
        NEW,
    ),
    # the house
    "who has confirmed alone too often does so when nobody else can": (
        NOT_A_ALONE,
        "a:old",
        Verdict.UNCHANGED,
        OLD,
    ),
    "or with somebody else": (NOT_A_ALONE, "a:old b:old", Verdict.UNCHANGED, OLD),
    "another one does so alone": (NOT_A_ALONE, "b:old", Verdict.UNCHANGED, OLD),
    "two who have confirmed alone too often": (
        NOT_A_AND_B,
        "a:old b:old",
        Verdict.UNCHANGED,
        OLD,
    ),
    "where addresses take turns, the known is one of them": (
        TURNS,
        "a:new b:other c:old",
        Verdict.UNCHANGED,
        OLD,
    ),
    "where addresses take turns, three may see another": (
        TURNS,
        "a:new b:new c:new",
        Verdict.CHANGED,
        NEW,
    ),
    "where addresses take turns, two are too few": (
        TURNS,
        "a:new b:new",
        Verdict.UNDECIDED,
        None,
    ),
    "where addresses take turns, the router denies": (
        TURNS,
        "router:other a:new b:new c:new",
        Verdict.CONFLICT,
        None,
    ),
    "but not against somebody": (NOT_A_ALONE, "a:old b:new", Verdict.CONFLICT, None),
    "a router that contradicts itself denies nothing": (
        OUTSIDE,
        "router:new router:old a:new b:new c:new",
        Verdict.CHANGED,
        NEW,
    ),
    "and makes no quorum with itself": (
        OUTSIDE,
        "router:new router:old a:new",
        Verdict.CONFLICT,
        None,
    ),
    "who has changed its mind does not see it outside": (
        OUTSIDE_FIRST,
        "a:new a:old router:new host:new",
        Verdict.CONFLICT,
        None,
    ),
    "the LAN confirms where that will do": (
        ROUTINE,
        "router:old",
        Verdict.UNCHANGED,
        OLD,
    ),
    "the LAN alone confirms": (OUTSIDE, "router:old", Verdict.OFFLINE, None),
    "the whole LAN confirms": (
        OUTSIDE_HINTED,
        "router:old host:old",
        Verdict.OFFLINE,
        None,
    ),
    "the whole LAN claims a change": (
        OUTSIDE,
        "router:new host:new",
        Verdict.OFFLINE,
        None,
    ),
    "the whole LAN at first": (
        OUTSIDE_FIRST,
        "router:new host:new",
        Verdict.OFFLINE,
        None,
    ),
    "one outside confirms": (OUTSIDE, "a:old", Verdict.UNCHANGED, OLD),
    "the router and one outside confirm": (
        OUTSIDE_HINTED,
        "router:old a:old",
        Verdict.UNCHANGED,
        OLD,
    ),
    "the router and one outside": (OUTSIDE, "router:new a:new", Verdict.CHANGED, NEW),
    "the router and one on the way": (
        OUTSIDE,
        "router:new plain1:new",
        Verdict.CHANGED,
        NEW,
    ),
    "the LAN against one outside": (
        OUTSIDE,
        "router:new host:new a:other",
        Verdict.CONFLICT,
        None,
    ),
    # the router's denial
    "the router denies a change": (
        OUTSIDE,
        "router:old a:new b:new",
        Verdict.CONFLICT,
        None,
    ),
    "the router denies what many say": (
        OUTSIDE,
        "a:new b:new c:new d:new router:old",
        Verdict.CONFLICT,
        None,
    ),
    "the router says something else": (
        OUTSIDE,
        "router:other a:new b:new",
        Verdict.CONFLICT,
        None,
    ),
    "the router denies the first address": (
        OUTSIDE_FIRST,
        "router:other a:new b:new",
        Verdict.CONFLICT,
        None,
    ),
    "the router denies what is known": (
        OUTSIDE,
        "router:new a:old b:old",
        Verdict.UNCHANGED,
        OLD,
    ),
    "the router against one": (OUTSIDE, "router:new a:old", Verdict.CONFLICT, None),
    "the host's denial is one vote": (
        OUTSIDE,
        "host:old a:new b:new",
        Verdict.CHANGED,
        NEW,
    ),
    "the router is not heeded": (
        HEEDLESS,
        "router:old a:new b:new",
        Verdict.CHANGED,
        NEW,
    ),
    "the router comes round": (
        OUTSIDE,
        "router:old a:new b:new router:new",
        Verdict.CHANGED,
        NEW,
    ),
}
_NAMES = {"old": OLD, "new": NEW, "other": OTHER}


@pytest.mark.parametrize(
    ("requirements", "votes", "verdict", "address"), CASES.values(), ids=CASES.keys()
)
def test_the_verdict_on_votes(
    requirements: Requirements, votes: str, verdict: Verdict, address: Address | None
) -> None:
    """The decision table."""
    cast = [
        vote(operator, _NAMES[name])
        for operator, name in (item.split(":") for item in votes.split())
    ]
    assert concluded(cast, requirements) == Finding(verdict=verdict, address=address)


def test_the_voters_of_an_address_are_known() -> None:
    """An operator stands behind the address it told last."""
    votes = [vote("a", OLD), vote("b", NEW), vote("a", NEW)]
    assert supporters(votes) == {NEW: {"a", "b"}}


def test_a_forgeable_answer_takes_no_better_one_back() -> None:
    """Whoever is on the way would else silence an operator by speaking in its name."""
    plain, tls = Transport.PLAIN, Transport.TLS
    assert supporters([vote("a", OLD, tls), vote("a", NEW, plain)]) == {OLD: {"a"}}
    assert supporters([vote("a", OLD, plain), vote("a", NEW, tls)]) == {NEW: {"a"}}
    # of two that can be forged the latest counts, as it does of two that cannot
    forged = supporters([vote("a", OLD, plain), vote("a", NEW, plain)])
    assert list(forged) == [NEW]
    assert len(forged[NEW]) == 1


def test_an_unprotected_answer_is_not_the_operators() -> None:
    """It stands for all that is on the way, whoever is named."""
    said = supporters([vote("plain1", NEW), vote("plain2", NEW), vote("a", NEW)])
    assert len(said[NEW]) == 2
    assert "a" in said[NEW]
    assert not vote(ROUTER, NEW).outside
    assert vote("plain1", NEW).outside
    assert vote("a", NEW).outside


def test_voters_are_counted_as_their_votes_will_be() -> None:
    """All that is unprotected has one vote, and no second one for a protected operator."""

    def count(*sources: tuple[str, Transport]) -> int:
        return count_voters(
            [
                PretendSource(operator=operator, answer=OLD, transport=transport)
                for operator, transport in sources
            ]
        )

    plain, tls, lan = Transport.PLAIN, Transport.TLS, Transport.LAN
    assert count() == 0
    assert count(("a", tls), ("a", tls), ("b", tls)) == 2
    assert count(("a", plain), ("b", plain), ("c", plain)) == 1
    assert count(("a", tls), ("b", plain), ("c", plain)) == 2
    assert count(("a", tls), ("a", plain)) == 1
    assert count((ROUTER, lan), (ROUTER, lan), (HOST, lan), ("a", plain)) == 3


def test_a_question_fits_the_operators_there_are() -> None:
    """A hold-down and a confirmation take what there is; a change never takes fewer than two."""
    asked = Requirements(known=OLD, quorum=3, confirmations=2, outside=True)
    two, one = replace(asked, quorum=2), replace(asked, quorum=2, confirmations=1)
    assert asked.within(4, outside=4) == asked
    assert asked.within(2, outside=2) == two
    assert asked.within(1, outside=1) == one
    assert asked.within(0, outside=1) == one
    assert SINGLE.within(1, outside=1) == SINGLE


def test_who_has_confirmed_alone_too_often_is_not_enough() -> None:
    """As long as others may answer, and there are any."""
    votes = [vote("a", OLD)]
    assert settled(votes, NOT_A_ALONE) is None
    assert settled(votes, NOT_A_ALONE.within(1, outside=1)) is not None
    assert settled([*votes, vote(ROUTER, OLD)], NOT_A_ALONE) is not None
    assert settled([vote("b", OLD)], NOT_A_ALONE) is not None


def test_the_outside_is_not_waited_for_where_there_is_none() -> None:
    """Who has chosen nobody outside is content with the house; nobody else is."""
    asked = Requirements(known=OLD, outside=True)
    assert not asked.within(2, outside=0).outside
    assert asked.within(2, outside=2).outside
    assert not Requirements(known=OLD).within(2, outside=2).outside


VOTERS = ("a", "b", "c", "d", "plain1", "plain2", "plain3", ROUTER, HOST)
votes_of_operators = st.lists(
    st.builds(vote, st.sampled_from(VOTERS), st.sampled_from(ADDRESSES)), max_size=14
)
questions = st.builds(
    Requirements,
    known=st.sampled_from((None, OLD)),
    quorum=st.integers(min_value=2, max_value=3),
    confirmations=st.integers(min_value=1, max_value=2),
    outside=st.booleans(),
    heeds_router=st.booleans(),
    not_alone=st.frozensets(st.sampled_from(("a", "b", "plain1")), max_size=2),
    dissent=st.frozensets(st.sampled_from(ADDRESSES), max_size=1),
)


@given(votes_of_operators, questions)
def test_a_change_always_has_its_quorum_and_the_majority(
    votes: list[Vote], requirements: Requirements
) -> None:
    """Nothing is believed that one operator alone says, and nothing against more voices.

    Told anew, without the code that is tested: each operator's latest answer, and all
    that is unprotected as one.
    """
    finding = concluded(votes, requirements)
    latest = {item.operator: item.address for item in votes}
    support: dict[Address, set[str]] = {}
    for operator, address in latest.items():
        voter = "plain" if transport_of(operator) is Transport.PLAIN else operator
        support.setdefault(address, set()).add(voter)
    if finding.address is None:
        assert finding.verdict not in (Verdict.CHANGED, Verdict.UNCHANGED)
        return
    behind = len(support[finding.address])
    assert behind > len(
        set[str]().union(
            *(
                operators
                for address, operators in support.items()
                if address != finding.address
            )
        )
    )
    if finding.address == requirements.known:
        assert finding.verdict is Verdict.UNCHANGED
        assert behind >= requirements.confirmations
    else:
        assert finding.verdict is Verdict.CHANGED
        assert behind >= requirements.quorum
        said = {item.address for item in votes if item.operator == ROUTER}
        if requirements.heeds_router and said:
            assert finding.address in said
    if requirements.outside:
        assert support[finding.address] - {ROUTER, HOST}


@given(votes_of_operators, questions)
@example([vote("b", OLD)], Requirements(known=OLD, not_alone=frozenset({"b"})))
def test_a_settled_question_is_concluded_the_same(
    votes: list[Vote], requirements: Requirements
) -> None:
    """A round that stops early finds what it finds at its end with the same votes.

    Two things are found at the end only: the confirmation by the voters that do not
    confirm alone while others can be asked, and that of an address the router denies.
    """
    early, late = settled(votes, requirements), concluded(votes, requirements)
    if early is not None:
        assert late == early
    elif late.address is not None:
        assert late.verdict is Verdict.UNCHANGED
        denied = {item.address for item in votes if item.operator == ROUTER}
        assert supporters(votes)[late.address] <= requirements.not_alone or (
            requirements.heeds_router and denied - {late.address}
        )


@given(
    st.permutations([*"abcdef", "plain1", ROUTER]),
    st.integers(min_value=0, max_value=5),
    questions,
)
def test_lies_that_do_not_agree_are_never_believed(
    operators: list[str], honest: int, requirements: Requirements
) -> None:
    """However many lie, alone each of them moves nothing."""
    votes = [vote(operator, OLD) for operator in operators[:honest]]
    votes += [
        vote(operator, ip_address(f"11.99.0.{number}"))
        for number, operator in enumerate(operators[honest:], start=1)
    ]
    for seen in range(len(votes) + 1):
        finding = settled(votes[:seen], requirements)
        assert finding is None or finding.address == OLD
        assert concluded(votes[:seen], requirements).address in (None, OLD)


@pytest.mark.parametrize(
    ("chosen", "voters"),
    [
        ([], 0),
        ([("a", Transport.TLS), ("a", Transport.TLS)], 1),
        ([("a", Transport.TLS), ("b", Transport.TLS)], 2),
        ([("a", Transport.PLAIN), ("b", Transport.PLAIN)], 1),
        ([("a", Transport.TLS), ("b", Transport.PLAIN)], 2),
        ([(ROUTER, Transport.LAN), (HOST, Transport.LAN)], 1),
        ([(HOST, Transport.LAN), ("a", Transport.TLS)], 2),
        ([("unknown", Transport.PLAIN), ("a", Transport.TLS)], 1),
        ([("unknown", Transport.PLAIN), ("a", Transport.PLAIN)], 1),
    ],
)
def test_independent_voters(chosen: list[tuple[str, Transport]], voters: int) -> None:
    """Unencrypted answers are one voter; this machine is none on a LAN alone."""
    assert len(independent_voters(chosen)) == voters
