"""Public addresses as a connection knows them: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network

from .address import Address, Family, Network

# source and operator key of the router, whatever the protocol
ROUTER = "router"


class Unknown(StrEnum):
    """Reason why the public address of a family is not known."""

    CARRIER_GRADE_NAT = "carrier_grade_nat"
    CONFLICT = "conflict"
    NO_ANSWER = "no_answer"
    NO_CONNECTION = "no_connection"
    NO_INTERFACE = "no_interface"
    NO_ROUTER_ADDRESS = "no_router_address"
    NOT_CHECKED = "not_checked"
    NOT_RUNNING = "not_running"
    OFFLINE = "offline"
    PREFIX_DIFFERS = "prefix_differs"
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
        """Return True if the address is known."""
        return self.address is not None

    @property
    def disabled(self) -> bool:
        """Return True if the address of this family is not looked for."""
        return self.address is None and self.unknown is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterIPv6:
    """The prefix that the router was delegated, and its own public address.

    The address never belongs to this machine. None where the router tells none;
    `read_at` is when it answered.
    """

    prefix: IPv6Network | None = None
    address: IPv6Address | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An internet connection as its hostnames see it: addresses, router and options.

    `allowed` are the networks that an address may be of (none: all public ones).
    `online` is None while nothing tells, as before the first check. `translated`: an IPv6 address of a
    translator is accepted, too. `interface` of this machine leads to
    the line, None for the system's default.
    """

    observations: Mapping[Family, Observation]
    router: RouterIPv6 = RouterIPv6()
    allowed: tuple[Network, ...] = ()
    online: bool | None = None
    translated: bool = False
    interface: str | None = None
