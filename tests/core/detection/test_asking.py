"""Tests of one round of asking, in virtual time."""

import asyncio
from datetime import timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.asking import RoundOptions, run_round
from custom_components.ddns_plus.core.detection.judge.operator_back_off import (
    OperatorBackOff,
)
from custom_components.ddns_plus.core.detection.judge.quorum import (
    Requirements,
    Verdict,
)
from custom_components.ddns_plus.core.detection.judge.round import Round
from custom_components.ddns_plus.core.detection.source import (
    HOST,
    FailureReason,
    SourceFailure,
    Transport,
)
from custom_components.ddns_plus.core.observation import ROUTER

from .asking import ROUTINE, ask, asked, operators
from .operators import NEW, OLD, OTHER, UNREACHABLE, PretendSource, failing
from .virtual_time import run


def test_one_source_is_enough_when_nothing_changed() -> None:
    """A routine check costs one request."""
    sources = operators(OLD, OLD, OLD)
    found, seconds = ask(sources)
    assert found.verdict is Verdict.UNCHANGED
    assert found.address == OLD
    assert [vote.source for vote in found.votes] == ["a"]
    assert found.votes[0].latency == timedelta(seconds=0.03)
    assert found.failures == {}
    assert found.requirements == ROUTINE
    assert found.asked == {"a": "a"}
    assert asked(sources) == "a"
    assert seconds == pytest.approx(0.03)


def test_a_claimed_change_is_checked_at_once() -> None:
    """The second operator is asked when the first differs, not after the hedge delay."""
    sources = operators(NEW, NEW, NEW)
    found, seconds = ask(sources)
    assert (found.verdict, found.address) == (Verdict.CHANGED, NEW)
    assert {vote.operator for vote in found.votes} == {"a", "b"}
    assert asked(sources) == "ab"
    assert seconds == pytest.approx(0.06)


def test_a_lie_is_outvoted() -> None:
    """The operator that lies stays alone, and the known address is confirmed by two."""
    sources = operators(OTHER, OLD, OLD)
    found, _ = ask(sources)
    assert (found.verdict, found.address) == (Verdict.UNCHANGED, OLD)
    assert len(found.votes) == 3


def test_two_lies_of_one_operator_are_one() -> None:
    """Spares of the liar are not even asked."""
    liars = [
        PretendSource(operator="liar", key=key, answer=OTHER) for key in ("x", "y", "z")
    ]
    found, _ = ask([*liars, PretendSource(operator="a", answer=UNREACHABLE)])
    assert found.verdict is Verdict.UNDECIDED
    assert found.address is None
    assert asked(liars) == "x"


def test_a_failure_starts_the_next_at_once() -> None:
    """A source that fails costs no waiting."""
    sources = operators(UNREACHABLE, OLD, OLD)
    found, seconds = ask(sources)
    assert found.verdict is Verdict.UNCHANGED
    assert found.failures == {"a": SourceFailure(reason=FailureReason.UNREACHABLE)}
    assert asked(sources) == "ab"
    assert seconds == pytest.approx(0.06)


def test_a_slow_source_is_overtaken_after_the_hedge_delay() -> None:
    """Silence is answered with another source after a quarter of a second."""
    sources = operators(OLD, OLD, OLD)
    sources[0].latency = 60
    found, seconds = ask(sources)
    assert found.verdict is Verdict.UNCHANGED
    assert seconds == pytest.approx(0.28)
    assert sources[0].cancelled == 1
    # it was not needed, so it did not fail
    assert found.failures == {}
    assert asked(sources) == "ab"


def test_two_are_asked_at_once_when_two_are_needed() -> None:
    """After a hint, and at first start, nothing is won by asking one after the other."""
    for requirements in (Requirements(known=OLD, confirmations=2), Requirements()):
        sources = operators(OLD, OLD, OLD)
        found, seconds = ask(sources, requirements)
        assert found.address == OLD
        assert asked(sources) == "ab"
        assert seconds == pytest.approx(0.03)


def test_as_many_are_started_as_have_failed() -> None:
    """Two failures at the same moment are made up for at once."""
    sources = operators(UNREACHABLE, UNREACHABLE, OLD, OLD)
    found, seconds = ask(sources, Requirements(known=OLD, confirmations=2))
    assert found.verdict is Verdict.UNCHANGED
    assert seconds == pytest.approx(0.06)


def test_one_operator_alone_never_changes_anything() -> None:
    """Neither at first start nor later, unless the user trusts it."""
    assert ask(operators(NEW))[0].verdict is Verdict.UNDECIDED
    assert ask(operators(NEW), Requirements())[0].verdict is Verdict.UNDECIDED
    trusting = Requirements(known=OLD, quorum=1)
    assert ask(operators(NEW), trusting)[0].verdict is Verdict.CHANGED


def test_one_operator_can_confirm_alone_where_there_is_no_other() -> None:
    """A hint asks for two confirmations only where two can be had."""
    requirements = Requirements(known=OLD, confirmations=2)
    assert ask(operators(OLD), requirements)[0].verdict is Verdict.UNCHANGED
    assert (
        ask(operators(OLD, UNREACHABLE), requirements)[0].verdict is Verdict.UNDECIDED
    )


