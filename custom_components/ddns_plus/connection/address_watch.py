"""AddressWatch: round after round of asking for the public address of one family."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
import random

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
from ..core.detection.local_endpoint import ANYWHERE, LocalEndpoint
from ..core.detection.source import AddressSource, FailureReason, Transport
from ..core.observation import Observation
from ..entries import DdnsConfigEntry
from ..timer import Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is known of one family, and the latest round of asking."""

    state: AddressState
    round: Round | None = None

    @property
    def observation(self) -> Observation:
        """Return the observation."""
        return self.state.observation


@dataclass(slots=True, kw_only=True)
class Asking:
    """Who is asked for the address of a family, and how.

    `first` tells whom to ask first, `left_out` whom nobody needs, by source key.
    `endpoint` tells where to ask from when this address is known; `reached` is told
    whether the outside answered there. `only_own` tells whether only an address of
    this machine counts. `push` tells whether something in the house will say that the
    address changed, `other_audited` when the outside last agreed on the other family.
    """

    sources: Sequence[AddressSource]
    policy: Policy
    back_off: OperatorBackOff
    reputation: Reputation
    first: Callable[[], frozenset[str]] = frozenset
    left_out: Callable[[], frozenset[str]] = frozenset
    endpoint: Callable[[Address | None], LocalEndpoint] = lambda _known: ANYWHERE
    reached: Callable[[LocalEndpoint, bool], None] = lambda _endpoint, _reached: None
    only_own: Callable[[], bool] = lambda: False
    push: Callable[[], bool] = lambda: False
    other_audited: Callable[[], float | None] = lambda: None

    def wanted(self) -> list[AddressSource]:
        """Return the sources that are asked as things are now."""
        left_out = self.left_out()
        return [source for source in self.sources if source.key not in left_out]


class AddressWatch:
    """Keeps the address of one family known.

    `on_round` is told what was known before each round. Rounds go on when whoever asked
    for one is cancelled.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DdnsConfigEntry,
        family: Family,
        asking: Asking,
        *,
        known: Address | None,
        on_round: Callable[[Family, AddressState], None],
    ) -> None:
        """Begin with the address of last time; asks nobody."""
        self.state = AddressState.initial(family, known)
        self.latest: Round | None = None
        self.asked: Counter[str] = Counter()
        self._hass = hass
        self._entry = entry
        self._family = family
        self._asking = asking
        self._on_round = on_round
        self._hints = HintBudget()
        name = f"{entry.title} {family}"
        self._hint = Timer(hass, name, self._async_check_hint)
        self._task: asyncio.Task[None] | None = None
        # of the round that is on
        self._limit: asyncio.Timeout | None = None
        self._timer = Timer(hass, name, self.async_look)
        self._stopped = False
        # rounds outside of the house: those in it give nobody a turn
        self._turn = 0

    @property
    def watched(self) -> Watched:
        """Return what is known."""
        return Watched(state=self.state, round=self.latest)

    @property
    def sources(self) -> list[str]:
        """Return the keys of those who can be asked, each once."""
        return list(dict.fromkeys(source.key for source in self._asking.sources))

    @property
    def audited(self) -> float | None:
        """Return when the outside last agreed, None where it is asked all the time."""
        content = self.state.on_lan and self.state.observation.known
        return self.state.audited if content else None

    @property
    def busy(self) -> bool:
        """Return whether the sources are being asked."""
        return self._task is not None and not self._task.done()

    @callback
    def async_hint(self) -> asyncio.Task[None]:
        """Ask now, and more than one operator, for the address may have changed.

        The task ends when the answer is there, or the watch.
        """
        self.state = self.state.hinted()
        return self.async_look()

    @callback
    def async_pushed(self) -> None:
        """Ask soon: something in the house says that the address may have changed.

        Anybody in the house can say so, and says it several times: such a hint is not
        believed, and sets off a check only so often.
        """
        if not self._hint.is_set and not self._stopped:
            self._hint.async_set(self._hints.wait(self._hass.loop.time()))

    @callback
    def _async_check_hint(self) -> None:
        self._hints.spend(self._hass.loop.time())
        self.state = self.state.hinted(recheck=True)
        if self._limit is not None:
            # what was asked before may never be answered, or tells what was
            self._limit.reschedule(self._hass.loop.time())
        self.async_look()

    @callback
    def async_look(self) -> asyncio.Task[None]:
        """Ask now, unless that is being done."""
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
        """Ask no more; a round that is on ends with the entry."""
        self._stopped = True
        self._timer.async_cancel()
        self._hint.async_cancel()

    async def _async_rounds(self) -> None:
        """Ask until there is time to wait: a hint during a round calls for another one."""
        wait = self._asking.policy.interval
        try:
            while not self._stopped:
                if await self._async_whole_round() and self.state.delay:
                    wait = self.state.delay
                    break
        except Exception as err:  # noqa: BLE001 - a fault of ours must not be the end
            # what an exception says is not free of what it was about
            LOGGER.error(
                "%s: asking for %s failed: %s",
                self._entry.title,
                self._family,
                type(err).__name__,
            )
        if not self._stopped:
            self._timer.async_set(wait)

    async def _async_whole_round(self) -> bool:
        """Ask once; return whether no hint has cut that short."""
        try:
            async with asyncio.timeout(None) as self._limit:
                await self._async_round()
        except TimeoutError:
            return False
        finally:
            self._limit = None
        return True

    async def _async_round(self) -> None:
        """Ask the house, or all sources, once; and tell what was known before."""
        before, policy = self.state, self._asking.policy
        wanted = self._asking.wanted()
        push, now = self._asking.push(), self._hass.loop.time()
        endpoint = self._asking.endpoint(before.known)
        other = self._asking.other_audited()
        if before.lan_is_enough(policy, push=push, now=now, other=other):
            requirements = Requirements(known=before.known)
            lan = [item for item in wanted if item.transport is Transport.LAN]
            found = await self._async_ask(lan, requirements, endpoint)
            if before.lan_confirms(found):
                self.latest = found
                self.state = self.state.confirmed_on_lan(
                    found, policy, jitter=random.random()
                )
                self._on_round(self._family, before)
                return
            # the house has no say in what is new, but somebody has seen something
            self.state = self.state.hinted()
        requirements = self.state.requirements(policy)
        found = await self._async_ask(wanted, requirements, endpoint)
        self._turn += 1
        self.latest = found
        self._async_judge(found)
        # with the hints that came meanwhile, which are not in `before`
        self.state = self.state.after(
            found,
            policy,
            now=self._hass.loop.time(),
            jitter=random.random(),
            # which may have come to life with the round
            push=self._asking.push(),
        )
        self._on_round(self._family, before)

    async def _async_ask(
        self,
        sources: Sequence[AddressSource],
        requirements: Requirements,
        endpoint: LocalEndpoint,
    ) -> Round:
        """Put a question to sources."""
        asking = self._asking
        found = await run_round(
            sources,
            self._family,
            requirements,
            back_off=asking.back_off,
            options=RoundOptions(
                cycle=self._turn,
                first=asking.first(),
                last=asking.reputation.demoted(self._hass.loop.time()),
                only_own=asking.only_own(),
                # whoever is quickest must not hide what others know: where the house is
                # relied on, and after a sign that some have seen and others have not
                hears_lan=asking.push() or requirements.confirmations > 1,
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
        """Learn from a round who can be relied on, and from which address to ask."""
        if found.address is not None:
            now = self._hass.loop.time()
            self._asking.reputation.judge(found.votes, found.address, now)
        reached = any(vote.outside for vote in found.votes)
        self._asking.reached(found.endpoint, reached)
