"""Zone APIs in JSON: names, actions that take a while, and how many requests it takes."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
import json
from typing import Any

from aiohttp import web
from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.dialects.json_zone import full_name, relative_name
from custom_components.ddns_plus.core.errors import (
    InvalidCredentials,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.provider_info import Result
from custom_components.ddns_plus.core.providers.digitalocean import DigitalOcean
from custom_components.ddns_plus.core.providers.dreamhost import DreamHost
from custom_components.ddns_plus.core.providers.gandi import Gandi
from custom_components.ddns_plus.core.providers.hetzner import Hetzner
from custom_components.ddns_plus.core.providers.linode import Linode
from tests.providers.replay import USER_AGENT, ReplayServer

from .zone_updates import told, update

TOKEN = "a-token-of-the-right-length"
ZONES = ("example.org", "bücher.example.co.uk", "xn--bcher-kva.example")
HOSTNAMES = [f"h{number}.example.org" for number in range(100)]

labels = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,10}[a-z0-9_])?", fullmatch=True).filter(
    lambda label: not label.startswith("xn--")
)
below = st.lists(labels | st.sampled_from(["bücher", "xn--mnchen-3ya"]), max_size=4)


@given(st.sampled_from(ZONES), below, st.booleans(), st.sampled_from(["@", ""]))
def test_names_both_ways(
    zone: str, parts: list[str], wildcard: bool, apex: str
) -> None:
    """What is sent as a relative name is read back as the same hostname, however written."""
    name = Hostname.parse(zone)
    hostname = Hostname.parse(".".join([*["*"][:wildcard], *parts, zone]))
    relative = relative_name(hostname, name, apex)
    assert (relative == apex) is (hostname == name)
    assert full_name(relative, name) == hostname
    assert full_name(f"{hostname}.", name) == hostname
    assert full_name(f" {hostname.unicode.upper()}. ", name) == hostname
    if hostname != name:
        assert full_name(relative.upper(), name) == hostname


@given(st.text(max_size=80) | st.none() | st.integers())
def test_any_name_is_a_hostname_or_none(text: Any) -> None:
    """Whatever stands in a zone, it is read or passed over."""
    zone = Hostname("example.org")
    found = full_name(text, zone)
    assert found is None or Hostname.parse(str(found)) == found


def test_token_of_the_old_console() -> None:
    """A token of dns.hetzner.com is known by its length, and said to be one."""
    assert Hetzner.check_settings({"api_token": "a" * 32}) == {
        "api_token": "api_token_of_old_console"
    }
    assert Hetzner.check_settings({"api_token": "a" * 64}) == {}


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"api_token": "two words"}, {"api_token": "api_token_malformed"}),
        (
            {"api_token": TOKEN, "zone": "*.example.org"},
            {"zone": "zone_is_wildcard"},
        ),
        (
            {"api_token": TOKEN, "zone": "example"},
            {"zone": "hostname_not_qualified"},
        ),
        ({"api_token": TOKEN, "zone": "example.org"}, {}),
    ],
)
def test_settings(settings: dict[str, str], wrong: dict[str, str]) -> None:
    """A token or zone that cannot be one is told before anybody is asked."""
    assert Gandi.check_settings(settings) == wrong


def test_key_of_dreamhost() -> None:
    """It is checked before it travels, as any token is."""
    wrong = {"api_token": "api_token_malformed"}
    assert DreamHost.check_settings({"api_token": "two words"}) == wrong
    assert DreamHost.check_settings({"api_token": TOKEN}) == {}


@pytest.mark.parametrize(
    ("token", "scheme"), [("a" * 24, "Apikey"), ("b" * 40, "Bearer")]
)
async def test_gandi_schemes(token: str, scheme: str, replay: ReplayServer) -> None:
    """A key of before travels in its own scheme; a zone that was named is not looked for."""
    replay.always(answer({}))
    provider = connect(Gandi, replay, api_token=token, zone="example.org")
    with pytest.raises(UnexpectedResponse):
        await provider.verify()
    (request,) = replay.requests
    assert request.authorization == f"{scheme} {token}"
    assert request.url.endswith("/domains/example.org/records")


async def test_zone_of_another(replay: ReplayServer) -> None:
    """A zone that was named wrongly is the setting's error."""
    replay.always(answer({"code": 404, "message": "no"}, 404))
    provider = connect(Gandi, replay, zone="example.org")
    (result,) = await provider.publish([update("home.example.org", "198.18.0.1")])
    assert told(result)[1:] == ("zone_not_found", "zone")


class QuickHetzner(Hetzner):
    """Hetzner without the waits."""

    pace = timedelta()
    patience = 5