def test_nobody_answers() -> None:
    """Everybody is asked before the connection is said to be offline."""
    sources = operators(UNREACHABLE, UNREACHABLE, UNREACHABLE)
    found, _ = ask(sources)
    assert (found.verdict, found.address) == (Verdict.OFFLINE, None)
    assert set(found.failures) == {"a", "b", "c"}
    assert ask([])[0].verdict is Verdict.OFFLINE


def test_a_round_has_a_time_limit() -> None:
    """Silent sources end after 4 s each, the round after 6 s, and all of them are cancelled."""
    sources = operators(OLD, OLD, OLD, latency=60)
    found, seconds = ask(sources)
    assert found.verdict is Verdict.OFFLINE
    assert seconds == pytest.approx(4.5)
    assert {str(failure) for failure in found.failures.values()} == {"timeout"}
    many = [
        PretendSource(operator=f"operator {number}", answer=OLD, latency=60)
        for number in range(30)
    ]
    found, seconds = ask(many)
    assert seconds == pytest.approx(6.0)
    assert all(source.cancelled for source in many if source.asked)
    assert {key for key, _ in found.failures.items()} == {
        source.key for source in many if source.asked
    }


def test_conflict_is_told() -> None:
    """A pool of addresses, where every flow leaves with another one, changes nothing."""
    found, _ = ask(operators(NEW, OTHER, OLD))
    assert (found.verdict, found.address) == (Verdict.CONFLICT, None)


def test_a_defect_of_a_source_touches_no_other() -> None:
    """Any exception is a failure of that source."""
    sources = operators(ZeroDivisionError("secret"), TimeoutError(), OLD)
    found, _ = ask(sources)
    assert found.verdict is Verdict.UNCHANGED
    assert {key: str(failure) for key, failure in found.failures.items()} == {
        "a": "unexpected",
        "b": "timeout",
    }
    assert "secret" not in repr(found)


def test_another_operator_is_first_each_time() -> None:
    """A stale answer of one cannot hide a change for longer than a turn."""
    turns = []
    for cycle in range(5):
        sources = operators(OLD, OLD, OLD)
        ask(sources, options=RoundOptions(cycle=cycle))
        turns.append(asked(sources))
    assert turns == ["a", "b", "c", "a", "b"]


def test_spares_come_last_in_every_turn() -> None:
    """The second source of an operator is asked when everything else has failed."""
    for cycle in range(4):
        sources = operators(UNREACHABLE, UNREACHABLE)
        spare = PretendSource(operator="a", key="spare", answer=OLD)
        found, _ = ask(
            [sources[0], spare, sources[1]], options=RoundOptions(cycle=cycle)
        )
        assert [vote.source for vote in found.votes] == ["spare"]
        assert max(source.asked[0] for source in sources) < spare.asked[0]


def test_a_round_that_is_cancelled_leaves_nothing_behind() -> None:
    """Unloading in the middle of a round ends its requests; run() looks for left-overs."""
    sources = operators(OLD, OLD, latency=60)

    async def cancel() -> None:
        task = asyncio.ensure_future(
            run_round(sources, Family.IPV4, ROUTINE, back_off=OperatorBackOff())
        )
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancel())
    assert [source.cancelled for source in sources] == [1, 1]


def test_who_asks_to_be_left_alone_is_left_alone() -> None:
    """Retry-After is honoured to the second, for all sources of the operator."""
    back_off = OperatorBackOff()
    wait = timedelta(seconds=90)
    blocked = PretendSource(
        operator="a", answer=failing(FailureReason.BLOCKED, retry_after=wait)
    )
    spare = PretendSource(operator="a", key="spare", answer=OLD)
    other = PretendSource(operator="b", answer=UNREACHABLE)

    async def rounds() -> list[Round]:
        found = []
        for pause in (89.0, 1.1, 0):
            found.append(
                await run_round(
                    [blocked, spare, other], Family.IPV4, ROUTINE, back_off=back_off
                )
            )
            await asyncio.sleep(pause)
        return found

    first, second, third = run(rounds())
    assert str(first.failures["a"]) == "blocked"
    assert str(first.failures["spare"]) == "backing_off"
    assert str(second.failures["a"]) == "backing_off"
    assert second.failures["a"].retry_after is not None
    assert second.verdict is Verdict.OFFLINE
    # asked again when the time is up
    assert len(blocked.asked) == 2
    assert str(third.failures["a"]) == "blocked"


