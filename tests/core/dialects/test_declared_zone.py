"""Declared zone APIs: credentials, success, pages and forms, against a server on loopback."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
import json
from typing import Any

from aiohttp import encode_basic_auth, web
import pytest

from custom_components.ddns_plus.core.dialects.declared_zone import DeclaredZone
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from tests.providers.replay import USER_AGENT, ReplayServer

from .declared_providers import (
    BasicCursor,
    BodySuccess,
    HeadersOffset,
    KeyToken,
    QueryLink,
    SessionQuery,
)
from .zone_updates import told, update

OLD, NEW = "198.18.0.1", "198.18.0.2"
SETTINGS = {"username": "someone", "key": "a-key", "api_token": "a-token"}
NAMES = ("a", "b", "home", "c", "gone")

type Page = Callable[[Mapping[str, str], Sequence[Any], str], web.Response]
type Write = tuple[str, str, Any]


def by_cursor(query: Mapping[str, str], items: Sequence[Any], key: str) -> web.Response:
    """Answer with two items and a cursor."""
    start = int(query.get("cursor", 0))
    assert query["per_page"] == "2"
    more = start + 2 if start + 2 < len(items) else None
    data = {key: items[start : start + 2]}
    return web.json_response({"data": data, "meta": {"next": more}})


def by_offset(query: Mapping[str, str], items: Sequence[Any], key: str) -> web.Response:
    """Answer with the items from an offset on."""
    start, size = int(query["offset"]), int(query["limit"])
    return web.json_response({key: items[start : start + size]})


def by_link(query: Mapping[str, str], items: Sequence[Any], key: str) -> web.Response:
    """Answer with a link to the next page, on another host."""
    page, size = int(query.get("page", 1)), int(query["per_page"])
    links = '<https://evil.example/?page=1>; rel="first"'
    if page * size < len(items):
        links += f', <https://evil.example/x?page={page + 1}&key=stolen>; rel="next"'
    shown = items[(page - 1) * size : page * size]
    return web.json_response(shown, headers={"Link": links})


def by_number(query: Mapping[str, Any], items: Sequence[Any], key: str) -> web.Response:
    """Answer with a page, which is 0 the first time for zones and 1 for records."""
    page, size = int(query["page"]), int(query["per_page"])
    start = page * size if key == "zones" else (page - 1) * size
    shown = {key: items[start : start + size], "total": len(items)}
    return web.json_response({"status": "SUCCESS", **shown})


def by_token(query: Mapping[str, str], items: Sequence[Any], key: str) -> web.Response:
    """Answer with a page token, an empty one on the last page."""
    start = int(query.get("pageToken", "t0").removeprefix("t"))
    size = int(query["pageSize"])
    token = f"t{start + size}" if start + size < len(items) else ""
    return web.json_response({key: items[start : start + size], "nextPageToken": token})


def whole(query: Mapping[str, str], items: Sequence[Any], key: str) -> web.Response:
    """Answer with everything."""
    return web.json_response({key: items})


def record(name: str, number: int, **more: Any) -> dict[str, Any]:
    """Return a record as most APIs write it."""
    return {"id": number, "type": "A", "name": name, "content": OLD, "ttl": 600, **more}


def record_set(name: str) -> dict[str, Any]:
    """Return a record set of objects."""
    return {"type": "A", "name": name, "values": [{"data": OLD}], "ttl": 600}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A provider, what its server demands and answers, and the writes that are expected."""

    provider: type[DeclaredZone]
    page: Page
    records: Sequence[Any]
    writes: Sequence[Write]
    authorization: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


