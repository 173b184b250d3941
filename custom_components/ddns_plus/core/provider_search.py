"""Search for the providers that may hold a hostname."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from .hostname import Hostname
from .provider_info import ProviderInfo


def by_domain(
    hostname: Hostname, infos: Iterable[ProviderInfo]
) -> Sequence[ProviderInfo]:
    """Return the providers whose hostnames are below the same domain, by name.

    Of several domains the longest counts. The domain itself is found as well.
    """
    known: dict[Hostname, list[ProviderInfo]] = {}
    for info in infos:
        for domain in info.domains:
            known.setdefault(Hostname(domain), []).append(info)
    longest = hostname.zone(known)
    return [] if longest is None else _by_name(known[longest])


def by_name_servers(
    names: Iterable[str], infos: Iterable[ProviderInfo]
) -> Sequence[ProviderInfo]:
    """Return the providers that a zone's name servers belong to, by name.

    `names` are those of the servers. A zone may have servers of several operators.
    """
    wanted = [name.casefold().removesuffix(".") for name in names]
    return _by_name(
        info
        for info in infos
        if any(
            fnmatchcase(name, pattern)
            for name in wanted
            for pattern in info.name_servers
        )
    )


def _by_name(infos: Iterable[ProviderInfo]) -> Sequence[ProviderInfo]:
    return sorted(infos, key=lambda info: info.name.casefold())