def test_back_off_grows_when_no_time_was_set() -> None:
    """From a quarter of an hour to six hours, and an answer forgives everything."""
    back_off = OperatorBackOff()
    waits = []
    now = 0.0
    for _ in range(12):
        back_off.refused("a", None, now)
        waits.append(back_off.remaining("a", now))
        now += waits[-1].total_seconds()
    assert waits[:3] == [timedelta(minutes=minutes) for minutes in (15, 30, 60)]
    assert waits[-1] == timedelta(hours=6)
    assert back_off.waits(now) == {}
    back_off.answered("a")
    back_off.refused("a", timedelta(hours=1), now)
    assert back_off.waits(now + 60) == {"a": timedelta(minutes=59)}
    # a shorter wait does not shorten a longer one
    back_off.refused("a", timedelta(minutes=1), now)
    assert back_off.waits(now + 60) == {"a": timedelta(minutes=59)}
    back_off.answered("a")
    assert back_off.waits(now) == {}
    back_off.refused("a", None, now)
    assert back_off.remaining("a", now) == timedelta(minutes=15)


def test_a_short_wait_is_a_least_wait() -> None:
    """Who refuses again when it is over is asked no more often than without one."""
    back_off = OperatorBackOff()
    now, asked = 0.0, 0
    while now < 8 * 3600:
        back_off.refused("a", timedelta(seconds=5), now)
        asked += 1
        now += back_off.remaining("a", now).total_seconds()
        if asked == 1:
            assert now == 5
    assert asked == 7
    back_off.refused("a", timedelta(hours=20), now)
    assert back_off.remaining("a", now) == timedelta(hours=20)


def test_an_answer_ends_the_back_off() -> None:
    """The next refusal waits as the first one did."""
    back_off = OperatorBackOff()
    for _ in range(4):
        back_off.refused("a", None, now=-1_000_000)
    ask(operators(OLD), back_off=back_off)
    ask(operators(failing(FailureReason.BLOCKED)), back_off=back_off)
    assert back_off.waits(0.03) == {"a": timedelta(minutes=15)}


def test_an_overloaded_service_is_left_alone_too() -> None:
    """A 503 with Retry-After counts like a 429."""
    back_off = OperatorBackOff()
    busy = failing(FailureReason.HTTP_STATUS, retry_after=timedelta(minutes=5))
    ask(operators(busy, OLD), back_off=back_off)
    assert back_off.waits(0.03) == {"a": timedelta(minutes=5)}


def test_a_refusal_with_a_date_that_is_over_is_one_without_a_date() -> None:
    """Whichever clock is wrong: it would be asked again and again. Of a 503 it says "now"."""
    back_off = OperatorBackOff()
    over = failing(FailureReason.BLOCKED, retry_after=timedelta())
    ask(operators(over, OLD), back_off=back_off)
    assert back_off.waits(0.03) == {"a": timedelta(minutes=15)}
    now = failing(FailureReason.HTTP_STATUS, retry_after=timedelta())
    back_off = OperatorBackOff()
    ask(operators(now, OLD), back_off=back_off)
    assert back_off.waits(0.03) == {}


behaviours = st.one_of(
    st.sampled_from((OLD, NEW, OTHER)), st.just(UNREACHABLE), st.just(ValueError())
)
NAMES = ("a", "b", "c", "plain1", "plain2", ROUTER, HOST)
worlds = st.lists(
    st.tuples(st.sampled_from(NAMES), behaviours, st.floats(min_value=0, max_value=10)),
    min_size=1,
    max_size=7,
)
asked_for = st.builds(
    Requirements,
    known=st.sampled_from((None, OLD)),
    confirmations=st.integers(min_value=1, max_value=2),
    outside=st.booleans(),
    heeds_router=st.booleans(),
    not_alone=st.frozensets(st.sampled_from(("a", "plain1")), max_size=2),
)
options = st.builds(
    RoundOptions,
    cycle=st.integers(min_value=0, max_value=9),
    first=st.frozensets(st.sampled_from("012")),
    last=st.frozensets(st.sampled_from("012")),
)


@settings(derandomize=True)
@given(worlds, asked_for, options)
def test_every_round_ends_in_time_and_within_its_evidence(
    world: list[tuple[str, Address | Exception, float]],
    requirements: Requirements,
    options: RoundOptions,
) -> None:
    """Whatever sources do, a round takes 6 s at most and believes what it has votes for."""
    sources = [
        PretendSource(operator=name, key=f"{number}", answer=answer, latency=latency)
        for number, (name, answer, latency) in enumerate(world)
    ]
    found, seconds = ask(sources, requirements, options=options)
    assert seconds <= 6.0 + 1e-6
    assert all(len(source.asked) <= 1 for source in sources)
    answered = {vote.source for vote in found.votes}
    asked_keys = {source.key for source in sources if source.asked}
    assert answered.isdisjoint(found.failures)
    assert answered | set(found.failures) <= asked_keys
    assert set(found.asked) == asked_keys
    inside = {source.key for source in sources if source.transport is Transport.LAN}
    assert inside <= asked_keys
    if found.verdict is Verdict.CHANGED:
        voters = {
            "plain" if vote.transport is Transport.PLAIN else vote.operator
            for vote in found.votes
            if vote.address == found.address
        }
        assert len(voters) >= 2
    if found.verdict is Verdict.UNDECIDED or not found.votes:
        # nobody was left out who could have said more
        voted = {vote.operator for vote in found.votes}
        left = {source.operator for source in sources if source.key not in asked_keys}
        assert left <= voted or seconds > 5.9
