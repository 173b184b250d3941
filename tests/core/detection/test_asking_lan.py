"""Tests of a round with the router and this machine in it, and of its manners."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.ddns_plus.core.address import Address
from custom_components.ddns_plus.core.detection.asking import RoundOptions
from custom_components.ddns_plus.core.detection.judge.operator_back_off import (
    OperatorBackOff,
)
from custom_components.ddns_plus.core.detection.judge.quorum import Verdict
from custom_components.ddns_plus.core.detection.source import HOST, Transport
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint
from custom_components.ddns_plus.core.observation import ROUTER

from .asking import FULL, FULL_FIRST, FULL_HINTED, ROUTINE, ask, asked, operators
from .operators import (
    NEW,
    NO_SUCH_SERVICE,
    OLD,
    SHARED_ADDRESS,
    UNREACHABLE,
    PretendSource,
)


def router(
    answer: Address | Exception, *, latency: float = 0.003, key: str = "nat_pmp"
) -> PretendSource:
    """Return a way to ask the router."""
    return PretendSource(operator=ROUTER, key=key, answer=answer, latency=latency)


def test_the_lan_is_asked_first_and_all_at_once() -> None:
    """Wherever it stands in the list, and whatever the turn."""
    for cycle in range(4):
        inside = [
            router(OLD, latency=60),
            router(OLD, key="upnp", latency=60),
            PretendSource(operator=HOST, answer=OLD, latency=60),
        ]
        outside = operators(OLD, OLD)
        ask([*outside, *inside], FULL, options=RoundOptions(cycle=cycle))
        assert [source.asked for source in inside] == [[0.0]] * 3
        assert len(asked(outside)) == 1


def test_a_router_that_confirms_costs_no_question_more() -> None:
    """It was there before the answer from outside, which settles the question alone."""
    sources = [router(OLD), *operators(OLD, OLD, OLD)]
    found, seconds = ask(sources, FULL)
    assert found.verdict is Verdict.UNCHANGED
    assert {vote.operator for vote in found.votes} == {ROUTER, "a"}
    assert found.asked == {"nat_pmp": ROUTER, "a": "a"}
    assert seconds == pytest.approx(0.03)


@pytest.mark.parametrize("answer", [NO_SUCH_SERVICE, SHARED_ADDRESS, UNREACHABLE])
def test_a_router_that_cannot_tell_costs_no_question_more(answer: Exception) -> None:
    """Behind carrier-grade NAT, or without UPnP, that is so each time."""
    sources = [router(answer), router(answer, key="upnp"), *operators(OLD, OLD, OLD)]
    found, seconds = ask(sources, FULL)
    assert found.verdict is Verdict.UNCHANGED
    assert asked(sources[2:]) == "a"
    assert seconds == pytest.approx(0.03)


def test_who_was_counted_upon_in_vain_is_made_up_for_at_once() -> None:
    """After a hint the router would have been one of two."""
    sources = [router(NO_SUCH_SERVICE), *operators(OLD, OLD, OLD)]
    found, seconds = ask(sources, FULL_HINTED)
    assert found.verdict is Verdict.UNCHANGED
    assert asked(sources[1:]) == "ab"
    assert sources[2].asked == [pytest.approx(0.003)]
    assert seconds == pytest.approx(0.033)


def test_who_is_left_alone_in_the_lan_costs_no_question_more() -> None:
    """An entity's integration may have asked to be left alone, too."""
    back_off = OperatorBackOff()
    back_off.refused(ROUTER, timedelta(hours=1), 0.0)
    sources = [router(OLD), *operators(OLD, OLD, OLD)]
    found, _ = ask(sources, FULL, back_off=back_off)
    assert str(found.failures["nat_pmp"]) == "backing_off"
    assert asked(sources[1:]) == "a"


def test_the_router_and_one_outside_make_a_change_at_once() -> None:
    """The fast path: the router's word, and one that agrees from outside."""
    sources = [router(NEW), *operators(NEW, NEW)]
    found, seconds = ask(sources, FULL_HINTED)
    assert (found.verdict, found.address) == (Verdict.CHANGED, NEW)
    assert asked(sources[1:]) == "a"
    assert seconds == pytest.approx(0.03)


def test_the_lan_alone_settles_nothing() -> None:
    """The router knows an address even when the internet is gone."""
    for requirements in (FULL, FULL_HINTED, FULL_FIRST):
        sources = [
            router(OLD),
            PretendSource(operator=HOST, answer=OLD),
            *operators(UNREACHABLE, UNREACHABLE),
        ]
        found, _ = ask(sources, requirements)
        assert (found.verdict, found.address) == (Verdict.OFFLINE, None)
        assert len(found.votes) == 2
        assert asked(sources[2:]) == "ab"


