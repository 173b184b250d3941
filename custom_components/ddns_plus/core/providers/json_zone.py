"""Zones behind a JSON API: an account with a token, names below a zone, one change a call."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
import re
from typing import Any, override

from ..address import Address, Family, parse_address
from ..errors import DdnsError, InvalidField, Unavailable, UnexpectedResponse
from ..hostname import Hostname, InvalidHostnameError
from .base import Field, FieldKind, Result, Settings, Update
from .json_api import malformed
from .zone import Holdings, Operation, Record, Zone, ZoneProvider

FAMILIES = {family.record_type: family for family in Family}
TOKEN = Field(key="api_token", secret=True, called="API token")
PERSONAL_TOKEN = replace(TOKEN, called="personal access token")
ZONE = Field(
    key="zone",
    kind=FieldKind.HOSTNAME,
    identity=True,
    required=False,
    advanced=True,
)


def ttl_field(minimum: int, maximum: int) -> Field:
    """Return the hostname's field for a TTL in seconds."""
    return Field(
        key="ttl",
        kind=FieldKind.INTEGER,
        required=False,
        minimum=minimum,
        maximum=maximum,
    )


class JsonZoneProvider(ZoneProvider):
    """An account with a token; its zones are listed unless the user named the only one.

    Subclasses list zones and records and carry operations out.
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
        """Return what is wrong: a token that cannot be one, a zone that is none."""
        wrong = {}
        if not re.fullmatch(r"[!-~]+", str(settings.get("api_token", ""))):
            wrong["api_token"] = "api_token_malformed"
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
            raise InvalidField("api_token", "no_zones", "the token reaches no zone")
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
            detail = err.detail
        key = "zone" if self.settings.get("zone") else "hostname"
        raise InvalidField(key, "zone_not_found", detail)

    def ttl(self, update: Update) -> int | None:
        """Return the wanted TTL in seconds within the provider's limits."""
        wanted, limits = update.settings.get("ttl"), self.info.limits.ttl
        if wanted is None or limits is None:
            return None
        return min(max(int(wanted), limits[0]), limits[1])

    @override
    def matches(self, update: Update, record: Record) -> bool:
        """Return whether the TTL is as wanted; a record without one has the zone's."""
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
        return Unavailable(error.code, error.detail, retry_after=error.retry_after)
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


def zones_from(
    items: Iterable[Mapping[str, Any]], name: str, handle: str
) -> list[Zone]:
    """Return the zones of a list; `name` and `handle` are the keys that hold them."""
    zones: list[Zone] = []
    for item in items:
        if name not in item or handle not in item:
            raise malformed()
        try:
            apex = Hostname.parse(str(item[name]))
        except InvalidHostnameError:
            continue
        zones.append(Zone(name=apex, handle=str(item[handle])))
    return zones


def holdings_from(
    items: Iterable[Mapping[str, Any]],
    zone: Zone,
    hostnames: Iterable[Hostname],
    records: Callable[[Hostname, Family, Mapping[str, Any]], Iterable[Record]],
    *,
    name: str = "name",
    kind: str = "type",
) -> Holdings:
    """Return what a list of records or record sets says of these hostnames.

    `name` and `kind` are the keys of an item's name and type; `records` reads the rest.
    Raises UnexpectedResponse.
    """
    wanted = frozenset(hostnames)
    found: list[Record] = []
    aliases: set[Hostname] = set()
    for item in items:
        try:
            hostname = full_name(item[name], zone.name)
            if hostname is None or hostname not in wanted:
                continue
            if item[kind] == "CNAME":
                aliases.add(hostname)
            elif (family := FAMILIES.get(str(item[kind]))) is not None:
                found += records(hostname, family, item)
        except AttributeError, KeyError, TypeError, ValueError:
            raise malformed("a record is damaged") from None
    return Holdings(records=found, aliases=frozenset(aliases))


def record_reader(
    value: str, ttl: str
) -> Callable[[Hostname, Family, Mapping[str, Any]], Iterable[Record]]:
    """Return what reads a record with an id; `value` and `ttl` are keys of the rest."""

    def read(
        hostname: Hostname, family: Family, item: Mapping[str, Any]
    ) -> Iterable[Record]:
        return [
            Record(
                hostname=hostname,
                family=family,
                address=parse_address(item[value], family),
                ttl=None if item.get(ttl) is None else int(item[ttl]),
                handle=str(item["id"]),
            )
        ]

    return read


def addresses_after(operation: Operation) -> list[Address]:
    """Return what a record set shall hold once an operation is carried out."""
    kept = [each.address for each in operation.siblings if each is not operation.record]
    wanted = operation.update.address
    if wanted is not None and wanted not in kept:
        kept.append(wanted)
    return kept
