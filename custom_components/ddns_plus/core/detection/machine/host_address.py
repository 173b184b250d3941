"""Choice of the address of this machine to publish."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address

from ...address import Address, Family, Refusal, refusal
from ...local_endpoint import ANYWHERE, LocalEndpoint
from ..methods import Local
from ..source import HOST, FailureReason, SourceError, Transport
from .interfaces import (
    AddressFlag,
    InterfaceAddress,
    Unfit,
    is_virtual,
    read_addresses,
    why_unfit,
)

_STABLE = AddressFlag.MANAGE_TEMPORARY | AddressFlag.STABLE_PRIVACY
# every interface has such addresses, so they say nothing about the line
_EVERYWHERE = (Refusal.LINK_LOCAL, Refusal.LOOPBACK)


def choose(
    addresses: Iterable[InterfaceAddress],
    *,
    known: IPv6Address | None,
    interface: str | None = None,
    routes: Sequence[str] = (),
) -> list[IPv6Address]:
    """Return the publishable IPv6 addresses, best first.

    The known one comes first while fit, then those of the interfaces in `routes`, then
    assigned, stable and longer lasting ones. An interface limits the choice to its addresses; only then
    may it be a tunnel.
    """
    ranks = [
        (
            item.address != known,
            _place(item, routes),
            not _is_assigned(item),
            not _is_stable(item),
            item.preferred is not None,
            -(item.preferred or 0),
            item.address,
        )
        for item in addresses
        if isinstance(item.address, IPv6Address) and _is_fit(item, interface)
    ]
    # the same address may be on two interfaces
    return list(dict.fromkeys(rank[-1] for rank in sorted(ranks)))


def choose_ipv4(
    addresses: Iterable[InterfaceAddress],
    *,
    known: IPv4Address | None,
    interface: str | None = None,
    routes: Sequence[str] = (),
) -> list[IPv4Address]:
    """Return the publishable IPv4 addresses of a router machine, best first."""
    ranks = [
        # for IPv4 this flag means: not the first address of its network
        (
            item.address != known,
            _place(item, routes),
            AddressFlag.TEMPORARY in item.flags,
            item.address,
        )
        for item in addresses
        if isinstance(item.address, IPv4Address) and _is_fit(item, interface)
    ]
    return list(dict.fromkeys(rank[-1] for rank in sorted(ranks)))


class HostAddresses:
    """Addresses of this machine, and those found unreachable.

    Times are seconds of a monotonic clock.
    """

    def __init__(
        self,
        read: Callable[[], tuple[InterfaceAddress, ...] | None] = read_addresses,
        routes: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Initialize with a reader that returns None if the system reports none.

        `routes` returns the interfaces of the default routes, the best first.
        """
        self._read = read
        self._routes = routes
        self._available: bool | None = None
        # when questions were unanswered, and which address was answered last
        self._unanswered: dict[IPv6Address, float] = {}
        self._answered: IPv6Address | None = None
        self._seen: frozenset[tuple[Address, str, AddressFlag]] | None = None

    @property
    def available(self) -> bool:
        """Return True if the system reports its addresses; it is asked once."""
        if self._available is None:
            self.read()
        return bool(self._available)

    def read(self) -> tuple[InterfaceAddress, ...]:
        """Return the current addresses, none if the system does not report them."""
        found = self._read()
        self._available = self._available or found is not None
        return found or ()

    def ipv4(self, interface: str | None = None) -> list[IPv4Address]:
        """Return the IPv4 addresses that may be published, the best first."""
        return choose_ipv4(
            self.read(), known=None, interface=interface, routes=self._routes()
        )

    def why_none(self, family: Family, interface: str | None = None) -> Refusal | None:
        """Return why the existing addresses must not be published.

        Those of the interface count, else of the default route before others.
        """
        routes = self._routes()
        found = [
            item
            for item in self.read()
            if Family.of(item.address) is family
            and (interface is None or item.interface == interface)
            and (interface is not None or not is_virtual(item.interface))
        ]
        reasons = [
            refusal(item.address)
            for item in sorted(found, key=lambda item: _place(item, routes))
        ]
        if None in reasons:
            # publishable, but temporary or similar
            return None
        return next((item for item in reasons if item not in _EVERYWHERE), None)

    def candidates(
        self, known: IPv6Address | None, interface: str | None = None
    ) -> list[IPv6Address]:
        """Return the IPv6 addresses that may be published, the best first."""
        addresses = self.read()
        seen = frozenset(
            (item.address, item.interface, item.flags) for item in addresses
        )
        if self._seen not in (None, seen):
            # another router or line: unreachable addresses may work now
            self._unanswered.clear()
        self._seen = seen
        return choose(
            addresses, known=known, interface=interface, routes=self._routes()
        )

    def candidate(
        self, known: IPv6Address | None, interface: str | None = None
    ) -> IPv6Address | None:
        """Return the IPv6 address to ask from, None without one.

        It is the known one while that is answered. Then the others are tried, the least
        recently tried first, and the known one again before each of them: what gets
        no answer may be the line.
        """
        candidates = self.candidates(known, interface)
        if not self._unanswered:
            return next(iter(candidates), None)
        if known not in self._unanswered and known in candidates:
            return known
        if self._answered in candidates and self._answered not in self._unanswered:
            return self._answered
        others = sorted(
            (item for item in candidates if item != known), key=self._last_tried
        )
        latest = max(self._unanswered, key=self._unanswered.__getitem__)
        if known in candidates and (latest != known or not others):
            return known
        return next(iter(others), None)

    def control(
        self,
        asked: IPv6Address,
        known: IPv6Address | None,
        interface: str | None = None,
    ) -> IPv6Address | None:
        """Return the address to ask from before an answer to another one counts.

        An outage that ends between two questions is no fault of the first address.
        """
        if asked == known or known not in self.candidates(known, interface):
            return None
        return known

    def unanswered(self, address: IPv6Address, now: float) -> None:
        """Note that questions from an address got no answer."""
        self._unanswered[address] = now

    def answered(self, address: IPv6Address) -> None:
        """Note that a public service saw an address."""
        self._unanswered.pop(address, None)
        self._answered = address

    def _last_tried(self, address: IPv6Address) -> tuple[float, float]:
        """Return when an address was last tried, and its network.

        The addresses of one network share their fate more often than not.
        """
        network = [
            moment
            for each, moment in self._unanswered.items()
            if each.packed[:8] == address.packed[:8]
        ]
        never = float("-inf")
        return self._unanswered.get(address, never), max(network, default=never)