class SlowActions:
    """The part of Hetzner's API that starts actions and tells of them.

    An action is done when it was asked for `looks` times. While one is running, the
    zone is `busy` where that is said.
    """

    def __init__(self, *, looks: int = 1, busy: bool = False) -> None:
        """Begin with an empty zone."""
        self.looks: int = looks
        self.busy = busy
        self.left: dict[int, int] = {}
        self.failed: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.broken: web.Response | None = None
        self._names: dict[int, str] = {}

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer."""
        path = request.path.removeprefix("/v1")
        self.asked[f"{request.method} {path.partition('/rrsets')[0]}"] += 1
        if path == "/zones":
            return listed("zones", [{"id": 42, "name": "example.org"}])
        if path == "/actions":
            return self._actions(request)
        if request.method == "GET":
            return listed("rrsets", [])
        if self.busy and any(self.left.values()):
            error = {"error": {"code": "conflict", "message": "busy"}}
            return web.json_response(error, status=409)
        number = len(self.left) + 1
        self.left[number] = self.looks
        self._names[number] = (await request.json())["name"]
        return web.json_response({"action": self._action(number)}, status=201)

    def _actions(self, request: web.Request) -> web.Response:
        """Tell of the actions asked for."""
        if self.broken is not None:
            return self.broken
        numbers = [int(each) for each in request.query.getall("id")]
        assert len(numbers) <= int(request.query["per_page"]) <= 50
        for number in numbers:
            self.left[number] = max(self.left[number] - 1, 0)
        return listed("actions", [self._action(number) for number in numbers])

    def _action(self, number: int) -> dict[str, Any]:
        """Return an action as it is."""
        if self.left[number]:
            return {"id": number, "status": "running", "error": None}
        if code := self.failed.get(self._names[number]):
            error = {"code": code, "message": "no"}
            return {"id": number, "status": "error", "error": error}
        return {"id": number, "status": "success", "error": None}


async def publish_all(replay: ReplayServer, service: SlowActions) -> list[Result]:
    """Publish a hundred hostnames."""
    replay.always(service)
    provider = connect(QuickHetzner, replay)
    return list(
        await provider.publish([update(name, "198.18.0.1") for name in HOSTNAMES])
    )


async def test_actions_are_asked_for_together(replay: ReplayServer) -> None:
    """A hundred running actions take two requests a look, and all are waited for."""
    service = SlowActions(looks=2)
    assert set(await publish_all(replay, service)) == {Outcome.CREATED}
    assert service.asked == {
        "GET /zones": 1,
        "GET /zones/42": 1,
        "POST /zones/42": 100,
        "GET /actions": 4,
    }


async def test_a_busy_zone_is_waited_for(replay: ReplayServer) -> None:
    """While an action keeps the zone, the next waits for it."""
    service = SlowActions(looks=1, busy=True)
    assert set(await publish_all(replay, service)) == {Outcome.CREATED}
    assert service.asked["POST /zones/42"] == 199


async def test_a_zone_that_stays_busy(replay: ReplayServer) -> None:
    """A zone that stays busy ends the batch; what runs may have taken effect."""
    results = await publish_all(replay, SlowActions(looks=100, busy=True))
    first, second, *others = results
    assert isinstance(first, Unavailable)
    assert (first.code, first.maybe_applied) == ("action_unfinished", True)
    for result in (second, *others):
        assert isinstance(result, Unavailable)
        assert (result.code, result.maybe_applied) == ("zone_busy", False)


async def test_an_action_fails(replay: ReplayServer) -> None:
    """What became of an action concerns its hostname only."""
    service = SlowActions(looks=2)
    service.failed = {"h7": "invalid_input", "h8": "resource_limit_exceeded"}
    results = await publish_all(replay, service)
    assert told(results[7])[:2] == (UnexpectedResponse, "action_failed")
    assert told(results[8])[1] == "record_quota_exceeded"
    assert set(results[:7]) | set(results[9:]) == {Outcome.CREATED}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {}, Unavailable),
        (401, {}, InvalidCredentials),
        (200, [], UnexpectedResponse),
    ],
)
async def test_actions_cannot_be_asked_for(
    status: int, body: Any, error: type, replay: ReplayServer
) -> None:
    """When nobody tells what became of the actions, they may have taken effect."""
    service = SlowActions()
    service.broken = web.Response(status=status, text=json.dumps(body))
    replay.always(service)
    (result,) = await connect(QuickHetzner, replay).publish(
        [update("home.example.org", "198.18.0.1")]
    )
    assert told(result)[0] is error
    assert getattr(result, "maybe_applied", False)


def many(provider: type[Provider]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return an API with a zone that has an address record for each of the hostnames."""
    records = [
        {"id": number, "name": f"h{number}", "type": "A", "data": "198.18.0.1"}
        | {"rrset_name": f"h{number}", "rrset_type": "A", "rrset_ttl": 600, "ttl": 600}
        | {"rrset_values": ["198.18.0.1"], "records": [{"value": "198.18.0.1"}]}
        | {"zone": "example.org", "record": f"h{number}.example.org"}
        | {"value": "198.18.0.1", "editable": "1", "target": "198.18.0.1"}
        for number in range(100)
    ]

    async def handle(request: web.Request) -> web.Response:
        page, size = (int(request.query.get(key, 100)) for key in ("page", "per_page"))
        shown = records[(page - 1) * size : page * size]
        following = page + 1 if page * size < len(records) else None
        pages = {"pagination": {"next_page": following}}
        if request.method != "GET":
            return web.json_response({"action": {"status": "success"}})
        match provider.info.slug, request.path.rpartition("/")[2]:
            case "dreamhost", _:
                adds = request.query["cmd"] != "dns-list_records"
                data: Any = "record_added" if adds else records
                return web.json_response({"result": "success", "data": data})
            case "gandi", "domains":
                return web.json_response(
                    [{"fqdn": "example.org"}], headers={"Total-Count": "1"}
                )
            case "gandi", _:
                return web.json_response(shown, headers={"Total-Count": "100"})
            case "linode", "domains":
                domain = {"id": 42, "domain": "example.org", "type": "master"}
                return web.json_response({"data": [domain], "page": 1, "pages": 1})
            case "linode", _:
                return web.json_response({"data": shown, "page": 1, "pages": 1})
            case _, "zones":
                return listed("zones", [{"id": 42, "name": "example.org"}])
            case _, "domains":
                return listed("domains", [{"name": "example.org"}])
        links = {"pages": {"next": "https://example.org"}} if following else {}
        key = "rrsets" if provider is Hetzner else "domain_records"
        return web.json_response({key: shown, "meta": pages, "links": links})

    return handle