def test_the_lan_settles_what_only_the_lan_was_chosen_for() -> None:
    """A router of one's own may be all that is asked."""
    found, _ = ask([router(OLD)], FULL)
    assert found.verdict is Verdict.UNCHANGED
    found, _ = ask([router(NEW), PretendSource(operator=HOST, answer=NEW)], FULL)
    assert found.verdict is Verdict.CHANGED
    # and asks on while somebody is left
    found, _ = ask([router(NEW), *operators(NEW)], ROUTINE)
    assert found.verdict is Verdict.CHANGED


def test_a_change_that_the_router_denies_is_not_believed() -> None:
    """However many outside say so: it may be a tunnel that the question took."""
    for latency in (0.003, 0.2, 0.9):
        sources = [router(OLD, latency=latency), *operators(NEW, NEW, NEW)]
        found, seconds = ask(sources, FULL)
        assert (found.verdict, found.address) == (Verdict.CONFLICT, None)
        assert seconds < 2
    heedless = replace(FULL, heeds_router=False)
    sources = [router(OLD, latency=0.2), *operators(NEW, NEW, NEW)]
    found, seconds = ask(sources, heedless)
    assert (found.verdict, found.address) == (Verdict.CHANGED, NEW)
    assert seconds == pytest.approx(0.06)


def test_a_change_waits_a_second_for_the_router() -> None:
    """Not longer; and not at all once it has spoken, or when nothing changed."""
    found, seconds = ask([router(NEW, latency=0.5), *operators(NEW, NEW)], FULL)
    assert found.verdict is Verdict.CHANGED
    assert seconds == pytest.approx(0.5)
    silent = router(OLD, latency=60)
    found, seconds = ask([silent, *operators(NEW, NEW)], FULL)
    assert (found.verdict, found.address) == (Verdict.CHANGED, NEW)
    assert seconds == pytest.approx(1.06)
    assert str(found.failures["nat_pmp"]) == "timeout"
    assert silent.cancelled == 1
    other_way = router(NEW, latency=60, key="upnp")
    _, seconds = ask([router(NEW), other_way, *operators(NEW, NEW)], FULL)
    assert seconds == pytest.approx(0.03)
    _, seconds = ask([router(OLD, latency=60), *operators(OLD, OLD)], FULL)
    assert seconds == pytest.approx(0.03)
    _, seconds = ask([router(NO_SUCH_SERVICE), *operators(NEW, NEW)], FULL)
    assert seconds == pytest.approx(0.06)


def test_a_confirmation_that_the_lan_denies_leaves_time_for_the_others() -> None:
    """Whoever confirmed it may be stale, and the rest slow, as on a line just dialled in."""
    sources = [router(NEW, latency=0.4), *operators(OLD, NEW, NEW)]
    for source in sources[2:]:
        source.latency = 1.5
    found, seconds = ask(sources, FULL, options=RoundOptions(hears_lan=True, cycle=0))
    assert (found.verdict, found.address) == (Verdict.CHANGED, NEW)
    assert 1.5 < seconds < 2.5
    assert not found.failures


def test_who_was_not_needed_while_the_router_was_waited_for_did_not_fail() -> None:
    """Nor is anybody else asked meanwhile."""
    sources = [router(NEW, latency=60), *operators(NEW, NEW, NEW, NEW)]
    sources[1].latency = 60
    found, _ = ask(sources, FULL)
    assert found.verdict is Verdict.CHANGED
    assert set(found.failures) == {"nat_pmp"}
    assert asked(sources[1:]) == "abc"


def test_the_first_address_waits_for_the_router_too() -> None:
    """It may say that others share the address."""
    found, _ = ask([router(SHARED_ADDRESS, latency=0.8), *operators(NEW, NEW)], FULL)
    assert str(found.failures["nat_pmp"]) == "not_publishable:shared"
    assert found.verdict is Verdict.CHANGED


def test_all_that_can_be_forged_is_one_voter() -> None:
    """Whoever is on the way answers for everybody who is asked without protection."""
    plain = [
        PretendSource(operator=f"plain{number}", answer=NEW, latency=0.01)
        for number in range(4)
    ]
    found, _ = ask([*plain, *operators(UNREACHABLE, UNREACHABLE)], FULL)
    assert (found.verdict, found.address) == (Verdict.UNDECIDED, None)
    found, _ = ask([*plain, *operators(OLD, OLD)], FULL)
    assert (found.verdict, found.address) == (Verdict.UNCHANGED, OLD)
    assert {vote.transport for vote in found.votes} == {Transport.TLS}


