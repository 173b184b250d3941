"""Providers with an API for the records of a zone: list, compare, change."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
import logging
from typing import ClassVar, override

from ..address import Address, Family
from ..errors import DdnsError, InvalidField, Refused, UnexpectedResponse
from ..hostname import Hostname
from ..net.http import HttpClient
from ..outcome import Outcome
from ..provider import Provider
from ..provider_info import Held, Result, Settings, Update
from .in_the_way import cname_in_the_way
from .zone_refusals import of_zone, zone_not_found

_LOGGER = logging.getLogger(__name__)

# outcomes that stand for a record with the wanted address
_PUBLISHED = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One address record as the provider holds it; `handle` is the provider's id of it.

    `managed` is True for a record that the provider keeps for a service of its own,
    `enabled` False for one that it keeps but does not serve.
    """

    hostname: Hostname
    family: Family
    address: Address
    ttl: int | None = None
    handle: str | None = None
    managed: bool = False
    enabled: bool = True
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone; `handle` is the provider's id of it.

    `delegated` is False before the delegation to the provider, `writable` for a copy
    of a zone. `ttl` is the range of TTLs in seconds where zones differ.
    """

    name: Hostname
    handle: str = ""
    delegated: bool = True
    writable: bool = True
    ttl: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a zone holds at the hostnames asked for: address records, and CNAMEs in the way.

    `blocked` are names blocked by another record, with the error that says so. `errors`
    are those of hostnames whose records cannot be known.
    """

    records: Sequence[Record] = ()
    aliases: frozenset[Hostname] = frozenset()
    blocked: Mapping[tuple[Hostname, Family], DdnsError] = field(default_factory=dict)
    errors: Mapping[Hostname, DdnsError] = field(default_factory=dict)

    @property
    def record_sets(self) -> Mapping[tuple[Hostname, Family], Sequence[Record]]:
        """Return the records by hostname and family."""
        record_sets: dict[tuple[Hostname, Family], list[Record]] = defaultdict(list)
        for record in self.records:
            record_sets[record.hostname, record.family].append(record)
        return record_sets


