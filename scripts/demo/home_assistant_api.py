"""A client of Home Assistant's HTTP and WebSocket interfaces: what its own frontend uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
import time
from typing import Any, Final

import aiohttp

USERNAME: Final = "demo"
PASSWORD: Final = "demo"

_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5)


class ApiError(Exception):
    """Home Assistant answered a request with an error."""

    def __init__(self, request: str, status: int | str, answer: str) -> None:
        """Keep what was asked and what came back."""
        super().__init__(f"{request} was answered with {status}: {answer[:500]}")
        self.status = status
        self.answer = answer


class FlowError(Exception):
    """A flow does not go the way that was expected."""


class FlowKind(StrEnum):
    """The kinds of flows, as the path under /api they live at."""

    CONFIG = "config/config_entries/flow"
    OPTIONS = "config/config_entries/options/flow"
    SUBENTRY = "config/config_entries/subentries/flow"
    REPAIR = "repairs/issues/fix"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """Where a flow stands: a form to fill in, or its end."""

    kind: FlowKind
    answer: Mapping[str, Any]

    @property
    def flow_id(self) -> str:
        """Return the identifier of the flow."""
        return str(self.answer["flow_id"])

    @property
    def type(self) -> str:
        """Return `form`, `menu`, `create_entry`, `abort`, ..."""
        return str(self.answer["type"])

    @property
    def step_id(self) -> str | None:
        """Return the name of the form; None at the end of a flow."""
        return self.answer.get("step_id")

    @property
    def errors(self) -> dict[str, str]:
        """Return what was wrong with the values of the form, by field."""
        return dict(self.answer.get("errors") or {})

    def nest(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values in the shape of the form: each in the section that has its field.

        A section without a value is sent empty, as the frontend does. Raises FlowError
        naming a field that the form has not.
        """
        left = dict(values)
        nested = _nest(self.answer.get("data_schema") or (), left)
        if left:
            raise FlowError(f"form {self.step_id} has no field {', '.join(left)}")
        return nested

    def __str__(self) -> str:
        """Return the state of the flow in words."""
        detail = self.errors or self.answer.get("reason") or self.step_id or ""
        return f"{self.type} {detail}".strip()


def _nest(schema: Sequence[Mapping[str, Any]], left: dict[str, Any]) -> dict[str, Any]:
    """Take the values of a form's fields out of what is left, section by section."""
    nested: dict[str, Any] = {}
    for field in schema:
        name = field["name"]
        if field.get("type") == "expandable":
            nested[name] = _nest(field["schema"], left)
        elif name in left:
            nested[name] = left.pop(name)
    return nested


