r"""Route 53's XML and names: zones, record sets, changes, and the words of an error.

Names have a dot at the end; what is not a letter, digit, hyphen or underscore stands as
a backslash and three octal digits, so that a wildcard begins with "\052". The parser is
defusedxml's, a part of Home Assistant, for it refuses document types and entities.
Reference: route53_api.py.
"""

from collections.abc import Iterable, Mapping, Sequence
import re
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import defusedxml.ElementTree as safe  # type: ignore[import-untyped]

from ...address import Family, parse_address
from ...dialects.in_the_way import record_in_the_way
from ...dialects.record_sets import WantedRecordSet
from ...dialects.zone import Holdings, Record
from ...errors import DdnsError, Refused, UnexpectedResponse
from ...hostname import Hostname, InvalidHostnameError
from .zones import HostedZone

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
# of a record set that is new, when the user wants none
_USUAL_TTL = 300
_ZONE_ID = re.compile(r"(?:/?hostedzone/)?([A-Za-z0-9]{1,32})")
_FAMILIES = {family.record_type: family for family in Family}
# a record set with anything else follows a routing policy
_PLAIN = frozenset({"Name", "Type", "TTL", "ResourceRecords"})
_ESCAPE = re.compile(r"\\([0-3][0-7]{2})")
_ESCAPED_LABEL = re.compile(r"(?:[^\\.]|\\[0-3][0-7]{2})+")
_LABEL = re.compile(r"\*|[A-Za-z0-9_-]+")


# each with the hostname that it stands at, None for a name that no hostname has
type RecordSets = list[tuple[Hostname | None, ET.Element]]


def name_from(hostname: Hostname) -> str:
    """Return a hostname as Route 53 writes it."""
    name = re.sub(
        r"[^a-z0-9_.-]", lambda match: f"\\{ord(match[0]):03o}", hostname.fqdn
    )
    return f"{name}."


def hostname_from(name: str) -> Hostname | None:
    """Return the hostname that a name of Route 53 stands for, None for no hostname."""
    labels = name.strip().removesuffix(".").split(".")
    if not all(_ESCAPED_LABEL.fullmatch(label) for label in labels):
        return None
    decoded = [
        _ESCAPE.sub(lambda match: chr(int(match[1], 8)), label) for label in labels
    ]
    # what was escaped may be a dot or a blank, which would be read as something else
    if not all(_LABEL.fullmatch(label) for label in decoded):
        return None
    try:
        return Hostname.parse(".".join(decoded))
    except InvalidHostnameError:
        return None


def zone_id_from(text: str) -> str | None:
    """Return a hosted zone's id without what stands before it, None if it is none."""
    match = _ZONE_ID.fullmatch(text.strip())
    return match[1] if match else None


def parsed(text: str) -> ET.Element | None:
    """Return the root of an XML document, None for anything else."""
    try:
        root: ET.Element = safe.fromstring(text, forbid_dtd=True)
    # defusedxml's own errors, as that of an entity, are ValueErrors
    except ET.ParseError, ValueError:
        return None
    return root


