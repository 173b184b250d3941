"""One contract for every provider: its own scenarios, and days as bad as they get."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
import logging
import traceback
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.errors import (
    Authority,
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.provider_info import Result, Update

from .catalog import HTTP_SLUGS, SLUGS, provider_type, scenario_file
from .replay import USER_AGENT, ReplayServer, lose_connection, never
from .scenario import CANARY, OBLIGATORY, Step, canary, described

SEVEN_ERRORS = {
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
}


def _scenarios() -> Iterator[Any]:
    """Return every scenario of every provider."""
    for slug in SLUGS:
        for name, steps in scenario_file(slug).scenarios.items():
            yield pytest.param(slug, steps, id=f"{slug}-{name}")


def connect(slug: str, replay: ReplayServer, **more: Any) -> Provider:
    """Return a provider with an account whose secrets are canaries."""
    http = HttpClient(
        replay.session, user_agent=USER_AGENT, connectors=replay.connector, **more
    )
    return provider_type(slug)(scenario_file(slug).settings, http)


async def publish(provider: Provider, updates: Sequence[Update]) -> Sequence[Result]:
    """Publish as an account does, but let errors and faults through."""
    provider.learn_secrets(updates)
    with provider.redacting():
        return await provider.publish(updates)


async def call(provider: Provider, step: Step) -> Any:
    """Carry out a step and return its results as a scenario file has them."""
    try:
        match step.call:
            case "verify":
                await provider.verify()
                return "ok"
            case "hostnames":
                names = await provider.hostnames()
                return None if names is None else [name.fqdn for name in names]
            case "read":
                held = await provider.read(
                    [(update.hostname, update.family) for update in step.updates]
                )
                return held and {
                    f"{hostname} {family}": sorted(map(str, addresses))
                    for (hostname, family), addresses in held.items()
                }
            case "publish":
                results = await publish(provider, step.updates)
                assert len(results) == len(step.updates)
                _assert_results(results)
                return [described(result) for result in results]
    except DdnsError as err:
        assert step.call != "publish", "an error is a result, not an exception"
        _assert_results([err])
        return described(err)
    raise ValueError(step.call)


def _assert_results(results: Any) -> None:
    """Check that all are what results may be, and tell no secret."""
    for result in results:
        assert isinstance(result, Outcome) or type(result) in SEVEN_ERRORS
        if isinstance(result, DdnsError):
            shown = (
                *traceback.format_exception(result),
                str(result),
                repr(result),
                str(vars(result)),
            )
            assert CANARY not in "".join(shown)


@pytest.fixture(autouse=True)
def log_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> Iterator[pytest.LogCaptureFixture]:
    """Check after every test that nothing anybody logged has a secret in it."""
    caplog.set_level(logging.DEBUG)
    yield caplog
    for record in caplog.get_records("call"):
        assert CANARY not in record.getMessage()
        assert CANARY not in str(record.exc_info)


@pytest.mark.parametrize(("slug", "steps"), _scenarios())
async def test_scenario(slug: str, steps: list[Step], replay: ReplayServer) -> None:
    """The provider sends what is expected and makes of the answers what is expected."""
    provider = connect(slug, replay)
    for step in steps:
        replay.expect(step.exchanges)
        results = await call(provider, step)
        assert replay.requests == [exchange.request for exchange in step.exchanges]
        assert results == step.results
        assert replay.user_agents <= {USER_AGENT}
    assert CANARY not in repr(provider)


def _first_step(slug: str) -> Step:
    """Return an update as it is done on a good day."""
    return scenario_file(slug).scenarios["updated"][0]


def _echo(status: int) -> Callable[[web.Request], Any]:
    """Return what answers with all that was asked, secrets too."""

    async def echo(request: web.Request) -> web.Response:
        text = await request.text()
        headers = "\n".join(
            f"{name}: {value}" for name, value in request.headers.items()
        )
        return web.Response(
            status=status, text=f"{request.method} {request.url}\n{headers}\n{text}"
        )

    return echo


def _canned(
    body: str | bytes = "", status: int = 200, **headers: str
) -> Callable[[web.Request], Any]:
    """Return what always answers the same."""

    async def answer(request: web.Request) -> web.Response:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(
            status=status,
            body=data,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    return answer


async def _break(request: web.Request) -> web.StreamResponse:
    """Break the connection after the request was read."""
    lose_connection(request)
    return web.Response()


_PAGE = "<!DOCTYPE html><html><title>Log in</title><body>Good morning, abuse desk!"
BAD_DAYS: dict[str, tuple[Callable[[web.Request], Any], set[type[DdnsError]]]] = {
    "captive_portal": (_canned(_PAGE, Content_Type="text/html"), {UnexpectedResponse}),
    "nothing": (_canned(), {UnexpectedResponse}),
    "five_megabytes": (_canned(b"good " * 2**20), {UnexpectedResponse}),
    "not_text": (_canned(bytes(range(256))), {UnexpectedResponse}),
    "echo": (_echo(200), {UnexpectedResponse, InvalidCredentials}),
    "echo_unauthorized": (_echo(401), {InvalidCredentials}),
    "echo_server_error": (_echo(500), {Unavailable}),
    "not_found": (_canned("not found", 404), SEVEN_ERRORS - {DdnsError}),
    "server_error": (_canned("sorry", 500), {Unavailable}),
    "too_many_requests": (_canned("", 429, Retry_After="77"), {RateLimited}),
    "redirect_to_http": (
        _canned("", 302, Location="http://example.com/"),
        {UnexpectedResponse},
    ),
    "redirect_elsewhere": (
        _canned("", 307, Location="https://evil.example/"),
        {UnexpectedResponse},
    ),
    "connection_lost": (_break, {Unavailable}),
    "no_answer": (never, {Unavailable}),
    **{
        f"json_{name}": (
            _canned(text, Content_Type="application/json"),
            {UnexpectedResponse, InvalidCredentials, InvalidField},
        )
        for name, text in {
            "null": "null",
            "list": "[]",
            "object": "{}",
            "number": "911.5",
            "string": '"good"',
            "deep": "[" * 10_000,
        }.items()
    },
}


@pytest.mark.parametrize("day", BAD_DAYS)
@pytest.mark.parametrize("slug", HTTP_SLUGS)
async def test_bad_day(slug: str, day: str, replay: ReplayServer) -> None:
    """Whatever the server does, every update gets an error that fits, and no secret leaks."""
    answer, expected = BAD_DAYS[day]
    replay.always(answer)
    limit = timedelta(seconds=0.2 if day == "no_answer" else 15)
    provider = connect(slug, replay, timeout=limit)
    updates = _first_step(slug).updates
    results = await publish(provider, updates)
    assert len(results) == len(updates)
    _assert_results(results)
    if provider.info.hostname_credential is not None:
        # whose credentials were refused: the hostname's
        expected = expected | {InvalidField}
        assert not any(isinstance(result, InvalidCredentials) for result in results)
    assert {type(result) for result in results} <= expected
    if day == "too_many_requests":
        for result in results:
            assert isinstance(result, RateLimited)
            assert result.retry_after == timedelta(seconds=77)
    for request in replay.requests:
        # nothing is sent without encryption, and nowhere else
        assert request.url.startswith("https://")
        assert urlsplit(request.url).hostname not in ("evil.example", "example.com")
    for look in (provider.verify, provider.hostnames):
        try:
            await look()
        except DdnsError as err:
            _assert_results([err])


PAGES = [
    pytest.param(status, page, id=f"{status}-{name}")
    for status in (401, 403, 404, 302)
    for name, page in {
        "cloudflare": "<html><title>Attention Required! | Cloudflare</title></html>",
        "nginx": "<html><center><h1>Not allowed here</h1></center></html>",
        "traefik": "404 page not found",
        "empty": "",
    }.items()
]


@pytest.mark.parametrize(("status", "page"), PAGES)
@pytest.mark.parametrize("slug", HTTP_SLUGS)
async def test_a_page_is_not_the_word_of_the_provider(
    slug: str, status: int, page: str, replay: ReplayServer
) -> None:
    """What a proxy or a restart answers never stops what was accepted before."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        headers = {"Location": "https://xn--nas.example/"} if status == 302 else {}
        return web.Response(
            status=status, text=page, content_type="text/html", headers=headers
        )

    replay.always(answer)
    provider = connect(slug, replay)
    for result in await publish(provider, _first_step(slug).updates):
        assert isinstance(result, DdnsError)
        assert "None" not in result.said
        assert not result.kind.stops or result.authority is Authority.PAGE


