"""Which records may be outdated: nobody has known their address for a while."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant, callback

from ..connection.coordinator import async_get_connection
from ..core.address import Family
from ..core.engine.decide import Decision, Reason, Skip
from ..core.engine.round import Key
from ..core.engine.state import AccountState
from ..core.observation import Unknown
from .decide import Hostnames, observed
from .hostname import ManagedHostname

# what cures itself, as after a restart or when a line is dialled in, worries nobody
_PATIENCE = timedelta(minutes=5)
_NOT_REACHED = frozenset({Unknown.OFFLINE, Unknown.NO_CONNECTION})


class StaleRecords:
    """The records of an account that may be outdated, while their home is online."""

    def __init__(self, hass: HomeAssistant, hostnames: Hostnames) -> None:
        """Begin with all of them in order."""
        self._hass = hass
        self._hostnames = hostnames
        self._since: Mapping[Key, datetime] = {}
        self._stale: frozenset[Key] = frozenset()

    @callback
    def async_look(
        self,
        account: AccountState,
        decisions: Mapping[Key, Decision],
        now: datetime,
    ) -> None:
        """Look which records are in doubt now, and which have been for a while."""
        since = self._since
        self._since = {
            # a clock that was set back makes nothing last longer
            key: min(since.get(key, now), now)
            for key in self._in_doubt(account, decisions)
        }
        self._stale = frozenset(
            key for key, moment in self._since.items() if moment + _PATIENCE <= now
        )

    def families(self, subentry_id: str) -> frozenset[Family]:
        """Return the families of a hostname that may be outdated."""
        return frozenset(family for key, family in self._stale if key == subentry_id)

    @property
    def until(self) -> datetime | None:
        """Return when time alone makes the next of them."""
        waiting = (self._since[key] for key in self._since.keys() - self._stale)
        return min((moment + _PATIENCE for moment in waiting), default=None)

    def _in_doubt(
        self, account: AccountState, decisions: Mapping[Key, Decision]
    ) -> Iterator[Key]:
        """Yield what was published, and of which the address is not known any more."""
        for key, decision in decisions.items():
            subentry_id, family = key
            unknown = (
                isinstance(decision, Skip) and decision.reason is Reason.ADDRESS_UNKNOWN
            )
            if (
                unknown
                and account.hostname(subentry_id)[family].published is not None
                and self._is_found_missing(self._hostnames[subentry_id], family)
            ):
                yield key

    def _is_found_missing(self, managed: ManagedHostname, family: Family) -> bool:
        """Return whether the address was looked for, and the home is not just offline."""
        connection = async_get_connection(self._hass, managed.connection_id)
        if connection is None:
            return False
        unknown = observed(self._hass, managed, family).unknown
        if unknown in _NOT_REACHED:
            return connection.online is True
        return unknown is not Unknown.NOT_CHECKED
