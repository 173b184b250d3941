"""Secrets are kept by the client: a provider need not think of them."""

from collections.abc import Iterator
import logging
import traceback
from typing import Any, override

from aiohttp import web
import pytest

from custom_components.ddns_plus.account.provider import async_send
from custom_components.ddns_plus.core.address import Family, parse_address
from custom_components.ddns_plus.core.dialects.update_url import (
    Results,
    UpdateRequest,
    UpdateUrlProvider,
)
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidField,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.net.response import Response
from custom_components.ddns_plus.core.provider import (
    Field,
    Provider,
    ProviderInfo,
    Settings,
    Update,
)
from tests.canary import ESCAPES, Song, has_canary, songs

from .catalog import provider_type, scenario_file
from .replay import USER_AGENT, ReplayServer
from .scenario import canary

SECRET, OWN_SECRET = canary("token"), canary("update_key")


class Forgetful(UpdateUrlProvider):
    """A provider whose author wrote nothing about secrets but which fields hold one."""

    info = ProviderInfo(
        slug="forgetful",
        name="Forgetful",
        website="https://example.com/",
        credentials_url="https://example.com/",
        fields=(Field(key="token", secret=True),),
        hostname_fields=(Field(key="update_key", secret=True, required=False),),
    )

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Send both secrets, and make an error of each part of the answer."""
        response = await self.response(request)
        response.raise_for_status()
        if len(response.text) > 1000:
            raise response.not_understood()
        said = response.excerpt(response.text.strip('"[]'))
        raise InvalidField("hostname", "no", f"{said} {response.excerpt()}")

    async def response(self, request: UpdateRequest) -> Response:
        """Send both secrets."""
        return await self.http.request(
            "POST",
            f"https://example.com/{self.settings['token']}",
            params={"key": str(request.settings.get("update_key", ""))},
            basic_auth=("group", str(self.settings["token"])),
            data=f"{self.settings['token']}",
        )


class Careless(Forgetful):
    """A provider whose author shows every answer as it is."""

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make an error of the whole answer, and another one of the first."""
        response = await self.response(request)
        try:
            raise UnexpectedResponse("no", said=response.text)
        except DdnsError as err:
            raise InvalidField("hostname", **err.words) from err


_TEMPLATE = "_example_update_url"


def _echo(escape: str, secrets: tuple[str, ...]) -> Song:
    """Return what says all that it was told, escaped in one way."""

    async def answer(request: web.Request) -> web.Response:
        text = " ".join(ESCAPES[escape](secret) for secret in secrets)
        sent = f"{request.path_qs} {await request.text()} {dict(request.headers)}"
        return web.Response(text=f"{text} {sent}")

    return answer


def _cases() -> Iterator[Any]:
    """Return providers with what a server answers, and what they send besides."""
    for kind, own in (
        (Forgetful, {"update_key": OWN_SECRET}),
        (Careless, {"update_key": OWN_SECRET}),
        (provider_type(_TEMPLATE), {}),
    ):
        secrets = (SECRET, *own.values())
        answers = {
            f"song-{number}": song for number, song in enumerate(songs(*secrets))
        }
        answers |= {escape: _echo(escape, secrets) for escape in ESCAPES}
        for name, answer in answers.items():
            yield pytest.param(kind, own, answer, id=f"{kind.__name__}-{name}")


@pytest.mark.parametrize(("kind", "own", "answer"), _cases())
async def test_no_answer_makes_a_provider_tell_a_secret(
    replay: ReplayServer,
    caplog: pytest.LogCaptureFixture,
    kind: type[Provider],
    own: Settings,
    answer: Song,
) -> None:
    """Whatever a server sends back, in every way that it may be escaped."""
    caplog.set_level(logging.DEBUG)
    settings = {**scenario_file(_TEMPLATE).settings, "token": SECRET}
    provider = kind(settings, HttpClient(replay.session, user_agent=USER_AGENT))
    replay.always(answer)
    update = Update(
        hostname=Hostname("home.example.com"),
        family=Family.IPV4,
        address=parse_address("93.184.216.34"),
        settings=own,
    )
    [error] = await async_send(provider, [update])
    assert replay.requests
    assert isinstance(error, DdnsError)
    shown = (*traceback.format_exception(error), repr(error), str(vars(error)))
    assert not has_canary("".join(shown))
    assert not has_canary(f"{provider!r} {caplog.text}")