def test_a_hint_needs_no_more_voters_than_there_are() -> None:
    """Two that can be forged are one voter, who is enough to confirm where nobody else is."""
    plain = [PretendSource(operator=f"plain{number}", answer=OLD) for number in (1, 2)]
    found, _ = ask(plain, FULL_HINTED)
    assert found.verdict is Verdict.UNCHANGED
    # a hold-down asks for three operators, where there are two and what can be forged
    held = replace(FULL, quorum=3)
    plain = [PretendSource(operator=f"plain{number}", answer=NEW) for number in (1, 2)]
    found, _ = ask([*plain, *operators(NEW)], held)
    assert found.verdict is Verdict.CHANGED


def test_unprotected_sources_and_the_outvoted_come_last() -> None:
    """In this order, when nobody better has answered."""
    plain = PretendSource(operator="plain", answer=UNREACHABLE, latency=0.01)
    sources = [plain, *operators(UNREACHABLE, UNREACHABLE, UNREACHABLE, latency=0.01)]
    for cycle in range(4):
        for source in sources:
            source.asked.clear()
        ask(sources, options=RoundOptions(cycle=cycle, last={"b"}))
        order = sorted(sources, key=lambda source: source.asked[0])
        assert [source.key for source in order[2:]] == ["plain", "b"]


def test_the_preferred_are_asked_first_and_step_back_at_times() -> None:
    """Who learns the address anyway goes first, but cannot hide a change for ever."""
    first = []
    for cycle in range(8):
        sources = operators(OLD, OLD, OLD, OLD)
        ask(sources, options=RoundOptions(cycle=cycle, first={"c"}))
        first.append(asked(sources))
    assert "".join(first).count("c") == 6
    assert [number for number, key in enumerate(first) if key != "c"] == [3, 7]
    # nobody is preferred who was outvoted again and again, or can be forged
    sources = [*operators(OLD, OLD), PretendSource(operator="plain", answer=OLD)]
    ask(sources, options=RoundOptions(first={"b", "plain"}, last={"b"}))
    assert asked(sources) == "a"


def test_an_operator_that_is_preferred_is_asked_once() -> None:
    """Its other sources are spares, whoever stands first in the list."""
    spare = PretendSource(operator="a", key="x", answer=NEW)
    preferred = PretendSource(operator="a", key="y", answer=NEW)
    sources = [spare, preferred, *operators(NEW, NEW)[1:]]
    found, _ = ask(sources, FULL, options=RoundOptions(first={"y"}))
    assert found.verdict is Verdict.CHANGED
    assert asked(sources) == "yb"


def test_every_source_is_asked_from_the_origin() -> None:
    """The interface and the address; and the round says from where it was."""
    endpoint = LocalEndpoint(interface="wan1", address=OLD)
    sources = [router(OLD), *operators(OLD)]
    found, _ = ask(sources, FULL, endpoint=endpoint)
    assert found.endpoint == endpoint
    assert [source.endpoints for source in sources] == [[endpoint], [endpoint]]
    assert ask(sources, FULL)[0].endpoint == ANYWHERE


def test_only_the_own_address_counts_where_it_is_wanted() -> None:
    """What the outside sees instead is somebody's translation, or a temporary address."""
    own = RoundOptions(only_own=True)
    host = PretendSource(operator=HOST, answer=OLD, latency=0.001)
    endpoint = LocalEndpoint(address=OLD)
    found, _ = ask([host, *operators(NEW, NEW)], FULL, options=own, endpoint=endpoint)
    assert (found.verdict, found.address) == (Verdict.OFFLINE, None)
    assert {key: str(item) for key, item in found.failures.items()} == {
        "a": "translated",
        "b": "translated",
    }
    found, _ = ask([host, *operators(NEW, OLD)], FULL, options=own, endpoint=endpoint)
    assert (found.verdict, found.address) == (Verdict.UNCHANGED, OLD)
    # in the house an address is what it is
    found, _ = ask([router(NEW)], FULL, options=own, endpoint=endpoint)
    assert [vote.address for vote in found.votes] == [NEW]
    found, _ = ask([host, *operators(NEW, NEW)], FULL, endpoint=endpoint)
    assert found.verdict is Verdict.CHANGED


def test_who_is_asked_is_told() -> None:
    """Also who failed, or was left alone; not who was not needed."""
    back_off = OperatorBackOff()
    back_off.refused("b", timedelta(hours=1), 0.0)
    sources = operators(UNREACHABLE, OLD, OLD, OLD)
    found, _ = ask(sources, back_off=back_off)
    assert found.asked == {"a": "a", "b": "b", "c": "c"}
    assert set(found.failures) == {"a", "b"}
