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

from ..errors import InvalidCredentials, InvalidField
from ..hostname import Hostname
from ..http import HttpClient
from .base import Limits, ProviderInfo, Result, Settings
from .json_api import Answer, Errors, JsonApi, path_of
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

_TTL = (30, 86400)
_DOMAINS_IN_PAGE = 20
_RECORDS_IN_PAGE = 200
_ERRORS: Errors = {
    "forbidden": partial(InvalidCredentials, "token_not_permitted"),
    "unauthorized": partial(InvalidCredentials, "token_refused"),
    "unprocessable_entity": partial(InvalidField, "hostname", "record_refused"),
}


class DigitalOcean(JsonZoneProvider):
    """The domains of an account or team."""

    info = ProviderInfo(
        slug="digitalocean",
        name="DigitalOcean",
        website="https://cloud.digitalocean.com",
        credentials_url="https://cloud.digitalocean.com/account/api/tokens",
        credentials_help=(
            "In the control panel open API > Tokens and generate a personal access "
            "token with the custom scopes domain:read, domain:create, domain:update "
            "and domain:delete."
        ),
        fields=(PERSONAL_TOKEN, ZONE),
        hostname_fields=(ttl_field(*_TTL),),
        limits=Limits(batch_size=100, ttl=_TTL),
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
            "https://api.digitalocean.com/v2",
            headers={"Authorization": f"Bearer {settings['api_token']}"},
            secrets=self.secrets,
            problem=lambda body: (body["id"], body.get("message", "")),
            errors=_ERRORS,
        )

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """List the domains."""
        items = await self._api.items(
            "/domains", "domains", page_size=_DOMAINS_IN_PAGE, more=_more
        )
        return zones_from(items, "name", "name")

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the domain, or what stands at a single hostname."""
        params = {}
        if len(hostnames) == 1 and not hostnames[0].wildcard:
            params["name"] = str(hostnames[0])
        items = await self._api.items(
            _records(zone),
            "domain_records",
            page_size=_RECORDS_IN_PAGE,
            more=_more,
            params=params,
        )
        return holdings_from(items, zone, hostnames, record_reader("data", "ttl"))

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
        body: dict[str, Any] = {
            "type": update.family.record_type,
            "data": str(update.address),
        }
        if (ttl := self.ttl(update)) is not None:
            body["ttl"] = ttl
        if record is None:
            body["name"] = relative_name(update.hostname, zone.name)
        await self._api.call("POST" if record is None else "PATCH", path, json=body)


def _records(zone: Zone) -> str:
    """Return where a domain's records are."""
    return f"{path_of('domains', zone.handle)}/records"


def _more(answer: Answer, _: int) -> bool:
    """Return whether there is another page."""
    links: Mapping[str, Any] = answer.body.get("links") or {}
    return bool((links.get("pages") or {}).get("next"))
