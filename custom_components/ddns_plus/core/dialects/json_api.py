"""JSON APIs of DNS zones over HTTPS: a call, the pages of a list, errors.

An API says as data where its credentials go, where the code of an error stands and what
its codes mean; what a status alone means is the same everywhere (RFC 9110, RFC 6585).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
import re
import time
from typing import Any
from urllib.parse import quote

from ..errors import (
    Authority,
    DdnsError,
    InvalidCredentials,
    RateLimited,
    Unavailable,
    UnexpectedResponse,
)
from ..net.http import HttpClient
from ..net.response import Response, retry_after
from .paging import Answer, Numbered, Paging, Progress, at
from .zone_refusals import NOT_PERMITTED

# zones that are read as a whole: some thousand records
LARGE_BODY = 1024 * 1024

_MOST_PAGES = 100
_LONGEST_WAIT = timedelta(hours=1)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{2,59}")

type Errors = Mapping[str, Callable[[str], DdnsError]]
# what is read out of a body: at a dotted path, or by a function
type Reader = str | Callable[[Any], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The way to call an API; texts are templates, filled with the account's settings.

    `url` is what all paths begin with. `authorization` is the header of that name, and
    `login` the user name and password of the Basic scheme. `headers`, `params` and
    `fields` go with every request, fields in its body. `in_query` is True where the API
    takes in the query what others take in the body.
    `code` and `messages` tell where an error has its code and its words. `succeeded`
    reads success from the body, where a status of success may come with a failure.
    """

    url: str
    authorization: str = "Bearer {api_token}"
    login: tuple[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    in_query: bool = False
    code: Reader = ""
    messages: tuple[str, ...] = ("message",)
    errors: Errors = field(default_factory=dict)
    succeeded: Callable[[Any], bool] | None = None
    largest_body: int = 64 * 1024


def says(path: str, *values: object) -> Callable[[Any], bool]:
    """Return a reader of success: one of these values stands at a path."""
    return lambda body: at(body, path) in values


def lacks(path: str) -> Callable[[Any], bool]:
    """Return a reader of success: an object that has nothing at the path of errors."""
    return lambda body: isinstance(body, dict) and not at(body, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of an API: its path, the dotted path of its items, and its pages.

    `method` other than GET sends the parameters in the body.
    """

    path: str
    items: str = ""
    paging: Paging = field(default_factory=Numbered)
    page_size: int = 100
    method: str = "GET"


class JsonApi:
    """The calls of one account; `words` fill the templates, a session's among them."""

    def __init__(
        self,
        http: HttpClient,
        api: Api,
        words: Mapping[str, str],
        *,
        allow_http: bool = False,
    ) -> None:
        """Keep the way to the network, and how the API is called."""
        self.words = dict(words)
        self._http = http
        self._api = api
        self.secrets = http.secrets
        self._allow_http = allow_http

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        writes: bool | None = None,
    ) -> Answer:
        """Return a successful answer.

        `writes` says that the request changes something, which all but GET do.
        Raises DdnsError.
        """
        api = self._api
        writes = method != "GET" if writes is None else writes
        query = {**self._filled(api.params), **(params or {})}
        if api.fields and (json is None or isinstance(json, Mapping)):
            json = {**self._filled(api.fields), **(json or {})}
        if api.in_query and isinstance(json, Mapping):
            query |= {key: str(value) for key, value in json.items()}
            json = None
        headers = self._filled(api.headers)
        if api.authorization and api.login is None:
            headers["Authorization"] = api.authorization.format_map(self.words)
        login = api.login and [each.format_map(self.words) for each in api.login]
        response = await self._http.request(
            method,
            f"{api.url.format_map(self.words)}{path}",
            params=query,
            headers=headers,
            json=json,
            basic_auth=(login[0], login[1]) if login else None,
            writes=writes,
            allow_http=self._allow_http,
            largest_body=api.largest_body,
        )
        try:
            return self._answer(response)
        except DdnsError as err:
            err.maybe_applied = response.maybe_applied and not self._refuses(response)
            raise

    def _filled(self, templates: Mapping[str, str]) -> dict[str, str]:
        """Return texts with the account's settings in their places."""
        return {key: text.format_map(self.words) for key, text in templates.items()}

    async def items(
        self, listing: Listing, path: str, params: Mapping[str, str] | None = None
    ) -> list[Mapping[str, Any]]:
        """Return all items of a list, in smaller pages when they are too large to read.

        `path` is that of the listing, filled in. Raises DdnsError.
        """
        size = listing.page_size
        while True:
            try:
                return await self._pages(listing, path, params or {}, size)
            except UnexpectedResponse as err:
                if err.code != "body_too_large" or size == 1 or not listing.paging.size:
                    raise
            size = max(size // 4, 1)

    async def _pages(
        self, listing: Listing, path: str, params: Mapping[str, str], size: int
    ) -> list[Mapping[str, Any]]:
        """Return all items of a list, page by page."""
        paging = listing.paging
        found: list[Mapping[str, Any]] = []
        asked: Mapping[str, str] | None = paging.first()
        before: list[Mapping[str, Any]] = []
        asked_before: list[Mapping[str, str] | None] = []
        for _ in range(_MOST_PAGES):
            sent = {**params, **(asked or {})}
            if paging.size:
                sent[paging.size] = str(size)
            answer = await self._page(listing, path, sent)
            items = at(answer.body, listing.items) if listing.items else answer.body
            if not isinstance(items, list) or not all(
                isinstance(item, dict) for item in items
            ):
                raise malformed()
            if items and items == before:
                raise list_endless()
            before = items
            found += items
            page = Progress(
                answer=answer, sent=sent, count=len(found), full=len(items) >= size
            )
            try:
                asked = paging.following(page) if items else None
            except TypeError, ValueError:
                raise malformed() from None
            if asked is None:
                return found
            if asked in asked_before:
                raise list_endless()
            asked_before.append(asked)
        raise list_endless()

    async def _page(
        self, listing: Listing, path: str, sent: Mapping[str, str]
    ) -> Answer:
        """Return a page of a list."""
        if listing.method == "GET":
            return await self.call("GET", path, params=sent)
        return await self.call(listing.method, path, json=sent, writes=False)

    def _answer(self, response: Response) -> Answer:
        """Return a successful answer, or raise what the other kind stands for."""
        if response.status == 204:
            return Answer(body=None, headers=response.headers)
        if not 200 <= response.status < 400:
            raise self._error(response)
        response.raise_for_status()
        body = response.json()
        if self._api.succeeded is None or self._api.succeeded(body):
            return Answer(body=body, headers=response.headers)
        raise self._error(response)

    def _error(self, response: Response) -> DdnsError:
        """Return what an unsuccessful answer means: by its code, else by its status."""
        status = response.status
        code, said, authority = self._problem(response)
        detail = f"HTTP {status} {response.excerpt(said)}"
        if status == 429:
            return rate_limited(response.headers, detail)
        if code in self._api.errors:
            return self._api.errors[code](detail)
        if status == 401:
            return InvalidCredentials("token_refused", detail).of(authority)
        if status == 403:
            return InvalidCredentials(NOT_PERMITTED, detail).of(authority)
        if status >= 500:
            wait = retry_after(response.headers)
            return Unavailable(f"http_{status}", detail, retry_after=wait)
        if status == 404:
            return UnexpectedResponse("not_found", detail).of(authority)
        own = _CODE.fullmatch(response.excerpt(code))
        return UnexpectedResponse(own.group() if own else f"http_{status}", detail)

    def _refuses(self, response: Response) -> bool:
        """Return True if an answer of success names an error instead."""
        named = self._api.succeeded is not None and response.status < 300
        return named and bool(self._problem(response)[0])

    def _problem(self, response: Response) -> tuple[str, str, Authority]:
        """Return the code of an error, what is said about it, and who says so."""
        try:
            body = response.json()
            code = read(body, self._api.code)
        except DdnsError, AttributeError, IndexError, KeyError, TypeError:
            return "", response.text, Authority.PAGE
        words = [code, *(read(body, path) for path in self._api.messages)]
        said = " ".join(word for word in words if word)
        return code, said or response.text, Authority.PROVIDER


def read(body: Any, reader: Reader) -> str:
    """Return the text that a reader finds in a body, empty where there is none."""
    if not isinstance(reader, str):
        return str(reader(body))
    found = at(body, reader) if reader else None
    if isinstance(found, list):
        return " ".join(str(each) for each in found if each is not None)
    return "" if found is None else str(found)


def path_of(*segments: object) -> str:
    """Return a path; what a segment holds never becomes another segment."""
    return "".join(f"/{quote(str(each), safe='@*') or '-'}" for each in segments)


def malformed(reason: str = "list_damaged") -> UnexpectedResponse:
    """Return the error of an answer that lacks what every such answer has."""
    return UnexpectedResponse("malformed", reason=reason)


def list_endless() -> UnexpectedResponse:
    """Return the error of a list whose pages repeat, or are too many."""
    return UnexpectedResponse("too_many_pages", reason="list_endless")


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
