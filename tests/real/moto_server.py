"""Moto's Route 53 as a server of its own, behind the name and TLS of the real one.

It looks at no signature, is done with a change at once, and accepts a CNAME beside other
records. AWS's own client, boto3, sets up zones and looks at what came of a test.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
import importlib.util
import sys
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.providers.route53 import Route53
from tests.providers.replay import USER_AGENT, ReplayServer

from .bind import free_port

_KEY_ID, _SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
_START_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Moto:
    """A running server: what boto3 sees of it, and an account through its front."""

    client: Any
    front: ReplayServer
    provider: Route53

    @property
    def requests(self) -> list[str]:
        """Return the requests of the account, by method and path below the version."""
        return [
            f"{request.method} {request.url.partition('/2013-04-01')[2]}"
            for request in self.front.requests
        ]

    def provider_with(self, **settings: str) -> Route53:
        """Return an account with more settings."""
        http = HttpClient(self.front.session, user_agent=USER_AGENT)
        return Route53({**self.provider.settings, **settings}, http)

    async def ask(self, operation: str, **arguments: Any) -> Any:
        """Have boto3 do something."""
        return await asyncio.to_thread(getattr(self.client, operation), **arguments)

    async def new_zone(self, name: str, **more: Any) -> str:
        """Make a zone and return its id."""
        answer = await self.ask(
            "create_hosted_zone", Name=name, CallerReference=f"{name} {more}", **more
        )
        return str(answer["HostedZone"]["Id"]).rpartition("/")[2]

    async def put(self, zone_id: str, *record_sets: Mapping[str, Any]) -> None:
        """Put record sets into a zone."""
        changes = [
            {"Action": "UPSERT", "ResourceRecordSet": each} for each in record_sets
        ]
        await self.ask(
            "change_resource_record_sets",
            HostedZoneId=zone_id,
            ChangeBatch={"Changes": changes},
        )

    async def held(self, zone_id: str) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """Return the record sets of a zone but those of its apex's own."""
        found: dict[tuple[str, str], Mapping[str, Any]] = {}

        def read() -> None:
            pages = self.client.get_paginator("list_resource_record_sets")
            for page in pages.paginate(HostedZoneId=zone_id):
                for each in page["ResourceRecordSets"]:
                    if each["Type"] not in ("NS", "SOA"):
                        found[each["Name"], each["Type"]] = each

        await asyncio.to_thread(read)
        return found


def addresses(record_set: Mapping[str, Any]) -> Sequence[str]:
    """Return the values of a record set."""
    return [each["Value"] for each in record_set["ResourceRecords"]]


def record_set(name: str, record_type: str, *values: str, **more: Any) -> Any:
    """Return a record set as boto3 takes it, with a TTL of its own."""
    records = [{"Value": value} for value in values]
    return {
        "Name": name,
        "Type": record_type,
        "TTL": 77,
        "ResourceRecords": records,
    } | more


@asynccontextmanager
async def running_moto() -> AsyncGenerator[Moto]:
    """Run moto's server, or skip the test where it is not installed."""
    for name in ("moto", "flask", "boto3"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with ReplayServer() as front, aiohttp.ClientSession() as session:
            await _answering(session, port)
            front.always(_forward(session, port))
            http = HttpClient(front.session, user_agent=USER_AGENT)
            settings = {"access_key_id": _KEY_ID, "secret_access_key": _SECRET}
            client = await asyncio.to_thread(_client, port)
            yield Moto(client=client, front=front, provider=Route53(settings, http))
    finally:
        process.terminate()
        await process.wait()


def _client(port: int) -> Any:
    """Return AWS's own client for the server."""
    import boto3  # noqa: PLC0415 - slow to import, and not needed by other tests

    return boto3.client(
        "route53",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=_KEY_ID,
        aws_secret_access_key=_SECRET,
    )


def _forward(session: aiohttp.ClientSession, port: int) -> Any:
    """Return what hands a request on to the server as it came."""

    async def forward(request: web.Request) -> web.Response:
        async with session.request(
            request.method,
            f"http://127.0.0.1:{port}{request.raw_path}",
            headers={
                name: value
                for name, value in request.headers.items()
                if name not in ("Content-Length", "Connection", "Accept-Encoding")
            },
            data=await request.read(),
        ) as answer:
            return web.Response(
                status=answer.status,
                body=await answer.read(),
                content_type=answer.content_type,
            )

    return forward


async def _answering(session: aiohttp.ClientSession, port: int) -> None:
    """Wait until it is moto that answers: the port may have been another's for a while."""
    async with asyncio.timeout(_START_SECONDS):
        while True:
            try:
                url = f"http://127.0.0.1:{port}/moto-api/data.json"
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError, OSError:
                pass
            await asyncio.sleep(0.05)
