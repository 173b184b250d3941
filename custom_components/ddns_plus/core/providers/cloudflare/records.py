"""Cloudflare's records: their JSON form, and the batches that change them.

A batch is one transaction: its first error undoes it. It always deletes before it adds,
so deletions go in a batch of their own, after all else is in place. A patch leaves what
it does not name as it is: proxied, TTL, comment, tags. Reference: cloudflare_api.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from ...address import Family, parse_address
from ...dialects.zone import ChangeKind, Holdings, Operation, Record, Zone
from ...errors import DdnsError, InvalidField, UnexpectedResponse
from ...hostname import Hostname, InvalidHostnameError
from ...provider_info import Result, Update
from .api import CloudflareApi, RecordError

# changes in one batch, on the free plan
LARGEST_BATCH = 200
PROXIED = "proxied"
DNS_ONLY = "dns_only"

AUTOMATIC_TTL = 1
# what is spent on finding the records that spoil a batch
_MOST_SPLITS = 50
_FAMILIES = {family.record_type: family for family in Family}


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


def holdings_from(
    items: Iterable[Mapping[str, Any]], zone: Zone, hostnames: Iterable[Hostname]
) -> Holdings:
    """Return what a list of records says of these hostnames, of which it may say more.

    Raises UnexpectedResponse, and InvalidField when it is the list of another zone.
    """
    wanted = frozenset(hostnames)
    records: list[Record] = []
    aliases: set[Hostname] = set()
    for item in items:
        if (hostname := _hostname(item)) is None:
            continue
        if not hostname.within(zone.name):
            raise InvalidField("zone", reason="zone_mismatch")
        if hostname not in wanted:
            continue
        record_type = str(item.get("type"))
        if record_type == "CNAME":
            aliases.add(hostname)
        elif (family := _FAMILIES.get(record_type)) is not None:
            records.append(_record(hostname, family, item))
    return Holdings(records=records, aliases=frozenset(aliases))


def _record(hostname: Hostname, family: Family, item: Mapping[str, Any]) -> Record:
    """Return an address record."""
    try:
        return Record(
            hostname=hostname,
            family=family,
            address=parse_address(item["content"], family),
            ttl=int(item["ttl"]),
            handle=str(item["id"]),
            managed=bool((item.get("meta") or {}).get("read_only")),
            settings={"proxied": bool(item.get("proxied"))},
        )
    except AttributeError, KeyError, TypeError, ValueError:
        raise UnexpectedResponse("malformed", reason="record_damaged") from None


async def carry_out(
    api: CloudflareApi, path: str, operations: Sequence[Operation]
) -> list[Result]:
    """Return what became of each operation, in as few batches as possible.

    `path` is where the zone's records are. A batch that a record spoils is halved until
    that record is alone.
    """
    results: dict[Update, Result] = {}
    deletions = [each for each in operations if each.change is ChangeKind.DELETE]
    others = [each for each in operations if each.change is not ChangeKind.DELETE]
    pending = [*_batches(others), *_batches(deletions)]
    splits = 0
    while pending:
        batch, *pending = pending
        try:
            await api.call("POST", f"{path}/batch", json=_body(batch))
        except RecordError as err:
            if len(batch) == 1:
                results[batch[0].update] = err.error
            elif splits < _MOST_SPLITS:
                splits += 1
                middle = len(batch) // 2
                pending = [batch[:middle], batch[middle:], *pending]
            else:
                # the cause is ambiguous, so no hostname is stopped
                error = UnexpectedResponse("batch_refused", err.error.said)
                results |= {each.update: error for each in batch}
        except DdnsError as err:
            # what has not been sent yet would meet the same error
            left = (each for part in (batch, *pending) for each in part)
            results |= {each.update: err for each in left}
            break
        else:
            results |= {each.update: each.outcome for each in batch}
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
