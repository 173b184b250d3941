"""One HTTP request: time limit, body limit, redirects, redaction, and what a status means."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from errno import EADDRNOTAVAIL
from html.entities import html5
import json
import logging
import re
from typing import Any

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from ..address import Address, Family
from ..errors import (
    DdnsError,
    InvalidCredentials,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from .http_session import Connectors, never_repeated, pinned_connector, pinned_session

_LOGGER = logging.getLogger(__name__)

_TIMEOUT = timedelta(seconds=15)
# connecting ends first, so that a time-out after it means: the request was sent
_CONNECT_SHARE = 2 / 3
_LARGEST_BODY = 64 * 1024
_CHUNK = 4096
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
_LONGEST_WAIT = timedelta(days=1)
_LONGEST_EXCERPT = 120
_TAG = re.compile(r"<[^>]*(?:>|$)")
_HIDDEN = "***"
# RFC 8259, section 7
_SHORT_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, whatever its status; `headers` ignore case, `text` is the decoded body."""

    status: int
    # a server may send back what it was sent, secrets too
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)

    def json(self) -> Any:
        """Return the body read as JSON.

        Raises UnexpectedResponse, without the body, when it is something else.
        """
        try:
            return json.loads(self.text)
        except ValueError, RecursionError:
            error = UnexpectedResponse(
                "not_json", f"HTTP {self.status} with a body that is not JSON"
            )
        # outside of the handler: a chained exception would carry the body
        raise error