RELATIVE = [record(name, number) for number, name in enumerate(NAMES)]
CASES = [
    Case(
        provider=BasicCursor,
        page=by_cursor,
        authorization=encode_basic_auth("someone", "a-token"),
        records=[record(f"{n}.example.org", i) for i, n in enumerate(NAMES)],
        writes=[
            ("PATCH", "/zones/2/records/2", {"record": {"content": NEW}}),
            (
                "POST",
                "/zones/2/records",
                {
                    "record": {
                        "type": "A",
                        "name": "new.example.org",
                        "content": NEW,
                        "ttl": 60,
                    }
                },
            ),
            ("DELETE", "/zones/2/records/4", None),
        ],
    ),
    Case(
        provider=HeadersOffset,
        page=by_offset,
        headers={"X-User": "someone", "X-Key": "a-key"},
        records=[record(f"{n}.example.org.", i) for i, n in enumerate(NAMES)],
        writes=[
            (
                "PUT",
                "/zones/2/records/2",
                {"type": "A", "name": "home.example.org.", "content": NEW},
            ),
            (
                "POST",
                "/zones/2/records",
                {
                    "enabled": True,
                    "type": "A",
                    "name": "new.example.org.",
                    "content": NEW,
                },
            ),
            ("DELETE", "/zones/2/records/4", None),
        ],
    ),
    Case(
        provider=QueryLink,
        page=by_link,
        query={"key": "a-key"},
        records=RELATIVE,
        writes=[
            (
                "POST",
                "/zones/2/records",
                {"type": "A", "name": "home", "content": NEW, "ttl": 600},
            ),
            ("DELETE", "/zones/2/records/2", None),
            (
                "POST",
                "/zones/2/records",
                {"type": "A", "name": "new", "content": NEW, "ttl": 60},
            ),
            ("DELETE", "/zones/2/records/4", None),
        ],
    ),
    Case(
        provider=BodySuccess,
        page=by_number,
        fields={"apikey": "a-key", "secret": "a-token"},
        records=RELATIVE,
        writes=[
            ("POST", "/dns/edit/2/2", {"content": NEW, "ttl": "600"}),
            (
                "POST",
                "/dns/create/2",
                {"type": "A", "name": "new", "content": NEW, "ttl": "60"},
            ),
            ("POST", "/dns/delete/2/4", {}),
        ],
    ),
    Case(
        provider=KeyToken,
        page=by_token,
        authorization="sso-key a-key:a-token",
        records=[record_set(name) for name in NAMES],
        writes=[
            (
                "PUT",
                "/zones/2/records/A/home",
                [{"values": [{"data": NEW}], "ttl": 600}],
            ),
            (
                "PUT",
                "/zones/2/records/A/new",
                [{"values": [{"data": NEW}], "ttl": 120}],
            ),
            ("DELETE", "/zones/2/records/A/gone", None),
        ],
    ),
    Case(
        provider=SessionQuery,
        page=whole,
        query={"session": "s1"},
        records=RELATIVE,
        writes=[
            ("GET", "/set/2", {"content": NEW}),
            (
                "GET",
                "/add/2",
                {"type": "A", "name": "new", "content": NEW, "ttl": "60"},
            ),
            ("GET", "/delete/4", {}),
            ("GET", "/reload/2", {}),
        ],
    ),
]


class Service:
    """The server of a case; `answers` are for paths that answer something else."""

    def __init__(self, case: Case) -> None:
        """Start with no writes."""
        self.case = case
        self.writes: list[Write] = []
        self.answers: dict[str, web.Response] = {}

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer to the account alone."""
        case, path = self.case, request.path.removeprefix("/v1")
        text = await request.text()
        body = json.loads(text) if text else None
        if path == "/login":
            return web.json_response({"session": "s1"})
        query = dict(request.query)
        assert request.headers.get("Authorization") == case.authorization
        assert all(request.headers[key] == text for key, text in case.headers.items())
        assert all(query.pop(key) == text for key, text in case.query.items())
        for key, text in case.fields.items():
            assert body.pop(key) == text
        if (answer := self.answers.get(path)) is not None:
            return answer
        sent = body if body is not None else query
        if path == "/zones":
            zones = [
                {"id": number, "name": name, "minimum_ttl": 120}
                for number, name in enumerate(("x.test", "y.test", "example.org"))
            ]
            return case.page(sent, zones, "zones")
        if path in ("/zones/2/records", "/dns/list/2") and (
            request.method == "GET" or case.fields
        ):
            return case.page(sent, case.records, "records")
        if request.method == "GET":
            body = query
        self.writes.append((request.method, path, body))
        return web.json_response({"status": "SUCCESS"})


def connect(provider: type[DeclaredZone], replay: ReplayServer) -> DeclaredZone:
    """Return a provider with an account."""
    return provider(SETTINGS, HttpClient(replay.session, user_agent=USER_AGENT))


def by_name(case: Case) -> str:
    """Return the id of a case."""
    return case.provider.__name__


@pytest.mark.parametrize("case", CASES, ids=by_name)
async def test_variant(case: Case, replay: ReplayServer) -> None:
    """All pages are read, and each change is sent in the API's own form."""
    service = Service(case)
    replay.always(service)
    ttl = 60
    results = await connect(case.provider, replay).publish(
        [
            update("home.example.org", NEW, OLD),
            update("new.example.org", NEW, ttl=ttl),
            update("gone.example.org", None, OLD),
        ]
    )
    assert results == [Outcome.UPDATED, Outcome.CREATED, Outcome.WITHDRAWN]
    assert service.writes == case.writes
    offered = await connect(case.provider, replay).hostnames()
    assert [str(name) for name in offered or ()] == ["x.test", "y.test", "example.org"]


