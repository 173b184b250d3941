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

from ...dialects.json_api import Answer
from ...dialects.json_zone import (
    JsonZoneProvider,
    holdings_from,
    one_by_one,
    relative_name,
    zone_info,
    zones_from,
)
from ...dialects.zone import Holdings, Operation, Zone
from ...hostname import Hostname
from ...net.http import HttpClient
from ...provider_info import Limits, Result, Settings
from .api import Actions, hetzner_api, record_sets, records_of, writes

_IN_PAGE = 50
_OLD_TOKEN = re.compile(r"[A-Za-z0-9]{32}")


class Hetzner(JsonZoneProvider):
    """The zones of a project."""

    pace: ClassVar[timedelta] = timedelta(seconds=1)
    patience: ClassVar[int] = 30
    info = zone_info(
        slug="hetzner",
        name="Hetzner DNS",
        website="https://console.hetzner.com",
        credentials_url="https://docs.hetzner.com/cloud/api/getting-started/generating-api-token/",
        limits=Limits(batch_size=100, ttl=(60, 2**31 - 1)),
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        token = str(settings["api_token"])
        self._api = hetzner_api(http, "https://api.hetzner.cloud/v1", token)

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong; a token of the old DNS Console is known by its length."""
        if _OLD_TOKEN.fullmatch(str(settings.get("api_token", ""))):
            return {"api_token": "api_token_of_old_console"}
        return super().check_settings(settings)

    @override
    async def list_zones(self) -> Sequence[Zone]:
        """List the zones of the project."""
        return zones_from(await self._items("/zones", "zones"), "name", "id")

    @override
    async def list_records(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """List the zone, or what stands at a single hostname."""
        params = {}
        if len(hostnames) == 1:
            params["name"] = relative_name(hostnames[0], zone.name)
        items = await self._items(record_sets(zone), "rrsets", params)
        return holdings_from(items, zone, hostnames, records_of)

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Start the changes one after the other, and see how they end."""
        actions = Actions(self._api, self.pace, self.patience)

        async def start(operation: Operation) -> None:
            for write in writes(zone, operation, self.ttl(operation.update)):
                await actions.start(operation.update, *write)

        results = await one_by_one(operations, start)
        await actions.settle()
        return [
            actions.failures.get(operation.update, result)
            for operation, result in zip(operations, results, strict=True)
        ]

    async def _items(
        self, path: str, key: str, params: Mapping[str, str] | None = None
    ) -> list[Mapping[str, Any]]:
        """Return all items of a list."""
        return await self._api.items(
            path, key, page_size=_IN_PAGE, more=_more, params=params
        )


def _more(answer: Answer, _: int) -> bool:
    """Return whether there is another page."""
    return bool(answer.body["meta"]["pagination"]["next_page"])
