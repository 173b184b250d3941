"""The whole of detection against worlds of honest and other operators, in virtual time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address
from random import Random

from hypothesis import given, settings, strategies as st

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.asking import RoundOptions, run_round
from custom_components.ddns_plus.core.detection.judge.address_state import (
    AddressState,
    Policy,
)
from custom_components.ddns_plus.core.detection.judge.operator_back_off import (
    OperatorBackOff,
)
from custom_components.ddns_plus.core.detection.source import (
    AddressSource,
    FailureReason,
    Transport,
)
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint

from .operators import NEW, OLD, OTHER, UNREACHABLE, failing
from .virtual_time import run

POLICY = Policy(interval=timedelta(minutes=5))


@dataclass(slots=True)
class World:
    """What the public address really is, over time."""

    address: Address
    history: set[Address] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin the history."""
        self.become(self.address)

    def become(self, address: Address) -> None:
        """Change the public address."""
        self.address = address
        self.history.add(address)


@dataclass(slots=True, kw_only=True)
class Operator:
    """An operator that behaves in one of several ways at each question."""

    world: World
    operator: str
    moods: Sequence[str]
    latency: float
    asked: int = 0
    transport: Transport = Transport.TLS

    @property
    def key(self) -> str:
        """Return the key."""
        return self.operator

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Answer in today's mood."""
        mood = self.moods[self.asked % len(self.moods)]
        self.asked += 1
        await asyncio.sleep(3600 if mood == "silent" else self.latency)
        match mood:
            case "honest":
                return self.world.address
            case "liar":
                # a lie of its own: nobody else tells the same
                number = int.from_bytes(self.operator.encode()) * 1000 + self.asked
                return IPv4Address("11.99.0.0") + number
            case "stale":
                return OLD
            case "blocking":
                raise failing(FailureReason.BLOCKED)
            case _:
                raise UNREACHABLE


async def follow(
    world: World,
    sources: Sequence[AddressSource],
    known: Address | None,
    script: Sequence[tuple[str, Address | None]],
) -> list[AddressState]:
    """Run rounds as the integration does; each step of the script comes before a round."""
    loop = asyncio.get_running_loop()
    back_off = OperatorBackOff()
    state = AddressState.initial(Family.IPV4, known)
    seen = []
    for event, address in script:
        if event == "hint":
            state = state.hinted()
        if address is not None:
            world.become(address)
        await asyncio.sleep(state.delay.total_seconds())
        found = await run_round(
            sources,
            Family.IPV4,
            state.requirements(POLICY),
            back_off=back_off,
            options=RoundOptions(cycle=state.rounds),
        )
        state = state.after(found, POLICY, now=loop.time(), jitter=0.5)
        seen.append(state)
    return seen


MOODS = ("honest", "liar", "silent", "broken", "blocking")
anybody = st.tuples(
    st.lists(st.sampled_from(MOODS), min_size=1, max_size=4),
    st.floats(min_value=0, max_value=8),
)
events = st.lists(
    st.tuples(
        st.sampled_from(("", "hint")), st.sampled_from((None, None, OLD, NEW, OTHER))
    ),
    min_size=1,
    max_size=12,
)


@settings(derandomize=True, max_examples=100)
@given(st.lists(anybody, min_size=1, max_size=6), events, st.sampled_from((None, OLD)))
def test_without_collusion_no_wrong_address_is_ever_believed(
    people: list[tuple[list[str], float]],
    script: list[tuple[str, Address | None]],
    known: Address | None,
) -> None:
    """Lying, slow, silent, broken and honest operators in any order and number.

    What is believed has been the public address at some time. Answers that were true
    when they were given may arrive after a change: that is no lie.
    """
    world = World(OLD)
    sources = [
        Operator(world=world, operator=f"{number}", moods=moods, latency=latency)
        for number, (moods, latency) in enumerate(people)
    ]
    for state in run(follow(world, sources, known, script)):
        assert state.known in {known, *world.history}
        address = state.observation.address
        assert address is None or address == state.known


@settings(derandomize=True, max_examples=100)
@given(
    others=st.lists(
        st.tuples(
            st.sampled_from(("liar", "silent", "broken", "blocking")),
            st.floats(min_value=0, max_value=8),
        ),
        max_size=4,
    ),
    stale=st.booleans(),
    order=st.randoms(use_true_random=False),
    hinted=st.booleans(),
)
def test_two_honest_operators_make_a_change_known(
    others: list[tuple[str, float]],
    stale: bool,
    order: Random,
    hinted: bool,
) -> None:
    """Whoever else is asked, as long as fewer contradict, wherever the two stand.

    A hint makes it known in the very round; without one it takes at most as many
    rounds as there are operators, when a stale answer comes first every time else.
    """
    world = World(OLD)
    liars = [item for item in others if item[0] == "liar"]
    others = [item for item in others if item[0] != "liar"] + liars[: int(not stale)]
    moods = [("honest", 0.05), ("honest", 0.2), *others]
    if stale:
        moods.append(("stale", 0.01))
    sources = [
        Operator(world=world, operator=f"{number}", moods=[mood], latency=latency)
        for number, (mood, latency) in enumerate(moods)
    ]
    order.shuffle(sources)
    script = [("hint" if hinted else "", NEW)] + [("", None)] * len(sources)
    seen = run(follow(world, sources, OLD, script))
    needed = 1 if hinted else len(sources)
    assert NEW in {state.known for state in seen[:needed]}
    assert seen[-1].known == NEW


def test_a_day_at_home_costs_few_requests() -> None:
    """Nothing changes: one request per interval, turn by turn."""
    world = World(OLD)
    sources = [
        Operator(world=world, operator=name, moods=["honest"], latency=0.05)
        for name in ("a", "b", "c", "d")
    ]
    seen = run(follow(world, sources, OLD, [("", None)] * 288))
    assert [source.asked for source in sources] == [72] * 4
    assert all(state.observation.address == OLD for state in seen)
