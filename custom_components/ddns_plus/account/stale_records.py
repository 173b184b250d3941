"""Records that may be outdated: their address has not been known for a while."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from ..core.address import Family
from ..core.engine.decide import Decision, Reason, Skip
from ..core.engine.round import RecordKey
from ..core.engine.state import AccountState

# a restart or a reconnecting line takes less
_PATIENCE = timedelta(minutes=5)


class StaleRecords:
    """The records of an account whose address has been unknown for too long.

    The reason makes no difference: offline, sources that disagree, or no connection.
    """

    def __init__(self) -> None:
        """Start with no stale records."""
        self._since: Mapping[RecordKey, datetime] = {}
        self._stale: frozenset[RecordKey] = frozenset()

    def update(
        self,
        state: AccountState,
        decisions: Mapping[RecordKey, Decision],
        now: datetime,
    ) -> None:
        """Note which records are in doubt now, and which have been for five minutes."""
        since = self._since
        self._since = {
            # a clock that was set back makes nothing last longer
            key: min(since.get(key, now), now)
            for key in _in_doubt(state, decisions)
        }
        self._stale = frozenset(
            key for key, moment in self._since.items() if moment + _PATIENCE <= now
        )

    def families(self, subentry_id: str) -> frozenset[Family]:
        """Return the families of a hostname that may be outdated."""
        return frozenset(
            family for family in Family if (subentry_id, family) in self._stale
        )

    @property
    def until(self) -> datetime | None:
        """Return when the next record becomes stale."""
        waiting = (self._since[key] for key in self._since.keys() - self._stale)
        return min((moment + _PATIENCE for moment in waiting), default=None)


def _in_doubt(
    state: AccountState, decisions: Mapping[RecordKey, Decision]
) -> Iterator[RecordKey]:
    """Yield the published records whose address is not known any more."""
    for key, decision in decisions.items():
        unknown = (
            isinstance(decision, Skip) and decision.reason is Reason.ADDRESS_UNKNOWN
        )
        published = state.hostname(key[0])[key[1]].published
        if unknown and published is not None:
            yield key
