"""DigitalOcean DNS: records with ids, changed one by one.

Reference: https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records
and its OpenAPI description, read 2026-11. Names are relative to the domain, "@" is the
apex, but the filter `name` wants the whole name. `PATCH` leaves the TTL as it is. Lists
of domains carry the zone files, so pages are small. A token allows 5,000 requests an
hour and 250 a minute; `ratelimit-reset` says when there will be more.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, override

from ..dialects.fields import PERSONAL_TOKEN, ZONE
from ..dialects.json_api import Answer, Errors, JsonApi
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
from ..errors import InvalidCredentials, InvalidField
from ..hostname import Hostname
from ..net.http import HttpClient
from ..provider_info import Limits, Settings

_DOMAINS_IN_PAGE = 20
_RECORDS_IN_PAGE = 200
_ERRORS: Errors = {
    "forbidden": partial(InvalidCredentials, "token_not_permitted"),
    "unauthorized": partial(InvalidCredentials, "token_refused"),
    "unprocessable_entity": partial(InvalidField, "hostname", "record_refused"),
}


class DigitalOcean(JsonRecordProvider):
    """The domains of an account or team."""

    changing = "PATCH"
    info = zone_info(
        slug="digitalocean",
        name="DigitalOcean",
        website="https://cloud.digitalocean.com",
        credentials_url="https://cloud.digitalocean.com/account/api/tokens",
        fields=(PERSONAL_TOKEN, ZONE),
        limits=Limits(batch_size=100, ttl=(30, 86400)),
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        self.api = JsonApi(
            http,
            "https://api.digitalocean.com/v2",
            headers={"Authorization": f"Bearer {settings['api_token']}"},
            problem=lambda body: (body["id"], body.get("message", "")),
            errors=_ERRORS,
        )

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """List the domains."""
        items = await self.api.items(
            "/domains", "domains", page_size=_DOMAINS_IN_PAGE, more=_more
        )
        return zones_from(items, "name", "name")

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the domain, or what stands at a single hostname."""
        params = {}
        if len(hostnames) == 1 and not hostnames[0].wildcard:
            params["name"] = str(hostnames[0])
        items = await self.api.items(
            records_path(zone),
            "domain_records",
            page_size=_RECORDS_IN_PAGE,
            more=_more,
            params=params,
        )
        return holdings_from(items, zone, hostnames, record_reader("data", "ttl"))

    @override
    def body(self, zone: Zone, operation: Operation) -> Mapping[str, Any]:
        """Return the type and address, a TTL that is wanted, and a new record's name."""
        update = operation.update
        body: dict[str, Any] = {
            "type": update.family.record_type,
            "data": str(update.address),
        }
        if (ttl := self.ttl(update)) is not None:
            body["ttl"] = ttl
        if operation.record is None:
            body["name"] = relative_name(update.hostname, zone.name)
        return body


def _more(answer: Answer, _: int) -> bool:
    """Return whether there is another page."""
    links: Mapping[str, Any] = answer.body.get("links") or {}
    return bool((links.get("pages") or {}).get("next"))
