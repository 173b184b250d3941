"""PowerDNS's record sets: their JSON form, names, and what its refusals stand for.

Reference: powerdns.py.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from ...address import parse_address
from ...dialects.json_api import malformed
from ...dialects.json_zone import FAMILIES
from ...dialects.record_sets import RecordSet
from ...dialects.zone import Holdings, Record, Zone
from ...errors import DdnsError, InvalidField
from ...hostname import Hostname, InvalidHostnameError

_DEFAULT_TTL = 300
# kinds of zones that are not copies of another server's
_WRITABLE = frozenset({"native", "master", "primary", "producer"})
# record types that make addresses themselves; LUA says which type it makes
_MAKERS = {"ALIAS": "an ALIAS", "LUA": "a LUA"}
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


def hostname_from(name: object) -> Hostname | None:
    """Return the hostname of a name, None for one that no hostname can have."""
    try:
        return Hostname.parse(str(name)) if str(name).endswith(".") else None
    except InvalidHostnameError:
        return None


def problem(body: Any) -> tuple[object, object]:
    """Return the code and the words of an error."""
    said = str(body["error"])
    return said.rpartition(": ")[2], said


def zones_from(items: Iterable[Mapping[str, Any]]) -> list[Zone]:
    """Return the zones of a list. Raises UnexpectedResponse."""
    if not isinstance(items, list):
        raise malformed()
    try:
        return [
            Zone(
                name=name,
                handle=str(item["id"]),
                writable=str(item["kind"]).lower() in _WRITABLE,
            )
            for item in items
            if (name := hostname_from(item["name"])) is not None
        ]
    except AttributeError, KeyError, TypeError:
        raise malformed() from None


def holdings_from(
    items: Iterable[Mapping[str, Any]], hostnames: Iterable[Hostname]
) -> Holdings:
    """Return what a zone's record sets say of these hostnames.

    Raises UnexpectedResponse.
    """
    wanted = frozenset(hostnames)
    records: list[Record] = []
    aliases: set[Hostname] = set()
    errors: dict[Hostname, DdnsError] = {}
    try:
        for item in items:
            hostname, kind = hostname_from(item["name"]), str(item["type"])
            if hostname is None or hostname not in wanted:
                continue
            if kind == "CNAME" and item["records"]:
                aliases.add(hostname)
            elif kind in _MAKERS and _makes_addresses(kind, item):
                errors[hostname] = InvalidField(
                    "hostname",
                    f"{kind.lower()}_in_the_way",
                    f"{_MAKERS[kind]} record makes the addresses of this name",
                )
            elif (family := FAMILIES.get(kind)) is not None:
                records += [
                    Record(
                        hostname=hostname,
                        family=family,
                        address=parse_address(each["content"], family),
                        ttl=int(item["ttl"]),
                        enabled=not each.get("disabled"),
                    )
                    for each in item["records"]
                ]
    except AttributeError, KeyError, TypeError, ValueError:
        raise malformed("a record is damaged") from None
    return Holdings(records=records, aliases=frozenset(aliases), errors=errors)


def _makes_addresses(kind: str, item: Mapping[str, Any]) -> bool:
    """Return whether a record set stands for addresses; what is disabled does not."""
    served = [each["content"] for each in item["records"] if not each.get("disabled")]
    if kind == "ALIAS":
        return bool(served)
    return any(text.partition(" ")[0] in _MADE_BY_LUA for text in served)


def wire_form(wanted: RecordSet) -> Mapping[str, object]:
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
