"""States of records that are told only if they last."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from ..core.engine.decide import Decision, Mode, Reason, Skip
from ..core.engine.records import Targets
from ..core.engine.round import RecordKey
from ..core.engine.state import AccountState
from ..core.observation import Unknown

# a restart or a reconnecting line takes less
_PATIENCE = timedelta(minutes=5)
# the settings of the hostname do not lead to an address
MISFITS = frozenset({Unknown.NO_ROUTER_ADDRESS, Unknown.PREFIX_DIFFERS})


class Lasting[KeyT]:
    """What has been so for five minutes, and when the next becomes so (`until`)."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.keys: frozenset[KeyT] = frozenset()
        self._since: Mapping[KeyT, datetime] = {}

    def update(self, present: Iterable[KeyT], now: datetime) -> None:
        """Note what is so now, and what has been for five minutes."""
        since = self._since
        # a clock that was set back makes nothing last longer
        self._since = {key: min(since.get(key, now), now) for key in present}
        self.keys = frozenset(
            key for key, moment in self._since.items() if moment + _PATIENCE <= now
        )

    @property
    def until(self) -> datetime | None:
        """Return when the next key has lasted, None if all have."""
        waiting = (self._since[key] for key in self._since.keys() - self.keys)
        return min((moment + _PATIENCE for moment in waiting), default=None)


def in_doubt(
    state: AccountState, decisions: Mapping[RecordKey, Decision]
) -> Iterator[RecordKey]:
    """Yield the published records whose address is not known any more.

    The reason makes no difference: offline, sources that disagree, or no connection.
    """
    for key, decision in decisions.items():
        unknown = (
            isinstance(decision, Skip) and decision.reason is Reason.ADDRESS_UNKNOWN
        )
        published = state.hostname(key[0])[key[1]].published
        if unknown and published is not None:
            yield key


def misfits(targets: Targets) -> Iterator[tuple[str, Unknown]]:
    """Yield hostnames whose settings lead to no address, and why."""
    for (subentry_id, _), target in targets.items():
        unknown = target.observation.unknown
        if target.mode is Mode.UPDATE and unknown in MISFITS:
            yield subentry_id, unknown
