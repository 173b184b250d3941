"""Zones behind a JSON API: an account with a token, names below a zone, one change a call."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
import re
from typing import Any, ClassVar, override

from ..address import Address, Family, parse_address
from ..errors import DdnsError, InvalidField, Unavailable, UnexpectedResponse
from ..hostname import Hostname, InvalidHostnameError
from ..provider_info import Field, Limits, ProviderInfo, Result, Settings, Update
from .fields import TOKEN, ZONE, ttl_field
from .json_api import JsonApi, malformed, path_of
from .zone import Change, Holdings, Operation, Record, Zone, ZoneProvider

# what a list says of a record or record set, once its hostname and family are known
type RecordReader = Callable[[Hostname, Family, Mapping[str, Any]], Iterable[Record]]

FAMILIES = {family.record_type: family for family in Family}


def zone_info(
    *,
    slug: str,
    name: str,
    website: str,
    credentials_url: str,
    limits: Limits,
    fields: tuple[Field, ...] = (TOKEN, ZONE),
    any_server: bool = False,
    ttls: tuple[int, ...] = (),
) -> ProviderInfo:
    """Return what is known of an API that does all that can be asked of one.

    `ttls` are the only ones that there are, where they are few.
    """
    hostname_fields: tuple[Field, ...] = ()
    if limits.ttl is not None:
        one = ttl_field(numbers=ttls) if ttls else ttl_field(*limits.ttl)
        hostname_fields = (one,)
    return ProviderInfo(
        slug=slug,
        name=name,
        website=website,
        credentials_url=credentials_url,
        fields=fields,
        hostname_fields=hostname_fields,
        limits=limits,
        any_server=any_server,
        withdraws=True,
        creates=True,
        verifies=True,
        lists_hostnames=True,
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
            detail = err.said
        key = "zone" if self.settings.get("zone") else "hostname"
        raise InvalidField(key, "zone_not_found", detail)

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


class JsonRecordProvider(JsonZoneProvider):
    """The same where every record has an id by which it is changed.

    Subclasses set `api`, and say what a record is made of.
    """

    # the method of a request that changes a record
    changing: ClassVar[str] = "PUT"
    api: JsonApi

    @abstractmethod
    def body(self, zone: Zone, operation: Operation) -> Mapping[str, Any]:
        """Return what to send of the record that an operation creates or replaces."""

    @override
    async def carry_out(self, zone: Zone, operation: Operation) -> None:
        """Create, change or delete a record."""
        record, path = operation.record, records_path(zone)
        if record is None:
            await self.api.call("POST", path, json=self.body(zone, operation))
            return
        path += path_of(record.handle)
        if operation.change is Change.DELETE:
            await self.api.call("DELETE", path)
            return
        await self.api.call(self.changing, path, json=self.body(zone, operation))


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


def records_path(zone: Zone) -> str:
    """Return where a zone's records are, in most APIs."""
    return f"{path_of('domains', zone.handle)}/records"


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
    records: RecordReader,
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


def record_reader(value: str, ttl: str) -> RecordReader:
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


def record_set_reader(values: str, ttl: str) -> RecordReader:
    """Return what reads a record set; `values` and `ttl` are the keys of its content."""

    def read(
        hostname: Hostname, family: Family, item: Mapping[str, Any]
    ) -> Iterable[Record]:
        return [
            Record(
                hostname=hostname,
                family=family,
                address=parse_address(value, family),
                ttl=int(item[ttl]),
            )
            for value in item[values]
        ]

    return read


def addresses_after(operation: Operation) -> list[Address]:
    """Return what a record set shall hold once an operation is carried out."""
    kept = [each.address for each in operation.siblings if each is not operation.record]
    wanted = operation.update.address
    if wanted is not None and wanted not in kept:
        kept.append(wanted)
    return kept
