"""State of the demo: the pretended public address, and the requests to its servers."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
import random
import time

type Address = IPv4Address | IPv6Address

# Globally unique unicast space without a route; no packet leaves the loopback anyway.
FIRST_IPV4 = IPv4Address("11.22.33.44")
FIRST_IPV6 = IPv6Address("2606:2800:220:1::44")

# where the router is, or where the second line comes out
OTHER_IPV4 = IPv4Address("11.99.7.7")
SHARED_IPV4 = IPv4Address("100.64.3.4")

_LOG_LENGTH = 100


class Family(StrEnum):
    """An address family."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"

    @property
    def version(self) -> int:
        """Return the IP version number."""
        return 4 if self is Family.IPV4 else 6

    @property
    def label(self) -> str:
        """Return the name people read."""
        return "IPv4" if self is Family.IPV4 else "IPv6"


class Trouble(StrEnum):
    """Something that goes wrong on request, so that a person sees what is made of it."""

    PASSWORD_REFUSED = "password_refused"
    ROUTER_DIFFERS = "router_differs"
    SHARED_ADDRESS = "shared_address"
    TWO_LINES = "two_lines"


# the router can tell one thing at a time
_OF_ROUTER = frozenset(Trouble) - {Trouble.PASSWORD_REFUSED}


class RequestKind(StrEnum):
    """Which of the demo's servers was asked for what."""

    ECHO = "echo"
    ROUTER = "router"
    DNS_QUERY = "dns_query"
    DNS_UPDATE = "dns_update"
    DYNDNS2 = "dyndns2"


# What a real provider would count against its client.
PROVIDER_REQUESTS = (RequestKind.DNS_UPDATE, RequestKind.DYNDNS2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One request to one of the demo's servers, and the answer."""

    number: int
    at: datetime
    since_change: float
    kind: RequestKind
    request: str
    answer: str


def parse_address(text: str, family: Family) -> Address:
    """Return an address that a person typed; ValueError says what is wrong with it."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        raise ValueError(f"'{text.strip()}' is not an {family.label} address") from None
    if address.version != family.version:
        other = Family.IPV6 if family is Family.IPV4 else Family.IPV4
        raise ValueError(f"{address} is an {other.label} address, not {family.label}")
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise ValueError(f"{address} names a network interface; leave out the %")
    return address


def looks_public(address: Address) -> bool:
    """Tell whether the page should expect an address to be published.

    A rough check on purpose: the strict one is what DDNS Plus has to show.
    """
    return address.is_global and not address.is_multicast


class DemoState:
    """The pretended internet connection and the log of requests, shared by all servers."""

    def __init__(self, families: Iterable[Family] = Family) -> None:
        """Start online, with one address per family that this machine can show."""
        first: dict[Family, Address] = {
            Family.IPV4: FIRST_IPV4,
            Family.IPV6: FIRST_IPV6,
        }
        self.families = tuple(families)
        self.addresses: dict[Family, Address | None] = {
            family: first[family] for family in self.families
        }
        self.online = True
        self.troubles: frozenset[Trouble] = frozenset()
        self.requests: Counter[RequestKind] = Counter()
        self._updates: deque[LogEntry] = deque(maxlen=_LOG_LENGTH)
        self._reads: deque[LogEntry] = deque(maxlen=_LOG_LENGTH)
        self.changed_at = time.monotonic()
        self.version = 0
        self.closed = False
        self._log_number = 0
        self._news = asyncio.Event()

    @property
    def log(self) -> list[LogEntry]:
        """Return the last requests, oldest first; the many reads never push out updates."""
        return sorted([*self._updates, *self._reads], key=lambda entry: entry.number)

    @property
    def provider_requests(self) -> int:
        """Return how many requests the providers got since the start."""
        return sum(self.requests[kind] for kind in PROVIDER_REQUESTS)

    def since_change(self, moment: float) -> float | None:
        """Return the seconds from the last address change to a moment of the monotonic clock.

        None for what happened before it.
        """
        return moment - self.changed_at if moment >= self.changed_at else None

    def set_addresses(self, addresses: dict[Family, Address | None]) -> None:
        """Pretend other public addresses; None means the family has none."""
        if any(self.addresses[family] != new for family, new in addresses.items()):
            self.addresses.update(addresses)
            self.changed_at = time.monotonic()
            self.tell()

    def set_online(self, online: bool) -> None:
        """Cut or restore the pretended internet connection."""
        if online != self.online:
            self.online = online
            self.changed_at = time.monotonic()
            self.tell()

    def set_trouble(self, trouble: Trouble, on: bool) -> None:
        """Begin or end a trouble; one of the router takes the place of another."""
        ended = {trouble} | (_OF_ROUTER if trouble in _OF_ROUTER else frozenset())
        self.troubles = self.troubles - ended | ({trouble} if on else frozenset())
        self.tell()

    def seen(self, family: Family) -> Address | None:
        """Return the address that a service outside sees; of two lines it is either."""
        address = self.addresses.get(family)
        second = Trouble.TWO_LINES in self.troubles and random.random() < 0.5
        if address is not None and family is Family.IPV4 and second:
            return OTHER_IPV4
        return address

    def told_by_router(self) -> Address | None:
        """Return the IPv4 address that the router tells."""
        if Trouble.SHARED_ADDRESS in self.troubles:
            return SHARED_IPV4
        if Trouble.ROUTER_DIFFERS in self.troubles:
            return OTHER_IPV4
        return self.addresses[Family.IPV4]

    def new_address(self, family: Family) -> Address:
        """Return another address as a provider would give: a new host, or a new IPv6 prefix."""
        while True:
            address: Address
            if family is Family.IPV4:
                tail = random.randrange(256), random.randrange(1, 255)
                address = IPv4Address(bytes([11, 22, *tail]))
            else:
                address = FIRST_IPV6 + (random.randrange(1, 2**15) << 64)
            if address != self.addresses.get(family):
                return address

    def record(self, kind: RequestKind, request: str, answer: str) -> None:
        """Count and log one request."""
        self.requests[kind] += 1
        self._log_number += 1
        entries = self._updates if kind in PROVIDER_REQUESTS else self._reads
        entries.append(
            LogEntry(
                number=self._log_number,
                at=datetime.now(UTC),
                since_change=time.monotonic() - self.changed_at,
                kind=kind,
                request=request,
                answer=answer,
            )
        )
        self.tell()

    def tell(self) -> None:
        """Wake all watchers."""
        self.version += 1
        self._news.set()
        self._news = asyncio.Event()

    def close(self) -> None:
        """End all watchers."""
        self.closed = True
        self.tell()

    async def news(self, seen: int) -> int:
        """Wait until there is more than the version seen, or nothing more will come."""
        while self.version == seen and not self.closed:
            await self._news.wait()
        return self.version
