"""One round of asking: staged, and with no more sources than needed."""

import asyncio
from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
import math

from ..address import Family
from ..local_endpoint import ANYWHERE, LocalEndpoint
from ..observation import ROUTER
from .ask_one import ask_source, is_outside
from .judge.operator_back_off import OperatorBackOff
from .judge.quorum import (
    Finding,
    Requirements,
    Verdict,
    Vote,
    concluded,
    count_voters,
    settled,
    voter_of,
)
from .judge.round import Round
from .source import AddressSource, FailureReason, SourceFailure, Transport

# in seconds
_HEDGE = 0.25
_ROUND_TIMEOUT = 6.0
# how long an accepted address waits for LAN sources that may deny it
_LAN_PATIENCE = 1.0
# in every n-th round preferred sources are not first
_PREFERRED_STEP_BACK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOptions:
    """Options of a round: order of the sources, and which answers count.

    `first` and `last` are source keys. `cycle` is the number of the round: each one
    starts with another operator. With `only_own` a public service must see the local
    endpoint's address. With `hears_lan` all LAN sources are heard, or one second has
    passed, before the known address is confirmed.
    """

    cycle: int = 0
    first: Container[str] = ()
    last: Container[str] = ()
    only_own: bool = False
    hears_lan: bool = False


async def run_round(
    sources: Sequence[AddressSource],
    family: Family,
    requirements: Requirements,
    *,
    back_off: OperatorBackOff,
    options: RoundOptions = RoundOptions(),
    endpoint: LocalEndpoint = ANYWHERE,
) -> Round:
    """Ask sources for the address of a family until the requirements are met.

    Starts the LAN sources and as many others as must answer at least. Then one more
    every 250 ms, and at once after an answer that settles nothing. Takes at most 6 s,
    each source 4 s. Never raises for a source.
    """
    return await _Asking(
        sources, family, requirements, back_off, options, endpoint
    ).run()