class ChangeKind(StrEnum):
    """What to do with a record."""

    CREATE = "create"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One change of a zone; `record` is the one to replace or delete."""

    change: ChangeKind
    update: Update
    record: Record | None = None
    # every record of the same hostname and type, so that foreign values survive
    siblings: Sequence[Record] = ()

    @property
    def outcome(self) -> Outcome:
        """Return what it is for its update once it is carried out."""
        if self.update.address is None:
            return Outcome.WITHDRAWN
        return Outcome.CREATED if self.change is ChangeKind.CREATE else Outcome.UPDATED


class ZoneProvider(Provider):
    """A provider that lists and edits records. Subclasses leave only the calls and the names.

    `outdated` are the codes of errors after which the zone is read again.
    """

    outdated: ClassVar[frozenset[str]] = frozenset()
    withdraws = True
    creates = True

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        # the TTLs that were not as wanted, and have been told
        self._told: set[tuple[Hostname, int]] = set()
        self._ttl_ranges: Mapping[Hostname, tuple[int, int]] = {}
        # the zones that hostnames were found in
        self._names: set[Hostname] = set()

    @override
    def in_requests(self, updates: Sequence[Update]) -> Sequence[Sequence[Update]]:
        """Return updates by zone; of one not looked for yet the last two labels count."""
        parts: dict[object, list[Update]] = defaultdict(list)
        for update in updates:
            name = update.hostname
            zone = name.zone(self._names) or ".".join(name.fqdn.split(".")[-2:])
            parts[zone].append(update)
        return list(parts.values())

    @abstractmethod
    async def zones(self) -> Sequence[Zone]:
        """Return the zones of the account. Raises DdnsError."""

    @abstractmethod
    async def holdings(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Return what a zone holds at these hostnames. Raises DdnsError."""

    @abstractmethod
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Carry out operations in their order; one result each. Raises DdnsError."""

    def matches(self, update: Update, record: Record) -> bool:
        """Return True if a record with the right address has the right settings too."""
        ttl = update.settings.get("ttl")
        return ttl is None or record.ttl is None or record.ttl == ttl

    async def zones_of(
        self, hostnames: Sequence[Hostname]
    ) -> Mapping[Hostname, Zone | DdnsError]:
        """Return the zone with the longest suffix of each hostname, or why there is none.

        Raises DdnsError.
        """
        by_name = {zone.name: zone for zone in await self.zones()}
        return {
            hostname: by_name[name]
            if (name := hostname.zone(by_name))
            else zone_not_found()
            for hostname in hostnames
        }

    @override
    async def publish(self, updates: Sequence[Update]) -> Sequence[Result]:
        """List, compare and change, zone by zone."""
        try:
            zones = await self.zones_of(_hostnames(updates))
        except DdnsError as err:
            return [err] * len(updates)
        self._names |= {each.name for each in zones.values() if isinstance(each, Zone)}
        results: dict[Update, Result] = {}
        groups: dict[Zone, list[Update]] = defaultdict(list)
        asked, updates = updates, []
        for update in asked:
            zone = zones[update.hostname]
            if isinstance(zone, DdnsError):
                results[update] = zone
            elif not zone.writable:
                results[update] = Refused(reason="zone_read_only")
            else:
                update = self._fitted(update, zone)
                groups[zone].append(update)
            updates.append(update)
        halt: DdnsError | None = None
        for zone, group in groups.items():
            # what concerns the account would only be refused again
            if halt is not None:
                results |= dict.fromkeys(group, halt)
                continue
            try:
                published = await self._publish_zone(zone, group)
            except DdnsError as err:
                published = dict.fromkeys(group, err)
            published = {key: of_zone(each) for key, each in published.items()}
            results |= published
            halt = next(
                (
                    result
                    for result in published.values()
                    if isinstance(result, DdnsError) and result.account_wide
                ),
                None,
            )
        return [results[update] for update in updates]

    @override
    async def hostnames(self) -> Sequence[Hostname] | None:
        """Return the names of the zones: hostnames are at or below them."""
        zones = await self.zones()
        self._ttl_ranges = {zone.name: zone.ttl for zone in zones if zone.ttl}
        return [zone.name for zone in zones]

    @property
    @override
    def ttl_ranges(self) -> Mapping[Hostname, tuple[int, int]]:
        """Return the smallest and largest TTL of the zones that were listed last."""
        return self._ttl_ranges

    @override
    async def read(self, records: Sequence[tuple[Hostname, Family]]) -> Held:
        """Return what the zones hold."""
        groups: dict[Zone, list[Hostname]] = defaultdict(list)
        names = list(dict.fromkeys(hostname for hostname, _ in records))
        for hostname, zone in (await self.zones_of(names)).items():
            if isinstance(zone, Zone):
                groups[zone].append(hostname)
        held: dict[tuple[Hostname, Family], frozenset[Address]] = {}
        for zone, hostnames in groups.items():
            holdings = await self.holdings(zone, hostnames)
            record_sets = holdings.record_sets
            known = set(hostnames) - set(holdings.errors)
            held |= {
                key: frozenset(
                    record.address
                    for record in record_sets.get(key, ())
                    if record.enabled
                )
                for key in records
                if key[0] in known
            }
        return held

    def _fitted(self, update: Update, zone: Zone) -> Update:
        """Return an update with a TTL that the zone takes; the log tells of another one."""
        wanted = update.settings.get("ttl")
        if zone.ttl is None or wanted is None:
            return update
        ttl = min(max(int(wanted), zone.ttl[0]), zone.ttl[1])
        if ttl == wanted:
            return update
        told = (update.hostname, ttl)
        if told not in self._told:
            self._told.add(told)
            _LOGGER.warning(
                "%s: the zone %s takes a TTL from %s to %s seconds, so it is %s and not %s",
                *(update.hostname, zone.name, *zone.ttl, ttl, wanted),
            )
        return replace(update, settings={**update.settings, "ttl": ttl})

    async def _publish_zone(
        self, zone: Zone, updates: Sequence[Update]
    ) -> Mapping[Update, Result]:
        """Bring one zone to what is wanted, and look again at what was outdated."""
        results = await self._reconcile(zone, updates)
        outdated = {
            update: result
            for update, result in results.items()
            if isinstance(result, DdnsError) and result.code in self.outdated
        }
        if outdated:
            try:
                results |= await self._reconcile(zone, list(outdated))
            except DdnsError as err:
                # the list would have told what became of the first try
                err.maybe_applied |= any(e.maybe_applied for e in outdated.values())
                results |= dict.fromkeys(outdated, err)
        if not zone.delegated:
            results = {
                update: Outcome.PENDING if result in _PUBLISHED else result
                for update, result in results.items()
            }
        return results

    async def _reconcile(
        self, zone: Zone, updates: Sequence[Update]
    ) -> dict[Update, Result]:
        """List, compare and change one zone."""
        holdings = await self.holdings(zone, _hostnames(updates))
        results: dict[Update, Result] = {}
        operations: list[Operation] = []
        record_sets = holdings.record_sets
        for update in updates:
            siblings = record_sets.get((update.hostname, update.family), ())
            planned = self._plan(update, siblings, holdings)
            if not isinstance(planned, Operation):
                results[update] = planned
            elif planned.record is not None and planned.record.managed:
                results[update] = Refused(reason="record_managed")
            else:
                operations.append(planned)
        # what is added first can never leave a name without an address
        operations.sort(key=lambda operation: operation.change is ChangeKind.DELETE)
        if operations:
            answers = await self._answers(zone, operations)
            for operation, answer in zip(operations, answers, strict=True):
                results[operation.update] = answer
        return results

    async def _answers(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Carry out operations; an error then concerns them all, and only them."""
        try:
            answers = await self.apply(zone, operations)
        except DdnsError as err:
            return [err] * len(operations)
        if len(answers) != len(operations):
            incomplete = UnexpectedResponse(
                "incomplete", reason="change_unanswered", maybe_applied=True
            )
            return [incomplete] * len(operations)
        return answers

    def _plan(
        self, update: Update, siblings: Sequence[Record], holdings: Holdings
    ) -> Operation | Result:
        """Return what to do for one update, or its result when nothing is to be done."""
        if update.hostname in holdings.errors:
            return holdings.errors[update.hostname]
        served = [record for record in siblings if record.enabled]
        if update.address is None:
            ours = _with_address(served, update.previous)
            if ours is None:
                return Outcome.WITHDRAWN
            return Operation(
                change=ChangeKind.DELETE, update=update, record=ours, siblings=siblings
            )
        if update.hostname in holdings.aliases:
            return cname_in_the_way()
        if (update.hostname, update.family) in holdings.blocked:
            return holdings.blocked[update.hostname, update.family]
        if siblings and not served:
            return Refused(reason="record_disabled")
        right = _with_address(served, update.address)
        ours = _with_address(served, update.previous)
        if right is not None:
            if ours is not None and ours is not right:
                # an interrupted run left our old address beside the new one
                return Operation(
                    change=ChangeKind.DELETE,
                    update=update,
                    record=ours,
                    siblings=siblings,
                )
            if self.matches(update, right):
                return Outcome.UNCHANGED
            return Operation(
                change=ChangeKind.REPLACE,
                update=update,
                record=right,
                siblings=siblings,
            )
        if not siblings:
            return Operation(change=ChangeKind.CREATE, update=update)
        if ours is None and len(served) == 1:
            ours = served[0]
        if ours is None:
            return InvalidField(
                "hostname",
                "several_records",
                reason="several_records",
                facts={
                    "count": str(len(served)),
                    "record_type": update.family.record_type,
                },
            )
        return Operation(
            change=ChangeKind.REPLACE, update=update, record=ours, siblings=siblings
        )


def _hostnames(updates: Sequence[Update]) -> Sequence[Hostname]:
    """Return the hostnames of some updates, each once."""
    return list(dict.fromkeys(update.hostname for update in updates))


def _with_address(records: Sequence[Record], address: Address | None) -> Record | None:
    """Return the record with this address."""
    return next((record for record in records if record.address == address), None)
