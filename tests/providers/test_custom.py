"""The provider of a request of the user's own: families, patterns, and what it shows."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.address import Family, parse_address
from custom_components.ddns_plus.core.errors import (
    InvalidCredentials,
    InvalidField,
    Refused,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Setting, Settings, Update
from custom_components.ddns_plus.core.providers.custom import (
    Custom,
    answer as custom_answer,
)

from .replay import USER_AGENT, CannedResponse, Exchange, ReplayServer, Request

IPV4 = "93.184.216.34"
IPV6 = "2606:2800:220:1::44"
ADDRESSES = {Family.IPV4: IPV4, Family.IPV6: IPV6}
WITH_HEADERS = Exchange(
    request=Request(url="", headers={"X-Key": ""}), response=CannedResponse()
)
BOTH = "https://dyn.example.net/?h={hostname}&a={ipv4}&b={ipv6}"


def connect(replay: ReplayServer, **settings: Setting) -> Custom:
    """Return a provider whose settings the forms would let pass."""
    whole: Settings = {"url": "https://dyn.example.net/?a={address}", **settings}
    assert Custom.check_settings(whole) == {}
    return Custom(whole, HttpClient(replay.session, user_agent=USER_AGENT))


def updates(*families: Family, **settings: Setting) -> list[Update]:
    """Return updates of one hostname."""
    return [
        Update(
            hostname=Hostname("a.home.example.net"),
            family=family,
            address=parse_address(ADDRESSES[family]),
            settings=settings,
        )
        for family in families or (Family.IPV4,)
    ]


def answering(text: str, status: int = 200) -> Any:
    """Return a server's answer."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=text, status=status)

    return answer


async def test_both_addresses_in_one_request(replay: ReplayServer) -> None:
    """Both go along where both are managed, and one alone keeps the other's place away."""
    replay.always(answering("whatever"))
    provider = connect(replay, url=BOTH, address_mode="both_in_one")
    assert provider.info.pairs_families
    assert await provider.publish(updates(*Family)) == [Outcome.UPDATED] * 2
    assert await provider.publish(updates(Family.IPV6)) == [Outcome.UPDATED]
    assert [request.query for request in replay.requests] == [
        {"h": "a.home.example.net", "a": IPV4, "b": IPV6},
        {"h": "a.home.example.net", "b": IPV6},
    ]


async def test_token_is_sent_as_a_bearer_token(replay: ReplayServer) -> None:
    """Beside other headers, and where there is no place for it in the request."""
    replay.always(answering("whatever"))
    provider = connect(
        replay, authentication="bearer", token="t0ken", headers="X-Key: {hostname}"
    )
    replay.expect([WITH_HEADERS])
    assert await provider.publish(updates()) == [Outcome.UPDATED]
    [request] = replay.requests
    assert request.authorization == "Bearer t0ken"
    assert request.headers == {"X-Key": "a.home.example.net"}
    assert provider.http.secrets.redact("t0ken") == "***"


async def test_token_that_cannot_be_sent(replay: ReplayServer) -> None:
    """A token that would end the header is told, and nothing is sent."""
    provider = connect(replay, authentication="bearer", token="t0ken\nX-Other: a")
    [result] = await provider.publish(updates())
    assert isinstance(result, Refused)
    assert result.code == "invalid_request"
    assert replay.requests == []


async def test_request_for_each_address(replay: ReplayServer) -> None:
    """A family's own placeholder stands in that family's request only."""
    replay.always(answering("whatever"))
    provider = connect(replay, url=BOTH)
    assert not provider.info.pairs_families
    assert await provider.publish(updates(*Family)) == [Outcome.UPDATED] * 2
    assert [request.query for request in replay.requests] == [
        {"h": "a.home.example.net", "a": IPV4},
        {"h": "a.home.example.net", "b": IPV6},
    ]


async def test_family_without_a_place_is_not_sent(replay: ReplayServer) -> None:
    """The address is never left to be guessed from where the request comes from."""
    provider = connect(replay, url="https://dyn.example.net/?a={ipv4}")
    [result] = await provider.publish(updates(Family.IPV6))
    assert isinstance(result, Refused)
    assert result.code == "family_not_supported"
    assert replay.requests == []


@pytest.mark.parametrize(
    ("zone", "label"),
    [("example.net", "a.home"), ("home.example.net", "a"), ("a.home.example.net", "@")],
)
async def test_zone_and_label(replay: ReplayServer, zone: str, label: str) -> None:
    """The name is divided where the user says, the apex has a sign of its own."""
    replay.always(answering("whatever"))
    provider = connect(
        replay, url="https://dyn.example.net/{zone}/{label}/{record_type}?a={address}"
    )
    assert await provider.publish(updates(zone=zone)) == [Outcome.UPDATED]
    [request] = replay.requests
    quoted = label.replace("@", "%40")
    assert request.url.removeprefix("https://dyn.example.net/") in (
        f"{zone}/{label}/A",
        f"{zone}/{quoted}/A",
    )