class HttpClient:
    """Makes the requests of one account."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        user_agent: str,
        timeout: timedelta = _TIMEOUT,
        connectors: Connectors = pinned_connector,
    ) -> None:
        """Keep the session, which must not keep cookies: they would tie accounts together.

        Raises ValueError for a session that does.
        """
        if not isinstance(session.cookie_jar, aiohttp.DummyCookieJar):
            raise ValueError(  # noqa: TRY004 - the type of the session is right
                "the session must be made with cookie_jar=aiohttp.DummyCookieJar()"
            )
        self._session = session
        self._user_agent = user_agent
        self._connectors = connectors
        self._timeout = timeout.total_seconds()

    async def request(
        self,
        method: str,
        url: str | URL,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: str | bytes | None = None,
        basic_auth: tuple[str, str] | None = None,
        writes: bool = True,
        secrets: frozenset[str] = frozenset(),
        allow_http: bool = False,
        family: Family | None = None,
        source: Address | None = None,
        largest_body: int = _LARGEST_BODY,
    ) -> Response:
        """Send a request and return the answer, whatever its status.

        `writes` says that the request changes something, so that an error after it was
        sent is `maybe_applied`. `secrets` never stand in an error. Redirects of a GET
        are followed within the host, never from https to http. `family` is that of the
        connection, and `source` the address of this machine that it is made from.
        An answer of more than `largest_body` bytes is not read to its end.
        Raises Refused for a request that cannot be sent, Unavailable, UnexpectedResponse.
        """
        try:
            target = _target(url, params, allow_http)
            sent_headers = CIMultiDict(headers or {})
            sent_headers["User-Agent"] = self._user_agent
            if basic_auth is not None:
                sent_headers["Authorization"] = _basic(*basic_auth)
            if source is not None:
                family = Family.of(source)
            async with (
                asyncio.timeout(self._timeout),
                pinned_session(self._connectors, family, source)
                if family is not None
                else nullcontext(self._session) as session,
            ):
                for _ in range(_MOST_REDIRECTS + 1):
                    response = await self._exchange(
                        session,
                        method,
                        target,
                        sent_headers,
                        json=json,
                        data=data,
                        writes=writes,
                        largest_body=largest_body,
                    )
                    if response.status not in _REDIRECTS:
                        return response
                    target = _redirected(method, target, response, secrets)
                raise UnexpectedResponse("redirected", "too many redirects")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as err:
            error = _translated(err, writes)
        # outside of the handler: a chained aiohttp error would carry the URL
        raise error

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        *,
        json: object,
        data: str | bytes | None,
        writes: bool,
        largest_body: int,
    ) -> Response:
        """Send one request and read its answer."""
        async with session.request(
            method,
            url,
            headers=headers,
            json=json,
            data=data,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=None, connect=self._timeout * _CONNECT_SHARE
            ),
            # instead of the session's own, which are about redirects
            middlewares=(never_repeated,) if writes else None,
        ) as response:
            _LOGGER.debug("%s %s: HTTP %s", method, url.host, response.status)
            body = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > largest_body:
                    response.close()
                    raise UnexpectedResponse(
                        "body_too_large",
                        f"HTTP {response.status} with more than "
                        f"{largest_body // 1024} KiB",
                    )
            return Response(
                status=response.status,
                headers=CIMultiDictProxy(CIMultiDict(response.headers)),
                text=_decoded(bytes(body), response.charset),
            )


def raise_for_status(
    response: Response, *, secrets: frozenset[str] = frozenset()
) -> None:
    """Raise the error that a status stands for; do nothing for 2xx.

    Raises InvalidCredentials, RateLimited, Unavailable or UnexpectedResponse.
    Source: RFC 9110 section 15, RFC 6585 section 4.
    """
    status = response.status
    if 200 <= status < 300:
        return
    code = f"http_{status}"
    detail = f"HTTP {status} {excerpt(response.text, secrets)}"
    wait = retry_after(response.headers)
    if status in (401, 403):
        raise InvalidCredentials(code, detail)
    if status == 429:
        raise RateLimited(code, detail, account_wide=True, retry_after=wait)
    if status >= 500:
        raise Unavailable(code, detail, retry_after=wait)
    raise UnexpectedResponse(code, detail)


def retry_after(
    headers: Mapping[str, str], now: datetime | None = None
) -> timedelta | None:
    """Return how long a server asks to wait, at most a day; None if it does not say.

    Source: RFC 9110 section 10.2.3: seconds or a date.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        # int() refuses thousands of digits; nine are more than a day already
        seconds = int(value.lstrip("0")[:9] or 0)
        return min(timedelta(seconds=seconds), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError, OverflowError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    wait = moment - (now or datetime.now(UTC))
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def excerpt(text: str, secrets: frozenset[str]) -> str:
    """Return the beginning of an answer, fit to be shown: no tags, no secrets."""
    # before the tags go, for secrets that hold "<", and after, for those they cut
    text = redact(strip_tags(redact(text, secrets)), secrets)
    text = "".join(character if character.isprintable() else " " for character in text)
    text = " ".join(text.split())
    if len(text) > _LONGEST_EXCERPT:
        text = f"{text[: _LONGEST_EXCERPT - 1]}…"
    return text


def strip_tags(text: str) -> str:
    """Return the text of a web page, with a new line where a tag was."""
    return _TAG.sub("\n", text)


def redact(text: str, secrets: frozenset[str]) -> str:
    """Return a text with every secret, in the forms it travels in, replaced by `***`."""
    patterns = {
        pattern for secret in secrets if secret for pattern in _patterns(secret)
    }
    if not patterns:
        return text
    longest_first = sorted(patterns, key=len, reverse=True)
    return re.sub("|".join(longest_first), _HIDDEN, text, flags=re.IGNORECASE)


def _patterns(secret: str) -> set[str]:
    """Return what finds a secret: as it is, escaped in any common way, and in base64."""
    patterns = {"".join(_escaped(character) for character in secret)}
    raw = secret.encode()
    for offset in range(3):
        # inside base64 a text has three forms, by where it begins; the characters
        # at the edges depend on its neighbours
        encoded = b64encode(bytes(offset) + raw).decode().rstrip("=")
        first = (0, 2, 3)[offset]
        last = len(encoded) - (1 if (offset + len(raw)) % 3 else 0)
        if last - first >= 4:
            core = encoded[first:last]
            forms = {core, core.replace("+", "-").replace("/", "_")}
            patterns |= {re.escape(form) for form in forms}
    return patterns


def _escaped(character: str) -> str:
    """Return what finds a character as it is, or escaped for URLs, JSON or HTML.

    JSON may be nested, and its writers differ in what they escape: Go "&", PHP "/".
    """
    if character.isascii() and character.isalnum():
        return character
    code, utf16 = ord(character), character.encode("utf-16-be").hex()
    names = [name for name, value in html5.items() if value == character]
    forms = {
        rf"\\{{0,7}}{re.escape(character)}",
        "".join(f"%{byte:02x}" for byte in character.encode()),
        "".join(rf"\\{{1,7}}u{utf16[i : i + 4]}" for i in range(0, len(utf16), 4)),
        rf"&#0{{0,4}}{code};",
        rf"&#x0{{0,4}}{code:x};",
        *(re.escape(f"&{name}") for name in names),
    }
    if character == " ":
        forms.add(r"\+")
    elif character in _SHORT_ESCAPES:
        forms.add(rf"\\{{1,7}}{_SHORT_ESCAPES[character]}")
    return f"(?:{'|'.join(sorted(forms, key=len, reverse=True))})"


def _target(url: str | URL, params: Mapping[str, str] | None, allow_http: bool) -> URL:
    """Return the whole URL. Raises Refused, ValueError."""
    target = URL(url)
    if target.scheme == "http" and not allow_http:
        raise Refused("http_not_allowed", "requests without encryption are not allowed")
    if target.scheme not in ("http", "https") or not target.host or _has_login(target):
        raise Refused("invalid_url", "the URL is not one of a web server")
    return target.update_query(params) if params else target


def _redirected(
    method: str, url: URL, response: Response, secrets: frozenset[str]
) -> URL:
    """Return where a redirect leads. Raises UnexpectedResponse when it is not followed."""
    location = response.headers.get("Location")
    try:
        target = url.join(URL(location or ""))
    except ValueError:
        location = None
    if not location:
        raise UnexpectedResponse("redirected", f"HTTP {response.status} to nowhere")
    upgraded = (url.scheme, target.scheme) == ("http", "https")
    if (
        method == "GET"
        and target.host == url.host
        and (upgraded or (target.scheme, target.port) == (url.scheme, url.port))
        and not _has_login(target)
    ):
        return target
    where = redact(f"{target.scheme}://{target.host}", secrets)
    raise UnexpectedResponse("redirected", f"HTTP {response.status} to {where}")


def _has_login(url: URL) -> bool:
    """Return whether a URL carries credentials of its own."""
    return url.user is not None or url.password is not None


def _translated(err: Exception, writes: bool) -> DdnsError:
    """Return the error that an exception of the HTTP library stands for."""
    match err:
        case aiohttp.ConnectionTimeoutError():
            return Unavailable("timeout", "no connection within the time limit")
        case TimeoutError():
            return Unavailable(
                "timeout", "no answer within the time limit", maybe_applied=writes
            )
        case aiohttp.ClientConnectorDNSError():
            return Unavailable("dns_failed", "the server's name was not found")
        case aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch():
            return Unavailable("tls_failed", "the server's certificate is not valid")
        case aiohttp.ClientConnectorError(errno=errno) if errno == EADDRNOTAVAIL:
            return Refused("not_own_address", "the address is not one of this machine")
        case aiohttp.ClientConnectorError():
            return Unavailable(
                "cannot_connect", "the server does not accept connections"
            )
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() | OSError():
            return Unavailable(
                "connection_lost",
                "the connection broke before the answer was complete",
                maybe_applied=writes,
            )
        case ValueError():
            return Refused(
                "invalid_request", "a setting holds characters that cannot be sent"
            )
    return UnexpectedResponse("not_http", "the answer is not understood as HTTP")


def _basic(login: str, password: str) -> str:
    """Return the value of the header; in UTF-8, and the login may hold a colon.

    Source: RFC 7617; some services use a colon to name a group before the login.
    """
    return f"Basic {b64encode(f'{login}:{password}'.encode()).decode()}"


def _decoded(body: bytes, charset: str | None) -> str:
    """Return the text of a body, damaged where it is damaged."""
    try:
        text = body.decode(charset or "utf-8", errors="replace")
    except LookupError, ValueError:
        text = body.decode(errors="replace")
    return text.removeprefix("\ufeff")
