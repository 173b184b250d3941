"""No secret is shown anywhere, whatever a provider or a source answers.

Every secret is a canary. Servers sing it back in each way that they can answer, or fail
to; then it must be found nowhere but in the config entries.
"""

from base64 import b64encode
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any
from urllib.parse import quote

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.account import provider as providers
from custom_components.ddns_plus.account.provider import DATA_SESSION
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.providers import load_all, load_provider
from custom_components.ddns_plus.diagnostics import async_get_config_entry_diagnostics
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from scripts.demo.servers import DemoServers

from .canary import ESCAPES, Cage, Song, has_canary, songs
from .conftest import AddEntry, Later, account_at
from .flow_driver import Flow
from .home import ask, force_update
from .internet import IPV4, Server
from .providers.catalog import HTTP_SLUGS, TEMPLATES, scenario_file
from .providers.fake_cloudflare import plain
from .providers.replay import ReplayServer
from .providers.scenario import CANARY, canary

HOSTNAMES = {"duckdns": "home.duckdns.org"}
# a provider whose code is that of others hears every eighth song
_FEW = 8


def _reads_answers_itself(provider: type[Provider]) -> bool:
    """Return True if a provider has requests in its own code, or is the first of a dialect."""
    same = (
        other for other in load_all().values() if other.__base__ is provider.__base__
    )
    return next(same) is provider or any(
        iscoroutinefunction(item) for item in vars(provider).values()
    )


@pytest.fixture
async def cage(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> Cage:
    """Return what watches all that is shown."""
    return Cage(hass, hass_storage, caplog)


@pytest.mark.parametrize(
    "text",
    [
        f"x{canary('a')}",
        quote(canary("a"), safe=""),
        CANARY.upper(),
        *(
            b64encode(f"{'x' * size}{canary('a')}".encode()).decode()
            for size in range(3)
        ),
        canary("a").encode().hex(),
    ],
)
def test_a_canary_is_recognised(text: str) -> None:
    """In all that the servers of these tests may make of it."""
    assert has_canary(text)
    assert not has_canary(text.replace("4", "5").replace("R", "S")[::-1])


def test_every_provider_has_its_canary() -> None:
    """A provider that is added later sings here too, or has a test of its own."""
    with_secrets = {
        slug
        for slug, provider in load_all().items()
        if any(
            field.secret
            for field in (*provider.info.fields, *provider.info.hostname_fields)
        )
    }
    assert with_secrets == {slug for slug in HTTP_SLUGS if slug not in TEMPLATES} | {
        "rfc2136"
    }


async def sing(
    hass: HomeAssistant,
    cage: Cage,
    entry: MockConfigEntry,
    later: Later,
    server: ReplayServer,
    song: Song,
) -> None:
    """Let a server sing while all that a person can ask for is asked for."""
    server.always(song)
    requests = len(server.requests)
    # whatever wait there was is over
    await later(hours=25)
    cage.keep("response", await force_update(hass, override_stop=True))
    assert len(server.requests) > requests
    try:
        await hass.services.async_call(
            DOMAIN, "force_update", {"override_stop": True}, blocking=True
        )
    except HomeAssistantError as err:
        cage.keep_error(err)
    await cage.look_around(entry)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("slug", [slug for slug in HTTP_SLUGS if slug not in TEMPLATES])
async def test_providers(
    hass: HomeAssistant,
    cage: Cage,
    add_entry: AddEntry,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
    slug: str,
) -> None:
    """A provider tells all that it knows; nothing of it is shown."""
    settings = scenario_file(slug).settings
    provider = load_provider(slug)
    info = provider.info
    secrets = [field.key for field in info.fields if field.secret]
    own = {
        field.key: canary(field.key) for field in info.hostname_fields if field.secret
    }
    assert secrets or own
    assert all(has_canary(str(settings[key])) for key in secrets)
    async with ReplayServer() as server:
        hass.data[DATA_SESSION] = server.session
        # for the provider whose requests have connections of their own
        monkeypatch.setattr(providers, "pinned_connector", server.connector)
        [first, *rest] = songs(*(str(settings[key]) for key in secrets), *own.values())
        if not _reads_answers_itself(provider):
            rest = rest[HTTP_SLUGS.index(slug) % _FEW :: _FEW]
        server.always(first)
        hostname = HOSTNAMES.get(slug, "home.example.com")
        entry = await add_entry(account_at(slug, settings, hostname, settings=own))
        for song in rest:
            await sing(hass, cage, entry, later, server, song)

        # new credentials, while the provider goes on like that
        for song in (first, *rest[::7]) if secrets else ():
            server.always(song)
            await later(hours=25)
            flow = await Flow.reauthenticate(hass, entry)
            cage.keep("form", flow.filled)
            await flow.submit(**{key: str(settings[key]) for key in secrets})
            cage.keep("form", [flow.result.get("errors"), flow.result.get("reason")])
            cage.keep("form", flow.result.get("description_placeholders"))
            if flow.step is not None:
                hass.config_entries.flow.async_abort(flow.result["flow_id"])

        # a fault of our own, with the secret in its hands
        async def fail(*_: object, **arguments: object) -> None:
            raise ValueError(f"{settings} {arguments}")

        monkeypatch.setattr(HttpClient, "request", fail)
        await later(hours=25)
        await force_update(hass, override_stop=True)
        found = await async_get_config_entry_diagnostics(hass, entry)
        assert found["hostnames"][0]["ipv4"]["failure"]["code"] == "internal_error"
        await cage.look_around(entry)
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert await cage.escaped() == []


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES)
async def test_escapes_of_other_languages(
    hass: HomeAssistant,
    cage: Cage,
    add_entry: AddEntry,
    loopback: None,
    escape: Callable[[str], str],
) -> None:
    """Servers are not written in Python: their JSON and HTML look otherwise."""
    secret = f"{canary('password')}é"
    settings = {"username": "somebody", "password": secret}
    async with ReplayServer() as server:
        hass.data[DATA_SESSION] = server.session
        server.always(plain(200, f"welcome {escape(secret)}", "text/plain"))
        entry = await add_entry(account_at("noip", settings, "home.ddns.net"))
        await cage.look_around(entry)
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert len(server.requests) == 1
    assert await cage.escaped() == []


