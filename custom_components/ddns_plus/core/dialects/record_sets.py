"""Operations of a zone as record sets that replace the present ones."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched

from ..address import Family
from ..errors import DdnsError
from ..hostname import Hostname
from ..provider_info import Result, Update
from .batches import MOST_SPLITS, SpoiledError, send_batches
from .zone import Operation, Record

LARGEST_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecordSet:
    """Records that a hostname and family shall hold; none for one to delete."""

    hostname: Hostname
    family: Family
    records: Sequence[Record]
    operations: Sequence[Operation]

    @property
    def wanted_ttl(self) -> int | None:
        """Return the TTL in seconds that the user wants, None for no wish."""
        wishes = [each.update.settings.get("ttl") for each in self.operations]
        return next((int(wish) for wish in wishes if wish is not None), None)

    @property
    def held_ttl(self) -> int | None:
        """Return the TTL in seconds that the records have, None where there are none."""
        siblings = (record for each in self.operations for record in each.siblings)
        return next((record.ttl for record in siblings), None)

    @property
    def new(self) -> bool:
        """Return True if there are no records yet."""
        return not any(each.siblings for each in self.operations)


async def replace_record_sets(
    operations: Sequence[Operation],
    send: Callable[[Sequence[WantedRecordSet]], Awaitable[None]],
    *,
    spoils: frozenset[str],
    largest: int = LARGEST_BATCH,
    most_splits: int = MOST_SPLITS,
) -> list[Result]:
    """Return the result of each operation, in as few requests as possible.

    `send` puts at most `largest` record sets in place, all or none, and raises DdnsError
    or PartsRefusedError. `spoils` are the codes of errors that name no record set: the
    request is then halved, at most `most_splits` times.
    """

    async def send_all(batch: Sequence[WantedRecordSet]) -> None:
        try:
            await send(batch)
        except DdnsError as err:
            if err.code not in spoils or err.maybe_applied:
                raise
            raise SpoiledError(err) from None

    batches = batched(record_sets(operations), largest, strict=False)
    results: dict[Update, Result] = {
        each.update: error or each.outcome
        for wanted, error in await send_batches(
            batches, send_all, most_splits=most_splits
        )
        for each in wanted.operations
    }
    return [results[operation.update] for operation in operations]


def record_sets(operations: Iterable[Operation]) -> list[WantedRecordSet]:
    """Return the record sets that carry operations out, foreign records kept.

    Operations on the same record set become one, in their order.
    """
    groups: dict[tuple[Hostname, Family], list[Operation]] = defaultdict(list)
    for operation in operations:
        update = operation.update
        groups[update.hostname, update.family].append(operation)
    return [
        WantedRecordSet(
            hostname=hostname,
            family=family,
            records=_records(group),
            operations=group,
        )
        for (hostname, family), group in groups.items()
    ]


def _records(operations: Sequence[Operation]) -> Sequence[Record]:
    """Return the records of a record set after its operations."""
    held = list(next((each.siblings for each in operations if each.siblings), ()))
    for operation in operations:
        update = operation.update
        held = [each for each in held if each != operation.record]
        if update.address is None:
            continue
        if any(each.address == update.address and each.enabled for each in held):
            continue
        held.append(
            Record(
                hostname=update.hostname, family=update.family, address=update.address
            )
        )
    return held
