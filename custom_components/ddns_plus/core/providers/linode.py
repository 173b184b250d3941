"""Linode (Akamai Cloud) DNS Manager: records with ids, changed one by one.

Reference: https://techdocs.akamai.com/linode-api/reference/get-domains, read 2026-11.
Domains have ids. Names are relative to the domain, the apex is the empty name. Only some
TTLs exist, others are rounded up to the next of them; 0 stands for the domain's own. A
secondary domain ("slave") is copied from elsewhere and cannot be edited. A token's
rights are fixed when it is made.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, override

from ..hostname import Hostname
from ..http import HttpClient
from .base import Limits, ProviderInfo, Result, Settings, Update
from .json_api import Answer, JsonApi, path_of
from .json_zone import (
    PERSONAL_TOKEN,
    ZONE,
    JsonZoneProvider,
    holdings_from,
    one_by_one,
    record_reader,
    relative_name,
    ttl_field,
    zones_from,
)
from .zone import Change, Holdings, Operation, Zone

_TTLS = (300, 3600, 7200, 14400, 28800, 57600, 86400)
_IN_PAGE = 100


class Linode(JsonZoneProvider):
    """The domains of an account."""

    info = ProviderInfo(
        slug="linode",
        name="Linode (Akamai)",
        website="https://cloud.linode.com",
        credentials_url="https://cloud.linode.com/profile/tokens",
        credentials_help=(
            "In the Cloud Manager open your profile > API Tokens and create a personal "
            "access token with Read/Write for Domains."
        ),
        notes="Only some TTLs exist; another is rounded up to the next of them.",
        fields=(PERSONAL_TOKEN, ZONE),
        hostname_fields=(ttl_field(_TTLS[0], _TTLS[-1]),),
        limits=Limits(batch_size=100, ttl=(_TTLS[0], _TTLS[-1])),
        withdraws=True,
        creates=True,
        verifies=True,
        lists_hostnames=True,
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        self._api = JsonApi(
            http,
            "https://api.linode.com/v4",
            headers={"Authorization": f"Bearer {settings['api_token']}"},
            secrets=self.secrets,
            # errors have no codes, only a field and a reason
            problem=lambda body: (body["errors"][0].get("field"), _reasons(body)),
            errors={},
            paging=("page", "page_size"),
        )

    @override
    async def zones(self) -> Sequence[Zone]:
        """List the domains, for their ids, and keep the one that the user named."""
        zones = await self.list_zones()
        if not (name := self.settings.get("zone")):
            return zones
        return [zone for zone in zones if zone.name == Hostname.parse(str(name))]

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """List the domains."""
        items = await self._items("/domains")
        editable = [item for item in items if item.get("type") != "slave"]
        return zones_from(editable, "domain", "id")

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the domain."""
        items = await self._items(_records(zone))
        return holdings_from(items, zone, hostnames, record_reader("target", "ttl_sec"))

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Carry out the operations one by one."""
        return await one_by_one(operations, partial(self._carry_out, zone))

    async def _carry_out(self, zone: Zone, operation: Operation) -> None:
        """Create, change or delete a record."""
        update, record = operation.update, operation.record
        path = _records(zone)
        if record is not None:
            path += path_of(record.handle)
        if operation.change is Change.DELETE:
            await self._api.call("DELETE", path)
            return
        body: dict[str, Any] = {"target": str(update.address)}
        if (ttl := self.ttl(update)) is not None:
            body["ttl_sec"] = ttl
        if record is None:
            name = relative_name(update.hostname, zone.name, apex="")
            body |= {"type": update.family.record_type, "name": name}
        await self._api.call("POST" if record is None else "PUT", path, json=body)

    @override
    def ttl(self, update: Update) -> int | None:
        """Return the wanted TTL as the server rounds it."""
        ttl = super().ttl(update)
        return None if ttl is None else _TTLS[bisect_left(_TTLS, ttl)]

    async def _items(self, path: str) -> list[Mapping[str, Any]]:
        """Return all items of a list."""
        return await self._api.items(path, "data", page_size=_IN_PAGE, more=_more)


def _records(zone: Zone) -> str:
    """Return where a domain's records are."""
    return f"{path_of('domains', zone.handle)}/records"


def _more(answer: Answer, _: int) -> bool:
    """Return whether there is another page."""
    return bool(answer.body["page"] < answer.body["pages"])


def _reasons(body: Mapping[str, Any]) -> str:
    """Return what is said of each error."""
    return " ".join(str(each.get("reason")) for each in body["errors"])
