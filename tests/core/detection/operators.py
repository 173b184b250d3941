"""Pretend operators: honest, lying, slow, silent or broken, in virtual time."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection import (
    FailureReason,
    SourceError,
    SourceFailure,
    Vote,
)

OLD, NEW, OTHER = (
    ip_address(text) for text in ("11.22.33.44", "11.22.33.55", "11.22.33.66")
)
WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)


def failing(reason: FailureReason, retry_after: timedelta | None = None) -> SourceError:
    """Return the error of a source."""
    return SourceError(SourceFailure(reason=reason, retry_after=retry_after))


UNREACHABLE = failing(FailureReason.UNREACHABLE)


@dataclass(slots=True, kw_only=True)
class PretendSource:
    """A source that answers after a while, and remembers when it was asked."""

    operator: str
    answer: Address | Exception
    key: str = ""
    latency: float = 0.03
    asked: list[float] = field(default_factory=list)
    cancelled: int = 0

    def __post_init__(self) -> None:
        """Be called as the operator unless it has several sources."""
        self.key = self.key or self.operator

    async def ask(self, family: Family) -> Address:
        """Answer, or fail, when the time has come."""
        self.asked.append(asyncio.get_running_loop().time())
        try:
            await asyncio.sleep(self.latency)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def vote(operator: str, address: Address) -> Vote:
    """Return a vote."""
    return Vote(
        operator=operator,
        source=f"{operator}-source",
        address=address,
        at=WHEN,
        latency=timedelta(milliseconds=30),
    )
