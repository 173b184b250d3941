"""No secret is shown anywhere, whatever a provider or a source answers.

Every secret is a canary. Servers sing it back in each way that they can answer, or fail
to; then it must be found nowhere but in the config entries.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
import html
import json
import logging
import traceback
from typing import Any
from urllib.parse import quote, quote_plus

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.http import HttpClient
from custom_components.ddns_plus.core.providers import load_provider
from custom_components.ddns_plus.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.ddns_plus.providers import DATA_SESSION
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from scripts.demo.servers import DemoServers

from .conftest import AddEntry, Later, account_at
from .flows import Flow
from .home import ask, force_update
from .internet import IPV4, Server
from .providers.catalog import HTTP_SLUGS, TEMPLATE, scenario_file
from .providers.replay import ReplayServer, lose_connection
from .providers.scenario import CANARY, canary

HOSTNAMES = {"duckdns": "home.duckdns.org"}

type Song = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Cage:
    """All that anybody but the owner of the credentials may get to see."""

    def __init__(
        self,
        hass: HomeAssistant,
        storage: dict[str, Any],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Watch from now on."""
        caplog.set_level(logging.DEBUG)
        self._hass = hass
        self._storage = storage
        self._caplog = caplog
        self._seen: list[tuple[str, str]] = []
        hass.bus.async_listen(MATCH_ALL, self._keep_event)

    @callback
    def _keep_event(self, event: Event[Any]) -> None:
        self.keep(f"event {event.event_type}", event.as_dict())

    def keep(self, what: str, item: object) -> None:
        """Keep something that was shown."""
        self._seen.append((what, str(item)))

    def keep_error(self, err: BaseException) -> None:
        """Keep an exception, with all that it brings along."""
        self.keep("exception", "".join(traceback.format_exception(err)))
        if isinstance(err, HomeAssistantError):
            self.keep("exception", err.translation_placeholders)

    async def look_around(self, entry: MockConfigEntry) -> None:
        """Keep what can be looked up now."""
        hass = self._hass
        for state in hass.states.async_all():
            self.keep(f"state {state.entity_id}", state.as_dict())
        for issue in ir.async_get(hass).issues.values():
            self.keep("issue", issue)
        for flow in hass.config_entries.flow.async_progress():
            self.keep("flow", flow)
        self.keep("diagnostics", await async_get_config_entry_diagnostics(hass, entry))
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        ):
            self.keep("device", device)
            found = await async_get_device_diagnostics(hass, entry, device)
            self.keep("diagnostics", found)

    async def escaped(self) -> list[tuple[str, str]]:
        """Return where a canary got out."""
        self._hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await self._hass.async_block_till_done()
        assert f"{DOMAIN}.state" in self._storage
        for key, data in self._storage.items():
            if key != "core.config_entries":
                self.keep(f"storage {key}", json.dumps(data))
        for record in self._caplog.records:
            self.keep(f"log {record.name}", record.getMessage())
        for line in self._caplog.text.splitlines():
            self.keep("log", line)
        return [(what, text) for what, text in self._seen if has_canary(text)]