@pytest.mark.parametrize(
    ("template", "settings", "field", "code"),
    [
        ("{zone}?a={address}", {}, "zone", "zone_needed"),
        ("?a={address}&l={label}", {}, "zone", "zone_needed"),
        ("?a={address}", {"zone": "example.com"}, "zone", "hostname_outside_zone"),
        ("{ttl}?a={address}", {}, "ttl", "ttl_needed"),
    ],
)
async def test_hostname_that_lacks_a_setting(
    replay: ReplayServer,
    template: str,
    settings: Mapping[str, Setting],
    field: str,
    code: str,
) -> None:
    """The zone is never guessed; nothing is sent without what the request needs."""
    provider = connect(replay, url=f"https://dyn.example.net/{template}")
    [result] = await provider.publish(updates(**settings))
    assert isinstance(result, InvalidField)
    assert (result.field, result.code) == (field, code)
    assert replay.requests == []
    assert provider.latest_exchange is None


@pytest.mark.parametrize(
    ("settings", "status", "text", "expected"),
    [
        ({}, 200, "anything", Outcome.UPDATED),
        ({}, 204, "", Outcome.UPDATED),
        ({}, 304, "", UnexpectedResponse),
        ({}, 400, "", UnexpectedResponse),
        ({"unchanged": "same"}, 200, "the same", Outcome.UNCHANGED),
        ({"unchanged": "same"}, 200, "other", Outcome.UPDATED),
        ({"success": "^ok$"}, 200, "ok", Outcome.UPDATED),
        ({"success": "^ok$"}, 200, "not ok", UnexpectedResponse),
        (
            {"success": "ok", "bad_credentials": "bad"},
            200,
            "ok bad",
            InvalidCredentials,
        ),
        ({"success": "ok", "unchanged": "ok"}, 200, "ok", Outcome.UNCHANGED),
        ({"success": "(a)|ok"}, 200, "ok", Outcome.UPDATED),
        ({"success": "$"}, 200, "", Outcome.UPDATED),
    ],
)
async def test_answers(
    replay: ReplayServer,
    settings: Mapping[str, str],
    status: int,
    text: str,
    expected: Any,
) -> None:
    """The status first, then what the patterns say."""
    replay.always(answering(text, status))
    [result] = await connect(replay, **settings).publish(updates())
    if isinstance(expected, Outcome):
        assert result is expected
    else:
        assert type(result) is expected


async def test_endless_pattern_is_ended(
    replay: ReplayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pattern that takes years holds up nothing, and counts as no success."""
    monkeypatch.setattr(custom_answer, "_SEARCH_LIMIT", 0.3)
    replay.always(answering("a" * 50 + "b"))
    [result] = await connect(replay, success="^(a+)+$").publish(updates())
    assert isinstance(result, UnexpectedResponse)
    assert result.code == "pattern_too_slow"
    assert result.maybe_applied
    assert result.__context__ is None


async def test_exchange_is_kept_without_secrets(replay: ReplayServer) -> None:
    """What a person is shown has nothing in it that somebody else should not see."""

    async def echo(request: web.Request) -> web.Response:
        text = f"{request.path_qs} {dict(request.headers)} {await request.text()}"
        return web.Response(text=text[-100:], status=400)

    replay.always(echo)
    provider = connect(
        replay,
        url="https://dyn.example.net/?a={address}&k=t0p-s3cret&p={password}",
        method="put",
        password="pass word",
        headers="X-Key: k3y-of-header",
        body='{"key": "k3y-of-body"}',
    )
    [result] = await provider.publish(updates())
    exchange = provider.latest_exchange
    assert exchange is not None
    assert (exchange.method, exchange.status) == ("PUT", 400)
    assert exchange.url == f"https://dyn.example.net/?a={IPV4}&k=***&p=***"
    shown = f"{exchange} {result!r} {result}"
    for secret in ("t0p-s3cret", "pass word", "pass%20word", "k3y-of"):
        assert secret not in shown
    assert "***" in exchange.answer


@pytest.mark.parametrize(
    ("settings", "title"),
    [
        ({"url": "https://dyn.example.net?k=s3cret&a={address}"}, "dyn.example.net"),
        ({"url": "https://dyn.example.net:8443/{address}"}, "dyn.example.net:8443"),
        (
            {"url": "https://dyn.example.net/s3cret/{address}", "username": "someone"},
            "dyn.example.net, someone",
        ),
    ],
)
def test_identity_has_no_secret(settings: Mapping[str, str], title: str) -> None:
    """Not even one that was written into the URL."""
    identity = Custom.identity(settings)
    assert identity.title == f"Custom request ({title})"
    assert "s3cret" not in identity.unique_id
    other = {**settings, "url": settings["url"].replace("s3cret", "S3cret") + "&b"}
    assert Custom.identity(other).unique_id != identity.unique_id


def test_nearby_server_may_be_asked_without_encryption() -> None:
    """Only if that was ticked."""
    settings: Settings = {"url": "http://127.0.0.1:8080/?a={address}"}
    assert Custom.check_settings(settings) == {"url": "server_url_http_not_allowed"}
    assert Custom.check_settings({**settings, "allow_http": True}) == {}