def tag_of(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def text_in(element: ET.Element, path: str) -> str:
    """Return the text of an element inside another, empty if there is none."""
    found = element.find("/".join(f"{{*}}{part}" for part in path.split("/")))
    return "" if found is None else (found.text or "").strip()


def error_in(root: ET.Element | None) -> tuple[str, str] | None:
    """Return code and message of an error, None when there is no error in it.

    Some errors are named by the document itself, and have several messages.
    """
    if root is None:
        return None
    told = root.find(".//{*}Error") if tag_of(root) != "Error" else root
    if told is not None:
        code = text_in(told, "Code")
        messages = [text_in(told, "Message")]
    else:
        code = tag_of(root)
        messages = [
            (each.text or "").strip() for each in root.iterfind(".//{*}Message")
        ]
        if not messages:
            return None
    return (code, " ".join(messages)) if re.fullmatch(r"\w{1,60}", code) else None


def zones_in(root: ET.Element) -> list[HostedZone]:
    """Return the hosted zones of an answer. Raises UnexpectedResponse."""
    zones = []
    for element in root.iterfind(".//{*}HostedZone"):
        handle = zone_id_from(text_in(element, "Id"))
        size = text_in(element, "ResourceRecordSetCount")
        if handle is None or not text_in(element, "Name"):
            raise UnexpectedResponse("malformed", reason="zone_damaged")
        if (name := hostname_from(text_in(element, "Name"))) is not None:
            zones.append(
                HostedZone(
                    name=name,
                    handle=handle,
                    private=text_in(element, "Config/PrivateZone") == "true",
                    size=int(size) if re.fullmatch(r"[0-9]{1,9}", size) else 0,
                )
            )
    return zones


def record_sets_in(root: ET.Element) -> RecordSets:
    """Return the record sets of an answer."""
    found = root.iterfind("{*}ResourceRecordSets/{*}ResourceRecordSet")
    return [(hostname_from(text_in(each, "Name")), each) for each in found]


def holdings_from(
    elements: RecordSets, zone: Hostname, hostnames: Iterable[Hostname]
) -> Holdings:
    """Return what record sets say of these hostnames, of which they may say more."""
    wanted = frozenset(hostnames)
    records: list[Record] = []
    aliases: set[Hostname] = set()
    blocked: dict[tuple[Hostname, Family], DdnsError] = {}
    errors: dict[Hostname, DdnsError] = {}
    for hostname, element in elements:
        if hostname is None or hostname not in wanted:
            continue
        record_type = text_in(element, "Type")
        if record_type == "CNAME":
            aliases.add(hostname)
        elif (error := record_in_the_way(hostname, zone, record_type)) is not None:
            blocked |= {(hostname, each): error for each in Family}
        elif (family := _FAMILIES.get(record_type)) is not None:
            names = {tag_of(child) for child in element}
            if "AliasTarget" in names:
                blocked[hostname, family] = Refused(
                    reason="alias_record", facts={"record_type": record_type}
                )
                continue
            if names - _PLAIN:
                blocked[hostname, family] = Refused(
                    reason="routing_policy", facts={"record_type": record_type}
                )
            try:
                records += _records(hostname, family, element, names <= _PLAIN)
            except ValueError:
                errors[hostname] = UnexpectedResponse(
                    "malformed", reason="record_damaged"
                )
    return Holdings(
        records=records, aliases=frozenset(aliases), blocked=blocked, errors=errors
    )


def _records(
    hostname: Hostname, family: Family, element: ET.Element, plain: bool
) -> Sequence[Record]:
    """Return the records of a set. Raises ValueError."""
    values = [
        (each.text or "").strip()
        for each in element.iterfind("{*}ResourceRecords/{*}ResourceRecord/{*}Value")
    ]
    ttl = text_in(element, "TTL")
    if not values or not re.fullmatch(r"[0-9]{1,10}", ttl):
        raise ValueError("values and a TTL are missing")
    return [
        Record(
            hostname=hostname,
            family=family,
            address=parse_address(value, family),
            ttl=int(ttl),
            # a deletion must repeat what stands there to the letter
            handle=value,
            managed=not plain,
        )
        for value in values
    ]


def change_batch(record_sets: Iterable[WantedRecordSet]) -> bytes:
    """Return the request that puts record sets in place, or deletes them."""
    changes = "".join(map(_change, record_sets))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ChangeResourceRecordSetsRequest xmlns="{NAMESPACE}"><ChangeBatch><Changes>'
        f"{changes}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
    ).encode()


def _change(wanted: WantedRecordSet) -> str:
    """Return one change."""
    if wanted.records:
        action, records = "UPSERT", wanted.records
        ttl = wanted.wanted_ttl
        ttl = wanted.held_ttl if ttl is None else ttl
    else:
        action, records = "DELETE", wanted.operations[0].siblings
        ttl = wanted.held_ttl
    fields: Mapping[str, str] = {
        "Name": escape(name_from(wanted.hostname)),
        "Type": wanted.family.record_type,
        "TTL": str(_USUAL_TTL if ttl is None else ttl),
        "ResourceRecords": "".join(
            f"<ResourceRecord><Value>{escape(each.handle or str(each.address))}</Value>"
            "</ResourceRecord>"
            for each in records
        ),
    }
    record_set = "".join(f"<{tag}>{text}</{tag}>" for tag, text in fields.items())
    return (
        f"<Change><Action>{action}</Action><ResourceRecordSet>{record_set}"
        "</ResourceRecordSet></Change>"
    )
