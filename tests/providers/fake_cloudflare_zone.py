"""A zone at Cloudflare and the rules for its records, as the documentation has them.

Read 2026-10. A patch keeps what it does not name, a put makes it the default again; a
batch deletes, patches, puts and posts, in this order, and its first error undoes it.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address
from itertools import count
from typing import Any, Self

_PROXIABLE = frozenset({"A", "AAAA", "CNAME"})
_LARGEST_BATCH = {"Free Website": 200, "Pro Website": 3500}
_LARGEST_ZONE = {"Free Website": 1000, "Pro Website": 3500}
_ids = count(1)

type Record = dict[str, Any]


def new_id() -> str:
    """Return an id that nothing else has."""
    return f"{next(_ids):032x}"


class Refusal(Exception):
    """An unsuccessful answer: HTTP status, error code and message, and the chain below."""

    def __init__(
        self, status: int, code: int, message: str, *chain: tuple[int, str]
    ) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"code": code, "message": message}
        if chain:
            self.error["error_chain"] = [
                {"code": code, "message": message} for code, message in chain
            ]

    @classmethod
    def invalid(cls, code: int, message: str) -> Self:
        """Return the refusal of a record that is not valid."""
        return cls(400, 1004, "DNS Validation Error", (code, message))


@dataclass(slots=True, kw_only=True)
class Zone:
    """A zone and its records by id, in the order they were made."""

    name: str
    id: str = field(default_factory=new_id)
    status: str = "active"
    plan: str = "Free Website"
    records: dict[str, Record] = field(default_factory=dict)

    def add(self, record_type: str, name: str, content: str, **more: Any) -> Record:
        """Add a record as its owner would by hand; `more` may hold `meta`."""
        record = self._whole(
            {"type": record_type, "name": name, "content": content} | more
        )
        self.records[record["id"]] = record
        return record

    def find(self, name: str, *types: str) -> list[Record]:
        """Return the records at a name, of these types or of all."""
        return [
            record
            for record in self.records.values()
            if record["name"] == name and (not types or record["type"] in types)
        ]

    def contents(self, name: str, *types: str) -> list[str]:
        """Return what the records at a name hold."""
        return [record["content"] for record in self.find(name, *types)]

    def existing(self, record_id: str) -> Record:
        """Return a record."""
        if record_id not in self.records:
            raise Refusal(404, 81044, "Record does not exist.")
        return self.records[record_id]

    def post(self, body: Record) -> Record:
        """Create a record."""
        if len(self.records) >= _LARGEST_ZONE[self.plan]:
            raise Refusal(400, 81045, "Record quota exceeded.")
        return self._keep(self._whole(_own(body)))

    def patch(self, body: Record) -> Record:
        """Change the named fields of a record."""
        old = self._editable(body["id"])
        return self._keep(
            self._whole(old | _own(body)) | {"created_on": old["created_on"]}
        )

    def put(self, body: Record) -> Record:
        """Overwrite a record."""
        old = self._editable(body["id"])
        return self._keep(
            self._whole(_own(body) | {"id": old["id"]})
            | {"created_on": old["created_on"]}
        )

    def delete(self, body: Record) -> Record:
        """Delete a record."""
        del self.records[self._editable(body["id"])["id"]]
        return {"id": body["id"]}

    def batch(self, body: Mapping[str, list[Record]]) -> Mapping[str, list[Record]]:
        """Carry out all or nothing."""
        steps: dict[str, Callable[[Record], Record]] = {
            "deletes": self.delete,
            "patches": self.patch,
            "puts": self.put,
            "posts": self.post,
        }
        size = sum(len(body.get(step) or ()) for step in steps)
        if not 0 < size <= _LARGEST_BATCH[self.plan]:
            raise Refusal(400, 9207, f"{size} changes are not what a batch takes")
        before = deepcopy(self.records)
        try:
            return {
                step: [deepcopy(act(item)) for item in body.get(step) or ()]
                for step, act in steps.items()
            }
        except Refusal:
            self.records = before
            raise

    def _editable(self, record_id: str) -> Record:
        """Return a record that its owner may change."""
        record = self.existing(record_id)
        if record["meta"].get("read_only"):
            raise Refusal(400, 1043, "This record is read only.")
        return record

    def _keep(self, record: Record) -> Record:
        """Put a record into the zone if it may be there."""
        _check(self, record)
        self.records[record["id"]] = record
        return record

    def _whole(self, body: Record) -> Record:
        """Return a whole record: defaults where the body says nothing."""
        name = str(body.get("name", "")).lower().rstrip(".")
        if name == "@":
            name = self.name
        elif name != self.name and not name.endswith(f".{self.name}"):
            name = f"{name}.{self.name}"
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        proxied = body.get("proxied", False)
        return {
            "id": body.get("id") or new_id(),
            "name": name,
            "type": body.get("type"),
            "content": body.get("content"),
            "proxiable": body.get("type") in _PROXIABLE,
            "proxied": proxied,
            # a proxied record has no TTL of its own
            "ttl": 1 if proxied is True else body.get("ttl", 1),
            "settings": body.get("settings", {}),
            "meta": body.get("meta", {}),
            "comment": body.get("comment"),
            "tags": body.get("tags", []),
            "created_on": now,
            "modified_on": now,
        }

    def as_json(self) -> Mapping[str, object]:
        """Return the zone as the API shows it, about as long as it is there."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "paused": False,
            "type": "full",
            "development_mode": 0,
            "name_servers": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
            "original_name_servers": ["ns1.registrar.example", "ns2.registrar.example"],
            "original_registrar": "registrar, inc. (id: 0)",
            "modified_on": "2026-01-01T05:20:00.123456Z",
            "created_on": "2026-01-01T05:20:00.123456Z",
            "activated_on": "2026-01-01T05:20:00.123456Z",
            "meta": {
                "step": 2,
                "custom_certificate_quota": 0,
                "page_rule_quota": 3,
                "phishing_detected": False,
            },
            "owner": {"id": "f" * 32, "type": "user", "email": None},
            "account": {"id": "e" * 32, "name": "Example account"},
            "tenant": {"id": None, "name": None},
            "tenant_unit": {"id": None},
            "permissions": [
                f"#{part}:{right}"
                for part in (
                    "dns_records",
                    "zone",
                    "zone_settings",
                    "zone_versioning",
                    "ssl",
                )
                for right in ("edit", "read")
            ],
            "plan": {"id": "0" * 32, "name": self.plan, "price": 0, "currency": "USD"},
        }


