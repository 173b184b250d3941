"""Cloudflare: records of a zone, changed in one batch.

Reference: api.py. Tokens that may edit records but not list zones need the
zone and its id from the user. A proxied name never resolves to the published address.
Code, not data: changes go in batches, and error codes are nested.
"""

from collections.abc import Mapping, Sequence
import re
from typing import ClassVar, override

from ...dialects.fields import TOKEN, ZONE, ttl_field
from ...dialects.json_zone import holdings_from
from ...dialects.zone import Holdings, Operation, Record, Zone, ZoneProvider
from ...errors import InvalidField
from ...hostname import Hostname
from ...net.http import HttpClient
from ...provider_info import (
    Field,
    FieldKind,
    Limits,
    ProviderInfo,
    Result,
    Settings,
    Update,
)
from .api import CloudflareApi
from .records import (
    AUTOMATIC_TTL,
    DNS_ONLY,
    LARGEST_BATCH,
    PROXIED,
    carry_out,
    name_in,
    record_in,
    records_path,
    zones_from,
)

# pages that are hardly ever too large to read
_ZONES_IN_PAGE = 25
_RECORDS_IN_PAGE = 200
# less than a minute for Enterprise zones only
_TTL = (30, 86400)


class Cloudflare(ZoneProvider):
    """The zones that an API token reaches, or the one that the user named."""

    api: ClassVar[str] = "https://api.cloudflare.com/client/v4"
    outdated = frozenset({"body_too_large", "record_exists", "record_vanished"})
    info = ProviderInfo(
        slug="cloudflare",
        name="Cloudflare",
        name_servers=("*.ns.cloudflare.com",),
        website="https://www.cloudflare.com",
        credentials_url="https://dash.cloudflare.com/profile/api-tokens",
        fields=(
            TOKEN,
            ZONE,
            Field(key="zone_id", required=False, advanced=True),
        ),
        hostname_fields=(
            ttl_field(*_TTL, (AUTOMATIC_TTL,)),
            Field(
                key="proxied",
                kind=FieldKind.CHOICE,
                required=False,
                choices=(PROXIED, DNS_ONLY),
            ),
        ),
        limits=Limits(batch_size=LARGEST_BATCH, ttl=_TTL),
        wildcards=True,
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        token = str(settings["api_token"])
        lists_zones = not settings.get("zone_id")
        self._api = CloudflareApi(http, self.api, token, lists_zones=lists_zones)

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong: a token that cannot be one, half a zone."""
        wrong = {}
        if not re.fullmatch(r"[!-~]+", str(settings.get("api_token", ""))):
            wrong["api_token"] = "api_token_malformed"
        zone, zone_id = settings.get("zone"), settings.get("zone_id")
        if zone_id and not re.fullmatch(r"[0-9a-f]{32}", str(zone_id)):
            wrong["zone_id"] = "zone_id_malformed"
        if bool(zone) is not bool(zone_id):
            missing = "zone_id" if zone else "zone"
            wrong[missing] = f"{missing}_missing"
        return wrong

    @override
    async def verify(self) -> None:
        """List the zones, and look into the zone when there is but one."""
        zones = await self.zones()
        if not zones:
            raise InvalidField("api_token", "no_zones", reason="token_without_zones")
        # a token may list more zones than it edits
        if len(zones) == 1:
            await self.holdings(zones[0], [])

    @override
    async def zones(self) -> Sequence[Zone]:
        """List the zones, unless the user named the only one."""
        if zone_id := self.settings.get("zone_id"):
            name = Hostname.parse(str(self.settings["zone"]))
            return [Zone(name=name, handle=str(zone_id))]
        return zones_from(await self._api.items("/zones", page_size=_ZONES_IN_PAGE))

    @override
    async def holdings(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the zone, or what stands at a single hostname."""
        only = {"name.exact": str(hostnames[0])} if len(hostnames) == 1 else {}
        path = records_path(zone)
        items = await self._api.items(path, page_size=_RECORDS_IN_PAGE, **only)
        return holdings_from(items, zone, hostnames, record_in, names=name_in)

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Send the operations in batches."""
        return await carry_out(self._api, records_path(zone), operations)

    @override
    def matches(self, update: Update, record: Record) -> bool:
        """Return True if proxying is as wanted; a proxied record has no TTL of its own."""
        proxied = bool(record.settings.get("proxied"))
        wanted = update.settings.get("proxied")
        if wanted is not None and (wanted == PROXIED) is not proxied:
            return False
        return proxied or super().matches(update, record)

    @override
    def resolvable(self, settings: Settings) -> bool | None:
        """Return True if the name is not proxied, None where that stays as it is.

        For a proxied name the name servers show Cloudflare's address.
        """
        return {PROXIED: False, DNS_ONLY: True}.get(str(settings.get("proxied")))
