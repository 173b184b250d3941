"""DreamHost's API: one call, and the meaning of its errors."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from ...errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from ...net.http import HttpClient
from ...net.response import Response

_URL = "https://api.dreamhost.com/"
# all records of an account, some 120 bytes each, in one piece
_LARGEST_LIST = 16 * 1024 * 1024
_ERRORS: Mapping[str, Callable[[str], DdnsError]] = {
    "CNAME_already_on_record": partial(InvalidField, "hostname", "cname_in_the_way"),
    "CNAME_must_be_only_record": partial(InvalidField, "hostname", "cname_in_the_way"),
    "api_key_disabled": partial(InvalidCredentials, "api_key_disabled"),
    "invalid_api_key": partial(InvalidCredentials, "invalid_api_key"),
    "invalid_record": partial(InvalidField, "hostname", "hostname_refused"),
    "no_key": partial(InvalidCredentials, "no_key"),
    "no_such_record": partial(UnexpectedResponse, "record_vanished"),
    "no_such_value": partial(UnexpectedResponse, "record_vanished"),
    "no_such_zone": partial(InvalidField, "hostname", "zone_not_found"),
    "not_editable": partial(Refused, "record_managed"),
    "record_already_exists_not_editable": partial(Refused, "record_managed"),
    "record_already_exists_remove_first": partial(UnexpectedResponse, "record_exists"),
    "slow_down_bucko": partial(
        RateLimited,
        "slow_down_bucko",
        account_wide=True,
        retry_after=timedelta(hours=1),
    ),
    "this_key_cannot_access_this_cmd": partial(InvalidCredentials, "key_not_permitted"),
}


class DreamHostApi:
    """The calls that a key makes."""

    def __init__(self, http: HttpClient, key: str) -> None:
        """Keep the way to the network and the key."""
        self._http = http
        self._key = key

    async def call(self, command: str, **values: str) -> list[Any]:
        """Return the list that a command answers with; the writing ones have none.

        Raises DdnsError.
        """
        params = {"key": self._key, "cmd": command, **values, "format": "json"}
        response = await self._http.request(
            "GET",
            _URL,
            params=params,
            writes=command != "dns-list_records",
            largest_body=_LARGEST_LIST,
        )
        body = _body(response)
        if body["result"] == "error":
            raise _error(response, str(body.get("data") or body.get("reason")))
        data = body.get("data")
        return data if isinstance(data, list) else []


def _body(response: Response) -> Mapping[str, Any]:
    """Return an answer that tells success or error. Raises DdnsError."""
    response.raise_for_status()
    body: Any = response.json()
    if isinstance(body, dict) and body.get("result") in ("success", "error"):
        return body
    raise UnexpectedResponse(
        "malformed",
        reason="answer_incomplete",
        maybe_applied=response.maybe_applied,
    )


def _error(response: Response, said: str) -> DdnsError:
    """Return the error that an answer names."""
    detail = response.excerpt(said)
    code = said.partition("\t")[0].strip()
    if code in _ERRORS:
        return _ERRORS[code](detail)
    if code.startswith("internal_error"):
        maybe = response.maybe_applied
        return Unavailable("internal_error", detail, maybe_applied=maybe)
    return UnexpectedResponse("error", detail)
