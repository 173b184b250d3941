"""The page where a person changes the pretended address and watches the records follow."""

import asyncio
from collections.abc import Mapping, Sequence
import json
from pathlib import Path
from typing import Final

from aiohttp import web
import dns.rdatatype

from .dyndns2_server import Dyndns2Server
from .http_site import Handler
from .state import (
    Address,
    DemoState,
    Family,
    RequestKind,
    Trouble,
    looks_public,
    parse_address,
)
from .zone import Zone

NEW_ADDRESS: Final = "new"

_PAGE = Path(__file__).with_name("page.html")
# A burst of requests is one picture; a person sees no difference.
_SECONDS_BETWEEN_PICTURES = 0.05


class BadRequest(Exception):
    """What a request asks for cannot be done; the text names the field and what to send."""


class Page:
    """The page and its JSON API."""

    def __init__(
        self,
        state: DemoState,
        zone: Zone,
        dyndns2: Dyndns2Server,
        links: Mapping[str, object],
        forms: Sequence[Mapping[str, object]] = (),
    ) -> None:
        """Keep what is shown.

        `links` is where the servers are, and may grow later. `forms` are what is typed
        in for an account at each: the provider's name, and the settings.
        """
        self._state = state
        self._zone = zone
        self._dyndns2 = dyndns2
        self._links = links
        self._forms = forms

    def make_app(self) -> web.Application:
        """Return the application that serves the page."""
        app = web.Application(middlewares=[_answer_bad_requests])
        app.router.add_get("/", self._show)
        app.router.add_get("/api/state", self._get_state)
        app.router.add_get("/api/events", self._stream)
        app.router.add_post("/api/address", self._post_address)
        app.router.add_post("/api/online", self._post_online)
        app.router.add_post("/api/trouble", self._post_trouble)
        app.on_shutdown.append(self._end_streams)
        return app

    # ------------------------------------------------------------------ reading

    def picture(self) -> dict[str, object]:
        """Return everything the page shows, as JSON."""
        state = self._state
        return {
            "address": {
                family: _text(address) for family, address in state.addresses.items()
            },
            "not_public": [
                family
                for family, address in state.addresses.items()
                if address is not None and not looks_public(address)
            ],
            "online": state.online,
            "troubles": {trouble: trouble in state.troubles for trouble in Trouble},
            "links": dict(self._links),
            "forms": list(self._forms),
            "zone": {
                "name": self._zone.origin.to_text(omit_final_dot=True),
                "serial": self._zone.serial,
                "records": [
                    {
                        "name": name.to_text(omit_final_dot=True),
                        "type": dns.rdatatype.to_text(rdtype),
                        "ttl": ttl,
                        "data": data,
                        "follows": (name, rdtype) in self._zone.changed,
                        "followed_after_ms": self._after_change(
                            self._zone.changed.get((name, rdtype))
                        ),
                    }
                    for name, ttl, rdtype, data in self._zone.records()
                ],
            },
            "dyndns2": [
                {
                    "hostname": hostname,
                    "ipv4": _text(holding.ipv4),
                    "ipv6": _text(holding.ipv6),
                    "followed_after_ms": self._after_change(holding.changed),
                }
                for hostname, holding in self._dyndns2.holdings.items()
            ],
            "requests": {kind: state.requests[kind] for kind in RequestKind},
            "provider_requests": state.provider_requests,
            "log": [
                {
                    "number": entry.number,
                    "time": entry.at.isoformat(timespec="milliseconds"),
                    "since_change_ms": round(entry.since_change * 1000),
                    "kind": entry.kind,
                    "request": entry.request,
                    "answer": entry.answer,
                }
                for entry in reversed(state.log)
            ],
        }

    def _after_change(self, moment: float | None) -> int | None:
        """Return how many milliseconds after the last address change something happened."""
        if moment is None or (seconds := self._state.since_change(moment)) is None:
            return None
        return round(seconds * 1000)

    async def _show(self, _request: web.Request) -> web.StreamResponse:
        """Answer the page."""
        return web.FileResponse(_PAGE, headers={"Cache-Control": "no-store"})

    async def _get_state(self, _request: web.Request) -> web.Response:
        """Answer the picture once."""
        return web.json_response(self.picture())

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Send the picture as a server-sent event, and again after every change."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        while not self._state.closed:
            seen = self._state.version
            try:
                await response.write(f"data: {json.dumps(self.picture())}\n\n".encode())
            except ConnectionError:
                break
            await asyncio.sleep(_SECONDS_BETWEEN_PICTURES)
            await self._state.news(seen)
        return response

    async def _end_streams(self, _app: web.Application) -> None:
        """Let the open streams end."""
        self._state.close()

    # ------------------------------------------------------------------ changing

    async def _post_address(self, request: web.Request) -> web.Response:
        """Pretend other addresses: {"ipv4": "an address" | "new" | null, "ipv6": ...}."""
        body = await _json_object(request)
        for field in body.keys() - set(self._state.families):
            raise BadRequest(f"{field}: no such field here; send {self._fields}")
        self._state.set_addresses(
            {Family(field): self._address(Family(field), body[field]) for field in body}
        )
        return web.json_response(self.picture())

    @property
    def _fields(self) -> str:
        """Return the address fields that this machine can show."""
        return " or ".join(self._state.families)

    def _address(self, family: Family, value: object) -> Address | None:
        """Return the address that a field of a request means."""
        if value is None:
            return None
        if value == NEW_ADDRESS:
            return self._state.new_address(family)
        if not isinstance(value, str):
            raise BadRequest(
                f'{family}: send an address as text, "{NEW_ADDRESS}" or null'
            )
        try:
            return parse_address(value, family)
        except ValueError as error:
            raise BadRequest(f"{family}: {error}") from None

    async def _post_online(self, request: web.Request) -> web.Response:
        """Cut or restore the line: {"online": true | false}."""
        online = (await _json_object(request)).get("online")
        if not isinstance(online, bool):
            raise BadRequest("online: send true or false")
        self._state.set_online(online)
        return web.json_response(self.picture())

    async def _post_trouble(self, request: web.Request) -> web.Response:
        """Begin or end troubles: {"router_differs": true | false, ...}."""
        body = await _json_object(request)
        for field, on in body.items():
            if field not in set(Trouble):
                raise BadRequest(f"{field}: no such trouble; send {', '.join(Trouble)}")
            if not isinstance(on, bool):
                raise BadRequest(f"{field}: send true or false")
        for field, on in body.items():
            self._state.set_trouble(Trouble(field), bool(on))
        return web.json_response(self.picture())


@web.middleware
async def _answer_bad_requests(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Turn what cannot be done into an answer that says so."""
    try:
        return await handler(request)
    except BadRequest as error:
        return web.json_response({"error": str(error)}, status=400)


def _text(address: Address | None) -> str | None:
    """Return an address as text."""
    return None if address is None else str(address)


async def _json_object(request: web.Request) -> dict[str, object]:
    """Return the JSON object that a request brings."""
    try:
        body = await request.json()
    except ValueError:
        raise BadRequest("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body
