"""Zones of a JSON API: an account with a token, relative names, one change a call."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
import re
from typing import Any, override

from ..address import Address, Family
from ..errors import DdnsError, InvalidField, Unavailable, UnexpectedResponse
from ..hostname import Hostname, InvalidHostnameError
from ..provider_info import Field, Limits, ProviderInfo, Result, Settings, Update
from .fields import TOKEN, ZONE, ttl_field
from .in_the_way import record_in_the_way
from .json_api import malformed
from .zone import Holdings, Operation, Record, Zone, ZoneProvider

# what a list says of a record or record set, once its hostname and family are known
type RecordReader = Callable[[Hostname, Family, Mapping[str, Any]], Iterable[Record]]
# a hostname from a name in a list, and the zone that it stands in
type NameReader = Callable[[object, Hostname], Hostname | None]
type Obstacle = Callable[[Hostname, Mapping[str, Any]], DdnsError | None]

# secrets that travel in a header: of printable ASCII characters, without blanks
_IN_HEADERS = frozenset({"api_key", "api_token"})
FAMILIES = {family.record_type: family for family in Family}


def zone_info(
    *,
    slug: str,
    name: str,
    website: str,
    credentials_url: str,
    limits: Limits,
    aliases: tuple[str, ...] = (),
    domains: tuple[str, ...] = (),
    name_servers: tuple[str, ...] = (),
    fields: tuple[Field, ...] = (TOKEN, ZONE),
    any_server: bool = False,
    ttls: tuple[int, ...] = (),
) -> ProviderInfo:
    """Return the info of a full-featured JSON zone API.

    `ttls` are the only ones that there are, where they are few.
    """
    hostname_fields: tuple[Field, ...] = ()
    if limits.ttl is not None:
        one = ttl_field(numbers=ttls) if ttls else ttl_field(*limits.ttl)
        hostname_fields = (one,)
    return ProviderInfo(
        slug=slug,
        name=name,
        aliases=aliases,
        domains=domains,
        name_servers=name_servers,
        website=website,
        credentials_url=credentials_url,
        fields=fields,
        hostname_fields=hostname_fields,
        limits=limits,
        any_server=any_server,
        wildcards=True,
    )


class JsonZoneProvider(ZoneProvider):
    """An account with a token; its zones are listed unless the user named the only one.

    Subclasses list zones and records and carry operations out, one in `carry_out`, or
    several in `apply`.
    """

    outdated = frozenset({"not_found", "record_exists"})

    @abstractmethod
    async def list_zones(self) -> Sequence[Zone]:
        """Return the zones that the token reaches. Raises DdnsError."""

    @abstractmethod
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Return what a zone holds at these hostnames. Raises DdnsError."""

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong: a token or key that cannot be one, a zone that is none."""
        wrong = {
            item.key: f"{item.key}_malformed"
            for item in cls.info.fields
            if item.secret and item.key in _IN_HEADERS
            if not re.fullmatch(r"[!-~]+", str(settings.get(item.key, "")))
        }
        try:
            if (zone := settings.get("zone")) and Hostname.parse(str(zone)).wildcard:
                wrong["zone"] = "zone_is_wildcard"
        except InvalidHostnameError as err:
            wrong["zone"] = err.problem.value
        return wrong

    @override
    async def verify(self) -> None:
        """List the zones, and look into the zone when there is but one."""
        zones = await self.zones()
        if not zones:
            raise InvalidField("api_token", "no_zones", reason="token_without_zones")
        if len(zones) == 1:
            await self.holdings(zones[0], [zones[0].name])

    @override
    async def zones(self) -> Sequence[Zone]:
        """List the zones, unless the user named the only one."""
        if name := self.settings.get("zone"):
            apex = Hostname.parse(str(name))
            return [Zone(name=apex, handle=str(apex))]
        return await self.list_zones()

    @override
    async def holdings(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List what stands at the hostnames."""
        try:
            return await self.list_records(zone, hostnames)
        except UnexpectedResponse as err:
            if err.code != "not_found":
                raise
            detail, authority = err.said, err.authority
        key = "zone" if self.settings.get("zone") else "hostname"
        raise InvalidField(key, "zone_not_found", detail).of(authority)

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Carry out the operations one by one."""
        return await one_by_one(operations, partial(self.carry_out, zone))

    async def carry_out(self, zone: Zone, operation: Operation) -> None:
        """Carry out one operation. Raises DdnsError."""
        raise NotImplementedError

    def ttl(self, update: Update) -> int | None:
        """Return the wanted TTL in seconds within the provider's limits.

        Where only some TTLs exist it is the next of them.
        """
        wanted, limits = update.settings.get("ttl"), self.info.limits.ttl
        if wanted is None or limits is None:
            return None
        ttl = min(max(int(wanted), limits[0]), limits[1])
        [field] = [each for each in self.info.hostname_fields if each.key == "ttl"]
        if field.minimum is not None:
            return ttl
        return min(number for number in field.numbers if number >= ttl)

    @override
    def matches(self, update: Update, record: Record) -> bool:
        """Return True if the TTL is as wanted; a record without one has the zone's."""
        ttl = self.ttl(update)
        return ttl is None or record.ttl == ttl


