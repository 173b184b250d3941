"""deSEC: record sets of a domain, all changed in one request.

Reference: https://desec.readthedocs.io and the source of desec-stack, read 2026-11.
Names are relative to the domain; the apex is empty in bodies and queries. A bulk PATCH is
all or nothing; it creates what is complete and deletes what has no records. A first
stage of checks tells what is wrong with each part, a second one only that something is.
What is not named stays, such as the TTL. Each domain has a smallest TTL of its own,
often 3600 s (dedyn.io 60 s); the largest is 86400 s. Writes are counted for each domain,
refused ones too: 2 a second, 15 a minute, 100 an hour, 300 a day. Reads are counted for
the account: 10 a second, 50 a minute; all together 2000 a day. Every token may read all;
a policy may leave it few names to write.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import override

from ...dialects.declared_zone import DeclaredRecordSets
from ...dialects.json_api import LARGE_BODY, Api, path_of
from ...dialects.json_zone import zone_info
from ...dialects.paging import LinkHeader
from ...dialects.record_sets import WantedRecordSet, replace_record_sets
from ...dialects.zone import Operation, Zone
from ...dialects.zone_form import Form, RecordListing, ZoneListing
from ...dialects.zone_refusals import zone_not_found
from ...errors import DdnsError, InvalidField, UnexpectedResponse
from ...hostname import Hostname
from ...provider_info import Limits, Result
from .api import SPOILS, VANISHED, DesecApi
from .record_sets import LARGEST_TTL, applied, wire_form

_PAGES = LinkHeader(parameters=("cursor",), size="", start={"cursor": ""})
# each try to find what spoiled a change is a write
_MOST_SPLITS = 4


class Desec(DeclaredRecordSets):
    """The domains of an account."""

    outdated = frozenset({VANISHED, "http_409", "not_found"})
    info = zone_info(
        slug="desec",
        name="deSEC",
        aliases=("dedyn.io",),
        domains=("dedyn.io",),
        name_servers=("ns?.desec.io", "ns?.desec.org"),
        website="https://desec.io",
        credentials_url="https://desec.io/tokens",
        limits=Limits(
            batch_size=250,
            ttl=(60, LARGEST_TTL),
            outage_wait=timedelta(minutes=1),
            writes=(
                (15, timedelta(minutes=1)),
                (100, timedelta(hours=1)),
                (300, timedelta(days=1)),
            ),
        ),
    )

    api: DesecApi
    api_type = DesecApi
    speaks = Api(
        url="https://desec.io/api/v1",
        authorization="Token {api_token}",
        messages=("detail",),
        largest_body=LARGE_BODY,
    )
    zone_list = ZoneListing(
        path="/domains/", handle="name", smallest_ttl="minimum_ttl", paging=_PAGES
    )
    # more names are asked for with the whole domain
    record_list = RecordListing(
        path="/domains/{zone}/rrsets/",
        paging=_PAGES,
        by_name="subname",
        most_names=3,
        wildcards=True,
    )
    form = Form(name="subname", value="records", apex="")

    @override
    async def zones(self) -> Sequence[Zone]:
        """List the domains, or look at the one that the user named."""
        if (name := self.settings.get("zone")) is None:
            return await self.list_zones()
        try:
            path = path_of("domains", Hostname.parse(str(name)))
            return self.zones_from([(await self.api.call("GET", f"{path}/")).body])
        except UnexpectedResponse as err:
            if err.code != "not_found":
                raise
            error = InvalidField(
                "zone", "zone_not_found", reason="domain_not_in_account"
            )
            error.of(err.authority)
        raise error

    @override
    async def zones_of(
        self, hostnames: Sequence[Hostname]
    ) -> Mapping[Hostname, Zone | DdnsError]:
        """Ask for the domain of a single hostname, list them for more."""
        if len(hostnames) != 1 or self.settings.get("zone"):
            return await super().zones_of(hostnames)
        [hostname] = hostnames
        # an asterisk is no name that can be asked for
        name = str(hostname).removeprefix("*.")
        answer = await self.api.call("GET", "/domains/", params={"owns_qname": name})
        found = self.zones_from(answer.body)
        own = hostname.zone(zone.name for zone in found)
        zone = next((each for each in found if each.name == own), None)
        return {hostname: zone or zone_not_found()}

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Change all record sets in one request."""

        async def send(wanted: Sequence[WantedRecordSet]) -> None:
            parts = [wire_form(each, zone) for each in wanted]
            answer = await self.api.patch(self.records_path(zone), parts)
            if not applied(parts, answer):
                raise UnexpectedResponse(
                    "not_applied", reason="change_missing", maybe_applied=True
                )

        return await replace_record_sets(
            operations, send, spoils=SPOILS, most_splits=_MOST_SPLITS
        )
