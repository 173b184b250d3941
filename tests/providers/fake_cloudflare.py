"""A Cloudflare API with a memory, as its documentation describes it (read 2026-10).

Zones and records live in this object, `handle()` answers for them. What a test asks of
it beyond the documentation is in `interject()` and `corrupt()`.
"""

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
import json
import re
from typing import Any

from aiohttp import web

from .fake_cloudflare_zone import Record, Refusal, Zone, new_id

_BASE = "/client/v4"
# printable, no blanks; the old global API keys are 37 hexadecimal digits
_TOKEN = re.compile(r"(?![0-9a-f]{37}$)[!-~]{20,}")
_LOCATION = "Cannot use the access token from location: 203.0.113.77"

type Interjection = Callable[[web.Request], Awaitable[web.Response | None]]
type Answer = Mapping[str, object]


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

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request."""
        call = Call(
            method=request.method,
            path=request.path.removeprefix(_BASE),
            query=dict(request.query),
            body=json.loads(await request.text() or "null"),
        )
        self.calls.append(call)
        for queue, acts in ((self._interjections, False), (self._corruptions, True)):
            for entry in queue:
                if entry[0].search(f"{call.method} {call.path}"):
                    queue.remove(entry)
                    if acts:
                        self._answer(request, call)
                    if (answer := await entry[1](request)) is not None:
                        return answer
                    break
        return self._answer(request, call)

    def _answer(self, request: web.Request, call: Call) -> web.Response:
        """Return the answer, a refusal too, with the headers of the rate limit."""
        remaining = self.limit - len(self.calls)
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(remaining, 0)),
        }
        if remaining < 0:
            wait = str(self.blocked_for)
            headers |= {"Retry-After": wait, "X-RateLimit-Reset": wait}
        try:
            answer = self._envelope(request, call, remaining)
        except Refusal as err:
            return _refused(err, headers)
        envelope = {"success": True, "errors": [], "messages": [], **answer}
        return web.json_response(envelope, headers=headers, dumps=_dumps)

    def _envelope(self, request: web.Request, call: Call, remaining: int) -> Answer:
        """Do what is asked."""
        if remaining < 0:
            raise Refusal(
                429, 971, "Please wait and consider throttling your request speed"
            )
        token = self._authenticated(request, call)
        for pattern, act in (
            (r"GET /(user|accounts/\w+)/tokens/verify", self._verify_token),
            (r"GET /zones", self._list_zones),
            (r"GET /zones/(\w+)", self._get_zone),
            (r"GET /zones/(\w+)/dns_records", self._list_records),
            (r"POST /zones/(\w+)/dns_records/batch", self._change_records),
            (r"POST /zones/(\w+)/dns_records", self._change_records),
            (r"GET /zones/(\w+)/dns_records/(\w+)", self._get_record),
            (
                r"(?:PATCH|PUT|DELETE) /zones/(\w+)/dns_records/(\w+)",
                self._change_records,
            ),
        ):
            if match := re.fullmatch(pattern, f"{call.method} {call.path}"):
                return act(token, call, *match.groups())
        raise Refusal(404, 7000, "No route for that URI")

    def _authenticated(self, request: web.Request, call: Call) -> Token:
        """Return the token of a request."""
        header = request.headers.get("Authorization")
        if header is None:
            raise Refusal(
                400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"
            )
        kind, _, text = header.partition(" ")
        if kind != "Bearer" or not _TOKEN.fullmatch(text):
            raise Refusal(
                400,
                6003,
                "Invalid request headers",
                (6111, "Invalid format for Authorization header"),
            )
        token = self.tokens.get(text)
        if token is None or token.status != "active":
            if call.path.endswith("/tokens/verify"):
                raise Refusal(401, 1000, "Invalid API Token")
            raise Refusal(403, 9109, "Invalid access token")
        if not token.location_allowed:
            raise Refusal(403, 9109, _LOCATION)
        return token

    def _zone(self, token: Token, zone_id: str, *, edits: bool = True) -> Zone:
        """Return a zone, for a token that may edit its records."""
        zone = self.zones.get(zone_id)
        if zone is None:
            raise Refusal(
                404,
                7003,
                f"Could not route to /client/v4/zones/{zone_id}, perhaps your object "
                "identifier is invalid?",
            )
        if not token.reaches(zone) or (edits and not token.edits_records):
            raise Refusal(403, 10000, "Authentication error")
        return zone

    def _verify_token(self, token: Token, call: Call, owner: str) -> Answer:
        """Tell that a token is alive; tokens of somebody else are strangers here."""
        if token.account_owned is (owner == "user"):
            raise Refusal(401, 1000, "Invalid API Token")
        return {"result": {"id": new_id(), "status": "active"}}

    def _list_zones(self, token: Token, call: Call) -> Answer:
        """List the zones that the token reaches."""
        if not token.lists_zones:
            raise Refusal(
                403,
                0,
                f"Actor 'com.cloudflare.api.token.{new_id()}' requires permission "
                "'com.cloudflare.api.account.zone.list' to list zones",
            )
        zones = [
            zone.as_json()
            for zone in self.zones.values()
            if token.reaches(zone)
            and call.query.get("name", zone.name) == zone.name
            and call.query.get("status", zone.status) == zone.status
        ]
        return _page(call, zones, 20, range(5, 51))

    def _get_zone(self, token: Token, call: Call, zone_id: str) -> Answer:
        """Show one zone."""
        zone = self._zone(token, zone_id, edits=False)
        if not token.lists_zones:
            raise Refusal(403, 9109, "Unauthorized to access requested resource")
        return {"result": zone.as_json()}

    def _list_records(self, token: Token, call: Call, zone_id: str) -> Answer:
        """List records, by exact name, type and content if asked."""
        zone, query = self._zone(token, zone_id), call.query
        name = query.get("name.exact", query.get("name"))
        records = [
            record
            for record in zone.records.values()
            if query.get("type", record["type"]) == record["type"]
            and (name or record["name"]).lower() == record["name"]
            and query.get("content", record["content"]) == record["content"]
        ]
        return _page(call, records, 100, range(1, 5_000_001))

    def _get_record(
        self, token: Token, call: Call, zone_id: str, record_id: str
    ) -> Answer:
        """Show one record."""
        return {"result": self._zone(token, zone_id).existing(record_id)}

    def _change_records(
        self, token: Token, call: Call, zone_id: str, record_id: str = ""
    ) -> Answer:
        """Post, patch, put or delete one record, or many at once."""
        zone = self._zone(token, zone_id)
        if call.path.endswith("/batch"):
            return {"result": zone.batch(call.body)}
        body: Record = dict(call.body or {})
        if record_id:
            body["id"] = record_id
        acts = {
            "POST": zone.post,
            "PATCH": zone.patch,
            "PUT": zone.put,
            "DELETE": zone.delete,
        }
        return {"result": acts[call.method](body)}


def refuse(
    status: int, code: int, message: str, headers: Mapping[str, str] | None = None
) -> Interjection:
    """Return an interjection that refuses as the API does."""

    async def answer(_: web.Request) -> web.Response:
        return _refused(Refusal(status, code, message), headers)

    return answer


def plain(
    status: int,
    text: str,
    content_type: str = "text/html",
    headers: Mapping[str, str] | None = None,
) -> Interjection:
    """Return an interjection with any body."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            status=status, text=text, content_type=content_type, headers=headers
        )

    return answer


def _refused(
    refusal: Refusal, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return an unsuccessful answer."""
    return web.json_response(
        {"success": False, "errors": [refusal.error], "messages": [], "result": None},
        status=refusal.status,
        headers=headers,
        dumps=_dumps,
    )


def _page(
    call: Call, items: list[Any], default: int, sizes: Container[int]
) -> Mapping[str, object]:
    """Return one page of a list."""
    try:
        page = int(call.query.get("page", "1"))
        size = int(call.query.get("per_page", str(default)))
    except ValueError:
        page, size = 0, 0
    if page < 1 or size not in sizes:
        raise Refusal(400, 1004, "page or per_page is out of range")
    shown = items[(page - 1) * size : page * size]
    return {
        "result": shown,
        "result_info": {
            "page": page,
            "per_page": size,
            "count": len(shown),
            "total_count": len(items),
            "total_pages": -(-len(items) // size),
        },
    }


_dumps = partial(json.dumps, separators=(",", ":"))
