"""Cloudflare's API: one call, the pages of a list, and the meaning of error codes.

Reference: https://developers.cloudflare.com/api/ and the batch how-to of the DNS
documentation, read 2026-10. Every answer is an envelope of `success`, `errors` and
`result`. The telling code is often hidden in the `error_chain` of a validation error.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from ...dialects.batches import SpoiledError
from ...errors import (
    Authority,
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    UnexpectedResponse,
)
from ...net.http import HttpClient
from ...net.response import Response, retry_after

# after 1,200 requests in five minutes all calls are blocked for five minutes
_BLOCKED = timedelta(minutes=5)
_RATE_LIMITED = frozenset({971, 10013, 10100})
# the token is unknown, expired or no token at all
_TOKEN_INVALID = frozenset({1000, 6003, 6103, 6111, 9103, 9106, 9107})
# for unknown tokens, and for known ones without a permission
_NOT_AUTHORISED = frozenset({9109, 10000})
_ZONE_UNKNOWN = frozenset({1001, 7000, 7003})
_RECORD_ERRORS: Mapping[int, Callable[[str], DdnsError]] = {
    1038: partial(Refused, "top_level_domain_refused"),
    9000: partial(InvalidField, "hostname", "hostname_refused"),
    9003: partial(InvalidField, "proxied", "proxied_refused"),
    9021: partial(InvalidField, "ttl", "ttl_refused"),
    9041: partial(InvalidField, "proxied", "proxied_refused"),
    81044: partial(UnexpectedResponse, "record_vanished"),
    81045: partial(Refused, "record_quota_exceeded"),
    81053: partial(InvalidField, "hostname", "cname_in_the_way"),
    81054: partial(InvalidField, "hostname", "cname_in_the_way"),
    81056: partial(InvalidField, "hostname", "ns_in_the_way", reason="ns_in_the_way"),
    81057: partial(UnexpectedResponse, "record_exists"),
    81058: partial(UnexpectedResponse, "record_exists"),
}
_MOST_PAGES = 100
_SMALLEST_PAGE = 5


class CloudflareApi:
    """The calls that a token makes; `lists_zones` says that its zones were listed before."""

    def __init__(
        self, http: HttpClient, base: str, token: str, *, lists_zones: bool
    ) -> None:
        """Keep the way to the network and the token."""
        self._http = http
        self._base = base
        self._token = token
        self._lists_zones = lists_zones

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Mapping[str, Any]:
        """Return the envelope of a successful answer.

        Raises SpoiledError when a record is refused, DdnsError for all else.
        """
        response = await self._http.request(
            method,
            f"{self._base}{path}",
            params=params,
            headers={"Authorization": f"Bearer {self._token}"},
            json=json,
            writes=method != "GET",
        )
        body = self._envelope(response)
        if body.get("success") is True and response.status < 300:
            return body
        problems = _problems(body.get("errors"))
        raise self._error(response, problems, of_zone=path != "/zones")

    async def items(
        self, path: str, *, page_size: int, **params: str
    ) -> list[Mapping[str, Any]]:
        """Return all items of a list, in smaller pages when they are too large to read.

        Raises DdnsError.
        """
        try:
            return await self._pages(path, page_size, params)
        except SpoiledError as err:
            raise err.error from None
        except UnexpectedResponse as err:
            if err.code != "body_too_large" or page_size <= _SMALLEST_PAGE:
                raise
        smaller = max(page_size // 4, _SMALLEST_PAGE)
        return await self.items(path, page_size=smaller, **params)

    async def _pages(
        self, path: str, page_size: int, params: Mapping[str, str]
    ) -> list[Mapping[str, Any]]:
        """Return all items of a list, page by page."""
        found: dict[str, Mapping[str, Any]] = {}
        before: set[str] = set()
        for page in range(1, _MOST_PAGES + 1):
            paging = {"page": str(page), "per_page": str(page_size)}
            body = await self.call("GET", path, params={**params, **paging})
            try:
                # the list may move between two pages: an item counts once
                items = {str(item["id"]): item for item in body["result"]}
                found |= items
                last = int((body.get("result_info") or {}).get("total_pages") or 1)
            except AttributeError, KeyError, TypeError, ValueError:
                raise UnexpectedResponse("malformed", reason="list_damaged") from None
            if page >= last or not body["result"]:
                return list(found.values())
            if before == items.keys():
                break
            before = set(items)
        raise UnexpectedResponse("too_many_pages", reason="list_endless")

    def _envelope(self, response: Response) -> Mapping[str, Any]:
        """Return the envelope of an answer, a successful one or not."""
        if response.status == 429:
            raise _rate_limited(response)
        if response.status >= 500 or 300 <= response.status < 400:
            response.raise_for_status()
        try:
            body = response.json()
        except UnexpectedResponse:
            if response.status == 401:
                error = InvalidCredentials("token_refused", "HTTP 401")
                raise error.of(Authority.PAGE) from None
            # a 403 without an envelope is not the API's but of something before it
            raise
        if not isinstance(body, dict):
            raise UnexpectedResponse(
                "malformed",
                reason="answer_incomplete",
                maybe_applied=response.maybe_applied,
            )
        return body

    def _error(
        self, response: Response, problems: Sequence[tuple[int, str]], *, of_zone: bool
    ) -> DdnsError | SpoiledError:
        """Return what an unsuccessful answer means."""
        codes = [code for code, _ in problems]
        said = ", ".join(f"{code} {message}".strip() for code, message in problems)
        detail = response.excerpt(said)
        if not _RATE_LIMITED.isdisjoint(codes):
            return _rate_limited(response, detail)
        for code in codes:
            if code in _RECORD_ERRORS:
                return SpoiledError(_RECORD_ERRORS[code](detail))
        if "access token from location" in said:
            # the address filter of the token: another token is not what is needed
            return Refused("token_location_refused", detail, account_wide=True)
        if not _TOKEN_INVALID.isdisjoint(codes):
            return InvalidCredentials("token_refused", detail)
        if response.status in (401, 403) or not _NOT_AUTHORISED.isdisjoint(codes):
            return self._not_authorised(said, detail, of_zone)
        if of_zone and not _ZONE_UNKNOWN.isdisjoint(codes):
            field = "hostname" if self._lists_zones else "zone_id"
            return InvalidField(field, "zone_not_found", detail)
        unknown = str(codes[0]) if codes else f"http_{response.status}"
        maybe = not codes and response.maybe_applied
        error = UnexpectedResponse(unknown, detail, maybe_applied=maybe)
        return SpoiledError(error) if of_zone and codes else error

    def _not_authorised(self, said: str, detail: str, of_zone: bool) -> DdnsError:
        """Return what a missing permission means.

        A token that listed the zones a moment ago is alive. It only lacks the right to
        edit one of them, which is granted at Cloudflare and concerns no other zone.
        """
        if of_zone and self._lists_zones and "Invalid access token" not in said:
            return Refused("zone_not_permitted", detail)
        if not of_zone and ("zone.list" in said or "requested resource" in said):
            return InvalidCredentials("zone_list_not_permitted", detail)
        return InvalidCredentials("token_refused", detail)


def _rate_limited(response: Response, detail: str = "") -> RateLimited:
    """Return the error of a call too many, which blocks the whole account."""
    return RateLimited(
        "rate_limited",
        detail,
        account_wide=True,
        retry_after=retry_after(response.headers) or _BLOCKED,
    )


def _problems(errors: object) -> list[tuple[int, str]]:
    """Return codes and messages of an envelope's errors, the most telling first."""
    found: list[tuple[int, str]] = []
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            found += _problems(error.get("error_chain"))
            code = error.get("code")
            message = str(error.get("message", ""))
            found.append((code if isinstance(code, int) else 0, message))
    return found
