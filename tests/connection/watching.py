"""One family's address, watched by the integration itself in virtual time: hours pass at once."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]

from custom_components.ddns_plus.connection.address_watch import AddressWatch
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.judge.address_state import (
    AddressState,
    Policy,
)
from custom_components.ddns_plus.core.detection.judge.operator_back_off import (
    OperatorBackOff,
)
from custom_components.ddns_plus.core.detection.judge.reputation import Reputation
from custom_components.ddns_plus.core.detection.judge.round import Round
from custom_components.ddns_plus.core.detection.source import AddressSource
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint
from homeassistant.core import HomeAssistant


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A round, what was known after it, and when that was."""

    at: float
    before: AddressState
    state: AddressState
    round: Round

    @property
    def full(self) -> bool:
        """Return whether more than the house was asked."""
        return self.round.requirements.outside


@dataclass(kw_only=True)
class OneFamily:
    """Sources of the test, all wanted, asked from anywhere."""

    sources: Sequence[AddressSource]
    policy: Policy
    first: frozenset[str] = frozenset()
    back_off: OperatorBackOff = field(default_factory=OperatorBackOff)
    reputation: Reputation = field(default_factory=Reputation)
    only_own: bool = False

    def wanted(self) -> list[AddressSource]:
        """Return all sources."""
        return list(self.sources)

    def preferred(self) -> frozenset[str]:
        """Return the keys of sources to ask first."""
        return self.first

    def endpoint(self, known: Address | None) -> LocalEndpoint:
        """Return any local endpoint."""
        return ANYWHERE

    def control(
        self, endpoint: LocalEndpoint, known: Address | None
    ) -> LocalEndpoint | None:
        """Return None: there is no other."""
        return None

    def note_reached(self, endpoint: LocalEndpoint, reached: bool) -> None:
        """Do nothing."""


class Watching:
    """A watch with sources of the test, in a Home Assistant with nothing else in it."""

    def __init__(
        self,
        sources: Sequence[AddressSource],
        *,
        known: Address | None,
        policy: Policy,
        push: Callable[[], bool] = lambda: False,
        first: frozenset[str] = frozenset(),
        family: Family = Family.IPV4,
    ) -> None:
        """Begin with the address of last time; asks nobody."""
        self.seen: list[Seen] = []
        self.sources = OneFamily(sources=sources, policy=policy, first=first)
        self.other: Watching | None = None
        self.watch = AddressWatch(
            HomeAssistant("no configuration"),
            MockConfigEntry(domain=DOMAIN, title="Internet connection"),
            family,
            self.sources,
            known=known,
            on_round=self._on_round,
            hints_alive=push,
            other_audited=self._other_audited,
        )

    async def __aenter__(self) -> Self:
        """Begin to watch."""
        self.watch.async_look()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop as when the entry is unloaded."""
        task = self.watch._task
        self.watch.async_stop()
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @property
    def now(self) -> float:
        """Return the virtual time."""
        return asyncio.get_running_loop().time()

    @property
    def state(self) -> AddressState:
        """Return what is known."""
        return self.watch.state

    def _other_audited(self) -> float | None:
        return self.other.watch.audited if self.other else None

    def _on_round(self, _family: Family, before: AddressState) -> None:
        """Keep what a round brought."""
        assert self.watch.latest is not None
        self.seen.append(
            Seen(
                at=self.now,
                before=before,
                state=self.watch.state,
                round=self.watch.latest,
            )
        )


async def until(moment: float) -> None:
    """Let time pass until a moment of virtual time."""
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


DAILY = Policy(interval=timedelta(minutes=3))
