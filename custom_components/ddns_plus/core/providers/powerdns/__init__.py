"""PowerDNS Authoritative: record sets, replaced by the HTTP API, many in one request.

Reference: https://doc.powerdns.com/authoritative/http-api/, read 2026-11, and what
version 4.7.3 was seen to do. Names are complete and end in a dot. One PATCH is one
transaction: a single record set that is refused spoils it. REPLACE wants all records
and the TTL; comments that it does not name stay. A zone is read as a whole because a
reading by name leaves out disabled records, which the next REPLACE would then remove.
The server checks that no CNAME is in the way, but takes addresses beside ALIAS and LUA
records, and for zones that it only copies from elsewhere. EXTEND and PRUNE are newer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, override

from ...address import Family
from ...dialects.declared_zone import DeclaredRecordSets
from ...dialects.fields import ZONE
from ...dialects.json_api import Api, path_of
from ...dialects.json_zone import zone_info
from ...dialects.paging import Whole
from ...dialects.record_sets import LARGEST_BATCH, WantedRecordSet, replace_record_sets
from ...dialects.server_url import server_url_problem
from ...dialects.zone import Operation, Record, Zone
from ...dialects.zone_form import Form, NameForm, RecordListing, ZoneListing
from ...errors import DdnsError, InvalidField, UnexpectedResponse
from ...hostname import Hostname
from ...provider_info import Field, FieldKind, Limits, Result, Settings
from .record_sets import (
    REFUSALS,
    SPOILS,
    WRITABLE,
    code_of,
    maker_of_addresses,
    records_of,
    wire_form,
    wire_name,
)

_SERVER_ID = "localhost"
# bytes; a record set has some 170, so these are about 90,000
_LARGEST_ZONE = 16 * 1024 * 1024


class PowerDns(DeclaredRecordSets):
    """The zones of one server."""

    info = zone_info(
        slug="powerdns",
        name="PowerDNS",
        aliases=("pdns", "own nameserver"),
        website="https://www.powerdns.com",
        credentials_url="https://doc.powerdns.com/authoritative/http-api/",
        any_server=True,
        fields=(
            Field(key="api_url", kind=FieldKind.URL, identity=True),
            Field(key="api_key", called="api-key", secret=True, pattern=r".+"),
            Field(
                key="allow_http", kind=FieldKind.BOOLEAN, required=False, default=False
            ),
            Field(key="server_id", required=False, advanced=True, default=_SERVER_ID),
            ZONE,
        ),
        limits=Limits(batch_size=LARGEST_BATCH, ttl=(1, 604800)),
    )

    speaks = Api(
        url="{server}",
        authorization="",
        headers={"X-API-Key": "{api_key}", "Accept": "application/json"},
        code=code_of,
        messages=("error",),
        errors=REFUSALS,
        largest_body=_LARGEST_ZONE,
    )
    zone_list = ZoneListing(path="/zones", paging=Whole())
    # the whole zone: only so disabled records are told
    record_list = RecordListing(path="/zones/{zone}", items="rrsets", paging=Whole())
    form = Form(value="records", names=NameForm.DOTTED)

    @override
    def words(self, settings: Settings) -> Mapping[str, str]:
        """Return the key, and the URL of the server's API."""
        base = str(settings["api_url"]).strip().rstrip("/").removesuffix("/api/v1")
        server = path_of(settings.get("server_id") or _SERVER_ID)
        return {
            "api_key": str(settings["api_key"]),
            "server": f"{base}/api/v1/servers{server}",
        }

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong: with the URL, the key, or the zone."""
        wrong = dict(super().check_settings(settings))
        url = str(settings.get("api_url", "")).strip()
        found = server_url_problem(url, bool(settings.get("allow_http")))
        if found is not None:
            wrong["api_url"] = found
        return wrong

    @override
    async def verify(self) -> None:
        """List the zones."""
        if not await self.zones():
            key = "zone" if self.settings.get("zone") else "api_url"
            raise InvalidField(key, "no_zones", reason="zone_not_on_server")

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
            return self.zones_from(
                await self.api.items(self.zone_list, self.zone_list.path, params)
            )
        except UnexpectedResponse as err:
            if err.code != "not_found":
                raise
            error = InvalidField("server_id", reason="server_not_found")
            error.of(err.authority)
        raise error

    @override
    def zone(self, item: Mapping[str, Any]) -> Zone | None:
        """Return the zone of an item, with its kind."""
        zone, kind = super().zone(item), str(item["kind"]).lower()
        return zone and replace(zone, writable=kind in WRITABLE)

    @override
    def read_records(
        self, hostname: Hostname, family: Family, item: Mapping[str, Any]
    ) -> Sequence[Record]:
        """Return the records of a record set, disabled ones too."""
        return records_of(hostname, family, item)

    @override
    def obstacle(self, hostname: Hostname, item: Mapping[str, Any]) -> DdnsError | None:
        """Return the error of a record that makes the addresses itself."""
        return maker_of_addresses(item)

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Send all changes in one request, and apart what spoils it."""

        async def send(wanted: Sequence[WantedRecordSet]) -> None:
            body = {"rrsets": [wire_form(each) for each in wanted]}
            await self.api.call("PATCH", path_of("zones", zone.handle), json=body)

        return await replace_record_sets(operations, send, spoils=SPOILS)
