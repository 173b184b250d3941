"""Reputation of sources: repeatedly outvoted ones are asked last."""

from collections.abc import Mapping
from datetime import timedelta

from ...address import Address
from .quorum import Vote

_DEMOTED_AFTER = 3
_REDEEMED_AFTER = 3
# a source asked last has few chances to recover
_FORGOTTEN_AFTER = timedelta(hours=24)


class Reputation:
    """Counts of lost votes per source. Times are seconds of the event loop's clock."""

    def __init__(self) -> None:
        """Initialize without any count."""
        self._outvoted: dict[str, int] = {}
        self._agreed: dict[str, int] = {}
        self._last: dict[str, float] = {}

    def judge(self, votes: tuple[Vote, ...], believed: Address, now: float) -> None:
        """Count right and wrong votes after an address was accepted.

        Not those of LAN sources: a router that differs is a finding of its own.
        """
        for vote in votes:
            if not vote.outside:
                continue
            if vote.address != believed:
                self._outvoted[vote.source] = self._outvoted.get(vote.source, 0) + 1
                self._agreed[vote.source] = 0
                self._last[vote.source] = now
            elif vote.source in self._outvoted:
                self._agreed[vote.source] += 1
                if self._agreed[vote.source] >= _REDEEMED_AFTER:
                    self._forget(vote.source)

    def outvoted(self, now: float) -> Mapping[str, int]:
        """Return the lost votes of each source in the last 24 hours."""
        for source, last in list(self._last.items()):
            if now - last > _FORGOTTEN_AFTER.total_seconds():
                self._forget(source)
        return dict(self._outvoted)

    def demoted(self, now: float) -> frozenset[str]:
        """Return the keys of sources to ask last."""
        return frozenset(
            source
            for source, times in self.outvoted(now).items()
            if times >= _DEMOTED_AFTER
        )

    def _forget(self, source: str) -> None:
        for kept in (self._outvoted, self._agreed, self._last):
            kept.pop(source, None)
