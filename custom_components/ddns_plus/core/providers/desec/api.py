"""deSEC's API: lists with their pages, bulk changes, and what is wrong with each part.

Reference: desec.py.
"""

from collections.abc import Mapping, Sequence
import re
from typing import Any, override

from yarl import URL

from ...dialects.json_api import LARGE_BODY, Answer, JsonApi, malformed
from ...dialects.record_sets import PartsRefusedError
from ...dialects.zone import cname_in_the_way
from ...errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    UnexpectedResponse,
)
from ...net.http import HttpClient
from ...net.response import Response

_MOST_PAGES = 100
_NEXT = re.compile(r'<([^<>]*)>\s*;\s*rel="next"')
_WHOLE = -1
VANISHED = "record_vanished"
# of an error of which it stays open which part of a change is meant
SPOILS = frozenset({"http_400", "http_413", "token_not_permitted"})


class DesecApi(JsonApi):
    """The calls that a token makes."""

    def __init__(self, http: HttpClient, base: str, token: str) -> None:
        """Keep the way to the network and the token."""
        super().__init__(
            http,
            base,
            headers={"Authorization": f"Token {token}"},
            problem=lambda body: ("", body["detail"]),
            errors={},
            largest_body=LARGE_BODY,
        )

    async def get(self, path: str, **params: str) -> Any:
        """Return what stands at a path. Raises DdnsError."""
        return (await self._get(path, params)).body

    async def all(self, path: str, **params: str) -> list[Mapping[str, Any]]:
        """Return all items of a list, page by page. Raises DdnsError."""
        found: list[Mapping[str, Any]] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await self._get(path, {**params, "cursor": cursor})
            items = answer.body
            if not isinstance(items, list) or not all(
                isinstance(item, dict) for item in items
            ):
                raise malformed()
            found += items
            if not (cursor := _next_cursor(answer.headers)):
                return found
        raise UnexpectedResponse("too_many_pages", "a list has no end")

    async def patch(self, path: str, parts: Sequence[Mapping[str, object]]) -> Any:
        """Change several things at once, all or none.

        Raises PartsRefusedError where it is told which of them are refused, DdnsError.
        """
        try:
            return (await self.call("PATCH", path, json=parts)).body
        except PartsRefusedError as refused:
            if _WHOLE not in refused.errors:
                if max(refused.errors) >= len(parts):
                    raise malformed("errors of nothing that was sent") from None
                raise
            error = refused.errors[_WHOLE]
            if len(parts) == 1:
                raise error from None
            raise UnexpectedResponse("http_400", error.said) from None
        except InvalidCredentials as err:
            if err.code != "token_not_permitted":
                raise
            # the token has just read: its policies leave out some of the names
            raise Refused(**err.words) from None
        except RateLimited as err:
            # writes are counted for each domain
            wait = err.retry_after
            raise RateLimited(**err.words, retry_after=wait) from None

    async def _get(self, path: str, params: Mapping[str, str]) -> Answer:
        """Return a successful answer to a question."""
        try:
            return await self.call("GET", path, params=params)
        except PartsRefusedError as refused:
            error = next(iter(refused.errors.values()))
        raise UnexpectedResponse("http_400", error.said)

    @override
    def _answer(self, response: Response) -> Answer:
        """Return a successful answer, or raise what the other kind stands for."""
        if response.status != 400:
            return super()._answer(response)
        body = response.json()
        parts = dict(enumerate(body)) if isinstance(body, list) else {_WHOLE: body}
        errors = {
            index: _refusal(response, part) for index, part in parts.items() if part
        }
        if not errors:
            raise UnexpectedResponse("http_400", "refused without a reason")
        raise PartsRefusedError(errors)


def _refusal(response: Response, part: object) -> DdnsError:
    """Return what is wrong with one part of a change."""
    said: Mapping[str, object] = part if isinstance(part, dict) else {"": part}
    text = ", ".join(f"{key}: {value}" for key, value in said.items())
    detail = response.excerpt(text)
    if "is required" in text:
        # what was to be changed is not there any more
        return UnexpectedResponse(VANISHED, detail)
    if "conflicting type present" in text:
        return cname_in_the_way()
    if "ttl" in said:
        return InvalidField("ttl", "ttl_refused", detail)
    if "subname" in said:
        return InvalidField("hostname", "hostname_refused", detail)
    return UnexpectedResponse("refused", detail)


def _next_cursor(headers: Mapping[str, str]) -> str:
    """Return what leads to the next page, nothing on the last one (RFC 8288).

    Only the cursor is taken: a link may lead anywhere.
    """
    if (found := _NEXT.search(headers.get("Link", ""))) is None:
        return ""
    try:
        return URL(found.group(1)).query.get("cursor", "")
    except ValueError:
        return ""
