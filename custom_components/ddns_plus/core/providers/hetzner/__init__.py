"""Hetzner DNS in the Cloud API: record sets, changed by actions that may take a moment.

Reference: https://docs.hetzner.cloud/reference/cloud#dns and hcloud-python 2.27, read
2026-11. `PUT` of a record set changes labels only; the action `set_records` replaces
its records and keeps TTL and labels, `change_ttl` is for the TTL alone. Comments are of
records and are sent back. A record set without a TTL has the zone's. Secondary zones
are read-only. A project allows 3,600 requests an hour.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
import re
from typing import Any, ClassVar, override

from ...address import Family
from ...dialects.declared_zone import DeclaredRecordSets
from ...dialects.json_api import Api
from ...dialects.json_zone import one_by_one, zone_info
from ...dialects.paging import Numbered, while_there_is
from ...dialects.zone import Operation, Record, Zone
from ...dialects.zone_form import Form, RecordListing, ZoneListing
from ...hostname import Hostname
from ...provider_info import Limits, Result, Settings
from .actions import ERRORS, Actions
from .record_sets import records_of, writes

_PAGES = Numbered(more=while_there_is("meta.pagination.next_page"))
_OLD_TOKEN = re.compile(r"[A-Za-z0-9]{32}")


class Hetzner(DeclaredRecordSets):
    """The zones of a project."""

    pace: ClassVar[timedelta] = timedelta(seconds=1)
    patience: ClassVar[int] = 30
    info = zone_info(
        slug="hetzner",
        name="Hetzner DNS",
        aliases=("Hetzner Console",),
        name_servers=("*.ns.hetzner.com", "*.ns.hetzner.de"),
        website="https://console.hetzner.com",
        credentials_url="https://docs.hetzner.com/cloud/api/getting-started/generating-api-token/",
        limits=Limits(batch_size=100, ttl=(60, 2**31 - 1)),
    )

    speaks = Api(
        url="https://api.hetzner.cloud/v1",
        code="error.code",
        messages=("error.message",),
        errors=ERRORS,
    )
    zone_list = ZoneListing(
        path="/zones", items="zones", in_path=True, paging=_PAGES, page_size=50
    )
    record_list = RecordListing(
        path="/zones/{zone}/rrsets",
        items="rrsets",
        paging=_PAGES,
        page_size=50,
        by_name="name",
        wildcards=True,
    )
    form = Form(value="records")

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong; a token of the old DNS Console is known by its length."""
        if _OLD_TOKEN.fullmatch(str(settings.get("api_token", ""))):
            return {"api_token": "api_token_of_old_console"}
        return super().check_settings(settings)

    @override
    def read_records(
        self, hostname: Hostname, family: Family, item: Mapping[str, Any]
    ) -> Sequence[Record]:
        """Return the records of a record set, with their comments."""
        return records_of(hostname, family, item)

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Start the changes one after the other, and see how they end."""
        actions = Actions(self.api, self.pace, self.patience)

        async def start(operation: Operation) -> None:
            for write in writes(
                self.records_path(zone), zone, operation, self.ttl(operation.update)
            ):
                await actions.start(operation.update, *write)

        results = await one_by_one(operations, start)
        await actions.settle()
        return [
            actions.failures.get(operation.update, result)
            for operation, result in zip(operations, results, strict=True)
        ]