class _Asking:
    """A running round."""

    def __init__(
        self,
        sources: Sequence[AddressSource],
        family: Family,
        requirements: Requirements,
        back_off: OperatorBackOff,
        options: RoundOptions,
        endpoint: LocalEndpoint,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._family = family
        self._endpoint = endpoint
        self._only_own = options.only_own
        self._hears_lan = options.hears_lan
        self._is_outside_asked = any(map(is_outside, sources))
        self._asked_for = requirements
        self._requirements = requirements.within(
            count_voters(sources),
            outside=count_voters(list(filter(is_outside, sources))),
        )
        self._back_off = back_off
        not_alone = self._requirements.not_alone
        self._waiting = deque(
            # somebody else first, since these cannot settle the round
            sorted(
                _in_order(sources, options),
                key=lambda item: is_outside(item) and voter_of(item) in not_alone,
            )
        )
        self._operators: dict[str, str] = {}
        self._asked: dict[asyncio.Task[Vote | SourceFailure], AddressSource] = {}
        self._votes: list[Vote] = []
        self._failures: dict[str, SourceFailure] = {}

    async def run(self) -> Round:
        """Ask, and return the result."""
        started = datetime.now(UTC)
        try:
            await self._until_settled()
        finally:
            # no question may outlive the round
            for task in self._asked:
                task.cancel()
            await asyncio.gather(*self._asked, return_exceptions=True)
        finding = concluded(self._votes, self._requirements)
        return Round(
            family=self._family,
            endpoint=self._endpoint,
            requirements=self._asked_for,
            verdict=finding.verdict,
            address=finding.address,
            votes=tuple(self._votes),
            asked=self._operators,
            failures=self._failures,
            started=started,
            ended=datetime.now(UTC),
        )

    async def _until_settled(self) -> None:
        """Return when the round is settled, or cannot be any more."""
        deadline = self._loop.time() + _ROUND_TIMEOUT
        # until when a LAN answer could change the result
        patience = math.inf
        self._start_first()
        hedge_at = self._loop.time() + _HEDGE
        while self._asked:
            now = self._loop.time()
            finding = settled(self._votes, self._requirements)
            end = min(deadline, patience)
            if now >= end:
                for source in self._asked.values():
                    # a source that was not needed did not fail
                    if finding is None or source.operator == ROUTER:
                        self._failures[source.key] = SourceFailure(
                            FailureReason.TIMEOUT
                        )
                return
            waiting = self._waiting and finding is None
            until = min(hedge_at, end) if waiting else end
            done, _ = await asyncio.wait(
                self._asked,
                timeout=max(0.0, until - now),
                return_when=asyncio.FIRST_COMPLETED,
            )
            in_vain = 0
            # in the order of the questions: an entity answers at once
            for task in [item for item in self._asked if item in done]:
                source, answer = self._asked.pop(task), task.result()
                self._collect(source, answer)
                in_vain += is_outside(source) and not self._may_settle(answer)
            now = self._loop.time()
            if (finding := settled(self._votes, self._requirements)) is not None:
                if not self._is_lan_awaited(finding):
                    return
                if self._is_outside_asked:
                    patience = min(patience, now + _LAN_PATIENCE)
                continue
            patience = math.inf
            if now < deadline:
                # LAN answers do not start public services that are not needed
                count = in_vain or int(now >= hedge_at or not self._asked)
                if count := max(count, self._missing()):
                    self._start(count)
                    hedge_at = now + _HEDGE

    def _may_settle(self, answer: Vote | SourceFailure) -> bool:
        """Return True if an answer can settle the round."""
        if isinstance(answer, SourceFailure):
            return False
        if answer.address == self._requirements.known:
            return answer.voter not in self._requirements.not_alone
        return self._requirements.known is None

    def _is_lan_awaited(self, finding: Finding) -> bool:
        """Return True if a LAN source may still deny the result."""
        waited_for = [item for item in self._asked.values() if not is_outside(item)]
        if finding.verdict is Verdict.CHANGED:
            return (
                self._requirements.heeds_router
                and all(vote.operator != ROUTER for vote in self._votes)
                and any(source.operator == ROUTER for source in waited_for)
            )
        return self._hears_lan and bool(waited_for)

    def _start_first(self) -> None:
        """Ask all LAN sources, and as many others as must answer at least."""
        while self._waiting and not is_outside(self._waiting[0]):
            self._start_next()
        self._start(max(self._missing(), int(self._requirements.outside)))

    def _missing(self) -> int:
        """Return how many more to ask if all open questions get agreeing answers."""
        hopeful = {source.operator for source in self._asked.values()}
        hopeful |= {vote.operator for vote in self._votes}
        return max(0, self._requirements.fewest_votes - len(hopeful))

    def _start(self, count: int) -> None:
        """Ask the next sources whose answers would count."""
        while self._waiting and count > 0:
            count -= self._start_next()

    def _start_next(self) -> bool:
        """Ask the next source. Return False if it pauses or cannot count."""
        source = self._waiting.popleft()
        if any(vote.operator == source.operator for vote in self._votes):
            return False
        self._operators[source.key] = source.operator
        wait = self._back_off.remaining(source.operator, self._loop.time())
        if wait:
            self._failures[source.key] = SourceFailure(
                FailureReason.BACKING_OFF, retry_after=wait
            )
            return False
        task = self._loop.create_task(
            ask_source(source, self._family, self._endpoint, only_own=self._only_own)
        )
        self._asked[task] = source
        return True

    def _collect(self, source: AddressSource, answer: Vote | SourceFailure) -> None:
        """Keep an answer, and the pause that it asks for."""
        if isinstance(answer, Vote):
            self._votes.append(answer)
            self._back_off.answered(source.operator)
            return
        self._failures[source.key] = answer
        self._back_off.failed(source.operator, answer, self._loop.time())


def _in_order(
    sources: Sequence[AddressSource], options: RoundOptions
) -> list[AddressSource]:
    """Return the sources in the order of asking.

    LAN sources, preferred ones, the first of each operator (rotated), spares,
    unencrypted ones, outvoted ones. Preferred sources regularly come later, since they
    may be stale.
    """
    inside = [source for source in sources if not is_outside(source)]
    rest = [source for source in sources if is_outside(source)]
    last = [source for source in rest if source.key in options.last]
    rest = [source for source in rest if source not in last]
    plain = [source for source in rest if source.transport is Transport.PLAIN]
    rest = [source for source in rest if source not in plain]
    preferred = [source for source in rest if source.key in options.first]
    seen = {source.operator: source for source in reversed(preferred)}
    chosen = [
        source
        for source in rest
        if seen.setdefault(source.operator, source) is source
        and source not in preferred
    ]
    spares = [
        source for source in rest if source not in chosen and source not in preferred
    ]
    turn = options.cycle % len(chosen) if chosen else 0
    turned = [*chosen[turn:], *chosen[:turn]]
    steps_back = options.cycle % _PREFERRED_STEP_BACK == _PREFERRED_STEP_BACK - 1
    return [
        *inside,
        *([*turned, *preferred] if steps_back else [*preferred, *turned]),
        *spares,
        *plain,
        *last,
    ]