async def one_by_one(
    operations: Iterable[Operation], carry_out: Callable[[Operation], Awaitable[None]]
) -> list[Result]:
    """Carry out operations one by one, until one fails as the next would too."""
    results: list[Result] = []
    halt: DdnsError | None = None
    for operation in operations:
        if halt is not None:
            results.append(halt)
            continue
        try:
            await carry_out(operation)
        except DdnsError as err:
            results.append(err)
            halt = _halting(err)
        else:
            results.append(operation.outcome)
    return results


def _halting(error: DdnsError) -> DdnsError | None:
    """Return what to say of operations not tried because of an error, None to try them."""
    if isinstance(error, Unavailable):
        return Unavailable(**error.words, retry_after=error.retry_after)
    return error if error.account_wide else None


def relative_name(hostname: Hostname, zone: Hostname, apex: str = "@") -> str:
    """Return a hostname as it stands below its zone, `apex` for the zone itself."""
    return hostname.relative_to(zone) or apex


def full_name(name: object, zone: Hostname) -> Hostname | None:
    """Return the hostname of a name below a zone, None for one that no hostname can have.

    The apex is "@" or nothing; a dot at the end makes a name complete (RFC 1035, 5.1).
    """
    text = str(name if name is not None else "").strip()
    if text in ("", "@"):
        return zone
    try:
        if text.endswith("."):
            return Hostname.parse(text)
        return Hostname.parse(f"{text}.{zone}")
    except InvalidHostnameError:
        return None


def complete_name(name: object, zone: Hostname) -> Hostname | None:
    """Return the hostname of a name in full, with or without the dot at its end.

    None for one that no hostname can have.
    """
    try:
        return Hostname.parse(str(name))
    except InvalidHostnameError:
        return None


def holdings_from(
    items: Iterable[Mapping[str, Any]],
    zone: Zone,
    hostnames: Iterable[Hostname],
    records: RecordReader,
    *,
    name: str = "name",
    kind: str = "type",
    names: NameReader = full_name,
    obstacle: Obstacle | None = None,
) -> Holdings:
    """Return what a list of records or record sets says of these hostnames.

    `name` and `kind` are the keys of an item's name and type; `records` reads the rest.
    `names` reads a name. `obstacle` returns the error of an item of another type, other than
    NS, that keeps a hostname from having addresses; without it ALIAS and ANAME do.
    Raises UnexpectedResponse.
    """
    wanted = frozenset(hostnames)
    found: list[Record] = []
    aliases: set[Hostname] = set()
    errors: dict[Hostname, DdnsError] = {}
    blocked: dict[tuple[Hostname, Family], DdnsError] = {}
    for item in items:
        try:
            hostname = names(item[name], zone.name)
            if hostname is None or hostname not in wanted:
                continue
            if item[kind] == "CNAME":
                aliases.add(hostname)
            elif (family := FAMILIES.get(str(item[kind]))) is not None:
                found += records(hostname, family, item)
            elif obstacle is None or item[kind] == "NS":
                error = record_in_the_way(hostname, zone.name, str(item[kind]))
                if error is not None:
                    blocked |= {(hostname, family): error for family in Family}
            elif (own := obstacle(hostname, item)) is not None:
                errors[hostname] = own
        except AttributeError, KeyError, TypeError, ValueError:
            raise malformed("record_damaged") from None
    return Holdings(
        records=found, aliases=frozenset(aliases), blocked=blocked, errors=errors
    )


def addresses_after(operation: Operation) -> list[Address]:
    """Return what a record set shall hold once an operation is carried out."""
    kept = [each.address for each in operation.siblings if each is not operation.record]
    wanted = operation.update.address
    if wanted is not None and wanted not in kept:
        kept.append(wanted)
    return kept
