"""Choice of the address of this machine to publish."""

import asyncio
from collections.abc import Callable, Container, Iterable
from datetime import timedelta
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

# how long an unanswered address comes after the others
_DISPROVEN = timedelta(minutes=10)
_STABLE = AddressFlag.MANAGE_TEMPORARY | AddressFlag.STABLE_PRIVACY
# every interface has such addresses, so they say nothing about the line
_EVERYWHERE = (Refusal.LINK_LOCAL, Refusal.LOOPBACK)


def choose(
    addresses: Iterable[InterfaceAddress],
    *,
    known: IPv6Address | None,
    failed: Container[IPv6Address] = (),
    interface: str | None = None,
) -> list[IPv6Address]:
    """Return the publishable IPv6 addresses, best first.

    The known one comes first while fit, then assigned, stable and longer lasting ones.
    Unanswered ones are last. An interface limits the choice to its addresses; only then
    may it be a tunnel.
    """
    ranks = [
        (
            item.address in failed,
            item.address != known,
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
) -> list[IPv4Address]:
    """Return the publishable IPv4 addresses of a router machine, best first."""
    ranks = [
        # for IPv4 this flag means: not the first address of its network
        (item.address != known, AddressFlag.TEMPORARY in item.flags, item.address)
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
    ) -> None:
        """Initialize with a reader that returns None if the system reports none."""
        self._read = read
        self._disproven: dict[IPv6Address, float] = {}
        self._seen: frozenset[tuple[Address, str, AddressFlag]] | None = None

    @property
    def available(self) -> bool:
        """Return True if the system reports its addresses."""
        return self._read() is not None

    def read(self) -> tuple[InterfaceAddress, ...]:
        """Return the current addresses, none if the system does not report them."""
        return self._read() or ()

    def candidates(
        self, known: IPv6Address | None, now: float, interface: str | None = None
    ) -> list[IPv6Address]:
        """Return the IPv6 addresses that may be published, the best first."""
        addresses = self.read()
        seen = frozenset(
            (item.address, item.interface, item.flags) for item in addresses
        )
        if self._seen not in (None, seen):
            # another router or line: unreachable addresses may work now
            self._disproven.clear()
        self._seen = seen
        failed = {item for item, until in self._disproven.items() if now < until}
        return choose(addresses, known=known, failed=failed, interface=interface)

    def candidate(
        self, known: IPv6Address | None, now: float, interface: str | None = None
    ) -> IPv6Address | None:
        """Return the IPv6 address to publish, preferably `known`; None without one."""
        return next(iter(self.candidates(known, now, interface)), None)

    def disproven(self, address: IPv6Address, now: float) -> None:
        """Note that questions from an address got no answer.

        Others come first for 10 minutes, or until the addresses change.
        """
        self._disproven[address] = now + _DISPROVEN.total_seconds()

    def proven(self, address: IPv6Address) -> None:
        """Note that a public service saw an address."""
        self._disproven.pop(address, None)


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
        raise SourceError(FailureReason.NO_ADDRESS, refusal=self._why(family))

    def _fit(self, family: Family, interface: str | None) -> list[Address]:
        """Return the publishable addresses of a family, best first."""
        if family is Family.IPV6:
            now = asyncio.get_running_loop().time()
            return [*self._addresses.candidates(None, now, interface)]
        addresses = self._addresses.read()
        return [*choose_ipv4(addresses, known=None, interface=interface)]

    def _why(self, family: Family) -> Refusal | None:
        """Return why the existing addresses must not be published."""
        reasons = [
            refusal(item.address)
            for item in self._addresses.read()
            if Family.of(item.address) is family and not is_virtual(item.interface)
        ]
        if None in reasons:
            # publishable, but temporary or similar
            return None
        return next((item for item in reasons if item not in _EVERYWHERE), None)


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