@pytest.mark.parametrize(
    ("body", "error", "code", "maybe"),
    [
        (
            {"status": "ERROR", "code": "INVALID_KEY", "message": "no a-key"},
            InvalidCredentials,
            "invalid_key",
            False,
        ),
        ({"status": "ERROR", "code": "BAD_NAME"}, InvalidField, "bad_name", False),
        (
            {"status": "ERROR", "code": "NEW_CODE"},
            UnexpectedResponse,
            "NEW_CODE",
            False,
        ),
        # not understood at all: it may have been done
        ({"hotel": "Log in"}, UnexpectedResponse, "http_200", True),
    ],
)
async def test_success_is_in_the_body(
    body: Any, error: type[DdnsError], code: str, maybe: bool, replay: ReplayServer
) -> None:
    """A status of success says nothing where the API says it in the body."""
    service = Service(CASES[3])
    service.answers["/dns/edit/2/2"] = web.json_response(body)
    replay.always(service)
    [result] = await connect(BodySuccess, replay).publish(
        [update("home.example.org", NEW, OLD)]
    )
    assert told(result)[:2] == (error, code)
    assert isinstance(result, DdnsError)
    assert result.maybe_applied is maybe
    assert "a-key" not in str(result)


async def test_changes_that_are_not_loaded(replay: ReplayServer) -> None:
    """What could not be finished may have taken effect."""
    service = Service(CASES[5])
    error = {"error": {"code": "busy_now", "text": "later"}}
    service.answers["/reload/2"] = web.json_response(error)
    replay.always(service)
    [result] = await connect(SessionQuery, replay).publish(
        [update("home.example.org", NEW, OLD)]
    )
    assert told(result)[:2] == (UnexpectedResponse, "busy_now")
    assert isinstance(result, DdnsError)
    assert result.maybe_applied


@pytest.mark.parametrize("case", CASES[:5], ids=by_name)
async def test_a_list_without_an_end(case: Case, replay: ReplayServer) -> None:
    """A server that always has another page is left at once when pages repeat."""

    async def endless(request: web.Request) -> web.Response:
        zones = [{"id": 1, "name": "a.test", "minimum_ttl": 60}] * 2
        body: Any = {"zones": zones, "data": {"zones": zones}, "nextPageToken": "t"}
        body |= {"meta": {"next": "c"}, "status": "SUCCESS"}
        links = {"Link": '</?page=7>; rel="next"'}
        is_list = case.provider is QueryLink
        return web.json_response(zones if is_list else body, headers=links)

    replay.always(endless)
    with pytest.raises(UnexpectedResponse) as caught:
        await connect(case.provider, replay).hostnames()
    assert caught.value.code == "too_many_pages"
    assert len(replay.requests) == 2


async def test_a_list_that_grows_without_an_end(replay: ReplayServer) -> None:
    """A server that always has another zone is left at some point."""

    async def endless(request: web.Request) -> web.Response:
        number = len(replay.requests)
        zones = [{"id": 2 * number, "name": "a.test", "minimum_ttl": 60}]
        zones += [{"id": 2 * number + 1, "name": "a.test", "minimum_ttl": 60}]
        token = {"nextPageToken": f"t{number}"}
        body: Any = {"zones": zones, "data": {"zones": zones}} | token
        body |= {"meta": {"next": f"c{number}"}, "status": "SUCCESS"}
        return web.json_response(body)

    replay.always(endless)
    case = next(each for each in CASES[:5] if each.provider is not QueryLink)
    with pytest.raises(UnexpectedResponse) as caught:
        await connect(case.provider, replay).hostnames()
    assert caught.value.code == "too_many_pages"
    assert len(replay.requests) == 100
