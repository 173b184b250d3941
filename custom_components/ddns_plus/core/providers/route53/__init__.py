"""Amazon Route 53: record sets of hosted zones, changed in one batch for each zone.

Reference: route53_api.py. A key needs the permissions ListHostedZones,
ListResourceRecordSets and ChangeResourceRecordSets; with a zone ID it needs GetHostedZone
in place of the first. Alias records and routing policies are never replaced. Private
zones are left alone. A change is in force within a minute.
Code, not data: the API is signed XML.
"""

from collections.abc import Mapping, Sequence
from math import ceil
import re
from typing import override

from ...dialects.fields import ttl_field
from ...dialects.record_sets import WantedRecordSet, replace_record_sets
from ...dialects.zone import Holdings, Operation, Zone, ZoneProvider
from ...errors import DdnsError, InvalidField
from ...hostname import Hostname
from ...net.http import HttpClient
from ...net.sigv4 import Signer
from ...provider_info import ISSUED, Field, Limits, ProviderInfo, Result, Settings
from .api import LARGEST_PAGE, PARTITION, PARTITIONS, RECORD_CHANGED, SPOILS, Route53Api
from .xml import change_batch, holdings_from, zone_id_from
from .zones import HostedZone, private_zone, zone_for

# a batch has 1,000 values with 32,000 characters, and an UPSERT counts twice: so many
# record sets with an IPv6 address each
_LARGEST_BATCH = 400
_TTL = (0, 2**31 - 1)


class Route53(ZoneProvider):
    """The hosted zones that an access key reaches, or the one that the user named."""

    outdated = frozenset({RECORD_CHANGED})
    info = ProviderInfo(
        slug="route53",
        name="Amazon Route 53",
        aliases=("AWS",),
        name_servers=("*.awsdns-*",),
        website="https://console.aws.amazon.com/route53/",
        credentials_url="https://console.aws.amazon.com/iam/home#/users",
        fields=(
            Field(key="access_key_id", called="access key ID", identity=True),
            Field(
                key="secret_access_key",
                called="secret access key",
                secret=True,
                pattern=ISSUED,
            ),
            Field(key="zone_id", required=False, advanced=True),
            PARTITION,
        ),
        hostname_fields=(ttl_field(*_TTL),),
        limits=Limits(batch_size=_LARGEST_BATCH // 2, ttl=_TTL),
        account_name="Route 53",
        wildcards=True,
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        partition = PARTITIONS[str(settings.get("partition") or PARTITION.default)]
        signer = Signer(
            access_key_id=str(settings["access_key_id"]).strip(),
            secret_access_key=str(settings["secret_access_key"]).strip(),
            region=partition.region,
            service="route53",
        )
        self._zone_id = zone_id_from(str(settings.get("zone_id") or ""))
        self._api = Route53Api(
            http, partition.host, signer, lists_zones=self._zone_id is None
        )

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong: a key ID or zone ID that cannot be one."""
        wrong = {}
        key_id = str(settings.get("access_key_id", "")).strip()
        if not re.fullmatch(r"[A-Z0-9]{16,128}", key_id):
            wrong["access_key_id"] = "access_key_id_malformed"
        elif key_id.startswith("ASIA"):
            wrong["access_key_id"] = "access_key_id_temporary"
        if zone_id := settings.get("zone_id"):
            if zone_id_from(str(zone_id)) is None:
                wrong["zone_id"] = "hosted_zone_id_malformed"
        return wrong

    @override
    async def verify(self) -> None:
        """Look for one zone, or at the one that the user named."""
        zones = await self._api.zones(self._zone_id, only_first=True)
        if not zones:
            raise InvalidField("access_key_id", "no_zones", reason="no_hosted_zones")
        if self._zone_id is not None and zones[0].private:
            raise private_zone("zone_id")

    @override
    async def zones(self) -> Sequence[Zone]:
        """List the zones that the internet sees, unless the user named the only one."""
        return [
            zone for zone in await self._api.zones(self._zone_id) if not zone.private
        ]

    @override
    async def zones_of(
        self, hostnames: Sequence[Hostname]
    ) -> Mapping[Hostname, Zone | DdnsError]:
        """Return the zone with the longest suffix of each hostname, or why there is none."""
        zones = await self._api.zones(self._zone_id)
        return {hostname: zone_for(hostname, zones) for hostname in hostnames}

    @override
    async def holdings(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the zone, or what stands at each hostname where that takes fewer calls."""
        size = zone.size if isinstance(zone, HostedZone) else 0
        if len(hostnames) > max(ceil(size / LARGEST_PAGE), 1):
            found = await self._api.record_sets(zone)
        else:
            found = [
                each
                for hostname in hostnames
                for each in await self._api.record_sets(zone, hostname)
            ]
        return holdings_from(found, zone.name, hostnames)

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Send the operations in batches."""

        async def send(batch: Sequence[WantedRecordSet]) -> None:
            await self._api.change(zone, change_batch(batch))

        return await replace_record_sets(
            operations, send, spoils=SPOILS, largest=_LARGEST_BATCH
        )
