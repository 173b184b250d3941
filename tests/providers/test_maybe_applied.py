"""Whether a write that failed may have been carried out, in every dialect.

Only a redirect, a status 4xx or a refusal that is understood says that nothing changed.
"""

from collections.abc import Awaitable, Callable
from itertools import product
from typing import Any

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.dialects.zone import ZoneProvider
from custom_components.ddns_plus.core.errors import DdnsError
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.net.response import maybe_applied

from .catalog import HTTP_SLUGS, provider_type, scenario_file
from .replay import USER_AGENT, ReplayServer, lose_connection
from .scenario import Step

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

GARBAGE = ("", "well, who knows", "<html><title>Log in</title></html>", "\x00\xff", "[")
LONG = "well " * 2**18


def says(status: int, text: str) -> Answer:
    """Return an answer that is whole."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    return answer


def breaks_off(status: int) -> Answer:
    """Return an answer of which the end is missing."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Length": "999"})
        await response.prepare(request)
        await response.write(b"goo")
        lose_connection(request)
        return response

    return answer


async def speaks_mail(request: web.Request) -> web.StreamResponse:
    """Answer with another protocol."""
    assert request.transport is not None
    request.transport.write(b"220 mail.example.com\r\n\r\n")
    request.transport.close()
    return web.Response()


async def says_nothing(request: web.Request) -> web.StreamResponse:
    """Break the connection before the answer."""
    lose_connection(request)
    return web.Response()


UNCLEAR: dict[str, Answer] = {
    **{
        f"{status} {text[:9]!r}": says(status, text)
        for status, text in product((200, 203, 500, 502, 503, 520, 599), GARBAGE)
    },
    **{f"{status} cut": breaks_off(status) for status in (200, 204, 500)},
    **{f"{status} long": says(status, LONG) for status in (200, 500)},
    "no HTTP": speaks_mail,
    "no answer": says_nothing,
}
NOT_DONE: dict[str, Answer] = {
    **{
        f"{status} {text[:9]!r}": says(status, text)
        for status, text in product(
            (300, 301, 307, 400, 401, 403, 404, 405, 409, 410, 418, 422, 429, 451),
            GARBAGE,
        )
    },
    **{f"{status} cut": breaks_off(status) for status in (302, 400, 404)},
    **{f"{status} long": says(status, LONG) for status in (400, 409)},
}


@pytest.fixture
def last_answer(replay: ReplayServer) -> Any:
    """Return what publishes a good update whose first write gets another answer."""

    async def publish(slug: str, answer: Answer) -> list[DdnsError]:
        step: Step = scenario_file(slug).scenarios["updated"][0]
        reads = 0
        if issubclass(provider_type(slug), ZoneProvider):
            # a list comes first
            reads = next(
                index
                for index, each in enumerate(step.exchanges)
                if each.request.method != "GET"
                or each.request.query.get("cmd") == "dns-add_record"
            )
        replay.expect(step.exchanges)
        canned = [exchange.response for exchange in step.exchanges[:reads]]

        async def serve(request: web.Request) -> web.StreamResponse:
            number = len(replay.requests) - 1
            if number >= len(canned):
                return await answer(request)
            response = canned[number]
            return web.Response(
                status=response.status, headers=response.headers, text=response.body
            )

        replay.always(serve)
        http = HttpClient(
            replay.session, user_agent=USER_AGENT, connectors=replay.connector
        )
        provider = provider_type(slug)(scenario_file(slug).settings, http)
        results = await provider.publish(step.updates)
        assert len(replay.requests) > reads
        errors = [result for result in results if isinstance(result, DdnsError)]
        assert len(errors) == len(results)
        return errors

    return publish


@pytest.mark.parametrize("slug", HTTP_SLUGS)
async def test_what_may_have_been_done(slug: str, last_answer: Any) -> None:
    """No answer, one that is not understood, and a fault of the server leave it open."""
    for name, answer in UNCLEAR.items():
        errors = await last_answer(slug, answer)
        assert [error.maybe_applied for error in errors] == [True] * len(errors), name


@pytest.mark.parametrize("slug", HTTP_SLUGS)
async def test_what_was_not_done(slug: str, last_answer: Any) -> None:
    """A redirect that is not followed, and a fault of the request, leave all as it was."""
    for name, answer in NOT_DONE.items():
        errors = await last_answer(slug, answer)
        assert not any(error.maybe_applied for error in errors), name


@pytest.mark.parametrize("writes", [True, False])
def test_every_status(writes: bool) -> None:
    """A question changes nothing; of a write every status but 3xx and 4xx leaves it open."""
    for status in (None, *range(100, 600)):
        denied = status is not None and status // 100 in (3, 4)
        assert maybe_applied(writes=writes, status=status) is (writes and not denied)
