"""JSON form of deSEC's domains and record sets."""

from collections.abc import Mapping, Sequence

from ...dialects.json_zone import relative_name
from ...dialects.record_sets import WantedRecordSet
from ...dialects.zone import Zone

# in seconds; the smallest one is each domain's own
LARGEST_TTL = 86400


def wire_form(wanted: WantedRecordSet, zone: Zone) -> Mapping[str, object]:
    """Return what makes a record set what it shall be; the TTL is left out where it stays."""
    form: dict[str, object] = {
        "subname": relative_name(wanted.hostname, zone.name, ""),
        "type": wanted.family.record_type,
        "records": [str(each.address) for each in wanted.records],
    }
    ttl = wanted.wanted_ttl
    if ttl is None and wanted.new and zone.ttl is not None:
        ttl = zone.ttl[0]
    return form if ttl is None or not wanted.records else form | {"ttl": ttl}


def applied(parts: Sequence[Mapping[str, object]], answer: object) -> bool:
    """Return True if an answer lists all record sets that were sent with records."""
    wanted = [part for part in parts if part["records"]]
    if not wanted:
        return answer is None or isinstance(answer, list)
    if not isinstance(answer, list):
        return False
    held = {_key(item) for item in answer if isinstance(item, dict)}
    return all(_key(part) in held for part in wanted)


def _key(item: Mapping[str, object]) -> tuple[str, str, frozenset[str]]:
    """Return what tells whether two record sets are the same."""
    records = item.get("records")
    values = records if isinstance(records, list) else ()
    return (
        str(item.get("subname")),
        str(item.get("type")),
        frozenset(str(value) for value in values),
    )
