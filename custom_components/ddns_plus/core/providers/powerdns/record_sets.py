"""PowerDNS's record sets: JSON form, names, and meaning of refusals.

Reference: powerdns.py.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ...address import Family, parse_address
from ...dialects.record_sets import WantedRecordSet
from ...dialects.zone import Record
from ...errors import DdnsError, InvalidField
from ...hostname import Hostname

_DEFAULT_TTL = 300
# kinds of zones that are not copies of another server's
WRITABLE = frozenset({"native", "master", "primary", "producer"})
# record types that make addresses themselves; LUA says which type it makes
_MAKERS = frozenset({"ALIAS", "LUA"})
_MADE_BY_LUA = frozenset({"A", "AAAA", "CNAME"})
# the end of an error's text: one record set spoiled the request
REFUSALS: Mapping[str, Callable[[str], DdnsError]] = {
    "Conflicts with pre-existing RRset": partial(
        InvalidField, "hostname", "cname_in_the_way"
    ),
    "Conflicts with another RRset": partial(
        InvalidField, "hostname", "cname_in_the_way"
    ),
    "Name is out of zone": partial(InvalidField, "hostname", "zone_mismatch"),
}
# of an error of which it stays open which record set spoiled the request
SPOILS = frozenset({"cname_in_the_way", "http_400", "http_422", "zone_mismatch"})


def wire_name(hostname: Hostname) -> str:
    """Return a name as the API has it: complete, with the dot at its end."""
    return f"{hostname}."


def code_of(body: Any) -> str:
    """Return the end of an error's text, which stands for a code."""
    return str(body["error"]).rpartition(": ")[2]


def records_of(
    hostname: Hostname, family: Family, item: Mapping[str, Any]
) -> list[Record]:
    """Return the records of a record set. Raises KeyError, TypeError, ValueError."""
    return [
        Record(
            hostname=hostname,
            family=family,
            address=parse_address(each["content"], family),
            ttl=int(item["ttl"]),
            enabled=not each.get("disabled"),
        )
        for each in item["records"]
    ]


def maker_of_addresses(item: Mapping[str, Any]) -> DdnsError | None:
    """Return the error of a record set that makes addresses itself, None for another.

    Raises AttributeError, KeyError, TypeError.
    """
    kind = str(item["type"])
    if kind not in _MAKERS or not _makes_addresses(kind, item):
        return None
    return InvalidField(
        "hostname",
        f"{kind.lower()}_in_the_way",
        reason="record_makes_addresses",
        facts={"record_type": kind},
    )


def _makes_addresses(kind: str, item: Mapping[str, Any]) -> bool:
    """Return True if a record set stands for addresses; a disabled one does not."""
    served = [each["content"] for each in item["records"] if not each.get("disabled")]
    if kind == "ALIAS":
        return bool(served)
    return any(text.partition(" ")[0] in _MADE_BY_LUA for text in served)


def wire_form(wanted: WantedRecordSet) -> Mapping[str, object]:
    """Return what puts a record set in place of the present one, or deletes it.

    Comments are left out: then they stay.
    """
    form: dict[str, object] = {
        "name": wire_name(wanted.hostname),
        "type": wanted.family.record_type,
    }
    if not wanted.records:
        return form | {"changetype": "DELETE"}
    ttl = wanted.held_ttl if wanted.wanted_ttl is None else wanted.wanted_ttl
    return form | {
        "changetype": "REPLACE",
        "ttl": _DEFAULT_TTL if ttl is None else ttl,
        "records": [
            {"content": str(each.address), "disabled": not each.enabled}
            for each in wanted.records
        ],
    }
