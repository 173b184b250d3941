"""deSEC: the record sets of a domain, all changed in one request.

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

from ...dialects.json_api import path_of
from ...dialects.json_zone import (
    JsonZoneProvider,
    holdings_from,
    record_set_reader,
    relative_name,
    zone_info,
)
from ...dialects.record_sets import RecordSet, replace_record_sets
from ...dialects.zone import Holdings, Operation, Zone, zone_not_found
from ...errors import DdnsError, InvalidField, UnexpectedResponse
from ...hostname import Hostname
from ...net.http import HttpClient
from ...provider_info import Limits, Result, Settings
from .api import SPOILS, VANISHED, DesecApi
from .record_sets import LARGEST_TTL, applied, domains_from, path_to, wire_form

# so many names are asked for one by one, more with the whole domain
_ONE_BY_ONE = 3
# each try to find what spoiled a change is a write
_MOST_SPLITS = 4


class Desec(JsonZoneProvider):
    """The domains of an account."""

    outdated = frozenset({VANISHED, "http_409", "not_found"})
    info = zone_info(
        slug="desec",
        name="deSEC",
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

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        token = str(settings["api_token"])
        self._api = DesecApi(http, "https://desec.io/api/v1", token)

    @override
    async def zones(self) -> Sequence[Zone]:
        """List the domains, or look at the one that the user named."""
        if (name := self.settings.get("zone")) is None:
            return await self.list_zones()
        try:
            path = path_of("domains", Hostname.parse(str(name)))
            return domains_from([await self._api.get(f"{path}/")])
        except UnexpectedResponse as err:
            if err.code != "not_found":
                raise
        raise InvalidField("zone", "zone_not_found", "not a domain of this account")

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """List the domains."""
        return domains_from(await self._api.all("/domains/"))

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
        found = domains_from(await self._api.get("/domains/", owns_qname=name))
        own = hostname.zone(zone.name for zone in found)
        zone = next((each for each in found if each.name == own), None)
        return {hostname: zone or zone_not_found()}

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Ask for a few names one by one, list the domain for more."""
        path = path_to(zone)
        if len(hostnames) > _ONE_BY_ONE:
            items = await self._api.all(path)
        else:
            items = []
            for hostname in hostnames:
                name = relative_name(hostname, zone.name, "")
                items += await self._api.all(path, subname=name)
        read = record_set_reader("records", "ttl")
        return holdings_from(items, zone, hostnames, read, name="subname")

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Change all record sets in one request."""

        async def send(wanted: Sequence[RecordSet]) -> None:
            parts = [wire_form(each, zone) for each in wanted]
            answer = await self._api.patch(path_to(zone), parts)
            if not applied(parts, answer):
                raise UnexpectedResponse(
                    "not_applied", "the answer lacks a change", maybe_applied=True
                )

        return await replace_record_sets(
            operations, send, spoils=SPOILS, most_splits=_MOST_SPLITS
        )
