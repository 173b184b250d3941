"""Cloudflare's API in virtual time: the fake of the provider's tests, with good and bad hours."""

from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
import json as json_text
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.net.redaction import Secrets
from custom_components.ddns_plus.core.net.response import Response
from tests.providers.fake_cloudflare import FakeCloudflare

from .servers import Server

_FAMILIES = {"A": Family.IPV4, "AAAA": Family.IPV6}


@dataclass(slots=True)
class CloudflareClient:
    """Stands for the integration's HTTP client: speaks to one service."""

    server: Server
    token: str
    secrets: Secrets = field(default_factory=Secrets)
    writes: int = 0
    fake: FakeCloudflare = field(default_factory=FakeCloudflare)

    def __post_init__(self) -> None:
        """Let the token in, and make a zone of what the names are in."""
        self.fake.add_token(self.token)
        self.fake.add_zone("example.com")

    async def request(
        self, method: str, url: str | URL, *, writes: bool = True, **rest: Any
    ) -> Response:
        """Answer as the service does."""
        self.writes += writes
        names = list(self.server.records) if writes else ["(read)"]
        refused = await self.server.refusal(names)
        headers: CIMultiDict[str] = CIMultiDict()
        if refused is not None:
            status, wait, body = refused
            if wait is not None:
                headers["Retry-After"] = f"{wait:g}"
            return Response(status=status, headers=headers, text=body, writes=writes)
        act = partial(self._answer, method, URL(url), rest)
        answer = await self.server.carried_out(names, act)
        text = answer.text or ""
        return Response(
            status=answer.status, headers=answer.headers, text=text, writes=writes
        )

    def _answer(self, method: str, url: URL, rest: dict[str, Any]) -> web.Response:
        """Do what is asked, and show what the zone holds then."""
        request = SimpleNamespace(
            method=method,
            path=url.path,
            query=dict(rest.get("params") or {}),
            headers=rest.get("headers") or {},
            text=partial(_text, rest.get("json")),
        )
        # a year is one long test for it: its limit is for five minutes
        self.fake.calls.clear()
        asking = self.fake.handle(cast(web.Request, request))
        try:
            asking.send(None)
        except StopIteration as done:
            answer: web.Response = done.value
        self._show()
        return answer

    def _show(self) -> None:
        """Show the records of the zone in the service's account."""
        [zone] = self.fake.zones.values()
        for record in zone.records.values():
            family = _FAMILIES[record["type"]]
            address = ip_address(record["content"])
            self.server.hold([record["name"]], {family: address})


async def _text(body: object) -> str:
    """Return a body as text."""
    return json_text.dumps(body)
