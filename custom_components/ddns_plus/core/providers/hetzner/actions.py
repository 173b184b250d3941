"""Actions of Hetzner's API, which a write starts, and its errors.

A write is answered with an action that may still be running. Several actions are asked
for at once, at the pace of Hetzner's own clients.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from itertools import batched
from typing import Any

from ...dialects.json_api import Errors, JsonApi, malformed
from ...errors import (
    DdnsError,
    InvalidCredentials,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from ...provider_info import Result, Update

# asked for in one request
_IN_PAGE = 50
_BUSY = "zone_busy"
ERRORS: Errors = {
    "conflict": partial(Unavailable, _BUSY),
    "incorrect_zone_mode": partial(Refused, "zone_not_editable"),
    "locked": partial(Unavailable, _BUSY),
    "maintenance": partial(Unavailable, "maintenance"),
    "protected": partial(Refused, "record_protected"),
    "resource_limit_exceeded": partial(Refused, "record_quota_exceeded"),
    "token_readonly": partial(InvalidCredentials, "token_readonly"),
    "uniqueness_error": partial(UnexpectedResponse, "record_exists"),
    "unavailable": partial(Unavailable, "unavailable"),
}


class Actions:
    """The actions of one batch of updates, of which any number may be running.

    `pace` is the time between two looks at them, `patience` how often is looked.
    """

    def __init__(self, api: JsonApi, pace: timedelta, patience: int) -> None:
        """Begin with nothing."""
        self.failures: dict[Update, Result] = {}
        self._api = api
        self._pace = pace.total_seconds()
        self._patience = patience
        self._running: dict[str, Update] = {}

    async def start(
        self, update: Update, method: str, path: str, json: object = None
    ) -> None:
        """Make a write; while another action keeps the zone, wait for that.

        Raises DdnsError.
        """
        for left in reversed(range(self._patience)):
            try:
                answer = await self._api.call(method, path, json=json)
            except Unavailable as err:
                if err.code != _BUSY or not left:
                    raise
            else:
                body = answer.body if isinstance(answer.body, dict) else {}
                self._note(body.get("action"), update)
                return
            await asyncio.sleep(self._pace)
            await self._look()

    async def settle(self) -> None:
        """Wait until no action is running; what failed is in `failures` then."""
        for _ in range(self._patience):
            if not self._running:
                return
            await asyncio.sleep(self._pace)
            await self._look()
        unfinished = Unavailable(reason="action_unfinished", maybe_applied=True)
        self._fail_running(unfinished)

    async def _look(self) -> None:
        """Ask what became of the running actions."""
        try:
            for ids in batched(list(self._running), _IN_PAGE, strict=False):
                query = "&".join(f"id={each}" for each in ids)
                path = f"/actions?{query}&per_page={_IN_PAGE}"
                body = (await self._api.call("GET", path)).body
                if not isinstance(body, dict) or not isinstance(
                    body.get("actions"), list
                ):
                    raise malformed()
                for action in body["actions"]:
                    if isinstance(action, dict) and str(action.get("id")) in ids:
                        self._note(action, self._running.pop(str(action["id"])))
        except DdnsError as err:
            # they run on, even if the question fails
            err.maybe_applied = True
            self._fail_running(err)

    def _note(self, action: Any, update: Update) -> None:
        """Keep an action that is running, and the error of one that failed."""
        match action:
            case {"status": "success"}:
                return
            case {"status": "running", "id": int() as number}:
                self._running[str(number)] = update
            case {"status": "error", "error": {"code": str() as code, **rest}}:
                self.failures[update] = self._failure(code, rest)
            case _:
                error = malformed("answer_incomplete")
                error.maybe_applied = True
                self.failures[update] = error

    def _failure(self, code: str, rest: Mapping[Any, Any]) -> DdnsError:
        """Return the error of an action that failed."""
        detail = self._api.secrets.excerpt(f"{code} {rest.get('message', '')}")
        if code in ERRORS:
            return ERRORS[code](detail)
        return UnexpectedResponse("action_failed", detail)

    def _fail_running(self, error: DdnsError) -> None:
        """Give up on the running actions."""
        self.failures |= dict.fromkeys(self._running.values(), error)
        self._running.clear()
