"""Hetzner's record sets: JSON form and requests of changes."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...address import Family, parse_address
from ...dialects.json_api import path_of
from ...dialects.json_zone import addresses_after, relative_name
from ...dialects.zone import ChangeKind, Operation, Record, Zone
from ...hostname import Hostname


def records_of(
    hostname: Hostname, family: Family, item: Mapping[str, Any]
) -> list[Record]:
    """Return the records of a record set. Raises KeyError, ValueError, TypeError."""
    return [
        Record(
            hostname=hostname,
            family=family,
            address=parse_address(each["value"], family),
            ttl=item["ttl"],
            settings={"comment": text} if (text := each.get("comment")) else {},
        )
        for each in item["records"]
    ]


def writes(
    path: str, zone: Zone, operation: Operation, ttl: int | None
) -> Iterator[tuple[str, str, object]]:
    """Return the requests that an operation takes: method, path and body of each.

    `path` is that of the zone's record sets, `ttl` in seconds is None where it stays as it is.
    """
    update = operation.update
    name, kind = relative_name(update.hostname, zone.name), update.family.record_type
    comments = {each.address: each.settings for each in operation.siblings}
    if operation.record is not None and update.address is not None:
        comments.setdefault(update.address, operation.record.settings)
    wanted = addresses_after(operation)
    records = [{"value": str(each), **comments.get(each, {})} for each in wanted]
    if operation.change is ChangeKind.CREATE:
        body: dict[str, object] = {"name": name, "type": kind, "records": records}
        yield "POST", path, body if ttl is None else {**body, "ttl": ttl}
        return
    path += path_of(name, kind)
    if not records:
        yield "DELETE", path, None
        return
    if set(wanted) != {each.address for each in operation.siblings}:
        yield "POST", f"{path}/actions/set_records", {"records": records}
    if ttl is not None and ttl != operation.siblings[0].ttl:
        yield "POST", f"{path}/actions/change_ttl", {"ttl": ttl}
