"""JSON over HTTPS as the APIs of DNS zones speak it: a call, the pages of a list, errors.

An adapter says where its API puts the code of an error, and what its codes stand for;
what a status alone means is the same everywhere (RFC 9110, RFC 6585).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
import re
import time
from typing import Any
from urllib.parse import quote

from ..errors import (
    DdnsError,
    InvalidCredentials,
    RateLimited,
    Unavailable,
    UnexpectedResponse,
)
from ..net.http import HttpClient
from ..net.response import Response, retry_after

# zones that are read as a whole: some thousand records
LARGE_BODY = 1024 * 1024

_MOST_PAGES = 100
_LONGEST_WAIT = timedelta(hours=1)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{2,59}")

# the code of an error and what is said about it, from the body of an answer
type Problem = Callable[[Any], tuple[object, object]]
type Errors = Mapping[str, Callable[[str], DdnsError]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer; `body` is None for one that has none."""

    body: Any
    headers: Mapping[str, str] = field(repr=False)


class JsonApi:
    """The calls of one account; `headers` authenticate it."""

    def __init__(
        self,
        http: HttpClient,
        base: str,
        *,
        headers: Mapping[str, str],
        problem: Problem,
        errors: Errors,
        paging: tuple[str, str] = ("page", "per_page"),
        allow_http: bool = False,
        largest_body: int = 64 * 1024,
    ) -> None:
        """Keep the way to the network, and how the API tells of errors."""
        self._allow_http = allow_http
        self._largest_body = largest_body
        self._http = http
        self.secrets = http.secrets
        self._base = base
        self._headers = headers
        self._problem = problem
        self._errors = errors
        self._paging = paging

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Answer:
        """Return a successful answer. Raises DdnsError."""
        writes = method != "GET"
        response = await self._http.request(
            method,
            f"{self._base}{path}",
            params=params,
            headers=self._headers,
            json=json,
            writes=writes,
            allow_http=self._allow_http,
            largest_body=self._largest_body,
        )
        try:
            return self._answer(response)
        except DdnsError as err:
            err.maybe_applied = writes and not 300 <= response.status < 500
            raise

    async def items(
        self,
        path: str,
        key: str | None,
        *,
        page_size: int,
        more: Callable[[Answer, int], bool],
        params: Mapping[str, str] | None = None,
    ) -> list[Mapping[str, Any]]:
        """Return all items of a list, in smaller pages when they are too large to read.

        `key` is where the body holds them, None where it is the list itself. `more`
        says whether there are more than the number that has been read. Raises DdnsError.
        """
        try:
            return await self._pages(path, key, page_size, more, params or {})
        except UnexpectedResponse as err:
            if err.code != "body_too_large" or page_size == 1:
                raise
        smaller = max(page_size // 4, 1)
        return await self.items(path, key, page_size=smaller, more=more, params=params)

    async def _pages(
        self,
        path: str,
        key: str | None,
        page_size: int,
        more: Callable[[Answer, int], bool],
        params: Mapping[str, str],
    ) -> list[Mapping[str, Any]]:
        """Return all items of a list, page by page."""
        found: list[Mapping[str, Any]] = []
        for page in range(1, _MOST_PAGES + 1):
            paging = zip(self._paging, (str(page), str(page_size)), strict=True)
            answer = await self.call("GET", path, params={**params, **dict(paging)})
            try:
                items = answer.body if key is None else answer.body[key]
                if not isinstance(items, list) or not all(
                    isinstance(item, dict) for item in items
                ):
                    raise malformed()
                found += items
                if not items or not more(answer, len(found)):
                    return found
            except AttributeError, IndexError, KeyError, TypeError, ValueError:
                raise malformed() from None
        raise UnexpectedResponse("too_many_pages", "a list has no end")

    def _answer(self, response: Response) -> Answer:
        """Return a successful answer, or raise what the other kind stands for."""
        if response.status == 204:
            return Answer(body=None, headers=response.headers)
        if 200 <= response.status < 400:
            response.raise_for_status()
            return Answer(body=response.json(), headers=response.headers)
        raise self._error(response)

    def _error(self, response: Response) -> DdnsError:
        """Return what an unsuccessful answer means: by its code, else by its status."""
        status = response.status
        try:
            code, message = self._problem(response.json())
            said = f"{code} {message}"
        except DdnsError, AttributeError, IndexError, KeyError, TypeError:
            code, said = "", response.text
        detail = f"HTTP {status} {response.excerpt(said)}"
        if status == 429:
            return rate_limited(response.headers, detail)
        if str(code) in self._errors:
            return self._errors[str(code)](detail)
        if status == 401:
            return InvalidCredentials("token_refused", detail)
        if status == 403:
            return InvalidCredentials("token_not_permitted", detail)
        if status >= 500:
            wait = retry_after(response.headers)
            return Unavailable(f"http_{status}", detail, retry_after=wait)
        if status == 404:
            return UnexpectedResponse("not_found", detail)
        own = _CODE.fullmatch(response.excerpt(str(code)))
        return UnexpectedResponse(own.group() if own else f"http_{status}", detail)


def path_of(*segments: object) -> str:
    """Return a path; what a segment holds never becomes another segment."""
    return "".join(f"/{quote(str(each), safe='@*') or '-'}" for each in segments)


def malformed(what: str = "a list is damaged") -> UnexpectedResponse:
    """Return the error of an answer that lacks what every such answer has."""
    return UnexpectedResponse("malformed", what)


def rate_limited(headers: Mapping[str, str], detail: str) -> RateLimited:
    """Return the error of a call too many, which concerns the account.

    The wait is that of `Retry-After`, else until the moment in `RateLimit-Reset`
    (seconds since 1970), at most an hour.
    """
    wait = retry_after(headers)
    reset = headers.get("RateLimit-Reset", "").strip()
    if wait is None and re.fullmatch(r"[0-9]{1,12}", reset):
        left = timedelta(seconds=int(reset) - time.time())
        wait = min(left, _LONGEST_WAIT) if left > timedelta() else None
    return RateLimited("rate_limited", detail, account_wide=True, retry_after=wait)
