"""What Home Assistant shows of a hostname, and tells of an update that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from homeassistant.util.json import JsonValueType

from .core.address import Family
from .core.engine import Decision, Mode, Publish, Skip, Stop, Wait
from .core.errors import DdnsError
from .core.providers.base import Result
from .core.state import Failure, FailureKind, HostnameState
from .core.status import Status, status
from .settings import ManagedHostname


@dataclass(frozen=True, slots=True, kw_only=True)
class HostnameView:
    """A hostname, its state at the provider, and what is to be done with it."""

    managed: ManagedHostname
    state: HostnameState
    decisions: Mapping[Family, Decision]
    dns_match: bool | None = None

    def manages(self, family: Family) -> bool:
        """Return whether the family is updated, or was and is still to be withdrawn."""
        return self.managed.modes[family] is not Mode.OFF

    @property
    def status(self) -> Status:
        """Return the status to show first."""
        return Status.worst(
            status(decision, self.state[family])
            for family, decision in self.decisions.items()
        )

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
        """Return when the provider is called next if nothing else happens."""
        return min(
            (
                decision.until
                for decision in self.decisions.values()
                if isinstance(decision, Wait)
            ),
            default=None,
        )

    @property
    def failure(self) -> Failure | None:
        """Return the latest failure that is not over."""
        failures = [
            state.failure for state in self.state.families.values() if state.failure
        ]
        return max(failures, key=lambda failure: failure.at, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of one hostname and family when an update was asked for."""

    managed: ManagedHostname
    family: Family
    decision: Decision
    result: Result | None = None

    def as_response(self) -> dict[str, JsonValueType]:
        """Return what an action answers with."""
        decision, result = self.decision, self.result
        response: dict[str, JsonValueType] = {
            "hostname": self.managed.hostname.fqdn,
            "family": self.family.value,
        }
        if isinstance(result, DdnsError):
            return response | {
                "result": "failed",
                "failure": FailureKind.of(result).value,
                "error": result.code,
                "detail": result.detail,
            }
        if result is not None:
            return response | {"result": result.value, "address": self._address}
        match decision:
            case Wait(reason=reason, until=until):
                held = {"reason": reason.value, "until": until.isoformat()}
                return response | {"result": "waiting", **held}
            case Stop(failure=failure):
                return response | {
                    "result": "stopped",
                    "failure": failure.kind.value,
                    "error": failure.code,
                    "detail": failure.detail,
                }
            case Skip(reason=reason):
                return response | {"result": "skipped", "reason": reason.value}
        return response | {"result": "unchanged", "address": self._address}

    @property
    def _address(self) -> str | None:
        """Return the address that was sent."""
        if isinstance(self.decision, Publish) and self.decision.address is not None:
            return str(self.decision.address)
        return None
