"""Stored state of a connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from ..address import Address, Family
from ..json_form import JsonForm


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionState(JsonForm):
    """The last known addresses of a connection, and when one of them last changed."""

    addresses: Mapping[Family, Address] = field(default_factory=dict)
    changed_at: datetime | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for an address of the other family."""
        if any(
            Family.of(item) is not family for family, item in self.addresses.items()
        ):
            raise ValueError("an address of the other family")

    def with_address(self, family: Family, address: Address, now: datetime) -> Self:
        """Return the state with a changed address."""
        return replace(
            self, addresses={**self.addresses, family: address}, changed_at=now
        )
