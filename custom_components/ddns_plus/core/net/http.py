"""One HTTP request: time limit, body limit, redirects and secrets."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
import logging

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from ..address import Address, Family
from ..errors import DdnsError, Refused, Unavailable, UnexpectedResponse
from ..local_endpoint import LocalEndpoint
from .http_exchange import HttpFault, fault_in, read_body
from .http_session import Connectors, never_repeated, pinned_connector, pinned_session
from .redaction import Secrets
from .response import Response, maybe_applied

_LOGGER = logging.getLogger(__name__)

_READ_TIMEOUT = timedelta(seconds=15)
# an answer not awaited is an update made in vain; some providers need half a minute
_WRITE_TIMEOUT = timedelta(seconds=60)
# connecting ends first, so that a time-out after it means: the request was sent
_CONNECT_SHARE = 2 / 3
_LARGEST_BODY = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3


@dataclass(slots=True, kw_only=True)
class _Request:
    """A request on its way; `status` is that of the latest answer, None without one."""

    method: str
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict, repr=False)
    json: object = field(repr=False)
    data: str | bytes | None = field(repr=False)
    writes: bool
    status: int | None = None

    @property
    def maybe_applied(self) -> bool:
        """Return True if the change may have been made, whatever went wrong then."""
        return maybe_applied(writes=self.writes, status=self.status)


class HttpClient:
    """Makes the requests of one account."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        user_agent: str,
        timeout: timedelta | None = None,
        connectors: Connectors = pinned_connector,
    ) -> None:
        """Use a session without cookies: they would link accounts.

        `timeout` takes the place of the limits for a request that reads, or writes.
        Raises ValueError for a session that has them.
        """
        if not isinstance(session.cookie_jar, aiohttp.DummyCookieJar):
            raise ValueError(  # noqa: TRY004 - the type of the session is right
                "the session must be made with cookie_jar=aiohttp.DummyCookieJar()"
            )
        # no error and no excerpt of an answer shows them
        self.secrets = Secrets()
        # requests that write, and reached the server: services count them
        self.writes = 0
        self._session = session
        self._user_agent = user_agent
        self._connectors = connectors
        self._read_timeout = (timeout or _READ_TIMEOUT).total_seconds()
        self._write_timeout = (timeout or _WRITE_TIMEOUT).total_seconds()

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
        allow_http: bool = False,
        family: Family | None = None,
        source: Address | None = None,
        interface: str | None = None,
        largest_body: int = _LARGEST_BODY,
    ) -> Response:
        """Send a request and return the answer, whatever its status.

        `writes` says that the request changes something, so that an error after it was
        sent is `maybe_applied`. Redirects of a GET are followed within the host, never
        from https to http. `family` is that of the connection, `source` the address of
        this machine that it is made from, and `interface` the one that it leaves by.
        An answer of more than `largest_body` bytes is not read to its end.
        Raises Refused for a request that cannot be sent, Unavailable, UnexpectedResponse.
        """
        request = _Request(method=method, json=json, data=data, writes=writes)
        try:
            target = _target(url, params, allow_http)
            request.headers.update(headers or {})
            request.headers["User-Agent"] = self._user_agent
            if basic_auth is not None:
                request.headers["Authorization"] = _basic(*basic_auth)
            if source is not None:
                family = Family.of(source)
            async with (
                asyncio.timeout(self._write_timeout if writes else self._read_timeout),
                pinned_session(
                    self._connectors,
                    family,
                    LocalEndpoint(interface=interface, address=source),
                )
                if family is not None
                else nullcontext(self._session) as session,
            ):
                for _ in range(_MOST_REDIRECTS + 1):
                    response = await self._exchange(
                        session, request, target, largest_body
                    )
                    if response.status not in _REDIRECTS:
                        return response
                    target = _redirected(method, target, response)
                raise UnexpectedResponse("redirected", reason="too_many_redirects")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as err:
            fault = fault_in(err)
        self.writes += writes and fault.sent and request.status is None
        # outside of the handler: a chained aiohttp error would carry the URL
        raise _error(fault, fault.sent and request.maybe_applied)

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        request: _Request,
        url: URL,
        largest_body: int,
    ) -> Response:
        """Send one request and read its answer."""
        request.status = None
        async with session.request(
            request.method,
            url,
            headers=request.headers,
            json=request.json,
            data=request.data,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=None, connect=self._read_timeout * _CONNECT_SHARE
            ),
            # instead of the session's own, which are about redirects
            middlewares=(never_repeated,) if request.writes else None,
        ) as response:
            request.status = status = response.status
            self.writes += request.writes
            _LOGGER.debug("%s %s: HTTP %s", request.method, url.host, status)
            body = await read_body(response.content, largest_body)
            if body is None:
                response.close()
                raise UnexpectedResponse(
                    reason="body_too_large",
                    facts={"status": str(status), "size": str(largest_body // 1024)},
                    maybe_applied=request.maybe_applied,
                )
            return Response(
                status=status,
                headers=CIMultiDictProxy(CIMultiDict(response.headers)),
                text=_decoded(body, response.charset),
                writes=request.writes,
                secrets=self.secrets,
            )


def _target(url: str | URL, params: Mapping[str, str] | None, allow_http: bool) -> URL:
    """Return the whole URL. Raises Refused, ValueError."""
    target = URL(url)
    if target.scheme == "http" and not allow_http:
        raise Refused(reason="http_not_allowed")
    if target.scheme not in ("http", "https") or not target.host or _has_login(target):
        raise Refused(reason="invalid_url")
    return target.update_query(params) if params else target


def _redirected(method: str, url: URL, response: Response) -> URL:
    """Return where a redirect leads. Raises UnexpectedResponse when it is not followed."""
    location, status = response.headers.get("Location"), str(response.status)
    try:
        target = url.join(URL(location or ""))
        # a name may be none: that is found out when it is decoded
        host = target.host
    except ValueError:
        location = host = None
    if not location:
        raise UnexpectedResponse(
            "redirected", reason="redirected_nowhere", facts={"status": status}
        )
    upgraded = (url.scheme, target.scheme) == ("http", "https")
    if (
        method == "GET"
        and host == url.host
        and (upgraded or (target.scheme, target.port) == (url.scheme, url.port))
        and not _has_login(target)
    ):
        return target
    where = response.secrets.redact(f"{target.scheme}://{host}")
    raise UnexpectedResponse(
        "redirected",
        reason="redirected_elsewhere",
        facts={"status": status, "target": where},
    )


def _has_login(url: URL) -> bool:
    """Return True if a URL contains credentials."""
    return url.user is not None or url.password is not None


# why a server is unavailable
_REASONS: Mapping[HttpFault, str] = {
    HttpFault.CONNECT_TIMEOUT: "connection_timeout",
    HttpFault.DNS_FAILED: "dns_failed",
    HttpFault.CERTIFICATE: "tls_failed",
    HttpFault.TLS_FAILED: "tls_failed",
    HttpFault.NO_ROUTE: "cannot_connect",
    HttpFault.CANNOT_CONNECT: "cannot_connect",
    HttpFault.TIMEOUT: "answer_timeout",
    HttpFault.CONNECTION_LOST: "connection_lost",
}
_TIMEOUTS = frozenset({HttpFault.CONNECT_TIMEOUT, HttpFault.TIMEOUT})


def _error(fault: HttpFault, maybe: bool) -> DdnsError:
    """Return the error of a fault; `maybe`: the change may have been made."""
    match fault:
        case HttpFault.NO_ADDRESS:
            return Refused(reason="not_own_address")
        case HttpFault.INVALID_REQUEST:
            return Refused(reason="invalid_request")
        case HttpFault.NOT_HTTP:
            return UnexpectedResponse(reason="not_http", maybe_applied=maybe)
    code = "timeout" if fault in _TIMEOUTS else ""
    return Unavailable(code, reason=_REASONS[fault], maybe_applied=maybe)


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
