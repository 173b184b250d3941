"""One round of asking: staged, politely, and only as many sources as are needed."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import logging

from ..address import Address, Family
from .base import (
    SOURCE_TIMEOUT,
    AddressSource,
    FailureReason,
    SourceError,
    SourceFailure,
)
from .quorum import Question, Verdict, Vote, concluded, settled

_LOGGER = logging.getLogger(__name__)

# in seconds
_HEDGE = 0.25
_ROUND_TIMEOUT = 6.0

_FIRST_BACK_OFF = timedelta(minutes=15)
_LONGEST_BACK_OFF = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round brought: the verdict, the votes, and why the others gave none.

    `question` is the one that was put, `address` the believed one, None without.
    `failures` are by source key. A source that was not needed is in neither.
    """

    family: Family
    question: Question
    verdict: Verdict
    address: Address | None
    votes: tuple[Vote, ...]
    failures: Mapping[str, SourceFailure]
    started: datetime
    ended: datetime


class OperatorBackOff:
    """Which operators asked to be left alone, and until when.

    Times are those of the event loop's clock, so that setting the clock does no harm.
    """

    def __init__(self) -> None:
        """Start with nobody."""
        self._until: dict[str, float] = {}
        self._refusals: dict[str, int] = {}

    def remaining(self, operator: str, now: float) -> timedelta:
        """Return how long an operator must still be left alone."""
        return timedelta(seconds=max(0.0, self._until.get(operator, now) - now))

    def waits(self, now: float) -> dict[str, timedelta]:
        """Return the operators that must be left alone, and for how long."""
        waits = {operator: self.remaining(operator, now) for operator in self._until}
        return {operator: wait for operator, wait in waits.items() if wait}

    def answered(self, operator: str) -> None:
        """Note that an operator has nothing against being asked."""
        self._until.pop(operator, None)
        self._refusals.pop(operator, None)

    def refused(self, operator: str, wait: timedelta | None, now: float) -> None:
        """Note that an operator wants to be left alone; `wait` is None if it set no time."""
        refusals = self._refusals[operator] = self._refusals.get(operator, 0) + 1
        if wait is None:
            # the exponent is limited lest the product overflows
            wait = min(_FIRST_BACK_OFF * 2 ** min(refusals - 1, 8), _LONGEST_BACK_OFF)
        self._until[operator] = max(
            self._until.get(operator, now), now + wait.total_seconds()
        )


async def run_round(
    sources: Sequence[AddressSource],
    family: Family,
    question: Question,
    *,
    back_off: OperatorBackOff,
    cycle: int = 0,
) -> Round:
    """Ask sources for the address of a family until the question is settled.

    Starts as many as must answer at least, then another one every 250 ms, and at once
    when an answer settles nothing. Takes 6 s at most, each source 4 s. `cycle` counts
    the rounds, so that another operator is first each time. Never raises for a source.
    """
    return await _Asking(sources, family, question, back_off, cycle).run()


class _Asking:
    """A round while it goes on."""

    def __init__(
        self,
        sources: Sequence[AddressSource],
        family: Family,
        question: Question,
        back_off: OperatorBackOff,
        cycle: int,
    ) -> None:
        """Put the sources in order."""
        self._loop = asyncio.get_running_loop()
        self._family = family
        self._asked_for = question
        self._question = question.within(len({item.operator for item in sources}))
        self._back_off = back_off
        self._waiting = deque(_in_order(sources, cycle))
        self._asked: dict[asyncio.Task[Vote | SourceFailure], AddressSource] = {}
        self._votes: list[Vote] = []
        self._failures: dict[str, SourceFailure] = {}

    async def run(self) -> Round:
        """Ask, and return what came of it."""
        started = datetime.now(UTC)
        try:
            await self._until_settled()
        finally:
            # nobody may go on talking to the network after the round
            for task in self._asked:
                task.cancel()
            await asyncio.gather(*self._asked, return_exceptions=True)
        finding = concluded(self._votes, self._question)
        return Round(
            family=self._family,
            question=self._asked_for,
            verdict=finding.verdict,
            address=finding.address,
            votes=tuple(self._votes),
            failures=self._failures,
            started=started,
            ended=datetime.now(UTC),
        )

    async def _until_settled(self) -> None:
        """Return when the question is settled, or cannot be any more."""
        deadline = self._loop.time() + _ROUND_TIMEOUT
        self._start(self._question.fewest_votes)
        hedge_at = self._loop.time() + _HEDGE
        while self._asked:
            now = self._loop.time()
            if now >= deadline:
                for source in self._asked.values():
                    self._failures[source.key] = SourceFailure(
                        reason=FailureReason.TIMEOUT
                    )
                return
            until = min(hedge_at, deadline) if self._waiting else deadline
            done, _ = await asyncio.wait(
                self._asked,
                timeout=max(0.0, until - now),
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                self._collect(self._asked.pop(task), task.result())
            if settled(self._votes, self._question) is not None:
                return
            now = self._loop.time()
            if now < deadline and (done or now >= hedge_at):
                self._start(max(1, len(done)))
                hedge_at = now + _HEDGE

    def _start(self, count: int) -> None:
        """Ask the next sources that may be asked and whose answer would count."""
        while self._waiting and count > 0:
            source = self._waiting.popleft()
            if any(vote.operator == source.operator for vote in self._votes):
                continue
            wait = self._back_off.remaining(source.operator, self._loop.time())
            if wait:
                self._failures[source.key] = SourceFailure(
                    reason=FailureReason.BACKING_OFF, retry_after=wait
                )
                continue
            task = self._loop.create_task(_ask(source, self._family))
            self._asked[task] = source
            count -= 1

    def _collect(self, source: AddressSource, answer: Vote | SourceFailure) -> None:
        """Keep an answer, and what it says about asking again."""
        if isinstance(answer, Vote):
            self._votes.append(answer)
            self._back_off.answered(source.operator)
            return
        self._failures[source.key] = answer
        if answer.reason is FailureReason.BLOCKED or answer.retry_after is not None:
            self._back_off.refused(
                source.operator, answer.retry_after, self._loop.time()
            )


def _in_order(sources: Sequence[AddressSource], cycle: int) -> list[AddressSource]:
    """Return the sources as they are asked: each operator's first, turned, then the spares."""
    first: dict[str, AddressSource] = {}
    spares = [
        source
        for source in sources
        if first.setdefault(source.operator, source) is not source
    ]
    turn = cycle % len(first) if first else 0
    chosen = list(first.values())
    return chosen[turn:] + chosen[:turn] + spares


async def _ask(source: AddressSource, family: Family) -> Vote | SourceFailure:
    """Ask one source; whatever it raises is a failure of this source alone."""
    loop = asyncio.get_running_loop()
    asked = loop.time()
    try:
        async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
            address = await source.ask(family)
    except SourceError as err:
        return err.failure
    except TimeoutError:
        return SourceFailure(reason=FailureReason.TIMEOUT)
    except Exception as err:  # noqa: BLE001 - one source must not silence the others
        # not the message: it may hold what a server sent
        _LOGGER.debug("Asking %s failed: %s", source.key, type(err).__name__)
        return SourceFailure(reason=FailureReason.UNEXPECTED)
    return Vote(
        operator=source.operator,
        source=source.key,
        address=address,
        at=datetime.now(UTC),
        latency=timedelta(seconds=loop.time() - asked),
    )
