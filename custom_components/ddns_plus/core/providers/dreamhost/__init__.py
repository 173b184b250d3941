"""DreamHost: records, added and removed; the API has no other change.

Reference: https://help.dreamhost.com/hc/en-us/articles/217555707 and the API overview,
read 2026-11. Every answer has status 200; `result` says "success" or "error" and `data`
(or `reason`) why, with specifics after a tab. The list is that of all domains of the
account, in one piece. A record is named by its name, type and value: the new one is
added before the old one is removed. There is no TTL to set, and a record with
`editable` 0 belongs to DreamHost's own hosting. Limits are by the hour and command.
Code, not data: one list has the records of all zones, and a record has no id.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, override

from ...address import Family, parse_address
from ...dialects.fields import TOKEN
from ...dialects.json_zone import JsonZoneProvider, holdings_from, zone_info
from ...dialects.zone import ChangeKind, Holdings, Operation, Record, Zone
from ...errors import DdnsError
from ...hostname import Hostname, InvalidHostnameError
from ...net.http import HttpClient
from ...provider_info import Limits, Settings
from .api import DreamHostApi


class DreamHost(JsonZoneProvider):
    """The domains of an account."""

    outdated = frozenset({"record_exists", "record_vanished"})
    info = zone_info(
        slug="dreamhost",
        name="DreamHost",
        name_servers=("ns?.dreamhost.com",),
        website="https://panel.dreamhost.com",
        credentials_url="https://panel.dreamhost.com/?tree=home.api",
        fields=(replace(TOKEN, called="API key"),),
        limits=Limits(batch_size=20, minimum_interval=timedelta(minutes=1)),
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        self._api = DreamHostApi(http, str(settings["api_token"]))
        # what `zones` listed, for the look into them that follows
        self._listed: Mapping[Hostname, Sequence[Mapping[str, Any]]] = {}

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """Return the zones of all records; every zone has some."""
        listed: dict[Hostname, list[Mapping[str, Any]]] = defaultdict(list)
        for item in await self._api.call("dns-list_records"):
            if isinstance(item, dict) and (name := _zone(item)):
                listed[name].append(item)
        self._listed = listed
        return [Zone(name=name) for name in listed]

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Return a zone's records as they were listed; ask again when asked again."""
        if zone.name not in self._listed:
            await self.list_zones()
        items = self._listed.get(zone.name, ())
        self._listed = {
            name: items for name, items in self._listed.items() if name != zone.name
        }
        names = [{**each, "record": f"{each.get('record')}."} for each in items]
        return holdings_from(names, zone, hostnames, _record, name="record")

    @override
    async def carry_out(self, zone: Zone, operation: Operation) -> None:
        """Add the new record, then remove the old one."""
        update, old = operation.update, operation.record
        name, kind = str(update.hostname), update.family.record_type
        adds = operation.change is not ChangeKind.DELETE
        if adds:
            value = str(update.address)
            await self._api.call("dns-add_record", record=name, type=kind, value=value)
        if old is not None:
            try:
                value = old.handle or str(old.address)
                await self._api.call(
                    "dns-remove_record", record=name, type=kind, value=value
                )
            except DdnsError as err:
                err.maybe_applied |= adds
                raise


def _zone(item: Mapping[str, Any]) -> Hostname | None:
    """Return the zone of a record, None where that is no hostname."""
    try:
        return Hostname.parse(str(item.get("zone")))
    except InvalidHostnameError:
        return None


def _record(
    hostname: Hostname, family: Family, item: Mapping[str, Any]
) -> Sequence[Record]:
    """Return a record; its value is also what it is removed by."""
    return [
        Record(
            hostname=hostname,
            family=family,
            address=parse_address(item["value"], family),
            handle=str(item["value"]),
            managed=str(item["editable"]) != "1",
        )
    ]
