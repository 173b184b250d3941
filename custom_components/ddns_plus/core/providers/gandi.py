"""Gandi LiveDNS: record sets, replaced one by one.

Reference: https://api.gandi.net/docs/livedns/, read 2026-11. Names are relative to the
domain, "@" is the apex. `PUT` of one name and type replaces its values and TTL, so both
are sent back; a `PUT` of a whole name or zone would take other records with it and is
never made. A TTL is 300 s to 30 days. A personal access token expires within a year, and
is then refused with 403; the older API keys travel in another scheme.
"""

from collections.abc import Mapping, Sequence
import re
from typing import Any, override

from ..dialects.fields import PERSONAL_TOKEN, ZONE
from ..dialects.json_api import Answer, JsonApi, path_of
from ..dialects.json_zone import (
    JsonZoneProvider,
    addresses_after,
    holdings_from,
    record_set_reader,
    records_path,
    relative_name,
    zone_info,
    zones_from,
)
from ..dialects.zone import Holdings, Operation, Zone
from ..hostname import Hostname
from ..net.http import HttpClient
from ..provider_info import Limits, Settings

_IN_PAGE = 100
_API_KEY = re.compile(r"[A-Za-z0-9]{24}")


class Gandi(JsonZoneProvider):
    """The domains that a token reaches."""

    info = zone_info(
        slug="gandi",
        name="Gandi",
        website="https://admin.gandi.net",
        credentials_url="https://admin.gandi.net/organizations/account/pat",
        fields=(PERSONAL_TOKEN, ZONE),
        limits=Limits(batch_size=100, ttl=(300, 2592000)),
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        token = str(settings["api_token"])
        scheme = "Apikey" if _API_KEY.fullmatch(token) else "Bearer"
        self._api = JsonApi(
            http,
            "https://api.gandi.net/v5/livedns",
            headers={"Authorization": f"{scheme} {token}"},
            # the codes are those of HTTP; what is wrong is said in words
            problem=lambda body: ("", f"{body['message']} {_said(body)}"),
            errors={},
        )

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """List the domains."""
        items = await self._items("/domains")
        return zones_from(items, "fqdn", "fqdn")

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the domain."""
        items = await self._items(records_path(zone))
        read = record_set_reader("rrset_values", "rrset_ttl")
        return holdings_from(
            items, zone, hostnames, read, name="rrset_name", kind="rrset_type"
        )

    @override
    async def carry_out(self, zone: Zone, operation: Operation) -> None:
        """Replace a record set, or delete it when nothing is left in it."""
        update = operation.update
        name = relative_name(update.hostname, zone.name)
        path = f"{records_path(zone)}{path_of(name, update.family.record_type)}"
        values = [str(address) for address in addresses_after(operation)]
        if not values:
            await self._api.call("DELETE", path)
            return
        body: dict[str, Any] = {"rrset_values": values}
        ttl = self.ttl(update)
        if ttl is None and operation.siblings:
            ttl = operation.siblings[0].ttl
        if ttl is not None:
            body["rrset_ttl"] = ttl
        await self._api.call("PUT", path, json=body)

    async def _items(self, path: str) -> list[Mapping[str, Any]]:
        """Return all items of a list."""
        return await self._api.items(path, None, page_size=_IN_PAGE, more=_more)


def _more(answer: Answer, count: int) -> bool:
    """Return whether there is another page."""
    total = answer.headers.get("Total-Count")
    return total is None or count < int(total)


def _said(body: Mapping[str, Any]) -> str:
    """Return what is wrong with each field, if an answer says so."""
    return " ".join(str(each.get("description")) for each in body.get("errors") or ())