@pytest.fixture
async def cage(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> Cage:
    """Return what watches all that is shown."""
    return Cage(hass, hass_storage, caplog)


def has_canary(text: str) -> bool:
    """Return whether a text has a canary in it, or what base64 or hexadecimal makes of it."""
    if CANARY.lower() in text.lower():
        return True
    raw = CANARY.encode()
    if raw.hex() in text.lower():
        return True
    for offset in range(3):
        encoded = b64encode(bytes(offset) + raw).decode().rstrip("=")
        first = (0, 2, 3)[offset]
        last = len(encoded) - (1 if (offset + len(raw)) % 3 else 0)
        if encoded[first:last] in text:
            return True
    return False


@pytest.mark.parametrize(
    "text",
    [
        f"x{canary('a')}",
        quote(canary("a"), safe=""),
        CANARY.upper(),
        *(b64encode(f"{'x' * size}{canary('a')}".encode()).decode() for size in range(3)),
        canary("a").encode().hex(),
    ],
)
def test_a_canary_is_recognised(text: str) -> None:
    """In all that the servers of these tests may make of it."""
    assert has_canary(text)
    assert not has_canary(text.replace("4", "5").replace("R", "S")[::-1])


def songs(*secrets: str) -> Iterator[Song]:
    """Yield all the ways in which a server can give a secret away."""
    forms = [
        form
        for secret in secrets
        for form in (
            secret,
            quote(secret, safe=""),
            quote_plus(secret),
            html.escape(secret),
            json.dumps(secret),
            b64encode(secret.encode()).decode(),
            b64encode(f"somebody:{secret}".encode()).decode(),
        )
    ]
    secret, song = secrets[0], " ".join(forms)
    # within JSON, where all is escaped once more
    message = f"{secret} {quote(secret, safe='')} {b64encode(secret.encode()).decode()}"
    # what a header can hold; it is cut nowhere but at a line break
    line = secret.replace("\n", "")

    def says(
        text: str, status: int = 200, reason: str | None = None, **headers: str
    ) -> Song:
        async def answer(request: web.Request) -> web.Response:
            sent = f"{request.path_qs} {dict(request.headers)} {await request.text()}"
            body = text.replace("{sent}", sent).encode()
            return web.Response(
                body=body, status=status, reason=reason, headers=headers
            )

        return answer

    async def echoes(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.path_qs} {dict(request.headers)}")

    async def is_not_http(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(f"{song} {request.path_qs}\r\n\r\n".encode())
        request.transport.close()
        return web.Response()

    async def breaks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"X-Song": line})
        await response.prepare(request)
        await response.write(song.encode())
        lose_connection(request)
        return response

    async def loses(request: web.Request) -> web.StreamResponse:
        lose_connection(request)
        return web.Response()

    yield from (echoes, is_not_http, breaks, loses)
    yield says(song)
    yield says("{sent}")
    yield says(f"<html><title>{song}</title>{{sent}}</html>")
    yield says(secret)
    for word in ("badauth", "nohost", "abuse", "911", "KO", "OK", "good", "unknown"):
        yield says(f"{word} {song}")
    for status in (400, 401, 403, 404, 405, 429, 500, 503):
        yield says(f"{song} {{sent}}", status, reason=line, **{"Retry-After": line})
        error = {"code": 10000, "message": message}
        chain = {**error, "error_chain": [{"code": 6003, "message": secret}]}
        for errors in ([error], [chain], message, [message], [{**error, "code": secret}]):
            yield says(json.dumps({"success": False, "errors": errors}), status)
    for result in (message, [message], [{"id": message, "name": message}]):
        yield says(json.dumps({"success": True, "result": result}))
    yield says(json.dumps(message))
    for place in (
        f"https://elsewhere.example.com/{quote(secret, safe='')}?t={quote_plus(secret)}",
        f"https://{quote(secret, safe='')}@elsewhere.example.com/",
        f"/?{quote_plus(secret)}",
        line,
    ):
        yield says(song, 302, Location=place)
    yield says(song, **{"Content-Encoding": "gzip"})
    yield says(song, **{"Content-Type": f"text/plain; charset={CANARY}"})
    yield says(
        song,
        401,
        **{"WWW-Authenticate": f'Basic realm="{CANARY}"', "Set-Cookie": f"a={CANARY}"},
    )


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
@pytest.mark.parametrize("slug", [slug for slug in HTTP_SLUGS if slug != TEMPLATE])
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
    secrets = [
        field.key for field in load_provider(slug).info.fields if field.secret
    ]
    assert secrets
    assert all(has_canary(str(settings[key])) for key in secrets)
    async with ReplayServer() as server:
        hass.data[DATA_SESSION] = server.session
        [first, *rest] = songs(*(str(settings[key]) for key in secrets))
        server.always(first)
        hostname = HOSTNAMES.get(slug, "home.example.com")
        entry = await add_entry(account_at(slug, settings, hostname))
        for song in rest:
            await sing(hass, cage, entry, later, server, song)

        # new credentials, while the provider goes on like that
        for song in (first, *rest[::7]):
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