@pytest.mark.parametrize("slug", HTTP_SLUGS)
async def test_scenarios_are_complete(slug: str) -> None:
    """Every obligatory scenario is there, or there is a reason why it cannot be."""
    file = scenario_file(slug)
    for name in OBLIGATORY:
        assert name in file.scenarios or file.not_applicable.get(name), name
    assert file.scenarios.keys().isdisjoint(file.not_applicable)
    hosts = [
        exchange.request.url
        for steps in file.scenarios.values()
        for step in steps
        for exchange in step.exchanges
    ]
    assert all(url.startswith("https://") for url in hosts)
    secrets = [field for field in provider_type(slug).info.fields if field.secret]
    assert all(canary(field.key) in str(file.settings[field.key]) for field in secrets)
    own = {
        field.key for field in provider_type(slug).info.hostname_fields if field.secret
    }
    for update in _first_step(slug).updates:
        assert all(update.settings[key] == canary(key) for key in own)


def _limited(slug: str) -> bool:
    """Return whether there is something that a provider cannot do."""
    provider = provider_type(slug)
    return not (provider.withdraws and provider.info.wildcards)


@pytest.mark.parametrize("slug", filter(_limited, HTTP_SLUGS))
async def test_what_cannot_be_done_is_not_tried(
    slug: str, replay: ReplayServer
) -> None:
    """A withdrawal or wildcard that the provider does not have is refused without a call."""
    provider = connect(slug, replay)
    (update, *_) = _first_step(slug).updates
    asked: list[Update] = []
    if not provider.withdraws:
        asked.append(replace(update, address=None))
    if not provider.info.wildcards:
        wildcard = Hostname(f"*.{update.hostname}")
        assert provider.check_hostname(wildcard) == "wildcard_not_supported"
        asked.append(replace(update, hostname=wildcard))
    results = await provider.publish(asked)
    assert {type(result) for result in results} <= {Refused, InvalidField}
    assert replay.requests == []


@pytest.mark.parametrize("slug", HTTP_SLUGS)
def test_hostnames_of_the_scenarios_are_fit(slug: str) -> None:
    """What is updated in the scenarios could have been typed in."""
    for update in _first_step(slug).updates:
        assert provider_type(slug).check_hostname(update.hostname) is None
