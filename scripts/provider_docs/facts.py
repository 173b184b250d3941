"""Facts about a provider from its class and metadata, in words."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.dialects.dns_update import DnsUpdateProvider
from custom_components.ddns_plus.core.dialects.dyndns2 import Dialect, Dyndns2Provider
from custom_components.ddns_plus.core.dialects.phrases import PhraseProvider
from custom_components.ddns_plus.core.dialects.update_url import UpdateUrlProvider
from custom_components.ddns_plus.core.dialects.zone import ZoneProvider
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.provider_info import ProviderInfo, Unsent

FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
_SHAPES: Mapping[type, str] = {
    Dyndns2Provider: "dyndns2",
    PhraseProvider: "token URL",
    DnsUpdateProvider: "DNS update",
    ZoneProvider: "zone API",
}
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def shape_of(provider: type[Provider]) -> str:
    """Return what kind of interface a provider has."""
    if provider.info.tries_in_flow:
        return "request of your own"
    for base, shape in _SHAPES.items():
        if issubclass(provider, base):
            return shape
    return "update URL"


def families_of(info: ProviderInfo) -> str:
    """Return the address families that a provider takes."""
    return " and ".join(FAMILY_NAMES[item] for item in Family if item in info.families)


def wildcards_of(provider: type[Provider]) -> str:
    """Return whether names may begin with an asterisk."""
    info = provider.info
    if not info.wildcards:
        return "no"
    pushed_anywhere = info.any_server and not provider.verifies
    return "if the server takes them" if pushed_anywhere else "yes"


def facts_of(provider: type[Provider]) -> Iterator[tuple[str, str]]:
    """Yield what a provider can do: what it is about, and a phrase."""
    info, limits = provider.info, provider.info.limits
    pushed = issubclass(provider, UpdateUrlProvider)
    yield "Kind of interface", shape_of(provider)
    yield "Addresses", families_of(info)
    yield "The other address", _other_family(provider)
    yield "Wildcards", wildcards_of(provider)
    yield "Records that do not exist", _missing_records(provider)
    yield (
        "Removing the record of one address",
        "possible" if provider.withdraws else "not possible",
    )
    yield "Wrong credentials are noticed", _check(provider)
    yield (
        "The form offers",
        ("the hostnames" if pushed else "the zones") + " of the account"
        if provider.lists_hostnames
        else "nothing; hostnames are typed in",
    )
    if info.domains:
        yield "Its own domains", ", ".join(info.domains)
    if info.one_hostname:
        yield "Hostnames of an account", "one"
    elif pushed:
        yield "Hostnames in a request", f"{_up_to(limits.batch_size)}"
    else:
        yield "Records changed at a time", f"{_up_to(limits.batch_size)}"
    for item in info.hostname_fields:
        if item.key == "ttl":
            yield "TTL", f"{item.allowed} seconds, or left as it is"
    if limits.minimum_interval:
        yield (
            "A hostname is updated",
            f"at most every {duration(limits.minimum_interval)}",
        )
    if limits.keep_alive is not None:
        yield "An unchanged record is confirmed", f"every {duration(limits.keep_alive)}"
    if limits.writes:
        parts = (f"{count} in {duration(time)}" for count, time in limits.writes)
        yield "Requests that change a zone", f"at most {', '.join(parts)}"
    yield (
        "Pause after a fault",
        f"{duration(limits.outage_wait)}, or as the service says",
    )


def duration(time: timedelta) -> str:
    """Return a duration in the largest unit that it is a whole number of."""
    seconds = round(time.total_seconds())
    unit, size = next(item for item in _UNITS if seconds % item[1] == 0)
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _up_to(number: int) -> str:
    return "one" if number == 1 else f"up to {number}"


def _missing_records(provider: type[Provider]) -> str:
    """Return what happens where there is no record to update."""
    if provider.creates:
        return "are created"
    any_server = provider.info.any_server
    return "depend on the server" if any_server else "must be created there first"


def _check(provider: type[Provider]) -> str:
    """Return when it turns out that credentials are wrong."""
    if provider.verifies:
        return "when they are entered, without changing a record"
    return (
        "when you try them, or with the first update"
        if provider.info.tries_in_flow
        else "with the first update"
    )


_UNSENT = {
    Unsent.KEPT: "",
    Unsent.DELETED: "; the service deletes the record of one that is not sent",
    Unsent.UNKNOWN: "; what becomes of one that is not sent is not documented",
}


def _other_family(provider: type[Provider]) -> str:
    """Return what happens to the address that is not sent."""
    info = provider.info
    if provider.info.tries_in_flow:
        return "is up to the request that you describe"
    if len(info.families) == 1:
        (other,) = frozenset(Family) - info.families
        return f"{FAMILY_NAMES[other]} is not taken, and left alone"
    if not issubclass(provider, UpdateUrlProvider):
        return "is a record of its own, and left alone"
    if not info.pairs_families:
        return "stays as it is when it is not sent"
    together = "is sent in the same request where both are managed"
    left_out = _UNSENT[info.unsent]
    dialect = getattr(provider, "dialect", None)
    if isinstance(dialect, Dialect):
        if dialect.keep:
            return f"{together}; otherwise the service is told to keep it"
        if dialect.needs:
            names = " and ".join(FAMILY_NAMES[item] for item in sorted(dialect.needs))
            return f"{together}; without {names} no request is made{left_out}"
    return f"{together}{left_out}"
