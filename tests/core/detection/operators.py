"""Pretend operators: honest, lying, slow, silent or broken, in virtual time."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from custom_components.ddns_plus.core.address import Address, Family, Refusal
from custom_components.ddns_plus.core.detection.judge.quorum import Vote
from custom_components.ddns_plus.core.detection.source import (
    HOST,
    UNKNOWN_OPERATOR,
    FailureReason,
    SourceError,
    Transport,
)
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint
from custom_components.ddns_plus.core.observation import ROUTER

OLD, NEW, OTHER = (
    ip_address(text) for text in ("11.22.33.44", "11.22.33.55", "11.22.33.66")
)
OLD6, NEW6 = (
    ip_address(text) for text in ("2606:2800:220:1::44", "2606:2800:220:1::55")
)
WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)


def failing(
    reason: FailureReason,
    retry_after: timedelta | None = None,
    refusal: Refusal | None = None,
) -> SourceError:
    """Return the error of a source."""
    return SourceError(reason, retry_after=retry_after, refusal=refusal)


UNREACHABLE = failing(FailureReason.UNREACHABLE)
NO_SUCH_SERVICE = failing(FailureReason.UNSUPPORTED)
SHARED_ADDRESS = failing(FailureReason.NOT_PUBLISHABLE, refusal=Refusal.SHARED)


def transport_of(operator: str) -> Transport:
    """Return how the answers of an operator travel, by its name."""
    if operator in (ROUTER, HOST):
        return Transport.LAN
    plain = operator.startswith("plain") or operator == UNKNOWN_OPERATOR
    return Transport.PLAIN if plain else Transport.TLS


@dataclass(slots=True, kw_only=True)
class PretendSource:
    """A source that answers after a while, and remembers when and from where it was asked."""

    operator: str
    answer: Address | Exception
    key: str = ""
    latency: float = 0.03
    # that of the operator, unless told otherwise
    transport: Transport = None  # type: ignore[assignment]
    asked: list[float] = field(default_factory=list)
    endpoints: list[LocalEndpoint] = field(default_factory=list)
    cancelled: int = 0

    def __post_init__(self) -> None:
        """Be called as the operator, and be reached as it is, unless told otherwise."""
        self.key = self.key or self.operator
        self.transport = self.transport or transport_of(self.operator)

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Answer, or fail, when the time has come."""
        self.asked.append(asyncio.get_running_loop().time())
        self.endpoints.append(endpoint)
        try:
            await asyncio.sleep(self.latency)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def vote(
    operator: str,
    address: Address,
    transport: Transport | None = None,
    *,
    source: str | None = None,
) -> Vote:
    """Return a vote, which came as the operator's do unless told otherwise."""
    return Vote(
        operator=operator,
        source=source or f"{operator}-source",
        address=address,
        transport=transport or transport_of(operator),
        at=WHEN,
        latency=timedelta(milliseconds=30),
    )
