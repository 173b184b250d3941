"""PowerDNS Authoritative: its HTTP API, which replaces record sets, many in one request.

Reference: https://doc.powerdns.com/authoritative/http-api/, read 2026-11, and what
version 4.7.3 was seen to do. Names are complete and end in a dot. One PATCH is one
transaction: a single record set that is refused spoils it. REPLACE wants all records
and the TTL; comments that it does not name stay. A zone is read as a whole because a
reading by name leaves out disabled records, which the next REPLACE would then remove.
The server checks that no CNAME is in the way, but takes addresses beside ALIAS and LUA
records, and for zones that it only copies from elsewhere. EXTEND and PRUNE are newer.
"""

from collections.abc import Mapping, Sequence
import re
from typing import override

from ...dialects.fields import ZONE
from ...dialects.json_api import LARGE_BODY, JsonApi, malformed, path_of
from ...dialects.json_zone import JsonZoneProvider, zone_info
from ...dialects.record_sets import LARGEST_BATCH, RecordSet, replace_record_sets
from ...dialects.server_url import server_url_problem
from ...dialects.zone import Holdings, Operation, Zone
from ...errors import InvalidField, UnexpectedResponse
from ...hostname import Hostname
from ...net.http import HttpClient
from ...provider_info import Field, FieldKind, Limits, Result, Settings
from .record_sets import (
    REFUSALS,
    SPOILS,
    holdings_from,
    problem,
    wire_form,
    wire_name,
    zones_from,
)

_SERVER_ID = "localhost"
_NO_SERVER = "the server does not know this server ID, or its API is off"


class PowerDns(JsonZoneProvider):
    """The zones of one server."""

    info = zone_info(
        slug="powerdns",
        name="PowerDNS",
        website="https://www.powerdns.com",
        credentials_url="https://doc.powerdns.com/authoritative/http-api/",
        any_server=True,
        fields=(
            Field(key="api_url", kind=FieldKind.URL, identity=True),
            Field(key="api_key", called="api-key", secret=True),
            Field(
                key="allow_http", kind=FieldKind.BOOLEAN, required=False, default=False
            ),
            Field(key="server_id", required=False, advanced=True, default=_SERVER_ID),
            ZONE,
        ),
        limits=Limits(batch_size=LARGEST_BATCH, ttl=(1, 604800)),
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the settings, which have passed `check_settings`."""
        super().__init__(settings, http)
        base = str(settings["api_url"]).strip().rstrip("/").removesuffix("/api/v1")
        server = path_of(settings.get("server_id") or _SERVER_ID)
        self._api = JsonApi(
            http,
            f"{base}/api/v1/servers{server}",
            headers={
                "X-API-Key": str(settings["api_key"]),
                "Accept": "application/json",
            },
            problem=problem,
            errors=REFUSALS,
            allow_http=bool(settings.get("allow_http")),
            largest_body=LARGE_BODY,
        )

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong: with the URL, the key, or the zone."""
        wrong = dict(super().check_settings({"api_token": "none", **settings}))
        url = str(settings.get("api_url", "")).strip()
        found = server_url_problem(url, bool(settings.get("allow_http")))
        if found is not None:
            wrong["api_url"] = found
        if not re.fullmatch(r"[!-~]+", str(settings.get("api_key", ""))):
            wrong["api_key"] = "api_key_malformed"
        return wrong

    @override
    async def verify(self) -> None:
        """List the zones."""
        if not await self.zones():
            key = "zone" if self.settings.get("zone") else "api_url"
            raise InvalidField(key, "no_zones", "the server has no such zone")

    @override
    async def zones(self) -> Sequence[Zone]:
        """Return the zones with their kinds, whether the user named one or not."""
        return await self.list_zones()

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """List the zones, or look for the one that the user named."""
        params = {"dnssec": "false"}
        if name := self.settings.get("zone"):
            params["zone"] = wire_name(Hostname.parse(str(name)))
        try:
            return zones_from(
                (await self._api.call("GET", "/zones", params=params)).body
            )
        except UnexpectedResponse as err:
            if err.code != "not_found":
                raise
        raise InvalidField("server_id", "server_not_found", _NO_SERVER)

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Read the whole zone: only so disabled records are told."""
        path = path_of("zones", zone.handle)
        body = (await self._api.call("GET", path)).body
        try:
            return holdings_from(body["rrsets"], hostnames)
        except KeyError, TypeError:
            raise malformed("the zone is damaged") from None

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Send all changes in one request, and apart what spoils it."""

        async def send(wanted: Sequence[RecordSet]) -> None:
            body = {"rrsets": [wire_form(each) for each in wanted]}
            await self._api.call("PATCH", path_of("zones", zone.handle), json=body)

        return await replace_record_sets(operations, send, spoils=SPOILS)
