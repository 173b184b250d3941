"""The user's policy for a family's address."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The user's policy: check intervals, and which answers to accept.

    While a hint channel is alive, only LAN sources are asked every `lan_interval`, or
    every `interval` if shorter, and public services after `audit`.
    """

    interval: timedelta
    lan_interval: timedelta = timedelta(seconds=60)
    audit: timedelta = timedelta(minutes=30)
    trust_single: bool = False
    heeds_router: bool = True
    carrier_grade_nat: bool = False

    @property
    def effective_lan_interval(self) -> timedelta:
        """Return the interval of rounds on the LAN alone."""
        return min(self.lan_interval, self.interval)
