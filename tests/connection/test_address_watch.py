"""Tests of when an address is asked for, and whom: days pass in virtual time."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address
from custom_components.ddns_plus.core.detection.judge.address_state import Policy
from custom_components.ddns_plus.core.detection.judge.nat import NatSituation
from custom_components.ddns_plus.core.detection.source import FailureReason
from custom_components.ddns_plus.core.observation import ROUTER, Unknown
from tests.core.detection.operators import (
    NEW,
    OLD,
    OTHER,
    SHARED_ADDRESS,
    UNREACHABLE,
    PretendSource,
    failing,
)
from tests.core.detection.virtual_time import run

from .watching import DAILY, Seen, Watching, until

MINUTE = 60.0
HOUR = 60 * MINUTE


def at_home(
    *,
    router: bool = True,
    push: Callable[[], bool] = lambda: True,
    also: PretendSource | None = None,
) -> tuple[Watching, list[PretendSource]]:
    """Return a watch of a router and four operators outside, and these in this order.

    What is there `also` comes before all of them.
    """
    sources = [
        PretendSource(operator=name, answer=OLD) for name in ("a", "b", "c", "d")
    ]
    inside = PretendSource(operator=ROUTER, answer=OLD, latency=0.003)
    everybody = [inside, *sources] if router else sources
    if also is not None:
        everybody = [also, *everybody]
    return (
        Watching(everybody, known=OLD, policy=DAILY, push=push),
        everybody,
    )


def outside(sources: list[PretendSource]) -> list[float]:
    """Return when somebody outside was asked."""
    return sorted(
        at for source in sources if source.operator != ROUTER for at in source.asked
    )


def pauses(times: list[float]) -> list[float]:
    """Return the seconds between."""
    return [late - early for early, late in pairwise(times)]


def test_the_lan_is_polled_and_the_outside_audited_while_push_lives() -> None:
    """The router every minute, one operator every half an hour, another one each time."""

    async def day() -> None:
        watching, sources = at_home()
        async with watching:
            await until(24 * HOUR)
        router, *others = sources
        assert all(60 <= pause <= 66.1 for pause in pauses(router.asked))
        audits = outside(sources)
        assert all(30 * MINUTE <= pause <= 31.2 * MINUTE for pause in pauses(audits))
        assert 46 <= len(audits) <= 49
        # whoever is stale cannot be the one that is asked each time
        assert {len(source.asked) for source in others} <= {11, 12, 13}
        assert watching.watch.asked == {
            source.key: len(source.asked) for source in sources
        }
        assert watching.state.observation.address == OLD

    run(day())


def test_families_are_audited_in_turns() -> None:
    """One question leaves the house in half an hour, and each family has its own."""

    async def hours() -> None:
        one, its_sources = at_home()
        other, the_others_sources = at_home()
        one.other = other
        other.other = one
        async with one, other:
            await until(12 * HOUR)
        audits = [outside(sources) for sources in (its_sources, the_others_sources)]
        # the first ones are no audits: nothing was known
        both = sorted(at for each in audits for at in each if at > MINUTE)
        assert all(30 * MINUTE <= pause <= 31.2 * MINUTE for pause in pauses(both))
        assert all(len(each) >= 12 for each in audits)

    run(hours())


def test_a_hint_does_not_wait_for_a_round_of_before() -> None:
    """As when the network comes: who was asked without it does not answer any more."""

    async def minutes() -> None:
        watching, sources = at_home()
        async with watching:
            await until(10 * MINUTE)
            for source in sources:
                source.latency = 3.5
            watching.watch.async_hint()
            await until(10 * MINUTE + 0.5)
            assert watching.watch.busy
            for source in sources:
                source.latency, source.answer = 0.03, NEW
            watching.watch.async_pushed()
            await until(10 * MINUTE + 1)
        assert watching.state.observation.address == NEW
        assert sum(source.cancelled for source in sources) >= 2

    run(minutes())


def test_family_that_is_polled_takes_no_turns() -> None:
    """The outside is asked for it all the time; the other family has its audits."""

    async def hours() -> None:
        one, its_sources = at_home()
        polled, _ = at_home(router=False)
        one.other = polled
        async with one, polled:
            await until(12 * HOUR)
        audits = outside(its_sources)
        assert all(30 * MINUTE <= pause <= 31.2 * MINUTE for pause in pauses(audits))
        assert len(audits) >= 22

    run(hours())


def test_a_router_that_is_slower_than_the_outside_counts() -> None:
    """Else nobody would know that the house can be relied on, and the outside be asked."""

    async def hours() -> None:
        watching, sources = at_home()
        sources[0].latency = 0.8
        async with watching:
            await until(2 * HOUR)
        assert len(outside(sources)) <= 5
        assert len(sources[0].asked) >= 100

    run(hours())


def test_the_outside_is_asked_at_the_interval_without_push() -> None:
    """One operator each time, turn by turn; the router as well, which is no trouble."""

    async def day() -> None:
        watching, sources = at_home(push=lambda: False)
        async with watching:
            await until(24 * HOUR)
        asked = outside(sources)
        assert all(180 <= pause <= 198.1 for pause in pauses(asked))
        assert len(sources[0].asked) == len(asked) == len(watching.seen)
        counts = [len(source.asked) for source in sources[1:]]
        assert max(counts) - min(counts) <= 1
        assert watching.watch.asked.total() == 2 * len(asked)

    run(day())


def test_a_push_channel_that_ends_brings_the_interval_back() -> None:
    """And the other way round, at the next round."""

    async def some_hours() -> None:
        alive = True
        watching, sources = at_home(push=lambda: alive)
        async with watching:
            await until(2 * HOUR)
            assert len(outside(sources)) <= 5
            alive = False
            await until(3 * HOUR)
            without = [at for at in outside(sources) if at > 2 * HOUR]
            assert 17 <= len(without) <= 21
            alive = True
            await until(5 * HOUR)
            again = [at for at in outside(sources) if at > 3 * HOUR + 5 * MINUTE]
            assert len(again) <= 4

    run(some_hours())


def test_hints_are_gathered_for_a_quarter_of_a_second() -> None:
    """A router tells of one change three times: old address, none, new address."""

    async def change() -> None:
        watching, sources = at_home()
        async with watching:
            await until(100)
            for source in sources:
                source.answer = NEW
            for moment in (100.0, 100.04, 100.08):
                await until(moment)
                watching.watch.async_pushed()
            await until(100.249)
            assert [at for at in outside(sources) if at >= 100] == []
            await until(101)
            # the router and one outside are two
            assert [at for at in outside(sources) if at >= 100] == [
                pytest.approx(100.25)
            ]
            known = next(item for item in watching.seen if item.at > 100)
            assert known.state.known == NEW
            assert known.at == pytest.approx(100.28)
            # it is looked at again ten seconds later, and then by routine
            await until(200)
            later = [at for at in outside(sources) if at >= 101]
            assert later == [pytest.approx(110.28)]

    run(change())


def test_a_push_is_looked_into_again_after_ten_seconds() -> None:
    """The address may change only after the router has spoken."""

    async def change() -> None:
        watching, sources = at_home()
        async with watching:
            await until(90)
            watching.watch.async_pushed()
            await until(92)
            assert watching.state.known == OLD
            for source in sources:
                source.answer = NEW
            await until(100.4)
            assert watching.state.known == NEW
            assert watching.seen[-1].at == pytest.approx(100.31)

    run(change())


def test_hints_set_off_six_checks_a_minute() -> None:
    """Anybody in the house can send them, at any rate; the last one is heard."""

    async def storm() -> None:
        watching, sources = at_home()
        async with watching:
            await until(10)
            while watching.now < 100:
                watching.watch.async_pushed()
                await until(watching.now + 0.05)
            first_minute = [at for at in outside(sources) if 10 <= at < 70]
            # and once more ten seconds after the sixth
            assert len(first_minute) == 7
            # six that came to nothing: only the house is asked after the next ones
            await until(200)
            assert watching.seen[-1].state.known == OLD
            assert any(100 <= item.at <= 131 for item in watching.seen)
            assert [at for at in outside(sources) if at >= 71] == []
            # which knows when it is something
            for source in sources:
                source.answer = NEW
            watching.watch.async_pushed()
            await until(202)
            assert watching.state.known == NEW
            # and then hints are worth a question again
            await until(300)
            watching.watch.async_pushed()
            await until(301)
            assert outside(sources)[-1] >= 300

    run(storm())


@settings(derandomize=True, max_examples=60)
@given(
    st.lists(st.floats(min_value=5, max_value=240), min_size=1, max_size=6),
    st.floats(min_value=0.01, max_value=3),
)
def test_every_hint_is_followed_by_a_check_of_the_outside(
    hints: list[float], latency: float
) -> None:
    """Within a minute and the rounds that are on; never more than six and their rechecks."""

    async def some_minutes() -> None:
        watching, sources = at_home()
        for source in sources:
            source.latency = latency
        async with watching:
            for hint in sorted(hints):
                await until(hint)
                watching.watch.async_pushed()
            await until(400)
        asked = outside(sources)
        for hint in hints:
            assert any(hint < at <= hint + 75 for at in asked)
        full = [item.at for item in watching.seen if item.full]
        for number, begin in enumerate(full):
            assert sum(at < begin + 60 for at in full[number:]) <= 13
        assert watching.state.known == OLD

    run(some_minutes())


def test_a_lan_that_denies_has_the_outside_asked_at_once() -> None:
    """Without any hint, within the minute in which the router is polled."""

    async def change() -> None:
        watching, sources = at_home()
        async with watching:
            await until(100)
            for source in sources:
                source.answer = NEW
            await until(100 + 66.2)
            assert watching.state.known == NEW
            changed = next(item for item in watching.seen if item.state.known == NEW)
            assert changed.round.requirements.confirmations == 2
            assert changed.full

    run(change())


def test_a_lan_that_lies_changes_nothing() -> None:
    """It is outvoted, and the outside is asked by routine until it agrees again."""

    async def hours() -> None:
        watching, sources = at_home()
        async with watching:
            await until(100)
            sources[0].answer = OTHER
            await until(2 * HOUR)
            assert {item.state.known for item in watching.seen} == {OLD}
            assert watching.state.observation.address == OLD
            assert watching.state.situation is NatSituation.ROUTER_DIFFERS
            sources[0].answer = OLD
            await until(2 * HOUR + 15 * MINUTE)
            assert watching.state.situation is NatSituation.NORMAL
            assert not watching.seen[-1].full

    run(hours())


def stuck(answer: Address) -> PretendSource:
    """Return a sensor of the router, which is always quicker than the router itself."""
    return PretendSource(operator=ROUTER, key="sensor.wan", answer=answer, latency=0)


def confirming(seen: Seen) -> bool:
    """Return whether a round was to find out whether the address has changed."""
    return seen.round.requirements.confirmations > 1


def test_a_sensor_that_is_stuck_hides_nothing() -> None:
    """Though it comes first, and tells the address that is known."""

    async def change() -> None:
        watching, sources = at_home(also=stuck(OLD))
        async with watching:
            await until(100)
            for source in sources[1:]:
                source.answer = NEW
            await until(100 + 66.2)
            assert watching.state.known == NEW
            # what it tells now is no news: the outside is left in peace again
            await until(HOUR)
            asked = [at for at in outside(sources) if at > 5 * MINUTE]
            assert len(asked) <= 4
            assert not watching.seen[-1].full

    run(change())


def test_a_sensor_that_gets_stuck_has_the_outside_asked_once() -> None:
    """Not at every round of the house; and again when it tells something else."""

    async def hours() -> None:
        sensor = stuck(OLD)
        watching, sources = at_home(also=sensor)
        async with watching:
            await until(100)
            sensor.answer = OTHER
            await until(2 * HOUR)
            assert {item.state.known for item in watching.seen} == {OLD}
            assert watching.state.observation.address == OLD
            news = [item for item in watching.seen if confirming(item)]
            assert len(news) == 1
            assert len(outside(sources)) <= 1 + 2 + 4
            sensor.answer = NEW
            await until(2 * HOUR + 66.2)
            news = [item for item in watching.seen if confirming(item)]
            assert len(news) == 2

    run(hours())


def test_a_hint_hears_the_whole_lan() -> None:
    """A sensor and one operator that are late do not confirm what the router denies."""

    async def change() -> None:
        watching, sources = at_home(also=stuck(OLD))
        async with watching:
            await until(100)
            _, router, late, *others = sources
            router.answer, router.latency = NEW, 0.1
            for source in others:
                source.answer, source.latency = NEW, 0.6
            late.latency = 0.01
            watching.watch._turn = 0
            watching.watch.async_pushed()
            await until(102)
            assert watching.state.known == NEW
            assert {vote.operator for vote in watching.seen[-1].round.votes} >= {"a"}

    run(change())


def test_a_router_that_falls_silent_has_the_outside_asked() -> None:
    """It may be starting anew; the internet is asked whether it is there."""

    async def hours() -> None:
        watching, sources = at_home()
        async with watching:
            await until(100)
            for source in sources:
                source.answer = UNREACHABLE
            await until(200)
            assert watching.state.observation.unknown is Unknown.OFFLINE
            assert watching.state.known == OLD
            for source in sources:
                source.answer = NEW
            watching.watch.async_pushed()
            await until(201)
            assert watching.state.known == NEW

    run(hours())


def test_a_router_without_a_public_address_costs_no_question_more() -> None:
    """Behind carrier-grade NAT it is one per interval all the same."""

    async def hours() -> None:
        watching, sources = at_home()
        sources[0].answer = SHARED_ADDRESS
        async with watching:
            await until(6 * HOUR)
        first, *later = pauses(outside(sources))
        # a situation is looked at again before it counts
        assert first == pytest.approx(10, abs=0.1)
        assert all(180 <= pause <= 198.1 for pause in later)
        assert watching.state.situation is NatSituation.CARRIER_GRADE_NAT
        assert watching.state.observation.address == OLD

    run(hours())


def test_who_asked_to_be_left_alone_is_not_counted_as_asked() -> None:
    """Nor is it asked before its time."""

    async def some_minutes() -> None:
        watching, sources = at_home(router=False, push=lambda: False)
        sources[0].answer = failing(FailureReason.BLOCKED, timedelta(minutes=50))
        async with watching:
            await until(45 * MINUTE)
            assert watching.watch.asked["a"] == len(sources[0].asked) == 1
            await until(2 * HOUR)
            assert len(sources[0].asked) >= 2
            assert pauses(sources[0].asked)[0] >= 50 * MINUTE

    run(some_minutes())


def test_who_is_outvoted_again_and_again_is_asked_last() -> None:
    """Three times, then the others go first."""

    async def hours() -> None:
        watching, sources = at_home(router=False, push=lambda: False)
        sources[1].answer = OTHER
        async with watching:
            await until(12 * HOUR)
        assert watching.sources.reputation.demoted(watching.now) == {"b"}
        assert len(sources[1].asked) == 3
        assert {item.state.known for item in watching.seen} == {OLD}

    run(hours())


def test_nobody_is_asked_after_the_end() -> None:
    """Neither by the timer, nor by a hint that was waiting, nor by one that comes late."""

    async def end() -> None:
        watching, sources = at_home()
        async with watching:
            await until(100)
            watching.watch.async_pushed()
            watching.watch.async_stop()
            watching.watch.async_pushed()
            before = [len(source.asked) for source in sources]
            await until(10 * HOUR)
            assert [len(source.asked) for source in sources] == before
            assert not watching.watch.busy

    run(end())


def test_the_interval_is_the_users() -> None:
    """Of the options of the connection."""

    async def hours() -> None:
        sources = [PretendSource(operator=name, answer=OLD) for name in ("a", "b")]
        policy = Policy(interval=timedelta(minutes=20))
        async with Watching(sources, known=OLD, policy=policy):
            await until(6 * HOUR)
        asked = outside(sources)
        assert all(20 * MINUTE <= pause <= 22.1 * MINUTE for pause in pauses(asked))

    run(hours())