class InterfaceSource:
    """This machine as a source."""

    key = Local.INTERFACE.value
    operator = HOST
    transport = Transport.LAN

    def __init__(self, addresses: HostAddresses) -> None:
        """Initialize with the addresses of this machine."""
        self._addresses = addresses

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the local endpoint's address if publishable, else the best one.

        IPv4 works only on a router machine. Raises SourceError.
        """
        if not self._addresses.available:
            raise SourceError(FailureReason.UNSUPPORTED)
        fit = self._fit(family, endpoint.interface)
        if endpoint.address in fit:
            return endpoint.address
        if fit:
            return fit[0]
        raise SourceError(
            FailureReason.NO_ADDRESS,
            refusal=self._addresses.why_none(family, endpoint.interface),
        )

    def _fit(self, family: Family, interface: str | None) -> list[Address]:
        """Return the publishable addresses of a family, best first."""
        if family is Family.IPV6:
            first = self._addresses.candidate(None, interface)
            fit = self._addresses.candidates(None, interface)
            return [*sorted(fit, key=lambda item: item != first)]
        return [*self._addresses.ipv4(interface)]


def _place(item: InterfaceAddress, routes: Sequence[str]) -> int:
    """Return the place of an address's interface among the default routes."""
    name = item.interface
    return routes.index(name) if name in routes else len(routes)


def _is_fit(item: InterfaceAddress, interface: str | None) -> bool:
    """Return True if an address may be published."""
    if interface is not None and item.interface != interface:
        return False
    why = why_unfit(item)
    return why is None or (why is Unfit.TUNNEL and interface is not None)


def _is_assigned(item: InterfaceAddress) -> bool:
    """Return True if the address was assigned manually or by DHCPv6."""
    return AddressFlag.PERMANENT in item.flags or item.prefix_length == 128


def _is_stable(item: InterfaceAddress) -> bool:
    """Return True if an address is stable under its prefix (RFC 7217 or MAC)."""
    is_from_mac = item.address.packed[11:13] == b"\xff\xfe"
    return is_from_mac or bool(item.flags & _STABLE)
