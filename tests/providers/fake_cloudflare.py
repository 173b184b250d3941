"""A Cloudflare API with a memory, as its documentation describes it (read 2026-10).

Zones and records live in this object; `application()` serves them. What a test asks of
it beyond the documentation is in `interject()` and `corrupt()`.
"""

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
import json
import re
from typing import Any

from aiohttp import web

from .fake_cloudflare_zone import Refusal, Zone, new_id

HOST = "api.cloudflare.com"
_BASE = "/client/v4"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")
_GLOBAL_KEY = re.compile(r"[0-9a-f]{37}")
_dumps = partial(json.dumps, separators=(",", ":"))

type Answer = web.StreamResponse
type Interjection = Callable[[web.Request], Awaitable[Answer | None]]


@dataclass(slots=True, kw_only=True)
class Token:
    """A token and what it may do; `zones` are names, None stands for all of them."""

    account_owned: bool = False
    lists_zones: bool = True
    edits_records: bool = True
    zones: frozenset[str] | None = None
    status: str = "active"
    location_allowed: bool = True

    def reaches(self, zone: Zone) -> bool:
        """Return whether the token is for this zone."""
        return self.zones is None or zone.name in self.zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that reached the API."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any


class FakeCloudflare:
    """The API; `calls` is what it was asked, in order."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.tokens: dict[str, Token] = {}
        self.zones: dict[str, Zone] = {}
        self.calls: list[Call] = []
        self.limit = 1200
        self.blocked_for = 300
        self._interjections: list[tuple[re.Pattern[str], Interjection]] = []
        self._corruptions: list[tuple[re.Pattern[str], Interjection]] = []

    def add_token(self, token: str, **rights: Any) -> Token:
        """Let a token in."""
        self.tokens[token] = Token(**rights)
        return self.tokens[token]

    def add_zone(self, name: str, **kind: Any) -> Zone:
        """Add a zone."""
        zone = Zone(name=name, **kind)
        self.zones[zone.id] = zone
        return zone

    def interject(self, pattern: str, *answers: Interjection) -> None:
        """Answer the next matching requests ("METHOD path") otherwise; nothing is done.

        An answer of None lets the request through after all.
        """
        self._interjections += [(re.compile(pattern), answer) for answer in answers]

    def corrupt(self, pattern: str, *answers: Interjection) -> None:
        """Do what the next matching requests ask, but answer otherwise."""
        self._corruptions += [(re.compile(pattern), answer) for answer in answers]

    def count(self, pattern: str = "") -> int:
        """Return how many requests ("METHOD path") there were."""
        return sum(
            re.search(pattern, f"{call.method} {call.path}") is not None
            for call in self.calls
        )

    def application(self) -> web.Application:
        """Return the web application."""
        application = web.Application(middlewares=[self._envelope])
        records = f"{_BASE}/zones/{{zone}}/dns_records"
        application.add_routes(
            [
                web.get(f"{_BASE}/user/tokens/verify", self._verify_user_token),
                web.get(
                    f"{_BASE}/accounts/{{account}}/tokens/verify",
                    self._verify_account_token,
                ),
                web.get(f"{_BASE}/zones", self._list_zones),
                web.get(f"{_BASE}/zones/{{zone}}", self._get_zone),
                web.get(records, self._list_records),
                web.post(records, self._change_records),
                web.post(f"{records}/batch", self._change_records),
                web.get(f"{records}/{{record}}", self._get_record),
                web.patch(f"{records}/{{record}}", self._change_records),
                web.put(f"{records}/{{record}}", self._change_records),
                web.delete(f"{records}/{{record}}", self._change_records),
                web.route("*", f"{_BASE}/{{path:.*}}", _no_route),
            ]
        )
        return application

    # what every request goes through

    @web.middleware
    async def _envelope(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[Answer]],
    ) -> Answer:
        """Note the request, check token and rate, and wrap refusals."""
        path = request.path.removeprefix(_BASE)
        body = json.loads(await request.text() or "null")
        self.calls.append(
            Call(method=request.method, path=path, query=dict(request.query), body=body)
        )
        for queue, acts in ((self._interjections, False), (self._corruptions, True)):
            for entry in queue:
                if entry[0].search(f"{request.method} {path}"):
                    queue.remove(entry)
                    if acts:
                        await self._answer(request, handler)
                    if (answer := await entry[1](request)) is not None:
                        return answer
                    break
        return await self._answer(request, handler)

    async def _answer(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[Answer]],
    ) -> Answer:
        """Return the answer, a refusal too, with the headers of the rate limit."""
        remaining = self.limit - len(self.calls)
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(remaining, 0)),
        }
        if remaining < 0:
            wait = str(self.blocked_for)
            headers |= {"Retry-After": wait, "X-RateLimit-Reset": wait}
            handler = _rate_limited
        try:
            request["token"] = self._authenticated(request)
            answer = await handler(request)
        except Refusal as err:
            answer = _refused(err)
        answer.headers.update(headers)
        return answer

    def _authenticated(self, request: web.Request) -> Token:
        """Return the token of a request."""
        header = request.headers.get("Authorization")
        if header is None:
            raise Refusal(
                400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"
            )
        kind, _, text = header.partition(" ")
        if (
            kind != "Bearer"
            or not _TOKEN.fullmatch(text)
            or _GLOBAL_KEY.fullmatch(text)
        ):
            raise Refusal(
                400,
                6003,
                "Invalid request headers",
                (6111, "Invalid format for Authorization header"),
            )
        token = self.tokens.get(text)
        if token is None or token.status != "active":
            if request.path.endswith("/tokens/verify"):
                raise Refusal(401, 1000, "Invalid API Token")
            raise Refusal(403, 9109, "Invalid access token")
        if not token.location_allowed:
            raise Refusal(
                403, 9109, "Cannot use the access token from location: 203.0.113.77"
            )
        return token

    def _zone(self, request: web.Request, *, edits: bool = True) -> Zone:
        """Return the zone of a request, for a token that may edit its records."""
        zone_id = request.match_info["zone"]
        zone = self.zones.get(zone_id)
        if zone is None:
            raise Refusal(
                404,
                7003,
                f"Could not route to /client/v4/zones/{zone_id}, perhaps your object "
                "identifier is invalid?",
            )
        token: Token = request["token"]
        if not token.reaches(zone) or (edits and not token.edits_records):
            raise Refusal(403, 10000, "Authentication error")
        return zone

    # tokens and zones

    async def _verify_user_token(self, request: web.Request) -> Answer:
        """Tell whether a token is alive; tokens of an account are strangers here."""
        if request["token"].account_owned:
            raise Refusal(401, 1000, "Invalid API Token")
        return _success({"id": new_id(), "status": "active"})

    async def _verify_account_token(self, request: web.Request) -> Answer:
        """Tell whether a token is alive; tokens of a user are strangers here."""
        if not request["token"].account_owned:
            raise Refusal(401, 1000, "Invalid API Token")
        return _success({"id": new_id(), "status": "active"})

    async def _list_zones(self, request: web.Request) -> Answer:
        """List the zones that the token reaches."""
        token: Token = request["token"]
        if not token.lists_zones:
            raise Refusal(
                403,
                0,
                f"Actor 'com.cloudflare.api.token.{new_id()}' requires permission "
                "'com.cloudflare.api.account.zone.list' to list zones",
            )
        zones = [
            zone
            for zone in self.zones.values()
            if token.reaches(zone)
            and request.query.get("name", zone.name) == zone.name
            and request.query.get("status", zone.status) == zone.status
        ]
        return _page(request, [zone.as_json() for zone in zones], 20, range(5, 51))

    async def _get_zone(self, request: web.Request) -> Answer:
        """Show one zone."""
        zone = self._zone(request, edits=False)
        if not request["token"].lists_zones:
            raise Refusal(403, 9109, "Unauthorized to access requested resource")
        return _success(zone.as_json())

    # records

    async def _list_records(self, request: web.Request) -> Answer:
        """List records, by exact name and type if asked."""
        zone = self._zone(request)
        query = request.query
        name = query.get("name.exact", query.get("name"))
        records = [
            record
            for record in zone.records.values()
            if query.get("type", record["type"]) == record["type"]
            and (name or record["name"]).lower() == record["name"]
            and query.get("content", record["content"]) == record["content"]
        ]
        return _page(request, records, 100, range(1, 5_000_001))

    async def _get_record(self, request: web.Request) -> Answer:
        """Show one record."""
        zone = self._zone(request)
        return _success(zone.existing(request.match_info["record"]))

    async def _change_records(self, request: web.Request) -> Answer:
        """Post, patch, put or delete one record, or many at once."""
        zone = self._zone(request)
        if request.path.endswith("/batch"):
            return _success(zone.batch(await request.json()))
        body = await request.json() if request.can_read_body else {}
        if record_id := request.match_info.get("record"):
            body["id"] = record_id
        act = getattr(zone, request.method.lower())
        return _success(act(body))


def refuse(
    status: int, code: int, message: str, headers: Mapping[str, str] | None = None
) -> Interjection:
    """Return an interjection that refuses as the API does."""

    async def answer(_: web.Request) -> Answer:
        response = _refused(Refusal(status, code, message))
        response.headers.update(headers or {})
        return response

    return answer


def plain(
    status: int,
    text: str,
    content_type: str = "text/html",
    headers: Mapping[str, str] | None = None,
) -> Interjection:
    """Return an interjection with any body."""

    async def answer(_: web.Request) -> Answer:
        return web.Response(
            status=status, text=text, content_type=content_type, headers=headers
        )

    return answer


async def disconnect(request: web.Request) -> Answer | None:
    """Break the connection instead of answering."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _rate_limited(request: web.Request) -> Answer:
    """Refuse a request too many."""
    raise Refusal(429, 971, "Please wait and consider throttling your request speed")


async def _no_route(request: web.Request) -> Answer:
    """Refuse a path that the API does not have."""
    raise Refusal(404, 7000, "No route for that URI")


def _refused(refusal: Refusal) -> Answer:
    """Return an unsuccessful answer."""
    return web.json_response(
        {"success": False, "errors": [refusal.error], "messages": [], "result": None},
        status=refusal.status,
        dumps=_dumps,
    )


def _success(result: object, **more: object) -> Answer:
    """Return a successful answer."""
    return web.json_response(
        {"success": True, "errors": [], "messages": [], "result": result, **more},
        dumps=_dumps,
    )


def _page(
    request: web.Request, items: list[Any], default: int, sizes: Container[int]
) -> Answer:
    """Return one page of a list."""
    try:
        page = int(request.query.get("page", "1"))
        size = int(request.query.get("per_page", str(default)))
    except ValueError:
        page, size = 0, 0
    if page < 1 or size not in sizes:
        raise Refusal(400, 1004, "page or per_page is out of range")
    shown = items[(page - 1) * size : page * size]
    return _success(
        shown,
        result_info={
            "page": page,
            "per_page": size,
            "count": len(shown),
            "total_count": len(items),
            "total_pages": -(-len(items) // size),
        },
    )
