"""Cloudflare's records: JSON form and batches of changes.

A batch is one transaction: its first error undoes it. It always deletes before it adds,
so deletions go in a batch of their own, after all else is in place. A patch leaves what
it does not name as it is: proxied, TTL, comment, tags. Reference: api.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from ...address import Family, parse_address
from ...dialects.batches import send_batches
from ...dialects.json_zone import complete_name
from ...dialects.written import raise_for_other_content
from ...dialects.zone import ChangeKind, Operation, Record, Zone
from ...errors import InvalidField
from ...hostname import Hostname, InvalidHostnameError
from ...provider_info import Result, Update
from .api import CloudflareApi

# changes in one batch, on the free plan
LARGEST_BATCH = 200
PROXIED = "proxied"
DNS_ONLY = "dns_only"

AUTOMATIC_TTL = 1


def records_path(zone: Zone) -> str:
    """Return where a zone's records are."""
    return f"/zones/{zone.handle}/dns_records"


def zones_from(items: Iterable[Mapping[str, Any]]) -> list[Zone]:
    """Return the zones of a list; one that is not "active" waits for its name servers.

    Of two accounts that both claim a zone only one can have it active.
    """
    zones: dict[Hostname, Zone] = {}
    for item in items:
        name, delegated = _hostname(item), item.get("status") in (None, "active")
        if name is not None and (delegated or name not in zones):
            zones[name] = Zone(name=name, handle=str(item["id"]), delegated=delegated)
    return list(zones.values())


def name_in(name: object, zone: Hostname) -> Hostname | None:
    """Return the hostname of a record. Raises InvalidField for a record of another zone."""
    hostname = complete_name(name, zone)
    if hostname is not None and not hostname.within(zone):
        raise InvalidField("zone", reason="zone_mismatch")
    return hostname


def record_in(
    hostname: Hostname, family: Family, item: Mapping[str, Any]
) -> Sequence[Record]:
    """Return the address record of an item.

    Raises AttributeError, KeyError, TypeError, ValueError.
    """
    return [
        Record(
            hostname=hostname,
            family=family,
            address=parse_address(item["content"], family),
            ttl=int(item["ttl"]),
            handle=str(item["id"]),
            managed=bool((item.get("meta") or {}).get("read_only")),
            settings={"proxied": bool(item.get("proxied"))},
        )
    ]


async def carry_out(
    api: CloudflareApi, path: str, operations: Sequence[Operation]
) -> list[Result]:
    """Return the result of each operation, in as few batches as possible.

    `path` is that of the zone's records.
    """
    deletions = [each for each in operations if each.change is ChangeKind.DELETE]
    others = [each for each in operations if each.change is not ChangeKind.DELETE]

    async def send(batch: Sequence[Operation]) -> None:
        answer = await api.call("POST", f"{path}/batch", json=_body(batch))
        for operation in batch:
            if operation.change is not ChangeKind.DELETE and operation.update.address:
                raise_for_other_content(
                    _named(answer, operation.update), [operation.update.address]
                )

    results: dict[Update, Result] = {
        each.update: error or each.outcome
        for each, error in await send_batches(
            [*_batches(others), *_batches(deletions)], send
        )
    }
    return [results[operation.update] for operation in operations]


def _batches(operations: Sequence[Operation]) -> Iterator[tuple[Operation, ...]]:
    """Return operations in parts that one batch takes."""
    return batched(operations, LARGEST_BATCH, strict=False)


def _hostname(item: Mapping[str, Any]) -> Hostname | None:
    """Return the name of a zone or record, None for one that no hostname can have."""
    try:
        return Hostname.parse(str(item.get("name")))
    except InvalidHostnameError:
        return None


def _named(answer: Mapping[str, Any], update: Update) -> list[object]:
    """Return what an answer to a batch tells of the records of one name and type."""
    result = answer.get("result")
    told = result if isinstance(result, dict) else {}
    return [
        item.get("content")
        for key in ("posts", "patches")
        for item in told.get(key) or ()
        if isinstance(item, dict)
        and _hostname(item) == update.hostname
        and item.get("type") == update.family.record_type
    ]


def _body(operations: Iterable[Operation]) -> Mapping[str, Sequence[object]]:
    """Return the JSON form of a batch."""
    body: dict[str, list[object]] = {}
    for operation in operations:
        update, record = operation.update, operation.record
        if record is None:
            body.setdefault("posts", []).append(_new(update))
        elif operation.change is ChangeKind.DELETE:
            body.setdefault("deletes", []).append({"id": record.handle})
        else:
            body.setdefault("patches", []).append(_patch(update, record))
    return body


def _new(update: Update) -> Mapping[str, object]:
    """Return the JSON form of a record that does not exist yet."""
    proxied = update.settings.get("proxied") == PROXIED
    ttl = update.settings.get("ttl")
    return {
        "type": update.family.record_type,
        "name": str(update.hostname),
        "content": str(update.address),
        "ttl": AUTOMATIC_TTL if proxied or ttl is None else ttl,
        "proxied": proxied,
    }


def _patch(update: Update, record: Record) -> Mapping[str, object]:
    """Return what is to be different about a record, and nothing else."""
    patch: dict[str, object] = {"id": record.handle, "content": str(update.address)}
    wanted = update.settings.get("proxied")
    if wanted is not None:
        patch["proxied"] = wanted == PROXIED
    # a proxied record has no TTL of its own
    proxied = patch.get("proxied", record.settings.get("proxied"))
    if (ttl := update.settings.get("ttl")) is not None and not proxied:
        patch["ttl"] = ttl
    return patch
