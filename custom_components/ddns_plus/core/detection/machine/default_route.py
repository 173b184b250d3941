"""Interfaces of this machine with a default route."""

from pathlib import Path

# of the thread, which may be in another network namespace
_IPV4 = Path("/proc/thread-self/net/route")
_IPV6 = Path("/proc/thread-self/net/ipv6_route")
# flags of a route, from Linux' <linux/route.h> and <linux/ipv6_route.h>
_UP, _REJECT = 0x1, 0x200
_ANY = "0" * 32
# preference of a router, RFC 4191: high, medium, low
_PREFERENCE = {0x08000000: 0, 0x0: 1, 0x18000000: 2}
_PREFERENCE_BITS = 0x18000000


def default_interfaces() -> tuple[str, ...]:
    """Return the interfaces of the default routes, the one that is used first.

    IPv6 counts, and IPv4 among equals: where each network of the home announces a
    router, it names the network of this machine. None on systems other than Linux.
    """
    return interfaces_in(_table(_IPV6), _table(_IPV4))


def interfaces_in(ipv6: str, ipv4: str) -> tuple[str, ...]:
    """Return the interfaces of default routes in Linux' tables, without damaged lines."""
    of_ipv4 = dict(reversed(_of_ipv4(ipv4)))
    costs: dict[str, tuple[int, int]] = {}
    for name, cost in _of_ipv6(ipv6):
        costs[name] = min(costs.get(name, cost), cost)
    last = max(of_ipv4.values(), default=0) + 1
    first = sorted(costs, key=lambda name: (costs[name], of_ipv4.get(name, last), name))
    return tuple(dict.fromkeys((*first, *sorted(of_ipv4, key=of_ipv4.__getitem__))))


def _of_ipv6(table: str) -> list[tuple[str, tuple[int, int]]]:
    """Return interfaces, and the metric and preference of their default routes."""
    found = []
    for line in table.splitlines():
        match line.split():
            case [destination, "00", _, _, _, metric, _, _, flags, name] if (
                destination == _ANY
            ):
                pass
            case _:
                continue
        try:
            bits, cost = int(flags, 16), int(metric, 16)
        except ValueError:
            continue
        if bits & (_UP | _REJECT) == _UP:
            found.append((name, (cost, _PREFERENCE.get(bits & _PREFERENCE_BITS, 1))))
    return found


def _of_ipv4(table: str) -> list[tuple[str, int]]:
    """Return interfaces, and the metric of their default routes, the best first."""
    found = []
    for line in table.splitlines()[1:]:
        match line.split():
            case [name, "00000000", _, flags, _, _, metric, "00000000", *_]:
                pass
            case _:
                continue
        try:
            bits, cost = int(flags, 16), int(metric)
        except ValueError:
            continue
        if bits & (_UP | _REJECT) == _UP:
            found.append((name, cost))
    return sorted(found, key=lambda item: item[1])


def _table(path: Path) -> str:
    """Return a table of routes, "" if the system has none."""
    try:
        # kernel memory: no blocking I/O
        return path.read_text("ascii", "surrogateescape")
    except OSError:
        return ""
