"""Operations of a zone as record sets that replace what stands there."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched

from ..address import Family
from ..errors import DdnsError, UnexpectedResponse
from ..hostname import Hostname
from ..provider_info import Result, Update
from .zone import Operation, Record

LARGEST_BATCH = 500
# what is spent on finding the record sets that spoil a request
_MOST_SPLITS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecordSet:
    """What a hostname and family shall hold; without records it is to be deleted.

    `ttl` in seconds is what the user wants, else what the records have, else None.
    """

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
        """Return whether nothing stands there yet."""
        return not any(each.siblings for each in self.operations)


class PartsRefusedError(Exception):
    """Some record sets of a request were refused, by their index, and for them all of it."""

    def __init__(self, errors: Mapping[int, DdnsError]) -> None:
        """Keep the errors, of which there is one at least."""
        super().__init__("parts of a request were refused")
        self.errors = errors


async def replace_record_sets(
    operations: Sequence[Operation],
    send: Callable[[Sequence[WantedRecordSet]], Awaitable[None]],
    *,
    spoils: frozenset[str],
    largest: int = LARGEST_BATCH,
    most_splits: int = _MOST_SPLITS,
) -> list[Result]:
    """Return what became of each operation, in as few requests as possible.

    `send` puts at most `largest` record sets in place, all or none, and raises DdnsError
    or PartsRefusedError. `spoils` are the codes of errors of which it stays open which
    record set is meant: the request is halved until that one is alone, and `most_splits`
    limits what is spent on that.
    """
    results: dict[Update, Result] = {}
    pending = [
        list(batch) for batch in batched(record_sets(operations), largest, strict=False)
    ]
    splits = 0
    while pending:
        batch = pending.pop(0)
        try:
            await send(batch)
        except PartsRefusedError as parts:
            for index, error in parts.errors.items():
                results |= _all(batch[index], error)
            rest = [
                each for index, each in enumerate(batch) if index not in parts.errors
            ]
            pending[:0] = [rest] if rest else []
        except DdnsError as err:
            if err.code not in spoils or err.maybe_applied:
                # what has not been sent yet would meet the same error
                batch = [each for left in (batch, *pending) for each in left]
                pending = []
            elif len(batch) > 1 and splits < most_splits:
                splits += 1
                middle = len(batch) // 2
                pending[:0] = [batch[:middle], batch[middle:]]
                continue
            elif len(batch) > 1:
                # the cause is ambiguous, so no hostname is stopped
                err = UnexpectedResponse(
                    "batch_refused", err.said, reason=err.reason, facts=err.facts
                )
            for each in batch:
                results |= _all(each, err)
        else:
            for each in batch:
                results |= {item.update: item.outcome for item in each.operations}
    return [results[operation.update] for operation in operations]


def _all(wanted: WantedRecordSet, error: DdnsError) -> dict[Update, Result]:
    """Return an error as the result of all that was to become of a record set."""
    return {each.update: error for each in wanted.operations}


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
    """Return what a record set holds once operations are carried out."""
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