def _own(body: Record) -> Record:
    """Return what a client may say of a record."""
    return {key: value for key, value in body.items() if key != "meta"}


def _check(zone: Zone, record: Record) -> None:
    """Refuse a record that is not valid, or does not go with the others."""
    kind, content, ttl = record["type"], record["content"], record["ttl"]
    if not isinstance(record["proxied"], bool):
        raise Refusal.invalid(9003, "Invalid 'proxied' value, must be a boolean")
    if not isinstance(ttl, int) or not (ttl == 1 or 60 <= ttl <= 86400):
        raise Refusal.invalid(
            9021, "TTL must be between 60 and 86400 seconds, or 1 for Automatic."
        )
    for record_type, parse, code in (
        ("A", IPv4Address, 9005),
        ("AAAA", IPv6Address, 9006),
    ):
        if kind == record_type:
            try:
                record["content"] = content = str(parse(content))
            except ValueError:
                raise Refusal.invalid(
                    code, f"Content for {kind} record is invalid."
                ) from None
    if record["proxied"] and kind not in _PROXIABLE:
        raise Refusal.invalid(9041, "This DNS record cannot be proxied.")
    if not record["name"].isascii():
        raise Refusal.invalid(9000, "DNS name is invalid.")
    if zone.name.rpartition(".")[2] in {"cf", "ga", "gq", "ml", "tk"}:
        raise Refusal(400, 1038, "You cannot use this API for domains with this TLD.")
    for other in zone.find(record["name"]):
        if other["id"] == record["id"]:
            continue
        if other["type"] == "CNAME":
            raise Refusal(400, 81054, "A CNAME record with that host already exists.")
        if kind == "CNAME" and other["type"] in _PROXIABLE:
            raise Refusal(
                400, 81053, "An A, AAAA, or CNAME record with that host already exists."
            )
        if other["type"] == "NS" and record["name"] != zone.name:
            raise Refusal(400, 81056, "NS records with that host already exist.")
        if (other["type"], other["content"]) == (kind, content):
            raise Refusal(400, 81058, "An identical record already exists.")
