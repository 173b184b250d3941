"""What is known of the public address of one family."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .address import Address, Family


class Unknown(StrEnum):
    """Why the public address of a family is not known."""

    CARRIER_GRADE_NAT = "carrier_grade_nat"
    CONFLICT = "conflict"
    NO_CONNECTION = "no_connection"
    NO_ROUTER_ADDRESS = "no_router_address"
    NOT_CHECKED = "not_checked"
    OFFLINE = "offline"
    REFUSED = "refused"
    ROUTER_DIFFERS = "router_differs"
    TRANSLATED = "translated"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The public address of a family: known, unknown for a reason, or not looked for."""

    family: Family
    address: Address | None = None
    unknown: Unknown | None = None
    source: str | None = None
    checked_at: datetime | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for an address of the other family, or one that is unknown."""
        if self.address is not None and (
            self.unknown is not None or Family.of(self.address) is not self.family
        ):
            raise ValueError("an address of this family is known, or a reason why not")

    @property
    def known(self) -> bool:
        """Return whether the address is known."""
        return self.address is not None

    @property
    def disabled(self) -> bool:
        """Return whether nobody wants to know this family's address."""
        return self.address is None and self.unknown is None
