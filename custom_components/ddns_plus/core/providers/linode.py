"""Linode (Akamai Cloud) DNS Manager: records with ids, changed one by one.

Reference: https://techdocs.akamai.com/linode-api/reference/get-domains, read 2026-11.
Domains have ids. Names are relative to the domain, the apex is the empty name. Only some
TTLs exist, others are rounded up to the next of them; 0 stands for the domain's own. A
secondary domain ("slave") is copied from elsewhere and cannot be edited. A token's
rights are fixed when it is made.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, override

from ..dialects.fields import PERSONAL_TOKEN, ZONE
from ..dialects.json_api import Answer, JsonApi
from ..dialects.json_zone import (
    JsonRecordProvider,
    holdings_from,
    record_reader,
    records_path,
    relative_name,
    zone_info,
    zones_from,
)
from ..dialects.zone import Holdings, Operation, Zone
from ..hostname import Hostname
from ..net.http import HttpClient
from ..provider_info import Limits, Settings, Update

# also up to four weeks, but no name that follows an address is to be remembered so long
_TTLS = (30, 120, 300, 3600, 7200, 14400, 28800, 57600, 86400)
_IN_PAGE = 100


class Linode(JsonRecordProvider):
    """The domains of an account."""

    info = zone_info(
        slug="linode",
        name="Linode (Akamai)",
        website="https://cloud.linode.com",
        credentials_url="https://cloud.linode.com/profile/tokens",
        fields=(PERSONAL_TOKEN, ZONE),
        limits=Limits(batch_size=100, ttl=(_TTLS[0], _TTLS[-1])),
        ttls=_TTLS,
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        self.api = JsonApi(
            http,
            "https://api.linode.com/v4",
            headers={"Authorization": f"Bearer {settings['api_token']}"},
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
        # a domain that is switched off is not answered for, whatever stands in it
        off = {
            str(each.get("id")) for each in items if each.get("status") == "disabled"
        }
        return [
            replace(zone, delegated=zone.handle not in off)
            for zone in zones_from(editable, "domain", "id")
        ]

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the domain."""
        items = await self._items(records_path(zone))
        return holdings_from(items, zone, hostnames, record_reader("target", "ttl_sec"))

    @override
    def body(self, zone: Zone, operation: Operation) -> Mapping[str, Any]:
        """Return the address, a TTL that is wanted, and a new record's type and name."""
        update = operation.update
        body: dict[str, Any] = {"target": str(update.address)}
        if (ttl := self.ttl(update)) is not None:
            body["ttl_sec"] = ttl
        if operation.record is None:
            name = relative_name(update.hostname, zone.name, apex="")
            body |= {"type": update.family.record_type, "name": name}
        return body

    @override
    def ttl(self, update: Update) -> int | None:
        """Return the wanted TTL as the server rounds it."""
        ttl = super().ttl(update)
        return None if ttl is None else _TTLS[bisect_left(_TTLS, ttl)]

    async def _items(self, path: str) -> list[Mapping[str, Any]]:
        """Return all items of a list."""
        return await self.api.items(path, "data", page_size=_IN_PAGE, more=_more)


def _more(answer: Answer, _: int) -> bool:
    """Return whether there is another page."""
    return bool(answer.body["page"] < answer.body["pages"])


def _reasons(body: Mapping[str, Any]) -> str:
    """Return what is said of each error."""
    return " ".join(str(each.get("reason")) for each in body["errors"])
