"""Providers with a zone API that is declared as data."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, override

from ..address import Family, parse_address
from ..errors import DdnsError
from ..hostname import Hostname, InvalidHostnameError
from ..net.http import HttpClient
from ..outcome import Outcome
from ..provider_info import Result, Settings
from .in_the_way import record_in_the_way
from .json_api import Api, JsonApi, malformed, path_of
from .json_zone import JsonZoneProvider, addresses_after, holdings_from
from .written import raise_for_other_content
from .zone import ChangeKind, Holdings, Operation, Record, Zone
from .zone_form import Call, Form, RecordListing, ZoneListing


class DeclaredZone(JsonZoneProvider):
    """A zone API that is told as data. Subclasses set `info` and these."""

    api_type: ClassVar[type[JsonApi]] = JsonApi
    speaks: ClassVar[Api]
    zone_list: ClassVar[ZoneListing]
    record_list: ClassVar[RecordListing]
    form: ClassVar[Form]
    # the path of a record or record set, where a call names none
    own_path: ClassVar[str] = "{records}/{record}"

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        self.api = self.api_type(
            http,
            self.speaks,
            self.words(settings),
            allow_http=bool(settings.get("allow_http")),
        )

    def words(self, settings: Settings) -> Mapping[str, str]:
        """Return what fills the templates of the API."""
        return {key: str(value) for key, value in settings.items()}

    async def before(self) -> Mapping[str, str]:
        """Prepare a round, such as by a login; return more words for the templates.

        Raises DdnsError.
        """
        return {}

    async def after(self, zone: Zone) -> None:
        """Finish the changes of a zone, such as by reloading it.

        Raises DdnsError.
        """

    @override
    async def zones(self) -> Sequence[Zone]:
        """List the zones, unless the user named the only one."""
        session = await self.before()
        self.http.secrets.learn(frozenset(session.values()))
        self.api.words |= session
        if not (name := self.settings.get("zone")):
            return await self.list_zones()
        apex = Hostname.parse(str(name))
        if self.zone_list.in_path:
            return [Zone(name=apex, handle=str(apex))]
        return [zone for zone in await self.list_zones() if zone.name == apex]

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """List the zones."""
        return self.zones_from(
            await self.api.items(self.zone_list, self.zone_list.path)
        )

    def zones_from(self, items: Sequence[Mapping[str, Any]]) -> Sequence[Zone]:
        """Return the zones of a list. Raises UnexpectedResponse."""
        try:
            zones = [self.zone(item) for item in items]
        except AttributeError, KeyError, TypeError, ValueError:
            raise malformed() from None
        return [zone for zone in zones if zone is not None]

    def zone(self, item: Mapping[str, Any]) -> Zone | None:
        """Return the zone of an item, None for one to leave out.

        Raises AttributeError, KeyError, TypeError, ValueError.
        """
        listing, limits = self.zone_list, self.info.limits.ttl
        try:
            name = Hostname.parse(str(item[listing.name]))
        except InvalidHostnameError:
            return None
        ttl = None
        if listing.smallest_ttl and limits is not None:
            smallest = int(item[listing.smallest_ttl])
            ttl = (smallest, max(smallest, limits[1]))
        return Zone(name=name, handle=str(item[listing.handle]), ttl=ttl)

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the zone, or what stands at a few hostnames."""
        listing, form = self.record_list, self.form
        path = self.records_path(zone)
        if (
            listing.by_name
            and len(hostnames) <= listing.most_names
            and (listing.wildcards or not any(name.wildcard for name in hostnames))
        ):
            items: list[Mapping[str, Any]] = []
            for hostname in hostnames:
                name = listing.names.written(hostname, zone, form.apex)
                items += await self.api.items(listing, path, {listing.by_name: name})
        else:
            items = await self.api.items(listing, path)
        return holdings_from(
            # without values, a record set has no more than comments
            (item for item in items if item.get(form.value) != []),
            zone,
            hostnames,
            self.read_records,
            name=form.name,
            kind=form.type,
            names=form.names.read,
            obstacle=self.obstacle,
        )

    def obstacle(self, hostname: Hostname, item: Mapping[str, Any]) -> DdnsError | None:
        """Return the error of a record of another type that keeps addresses out.

        Raises AttributeError, KeyError, TypeError, ValueError.
        """
        return record_in_the_way(hostname, hostname, str(item[self.form.type]))

    @abstractmethod
    def read_records(
        self, hostname: Hostname, family: Family, item: Mapping[str, Any]
    ) -> Sequence[Record]:
        """Return the records of an item.

        Raises AttributeError, KeyError, TypeError, ValueError.
        """

    def records_path(self, zone: Zone) -> str:
        """Return the path of the list of a zone's records."""
        return self.record_list.path.format(zone=_segment(zone.handle))

    async def send(
        self, call: Call, zone: Zone, operation: Operation, body: object = None
    ) -> None:
        """Make one change, and compare what the answer tells of it. Raises DdnsError."""
        update, form = operation.update, self.form
        path = (call.path or self.own_path).format(
            records=self.records_path(zone),
            zone=_segment(zone.handle),
            name=_segment(form.names.written(update.hostname, zone, form.apex)),
            type=update.family.record_type,
            record=_segment(operation.record and operation.record.handle),
        )
        answer = await self.api.call(call.method, path, json=body, writes=True)
        if body is not None and update.address is not None:
            raise_for_other_content(answer.body, [update.address])

    def body(
        self,
        zone: Zone,
        operation: Operation,
        value: object,
        *,
        call: Call,
        new: bool,
        held_ttl: int | None,
    ) -> object:
        """Return what a call sends of a record or record set."""
        form, update, path = self.form, operation.update, call.path or self.own_path
        body: dict[str, object] = dict(form.extra) if new else {}
        body[form.value] = value
        ttl = self.ttl(update)
        if ttl is None and (new or not form.keeps_ttl):
            ttl = held_ttl or (zone.ttl[0] if zone.ttl else form.new_ttl)
        if ttl is not None and form.ttl:
            body[form.ttl] = form.number(ttl)
        if (new and "{type}" not in path) or "type" in form.resends:
            body[form.type] = update.family.record_type
        if (new and "{name}" not in path) or "name" in form.resends:
            body[form.name] = form.names.written(update.hostname, zone, form.apex)
        return form.wrap(body)

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Carry out the operations one by one, and finish the changes."""
        results = await super().apply(zone, operations)
        if not any(isinstance(result, Outcome) for result in results):
            return results
        try:
            await self.after(zone)
        except DdnsError as err:
            err.maybe_applied = True
            return [err if isinstance(each, Outcome) else each for each in results]
        return results


class DeclaredRecords(DeclaredZone):
    """The same where every record has an id by which it is changed."""

    @override
    def read_records(
        self, hostname: Hostname, family: Family, item: Mapping[str, Any]
    ) -> Sequence[Record]:
        """Return the record of an item."""
        form = self.form
        return [
            Record(
                hostname=hostname,
                family=family,
                address=parse_address(item[form.value], family),
                ttl=_number(item.get(form.ttl)),
                handle=str(item[form.handle]),
            )
        ]

    @override
    async def carry_out(self, zone: Zone, operation: Operation) -> None:
        """Create, change or delete a record; a new one is added before the old one goes."""
        form, record = self.form, operation.record
        if record is not None and operation.change is ChangeKind.DELETE:
            await self.send(form.deletes, zone, operation)
            return
        call = form.creates if record is None else form.changes or form.creates
        body = self.body(
            zone,
            operation,
            str(operation.update.address),
            call=call,
            new=call is form.creates,
            held_ttl=record.ttl if record else None,
        )
        await self.send(call, zone, operation, body)
        if record is None or form.changes is not None:
            return
        try:
            await self.send(form.deletes, zone, operation)
        except DdnsError as err:
            err.maybe_applied = True
            raise


class DeclaredRecordSets(DeclaredZone):
    """The same where the records of a name and type are replaced together."""

    own_path = "{records}/{name}/{type}"

    @override
    def read_records(
        self, hostname: Hostname, family: Family, item: Mapping[str, Any]
    ) -> Sequence[Record]:
        """Return the records of a record set."""
        form = self.form
        return [
            Record(
                hostname=hostname,
                family=family,
                address=parse_address(each[form.item] if form.item else each, family),
                ttl=_number(item.get(form.ttl)),
            )
            for each in item[form.value]
        ]

    @override
    async def carry_out(self, zone: Zone, operation: Operation) -> None:
        """Replace a record set, or delete it when nothing is left in it."""
        form, held = self.form, operation.siblings
        values = [str(address) for address in addresses_after(operation)]
        if not values:
            await self.send(form.deletes, zone, operation)
            return
        call = form.changes if held and form.changes else form.creates
        body = self.body(
            zone,
            operation,
            [{form.item: value} for value in values] if form.item else values,
            call=call,
            new=not held,
            held_ttl=held[0].ttl if held else None,
        )
        await self.send(call, zone, operation, body)


def _segment(text: object) -> str:
    """Return a text as one segment of a path."""
    return path_of(text).removeprefix("/")


def _number(value: object) -> int | None:
    """Return a TTL in seconds, None where an item has none."""
    return None if value is None else int(str(value))