class HomeAssistantApi:
    """One user's view of a Home Assistant, by HTTP."""

    def __init__(self, url: str) -> None:
        """Prepare to talk to the instance at a base URL without a slash at its end."""
        self.url = url
        self.token: str | None = None
        self._open_session: aiohttp.ClientSession | None = None

    # ------------------------------------------------------------------ requests

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Return the session of this client."""
        if self._open_session is None or self._open_session.closed:
            # A fresh connection per request: the instance may restart between any two.
            self._open_session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True), timeout=_TIMEOUT
            )
        return self._open_session

    async def close_session(self) -> None:
        """Close what this client holds open."""
        if self._open_session is not None:
            await self._open_session.close()
            self._open_session = None

    async def rest(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        form: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the answer to a request, decoded where it is JSON.

        Raises ApiError for an error status, aiohttp.ClientError without an answer.
        """
        headers = (
            {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        )
        async with self._session.request(
            method, f"{self.url}{path}", json=json, data=form, headers=headers
        ) as response:
            text = await response.text()
            if response.status >= 400:
                raise ApiError(
                    f"{method} {path.partition('?')[0]}", response.status, text
                )
            if response.content_type == "application/json":
                return await response.json()
            return text

    async def websocket(self, message: Mapping[str, Any]) -> Any:
        """Return the result of one WebSocket command."""
        async with self._session.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        ) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self.token})
            if (answer := await socket.receive_json())["type"] != "auth_ok":
                raise ApiError("the WebSocket login", answer["type"], "")
            await socket.send_json({"id": 1, **message})
            answer = await socket.receive_json()
            if not answer["success"]:
                error = answer["error"]
                raise ApiError(message["type"], error["code"], str(error["message"]))
            return answer["result"]

    # ------------------------------------------------------------------ signing in

    @property
    def client_id(self) -> str:
        """Return the client that tokens are for: the frontend of this instance."""
        return f"{self.url}/"

    async def onboard(self) -> None:
        """Create the owner and finish onboarding; without effect once it is done."""
        status = {
            step["step"]: step["done"] for step in await self._onboarding_status()
        }
        if status.get("user", True):
            return
        owner = {
            "client_id": self.client_id,
            "name": USERNAME.title(),
            "username": USERNAME,
            "password": PASSWORD,
            "language": "en",
        }
        created = await self.rest("POST", "/api/onboarding/users", owner)
        self.token = (await self._exchange(created["auth_code"]))["access_token"]
        await self.rest("POST", "/api/onboarding/analytics", {})
        finish = {"client_id": self.client_id, "redirect_uri": self.client_id}
        await self.rest("POST", "/api/onboarding/integration", finish)

    async def _onboarding_status(self) -> list[dict[str, Any]]:
        """Return the steps of onboarding; none when it was finished before the start."""
        try:
            steps: list[dict[str, Any]] = await self.rest("GET", "/api/onboarding")
        except ApiError as error:
            if error.status != 404:
                raise
            return []
        return steps

    async def sign_in(self) -> None:
        """Get a token that outlives restarts, unless the one at hand still works."""
        if self.token is not None:
            try:
                await self.rest("GET", "/api/")
            except ApiError as error:
                if error.status != 401:
                    raise
            else:
                return
        self.token = (await self._log_in())["access_token"]
        self.token = await self.websocket(
            {
                "type": "auth/long_lived_access_token",
                "client_name": f"demo {time.time_ns()}",
                "lifespan": 1,
            }
        )

    async def browser_tokens(self) -> dict[str, Any]:
        """Return what the frontend keeps in localStorage as `hassTokens` when signed in."""
        own, tokens = self.token, await self._log_in()
        self.token = own
        return tokens | {
            "hassUrl": self.url,
            "clientId": self.client_id,
            "expires": int((time.time() + tokens["expires_in"]) * 1000),
        }

    async def _log_in(self) -> dict[str, Any]:
        """Return tokens for user name and password."""
        self.token = None
        started = await self.rest(
            "POST",
            "/auth/login_flow",
            {
                "client_id": self.client_id,
                "redirect_uri": self.client_id,
                "handler": ["homeassistant", None],
            },
        )
        finished = await self.rest(
            "POST",
            f"/auth/login_flow/{started['flow_id']}",
            {
                "client_id": self.client_id,
                "username": USERNAME,
                "password": PASSWORD,
            },
        )
        return await self._exchange(finished["result"])

    async def _exchange(self, code: str) -> dict[str, Any]:
        """Return tokens for an authorization code."""
        tokens: dict[str, Any] = await self.rest(
            "POST",
            "/auth/token",
            form={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": self.client_id,
            },
        )
        return tokens

    # ------------------------------------------------------------------ states and flows

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return all states by entity id."""
        return {
            state["entity_id"]: state for state in await self.rest("GET", "/api/states")
        }

    async def start_flow(
        self,
        handler: str | Sequence[str],
        kind: FlowKind = FlowKind.CONFIG,
        **more: Any,
    ) -> FlowStep:
        """Start a flow: of a domain, or of an entry id, or [entry id, subentry type].

        `more` goes into the request: `entry_id` to reconfigure, `issue_id` to repair.
        """
        body = {"handler": handler, "show_advanced_options": False} | more
        if kind is FlowKind.REPAIR:
            del body["show_advanced_options"]
        return FlowStep(kind=kind, answer=await self.rest("POST", f"/api/{kind}", body))

    async def submit(self, step: FlowStep, values: Mapping[str, Any]) -> FlowStep:
        """Send values just as they are to the step a flow is at."""
        path = f"/api/{step.kind}/{step.flow_id}"
        return FlowStep(
            kind=step.kind, answer=await self.rest("POST", path, dict(values))
        )

    async def run_flow(
        self,
        handler: str | Sequence[str],
        steps: Sequence[tuple[str, Mapping[str, Any]]],
        kind: FlowKind = FlowKind.CONFIG,
        **more: Any,
    ) -> FlowStep:
        """Walk through a flow, form by form, to its end.

        Raises FlowError when another form comes than the one named, or with errors.
        """
        step = await self.start_flow(handler, kind, **more)
        for step_id, values in steps:
            if step.type != "form" or step.step_id != step_id or step.errors:
                raise FlowError(f"expected form {step_id}, got {step}")
            step = await self.submit(step, step.nest(values))
        if step.type in ("form", "menu"):
            raise FlowError(f"expected the end of the flow, got {step}")
        return step