@pytest.mark.parametrize(
    ("provider", "reads", "writes"),
    [
        (Hetzner, 3, 100),
        (DigitalOcean, 2, 100),
        (Gandi, 2, 100),
        (DreamHost, 1, 200),
        (Linode, 2, 100),
    ],
)
async def test_requests_for_a_hundred_hostnames(
    provider: type[Provider], reads: int, writes: int, replay: ReplayServer
) -> None:
    """A hundred hostnames of one zone are listed together; each record is a write."""
    replay.always(many(provider))
    results = await connect(provider, replay).publish(
        [update(name, "198.18.0.2", "198.18.0.1") for name in HOSTNAMES]
    )
    assert set(results) == {Outcome.UPDATED}
    assert len(replay.requests) == reads + writes
    replay.requests.clear()
    await connect(provider, replay).publish(
        [update(name, "198.18.0.1") for name in HOSTNAMES]
    )
    assert len(replay.requests) == reads


async def test_a_large_account(replay: ReplayServer) -> None:
    """A list that comes in one piece may be larger than other answers."""
    item = {"record": "home.example.org", "type": "A", "value": "198.18.0.1"}
    items = [{**item, "zone": f"z{n % 50}.example.org"} for n in range(2000)]
    replay.always(answer({"result": "success", "data": items}))
    offered = await connect(DreamHost, replay).hostnames()
    assert offered is not None
    assert len(offered) == 50


async def test_large_pages_are_asked_for_in_parts(replay: ReplayServer) -> None:
    """A page of domains that is too large, for the zone files in it, is made smaller."""
    large = {"name": "example.org", "zone_file": "x" * 5_000}

    async def handle(request: web.Request) -> web.Response:
        count = int(request.query["per_page"])
        return listed("domains", [large] * count)

    replay.always(handle)
    assert await connect(DigitalOcean, replay).hostnames()
    assert [each.query["per_page"] for each in replay.requests] == ["20", "5"]


def connect(
    provider: type[Provider], replay: ReplayServer, **settings: str
) -> Provider:
    """Return a provider with an account."""
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    return provider({"api_token": TOKEN, **settings}, http)


def listed(key: str, items: list[Any]) -> web.Response:
    """Return a list that has one page."""
    return web.json_response({key: items, "meta": {"pagination": {"next_page": None}}})


def answer(
    body: object, status: int = 200
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return what always answers the same."""

    async def handle(request: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    return handle
