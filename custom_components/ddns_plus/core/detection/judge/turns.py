"""Public addresses that take turns: of two lines, or of a provider's pool."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

from ...address import Address
from .quorum import Verdict
from .round import Round

# one voter may have two servers, of which one is stale
_VOTERS = 2
_TIMES = 2
_OUTVOTED = 3
_PERIOD = timedelta(hours=24)
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A voter that told another address than before (seconds of the event loop).

    `outvoted` is whether it had told the known address, which was confirmed all the same.
    """

    voter: str
    address: Address
    at: float
    outvoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Switches of public voters to addresses that did not become the known one.

    `said` are their latest answers. A switch counts in a round in which public voters
    disagree: where a line has a new address, they soon agree.
    """

    said: Mapping[str, Address] = field(default_factory=dict)
    switches: tuple[Switch, ...] = ()

    @property
    def present(self) -> bool:
        """Return True if several voters switched several times."""
        outvoted = [item.voter for item in self.switches if item.outvoted]
        if len(outvoted) >= _OUTVOTED and len(set(outvoted)) >= _VOTERS:
            return True
        times = Counter(item.voter for item in self.switches)
        return sum(count >= _TIMES for count in times.values()) >= _VOTERS

    @property
    def addresses(self) -> list[Address]:
        """Return the addresses that take turns with the known one, latest first."""
        return list(dict.fromkeys(item.address for item in reversed(self.switches)))

    def after(self, found: Round, known: Address | None, now: float) -> Self:
        """Return the turns after a round, with the address known after it."""
        said = {vote.voter: vote.address for vote in found.votes if vote.outside}
        mixed = len(set(said.values())) > 1
        oldest = now - _PERIOD.total_seconds()
        kept = [
            item
            for item in self.switches
            # an address that all agree on was a change of the line
            if item.at > oldest and (mixed or item.address != known)
        ]
        if mixed:
            kept += [
                Switch(
                    voter=voter,
                    address=address,
                    at=now,
                    outvoted=found.verdict is Verdict.UNCHANGED
                    and self.said[voter] == known,
                )
                for voter, address in said.items()
                if address not in (known, self.said.get(voter, address))
            ]
        return replace(
            self, said={**self.said, **said}, switches=tuple(kept[-_MOST_KEPT:])
        )
