"""Never wrong: what is believed, whatever the sources do and whenever hints come.

The integration's own watch runs in virtual time, in worlds whose address changes. A
*voter* is an operator with all its sources, or all that is asked without protection,
together: whoever is on the way. Each may lie as it likes; no two tell the same lie.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address
from custom_components.ddns_plus.core.detection.source import HOST, Transport
from custom_components.ddns_plus.core.observation import ROUTER
from tests.connection.watching import DAILY, Seen, Watching, until

from .people import TRUTHS, Character, Mood, Person, World, populate, voter
from .virtual_time import run

MINUTE = 60.0
HALF_AN_HOUR = 30 * MINUTE
PROTECTED = ("a", "b", "c", "d")
PLAIN = ("plain1", "plain2", "plain3")
HOUSE = (ROUTER, HOST)
# interval with its jitter, and the longest round
LONGEST_INTERVAL = DAILY.interval.total_seconds() * 1.1
LONGEST_ROUND = 6.0

never_wrong = settings(
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def characters(
    moods: Sequence[Mood], operators: Sequence[str] = (*PROTECTED, *PLAIN, *HOUSE)
) -> st.SearchStrategy[Character]:
    """Return anybody who is in these moods."""
    return st.builds(
        Character,
        operator=st.sampled_from(operators),
        moods=st.lists(st.sampled_from(moods), min_size=1, max_size=4),
        latency=st.sampled_from((0.003, 0.03, 0.2, 0.9, 2.0, 3.9, 5.0)),
        lag=st.floats(min_value=0.1, max_value=5),
    )


def moments(longest: float) -> st.SearchStrategy[float]:
    """Return moments of a time, many of them near the beginning."""
    early = st.floats(min_value=0, max_value=min(40, longest))
    return early | st.floats(min_value=0, max_value=longest)


@st.composite
def worlds(draw: st.DrawFn, longest: float) -> World:
    """Return a world whose address changes now and then, also back."""
    times = sorted(draw(st.lists(moments(longest), max_size=6)))
    numbers = st.integers(min_value=1, max_value=4)
    changes = [(0.0, TRUTHS + 1)]
    changes += [(at, TRUTHS + draw(numbers)) for at in times]
    return World(changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """When hints come, of what kind, and how it is asked."""

    hints: Sequence[tuple[float, bool]]
    push: bool
    first: frozenset[str]


def stories(longest: float) -> st.SearchStrategy[Story]:
    """Return hints at any time, from the house or from a person who wants to know."""
    return st.builds(
        Story,
        hints=st.lists(st.tuples(moments(longest), st.booleans()), max_size=8),
        push=st.booleans(),
        first=st.frozensets(st.sampled_from(("a-0", "b-1", "c-2")), max_size=1),
    )


def live(
    people: Sequence[Person], known: Address | None, story: Story, longest: float
) -> list[Seen]:
    """Return what a watch sees until a moment."""

    async def watch() -> list[Seen]:
        async with Watching(
            people,
            known=known,
            policy=DAILY,
            push=lambda: story.push,
            first=story.first,
        ) as watching:
            for at, from_house in sorted(story.hints):
                await until(at)
                if from_house:
                    watching.watch.async_pushed()
                else:
                    watching.watch.async_hint()
            await until(longest)
            return watching.seen

    return run(watch())


an_hour = 65 * MINUTE
arbitrary_lies = st.lists(
    # between 1.0.0.0 and 9.255.255.255 all may be published
    st.builds(IPv4Address, st.integers(min_value=0x01000000, max_value=0x09FFFFFF)),
    min_size=9,
    max_size=9,
    unique=True,
)


@never_wrong
@given(
    st.lists(characters(tuple(Mood)), min_size=1, max_size=8),
    arbitrary_lies,
    worlds(an_hour),
    stories(an_hour),
    st.booleans(),
)
def test_no_address_is_believed_that_was_never_true(
    cast: list[Character],
    lies: list[Address],
    world: World,
    story: Story,
    anything_known: bool,
) -> None:
    """However many lie, as long as no two voters tell the same lie.

    Unknown never takes the place of what is known, and what is shown is what is known.
    """
    known = world.at(0) if anything_known else None
    people = populate(world, cast, lies)
    for seen in live(people, known, story, an_hour):
        told, address = seen.state.known, seen.state.observation.address
        assert told in {known, *world.during(0, seen.at)}
        assert address in (None, told)
        if address is None:
            assert seen.state.observation.unknown is not None
            assert told == seen.before.known
        if seen.before.known is not None:
            assert told is not None


@never_wrong
@given(
    st.lists(
        st.builds(
            replace,
            characters((Mood.LYING,)),
            moods=st.just((Mood.LYING,)),
            latency=st.sampled_from((0.001, 0.03, 0.2)),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from((*PROTECTED, *PLAIN, *HOUSE)),
    st.lists(characters((Mood.HONEST, Mood.SILENT, Mood.BROKEN)), max_size=5),
    stories(an_hour),
    st.booleans(),
)
def test_one_voter_with_many_sources_is_believed_nothing(
    liars: list[Character],
    name: str,
    others: list[Character],
    story: Story,
    anything_known: bool,
) -> None:
    """All sources of one operator, or all that is unprotected, quick and of one mind."""
    world = World([(0.0, TRUTHS + 1)])
    names = PLAIN if name in PLAIN else (name,)
    liars = [
        replace(item, operator=names[number % len(names)])
        for number, item in enumerate(liars)
    ]
    known = world.at(0) if anything_known else None
    others = [item for item in others if voter(item.operator) != voter(name)]
    for seen in live(populate(world, [*liars, *others]), known, story, an_hour):
        assert seen.state.known in (known, world.at(0))


@never_wrong
@given(
    st.lists(
        characters(
            (Mood.HONEST, Mood.LATE, Mood.LYING, Mood.BROKEN, Mood.SILENT, Mood.BLOCKED)
        ),
        min_size=2,
        max_size=7,
    ),
    st.sampled_from((*PROTECTED, *PLAIN, *HOUSE)),
    worlds(an_hour),
    stories(an_hour),
)
def test_an_address_that_was_left_does_not_come_back(
    cast: list[Character], stale: str, world: World, story: Story
) -> None:
    """Once the new one has been believed; unless it becomes true again.

    One voter tells the address before the present one all the time, and any number of
    others are up to five seconds late.
    """
    cast = [
        replace(item, moods=(Mood.STALE,))
        if voter(item.operator) == voter(stale)
        else item
        for item in cast
    ]
    known = world.at(0)
    left: set[Address] = set()
    since = 0.0
    for seen in live(populate(world, cast), known, story, an_hour):
        if (now_known := seen.state.known) == known:
            continue
        if now_known in left:
            assert now_known in world.during(since, seen.at)
        if known is not None:
            left.add(known)
        known, since = now_known, seen.at


QUICK = (0.003, 0.03, 0.2)


def rounds_needed(honest: int, others: Sequence[Character]) -> int:
    """Return in how many rounds somebody honest is asked before the stale one.

    Each operator begins in turn; whoever is preferred lets others go first in every
    fourth round.
    """
    operators = {item.operator for item in others if item.operator in PROTECTED}
    return max(4, honest + len(operators))


@never_wrong
@given(
    honest=st.integers(min_value=2, max_value=3),
    others=st.lists(
        characters(
            (Mood.LYING, Mood.SILENT, Mood.BROKEN, Mood.BLOCKED),
            ("c", "d", *PLAIN, HOST),
        ),
        max_size=4,
    ),
    stale=st.sampled_from((None, "d", "plain1")),
    router=st.sampled_from(
        (None, Mood.HONEST, Mood.LATE, Mood.SILENT, Mood.UNABLE, Mood.BROKEN)
    ),
    latency=st.sampled_from(QUICK),
    order=st.randoms(use_true_random=False),
    change=st.floats(min_value=30, max_value=400),
    hinted=st.sampled_from((None, True, False)),
    preferred=st.sampled_from((None, "d", "a")),
)
def test_a_change_is_believed_within_bounds(
    honest: int,
    others: list[Character],
    stale: str | None,
    router: Mood | None,
    latency: float,
    order: object,
    change: float,
    hinted: bool | None,
    preferred: str | None,
) -> None:
    """Two honest operators that are up to date, and nobody who contradicts with as many.

    After a hint 7 s: it waits 250 ms, and a round takes 6 s at most; with a router that
    is 5 s late half a minute, since the next rounds come after 5 and 15 s. Without a
    hint one interval for each operator, or four: whoever is stale must let another one
    go first. Whoever is honest answers within the 250 ms that it is waited for.
    """
    cast = [
        Character(operator=name, moods=(Mood.HONEST,), latency=latency, lag=0)
        for name in ("a", "b", "e")[:honest]
    ]
    if router is Mood.LATE:
        # together the two would contradict with as many
        stale = None
    others = [item for item in others if stale is None or item.operator != stale]
    # together those who contradict are fewer than the honest ones
    contradicting = {voter(stale)} if stale else set[str]()
    for item in list(others):
        if Mood.LYING in item.moods:
            contradicting.add(voter(item.operator))
            if len(contradicting) >= honest:
                contradicting.discard(voter(item.operator))
                others.remove(item)
    if stale is not None:
        moods = (Mood.STALE,)
        others.append(Character(operator=stale, moods=moods, latency=0.003, lag=0))
    cast += others
    if router is not None:
        cast.append(Character(operator=ROUTER, moods=(router,), latency=0.01, lag=5))
    order.shuffle(cast)  # type: ignore[attr-defined]
    world = World([(0.0, TRUTHS + 1), (change, TRUTHS + 2)])
    people = populate(world, cast)
    longest = change + 7.0
    if hinted is None:
        longest = change + rounds_needed(honest, others) * (
            LONGEST_INTERVAL + LONGEST_ROUND
        )
    if router is Mood.LATE or hinted is None:
        longest += 25.0
    story = Story(
        hints=[] if hinted is None else [(change + 0.01, hinted)],
        push=False,
        first=frozenset(item.key for item in people if item.operator == preferred),
    )
    seen = live(people, world.at(0), story, longest)
    assert {item.state.known for item in seen if item.at < change} <= {world.at(0)}
    assert seen[-1].state.known == world.at(change)


@never_wrong
@given(
    honest=st.lists(st.sampled_from((0.1, 0.4, 0.8, 1.5, 2.0)), min_size=3, max_size=4),
    stale=st.sampled_from((("s", "t"), ("s", "plain1"))),
    router=st.booleans(),
    hinted=st.booleans(),
    preferred=st.booleans(),
    order=st.randoms(use_true_random=False),
    change=st.floats(min_value=30, max_value=2000),
)
def test_two_quick_operators_that_are_stale_hold_a_change_up_for_five_rounds(
    honest: list[float],
    stale: tuple[str, str],
    router: bool,
    hinted: bool,
    preferred: bool,
    order: object,
    change: float,
) -> None:
    """Though they take turns, or confirm together, before others can answer."""
    cast = [
        Character(operator="abcd"[number], moods=(Mood.HONEST,), latency=latency, lag=0)
        for number, latency in enumerate(honest)
    ]
    cast += [
        Character(operator=name, moods=(Mood.STALE,), latency=latency, lag=0)
        for name, latency in zip(stale, (0.02, 0.04), strict=True)
    ]
    if router:
        cast.append(
            Character(operator=ROUTER, moods=(Mood.HONEST,), latency=0.01, lag=0)
        )
    order.shuffle(cast)  # type: ignore[attr-defined]
    world = World([(0.0, TRUTHS + 1), (change, TRUTHS + 2)])
    people = populate(world, cast)
    first = frozenset(item.key for item in people if item.operator == "s")
    story = Story(
        hints=[(change + 0.01, True)] if hinted else (),
        push=False,
        first=first if preferred else frozenset(),
    )
    longest = change + 5 * (LONGEST_INTERVAL + LONGEST_ROUND)
    seen = live(people, world.at(0), story, longest)
    rounds = [item for item in seen if item.at > change + LONGEST_ROUND]
    noticed = [item.state.known == world.at(change) for item in rounds]
    assert True in noticed[:5]
    assert noticed[-1]


# who alone confirmed three rounds needs somebody else for the fourth
MOST_ROUNDS = 4


@never_wrong
@given(
    honest=st.lists(
        st.sampled_from((0.1, 0.3, 0.6, 0.9, 1.5, 2.5, 3.5)), min_size=2, max_size=4
    ),
    others=st.lists(
        characters((Mood.SILENT, Mood.BROKEN, Mood.BLOCKED, Mood.UNABLE), ("e", HOST)),
        max_size=2,
    ),
    stale=st.sampled_from(("s", "plain1")),
    preferred=st.booleans(),
    order=st.randoms(use_true_random=False),
    change=st.floats(min_value=30, max_value=2000),
)
def test_a_quick_operator_that_is_stale_holds_a_change_up_for_four_rounds(
    honest: list[float],
    others: list[Character],
    stale: str,
    preferred: bool,
    order: object,
    change: float,
) -> None:
    """However slow all others are: without any push, and though it is asked first."""
    cast = [
        Character(operator="abcd"[number], moods=(Mood.HONEST,), latency=latency, lag=0)
        for number, latency in enumerate(honest)
    ]
    quick = Character(operator=stale, moods=(Mood.STALE,), latency=0.003, lag=0)
    cast += [*others, quick]
    order.shuffle(cast)  # type: ignore[attr-defined]
    world = World([(0.0, TRUTHS + 1), (change, TRUTHS + 2)])
    people = populate(world, cast)
    first = frozenset(item.key for item in people if item.operator == stale)
    story = Story(hints=(), push=False, first=first if preferred else frozenset())
    longest = change + MOST_ROUNDS * (LONGEST_INTERVAL + LONGEST_ROUND)
    seen = live(people, world.at(0), story, longest)
    # a round that has begun before the change, and ends after it, does not count
    rounds = [item for item in seen if item.at > change + LONGEST_ROUND]
    noticed = [item.state.known == world.at(change) for item in rounds]
    assert True in noticed[:MOST_ROUNDS]
    assert noticed[-1]


def test_an_operator_that_is_left_alone_is_believed() -> None:
    """Where nobody else can be reached, these are tried in every third round only."""
    world = World([(0.0, TRUTHS + 1)])
    cast = [
        Character(operator=name, moods=(mood,), latency=0.03, lag=0)
        for name, mood in (("a", Mood.HONEST), ("b", Mood.BROKEN), ("c", Mood.BROKEN))
    ]
    people = populate(world, cast)
    first = frozenset({"a-0"})
    story = Story(hints=(), push=False, first=first)
    seen = live(people, world.at(0), story, 12 * HALF_AN_HOUR)
    assert all(item.state.observation.address == world.at(0) for item in seen)
    _, *others = people
    for other in others:
        assert len(other.asked) <= len(seen) * 7 / 12 + 1


@never_wrong
@given(
    stale=st.lists(
        st.builds(
            Character,
            operator=st.just(ROUTER),
            moods=st.just((Mood.STALE,)),
            latency=st.sampled_from((0.0, 0.003, 0.5, 5.0)),
            lag=st.just(0.0),
        ),
        max_size=3,
    ),
    others=st.lists(
        characters((Mood.SILENT, Mood.BROKEN, Mood.UNABLE), (ROUTER, HOST, "c")),
        max_size=3,
    ),
    latency=st.sampled_from((0.003, 0.2, 0.9)),
    order=st.randoms(use_true_random=False),
    change=st.floats(min_value=30, max_value=400),
)
def test_nobody_in_the_lan_hides_what_the_router_knows(
    stale: list[Character],
    others: list[Character],
    latency: float,
    order: object,
    change: float,
) -> None:
    """Without any hint, one round in the house and two full ones after it was told.

    Any number of the router's sensors may be stuck, and be quicker or slower than it.
    """
    router = Character(operator=ROUTER, moods=(Mood.HONEST,), latency=latency, lag=0)
    outside = [
        Character(operator=name, moods=(Mood.HONEST,), latency=0.2, lag=0)
        for name in ("a", "b")
    ]
    cast = [router, *outside, *stale, *others]
    order.shuffle(cast)  # type: ignore[attr-defined]
    world = World([(0.0, TRUTHS + 1), (change, TRUTHS + 2)])
    people = populate(world, cast)
    longest = change + 66.0 + LONGEST_ROUND + 5.0 + 2 * LONGEST_ROUND
    story = Story(hints=(), push=True, first=frozenset())
    seen = live(people, world.at(0), story, longest)
    assert {item.state.known for item in seen if item.at < change} <= {world.at(0)}
    assert seen[-1].state.known == world.at(change)


@pytest.mark.parametrize("push", [False, True])
@settings(never_wrong, max_examples=30)
@given(
    st.lists(st.sampled_from(PROTECTED), min_size=2, max_size=4, unique=True),
    st.lists(st.sampled_from(PLAIN), max_size=2, unique=True),
    st.lists(
        st.sampled_from((Mood.HONEST, Mood.UNABLE, Mood.BROKEN, Mood.SILENT)),
        max_size=2,
    ),
    st.sampled_from(QUICK),
    st.booleans(),
)
def test_little_is_asked_while_nothing_changes(
    push: bool,
    protected: list[str],
    plain: list[str],
    router: list[Mood],
    latency: float,
    anything_known: bool,
) -> None:
    """One question leaves the house per interval, whatever the router can do.

    With a router that tells of changes it is two at most in half an hour.
    """
    world = World([(0.0, TRUTHS + 1)])
    cast = [
        Character(operator=name, moods=(Mood.HONEST,), latency=latency, lag=0)
        for name in (*protected, *plain)
    ]
    methods = [
        Character(operator=ROUTER, moods=(mood,), latency=0.001, lag=0)
        for mood in ((Mood.HONEST,) if push else ()) + tuple(router)
    ]
    people = populate(world, [*cast, *methods])
    known = world.at(0) if anything_known else None
    longest = 6 * 3600.0
    story = Story(hints=(), push=push, first=frozenset())
    seen = live(people, known, story, longest)
    settled = next(item.at for item in seen if item.state.known)
    outside = sorted(
        at
        for person in people
        if person.transport is not Transport.LAN
        for at in person.asked
        if at > settled
    )
    period, most = (HALF_AN_HOUR, 2) if push else (DAILY.interval.total_seconds(), 1)
    for number, at in enumerate(outside):
        within = [later for later in outside[number:] if later < at + period]
        assert len(within) <= most
    # and neither is it forgotten: the outside has a say at least so often
    longest_pause = HALF_AN_HOUR + 2 * MINUTE if push else LONGEST_INTERVAL + 5
    for early, late in zip([settled, *outside], [*outside, longest], strict=True):
        assert late - early <= longest_pause
    assert all(item.state.known == world.at(0) for item in seen if item.at > settled)