@pytest.mark.usefixtures("connected")
async def test_dns_updates(
    hass: HomeAssistant,
    cage: Cage,
    add_entry: AddEntry,
    later: Later,
    name_server: DemoServers,
) -> None:
    """A key that a DNS server does not know is not shown either."""
    secret = b64encode(canary("tsig_secret").encode()).decode()
    assert has_canary(secret)
    settings = {
        "server": "127.0.0.1",
        "port": name_server.ports.dns,
        "zone": "demo.test",
        "tsig_key_name": "demo-key",
        "tsig_secret": secret,
    }
    entry = await add_entry(account_at("rfc2136", settings, "home.demo.test"))
    results = await force_update(hass, override_stop=True)
    assert {result["failure"] for result in results} == {"invalid_credentials"}
    cage.keep("response", results)
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(DOMAIN, "force_update", {}, blocking=True)
    cage.keep_error(caught.value)
    await later(hours=7)
    await cage.look_around(entry)
    assert await cage.escaped() == []


async def test_sources(
    hass: HomeAssistant,
    cage: Cage,
    loopback: None,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """A source of the user's own has a secret in its URL and its header."""
    secret = canary("header").replace("\n", "")
    now: list[Song] = []
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path_qs)
        assert request.headers["X-Token"] == secret
        return await now[0](request)

    async with Server(answer, "127.0.0.1") as server:
        url = f"http://127.0.0.1:{server.ports['127.0.0.1']}/{CANARY}?token={CANARY}"
        source = {
            "url": url,
            "family": "ipv4",
            "allow_http": True,
            "header_name": "X-Token",
            "header_value": secret,
        }
        options = {
            "sources": {"built_in": [], "custom": [source]},
            "checking": {"trust_single_source": True},
        }
        connection = MockConfigEntry(
            domain=DOMAIN,
            title="Internet connection",
            data={"kind": "connection"},
            options=options,
        )
        for song in songs(secret):
            now[:] = [song]
            if not asked:
                await add_entry(connection)
            requests = len(asked)
            await later(hours=7)
            cage.keep("response", await ask(hass, "check_address"))
            assert len(asked) > requests
            await cage.look_around(connection)

        async def behaves(_: web.Request) -> web.Response:
            return web.Response(text=IPV4)

        now[:] = [behaves]
        await later(hours=7)
        found = (await ask(hass, "check_address"))["connections"][0]["ipv4"]
        assert found["address"] == IPV4
        cage.keep("response", found)
        await cage.look_around(connection)
        assert await hass.config_entries.async_unload(connection.entry_id)
    assert await cage.escaped() == []
