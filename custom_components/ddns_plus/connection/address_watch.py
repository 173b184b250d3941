"""Watch of the public address of one family, round after round."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
import random
from typing import Protocol

from homeassistant.core import HomeAssistant, callback

from ..const import LOGGER
from ..core.address import Address, Family
from ..core.detection.asking import RoundOptions, run_round
from ..core.detection.hint_budget import HintBudget
from ..core.detection.judge.address_state import AddressState, Policy
from ..core.detection.judge.operator_back_off import OperatorBackOff
from ..core.detection.judge.quorum import Requirements
from ..core.detection.judge.reputation import Reputation
from ..core.detection.judge.round import Round
from ..core.detection.judge.vain import QUESTIONS_AT_FIRST, is_lasting, is_question_due
from ..core.detection.source import AddressSource, FailureReason, Transport
from ..core.local_endpoint import LocalEndpoint
from ..core.observation import Observation
from ..entries import DdnsConfigEntry
from ..timer import Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """State of one family, and its latest round."""

    state: AddressState
    round: Round | None = None

    @property
    def observation(self) -> Observation:
        """Return the observation."""
        return self.state.observation


class FamilySources(Protocol):
    """The sources of one family, and how to ask them."""

    sources: Sequence[AddressSource]
    policy: Policy
    back_off: OperatorBackOff
    reputation: Reputation

    @property
    def only_own(self) -> bool:
        """Return True if only an address of this machine counts."""

    def wanted(self) -> list[AddressSource]:
        """Return the sources to ask now."""

    def preferred(self) -> frozenset[str]:
        """Return the keys of sources to ask first."""

    def endpoint(self, known: Address | None) -> LocalEndpoint:
        """Return the local endpoint to ask from, preferably the known address."""

    def control(
        self, endpoint: LocalEndpoint, known: Address | None
    ) -> LocalEndpoint | None:
        """Return the local endpoint to ask from before answers to another one count."""

    def note_reached(self, endpoint: LocalEndpoint, reached: bool) -> None:
        """Note whether public services answered to a local endpoint."""


class AddressWatch:
    """Asks for the address of one family, round after round.

    `on_round` gets the state before each round. Rounds continue if a caller is
    cancelled.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DdnsConfigEntry,
        family: Family,
        sources: FamilySources,
        *,
        known: Address | None,
        on_round: Callable[[Family, AddressState], None],
        hints_alive: Callable[[], bool] = lambda: False,
        other_audited: Callable[[], float | None] = lambda: None,
        other_known: Callable[[], bool] = lambda: False,
    ) -> None:
        """Initialize with the stored address."""
        self.state = AddressState.initial(family, known)
        self.latest: Round | None = None
        self.asked: Counter[str] = Counter()
        self._hass = hass
        self._entry = entry
        self._family = family
        self._sources = sources
        self._on_round = on_round
        self._hints_alive = hints_alive
        self._other_audited = other_audited
        self._other_known = other_known
        self._hints = HintBudget()
        name = f"{entry.title} {family}"
        self._hint = Timer(hass, name, self._async_check_hint)
        self._task: asyncio.Task[None] | None = None
        # timeout of the running round
        self._limit: asyncio.Timeout | None = None
        self._timer = Timer(hass, name, self.async_look)
        self._stopped = False
        # number of full rounds; LAN rounds do not rotate the operators
        self._turn = 0

    @property
    def watched(self) -> Watched:
        """Return the state and the latest round."""
        return Watched(state=self.state, round=self.latest)

    @property
    def sources(self) -> list[str]:
        """Return the keys of all sources, each once."""
        return list(dict.fromkeys(source.key for source in self._sources.sources))

    @property
    def audited(self) -> float | None:
        """Return when public services last agreed, None if every round asks them."""
        content = self.state.on_lan and self.state.observation.known
        return self.state.audited if content else None

    @property
    def busy(self) -> bool:
        """Return True while a round runs."""
        return self._task is not None and not self._task.done()

    @callback
    def async_hint(self) -> asyncio.Task[None]:
        """Ask two operators now: the address may have changed.

        The task ends with the result, or when the watch stops.
        """
        self.state = self.state.hinted()
        return self.async_look()

    @callback
    def async_pushed(self) -> None:
        """Ask soon: a LAN device reports a change.

        Any LAN device can send such hints, and several of them. So a hint carries no
        address, and hints start a limited number of checks.
        """
        if not self._hint.is_set and not self._stopped:
            self._hint.async_set(self._hints.wait(self._hass.loop.time()))

    @callback
    def _async_check_hint(self) -> None:
        now = self._hass.loop.time()
        are_vain = self._hints.are_vain(now)
        self._hints.spend(now)
        if are_vain:
            # the house tells whether it is something this time
            if self._is_house_enough(now) or self.state.vain is not None:
                self.async_look()
            return
        self.state = self.state.hinted(recheck=True)
        if self._limit is not None:
            # questions sent before the hint may get no answer, or an old one
            self._limit.reschedule(self._hass.loop.time())
        self.async_look()

    @callback
    def async_look(self) -> asyncio.Task[None]:
        """Ask now, or return the running task."""
        if self._task is None or self._task.done():
            self._timer.async_cancel()
            self._task = self._entry.async_create_background_task(
                self._hass,
                self._async_rounds(),
                f"{self._entry.title} {self._family}",
                eager_start=False,
            )
        return self._task

    @callback
    def async_stop(self) -> None:
        """Stop; a running round ends with the entry."""
        self._stopped = True
        self._timer.async_cancel()
        self._hint.async_cancel()

    async def _async_rounds(self) -> None:
        """Run rounds until none is due; a hint during a round makes another one due."""
        wait = self._sources.policy.interval
        try:
            while not self._stopped:
                if await self._async_whole_round() and self.state.delay:
                    wait = self.state.delay
                    break
        except Exception as err:  # noqa: BLE001 - a fault of ours must not be the end
            # the message of an exception may contain an address or URL
            LOGGER.error(
                "%s: asking for %s failed: %s",
                self._entry.title,
                self._family,
                type(err).__name__,
            )
        if not self._stopped:
            self._timer.async_set(wait)

    async def _async_whole_round(self) -> bool:
        """Run one round. Return False if a hint cut it short."""
        try:
            async with asyncio.timeout(None) as self._limit:
                await self._async_round()
        except TimeoutError:
            return False
        finally:
            self._limit = None
        return True

    async def _async_round(self) -> None:
        """Ask the LAN sources, or all sources, once."""
        before, policy = self.state, self._sources.policy
        wanted = self._sources.wanted()
        now = self._hass.loop.time()
        endpoint = self._sources.endpoint(before.known)
        lan = [item for item in wanted if item.transport is Transport.LAN]
        # without an address of this machine no public service can confirm one
        helpless = self._sources.only_own and endpoint.address is None
        if helpless or is_lasting(
            before.vain,
            before.observation,
            policy.audit,
            now,
            other_known=self._other_known(),
        ):
            due = is_question_due(before.vain, policy.audit, now)
            due |= helpless and before.offline < QUESTIONS_AT_FIRST
            one = [self._one_outside(wanted)] if due else []
            found = await self._async_ask(
                [*lan, *(item for item in one if item)],
                before.requirements(policy),
                endpoint,
            )
            self._turn += due
            if (helpless and due) or before.vain is None:
                self._async_conclude(before, found)
                return
            if helpless or before.vain.is_same(found.votes):
                self.latest = found
                self.state = self.state.still_in_vain(
                    found,
                    policy,
                    now=self._hass.loop.time(),
                    jitter=random.random(),
                    asked=due,
                )
                self._on_round(self._family, before)
                return
            self.state = self.state.hinted()
        elif self._is_house_enough(now):
            requirements = Requirements(known=before.known)
            found = await self._async_ask(lan, requirements, endpoint)
            if before.lan_confirms(found):
                self.latest = found
                self.state = self.state.confirmed_on_lan(
                    found, policy, jitter=random.random()
                )
                self._on_round(self._family, before)
                return
            # LAN sources cannot confirm a change, only report it
            self.state = self.state.hinted()
        requirements = self.state.requirements(policy)
        found = await self._async_ask(wanted, requirements, endpoint)
        self._async_note_reached(found)
        control = self._sources.control(endpoint, before.known)
        if control is not None and _is_reached(found):
            again = await self._async_ask(wanted, requirements, control)
            self._async_note_reached(again)
            found = again if _is_reached(again) else found
        self._turn += 1
        self._async_conclude(before, found)

    def _is_house_enough(self, now: float) -> bool:
        """Return True if LAN sources alone may confirm the known address now."""
        return self.state.lan_is_enough(
            self._sources.policy,
            push=self._hints_alive(),
            now=now,
            other=self._other_audited(),
        )

    def _one_outside(self, wanted: Sequence[AddressSource]) -> AddressSource | None:
        """Return the public service whose turn it is, None without one."""
        now = self._hass.loop.time()
        outside = [
            item
            for item in wanted
            if item.transport is not Transport.LAN
            and not self._sources.back_off.remaining(item.operator, now)
        ]
        return outside[self._turn % len(outside)] if outside else None

    @callback
    def _async_conclude(self, before: AddressState, found: Round) -> None:
        """Take over the result of a round with public services."""
        self.latest = found
        self._async_judge(found)
        # self.state has the hints received during the round; `before` does not
        self.state = self.state.after(
            found,
            self._sources.policy,
            now=self._hass.loop.time(),
            jitter=random.random(),
            # a hint channel may have started during the round
            push=self._hints_alive(),
        )
        if self.state.known != before.known:
            self._hints.came_true()
        self._on_round(self._family, before)

    async def _async_ask(
        self,
        sources: Sequence[AddressSource],
        requirements: Requirements,
        endpoint: LocalEndpoint,
    ) -> Round:
        """Run one round with some of the sources."""
        found = await run_round(
            sources,
            self._family,
            requirements,
            back_off=self._sources.back_off,
            options=RoundOptions(
                cycle=self._turn,
                first=self._sources.preferred(),
                last=self._sources.reputation.demoted(self._hass.loop.time()),
                only_own=self._sources.only_own,
                # the fastest source must not hide other answers: while the LAN is
                # relied on, and after a hint that some sources may not have noticed
                hears_lan=self._hints_alive() or requirements.confirmations > 1,
            ),
            endpoint=endpoint,
        )
        self.asked.update(
            source
            for source in found.asked
            if (failure := found.failures.get(source)) is None
            or failure.reason is not FailureReason.BACKING_OFF
        )
        return found

    @callback
    def _async_judge(self, found: Round) -> None:
        """Update the reputation of sources."""
        # where addresses take turns, no answer is wrong
        if found.address is not None and not self.state.turns.present:
            now = self._hass.loop.time()
            self._sources.reputation.judge(found.votes, found.address, now)

    @callback
    def _async_note_reached(self, found: Round) -> None:
        """Note whether the local endpoint of a round was answered."""
        self._sources.note_reached(found.endpoint, _is_reached(found))


def _is_reached(found: Round) -> bool:
    """Return True if a public service answered."""
    return any(vote.outside for vote in found.votes)
