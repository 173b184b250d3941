"""Canaries: who sings secrets, in which ways, and a cage that nothing may get out of."""

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
from custom_components.ddns_plus.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir

from .providers.replay import lose_connection
from .providers.scenario import CANARY

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
        for errors in (
            [error],
            [chain],
            message,
            [message],
            [{**error, "code": secret}],
        ):
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


def _go(secret: str) -> str:
    text = json.dumps(secret, ensure_ascii=False)
    for character in "&<>":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


ESCAPES: dict[str, Callable[[str], str]] = {
    "json in utf-8": lambda secret: json.dumps(secret, ensure_ascii=False),
    "php": lambda secret: json.dumps(secret).replace("/", r"\/"),
    "go": _go,
    "json in json": lambda secret: json.dumps(json.dumps(secret)),
    "html by number": lambda secret: "".join(
        character if character.isalnum() else f"&#{ord(character)};"
        for character in secret
    ),
    "html without quotes": lambda secret: html.escape(secret, quote=False),
}
