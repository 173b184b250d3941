"""View of a hostname for its entities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..core.address import Family
from ..core.engine.decide import Decision, Mode, Skip, Stop, Wait
from ..core.engine.state import Failure, HostnameState
from ..core.engine.status import Status, overall
from ..core.observation import Unknown
from .hostname import ManagedHostname


@dataclass(frozen=True, slots=True, kw_only=True)
class HostnameView:
    """A hostname, its state at the provider, and the decisions on its records.

    `stale` are the families whose record may be outdated, `unknown` those without an
    address, and why.
    """

    managed: ManagedHostname
    state: HostnameState
    decisions: Mapping[Family, Decision]
    dns_match: bool | None = None
    stale: frozenset[Family] = frozenset()
    unknown: Mapping[Family, Unknown] = field(default_factory=dict)

    @property
    def families(self) -> frozenset[Family]:
        """Return the families that are updated or withdrawn."""
        return frozenset(
            family
            for family, mode in self.managed.modes.items()
            if mode is not Mode.OFF
        )

    @property
    def status(self) -> Status:
        """Return the status to show first."""
        unchecked = [
            family
            for family, unknown in self.unknown.items()
            if unknown is Unknown.NOT_CHECKED
        ]
        return overall(self.decisions, self.state, self.stale, unchecked)

    @property
    def last_update(self) -> datetime | None:
        """Return when the provider last confirmed a record."""
        return max(
            (
                state.confirmed_at
                for state in self.state.families.values()
                if state.confirmed_at
            ),
            default=None,
        )

    @property
    def next_attempt(self) -> datetime | None:
        """Return when the provider is called next if nothing changes before."""
        return min(
            (
                decision.until
                for decision in self.decisions.values()
                if isinstance(decision, (Skip, Stop, Wait))
                and decision.until is not None
            ),
            default=None,
        )

    @property
    def failure(self) -> Failure | None:
        """Return the latest failure that is not over."""
        failures = [self.state[family].failure for family in self.families]
        # that of the account
        failures += [
            decision.failure
            for decision in self.decisions.values()
            if isinstance(decision, Stop)
        ]
        return max(
            (failure for failure in failures if failure),
            key=lambda failure: failure.at,
            default=None,
        )
