"""Asking a web service for the address it sees, over one address family."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
import errno
from ipaddress import ip_address
import socket
import ssl

import aiohttp
from yarl import URL

from ..address import Address, Family
from ..http import retry_after
from .answers import ACCEPT, read_answer
from .base import (
    SOURCE_TIMEOUT,
    FailureReason,
    SourceError,
    SourceFailure,
    check_answer,
)
from .sources import CLOUDFLARE_NETWORKS, Source, reachable_families

_LARGEST_BODY = 4096
# the family itself is not there: nothing was sent
_NO_ROUTE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH})
_BLOCKED = frozenset({403, 429})
# RFC 6585, section 6: only captive portals answer this
_NETWORK_AUTHENTICATION_REQUIRED = 511
# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID: more likely our clock than their certificate
_NOT_YET_VALID = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """What all web services are asked with. Building the TLS context reads files: not here."""

    ssl_context: ssl.SSLContext
    user_agent: str
    timeout: timedelta = SOURCE_TIMEOUT


class HttpSource:
    """A web service that can be asked."""

    def __init__(self, source: Source, options: HttpOptions) -> None:
        """Keep what to ask and with what."""
        self._source = source
        self._options = options

    @property
    def key(self) -> str:
        """Return the source's key."""
        return self._source.key

    @property
    def operator(self) -> str:
        """Return who runs the source."""
        return self._source.operator

    async def ask(self, family: Family) -> Address:
        """Return the address of a family that the service sees.

        Every call has a connection of its own: one from before a change of the network
        would hang, or tell the old way. No redirects, proxies or cookies, and the time
        limit of the options. Raises SourceError.
        """
        url = self._source.url(family)
        if url is None or family not in reachable_families(URL(url)):
            raise SourceError(SourceFailure(reason=FailureReason.WRONG_FAMILY))
        try:
            async with asyncio.timeout(self._options.timeout.total_seconds()):
                return await self._ask(URL(url), family)
        except (TimeoutError, aiohttp.ClientError, OSError) as err:
            failure = _failure(err)
        # outside of the handler: a chained aiohttp error would carry the URL
        raise SourceError(failure)

    async def _ask(self, url: URL, family: Family) -> Address:
        """Ask over a connection of our own, and check the answer."""
        hosts: set[Address] = set()

        def open_socket(info: aiohttp.AddrInfoType) -> socket.socket:
            """Open a socket, and remember who is called: it must not name itself."""
            hosts.add(ip_address(info[4][0]))
            return socket.socket(info[0], info[1], info[2])

        connector = aiohttp.TCPConnector(
            family=family.socket_family,
            force_close=True,
            socket_factory=open_socket,
            ssl=self._options.ssl_context,
            use_dns_cache=False,
        )
        async with (
            aiohttp.ClientSession(
                connector=connector,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=False,
            ) as session,
            session.get(
                url, allow_redirects=False, headers=self._headers()
            ) as response,
        ):
            _check_status(response)
            body = await _read(response)
        address = await read_answer(
            self._source.format, body, url=url, expression=self._source.expression
        )
        if address in hosts or any(address in item for item in CLOUDFLARE_NETWORKS):
            raise SourceError(SourceFailure(reason=FailureReason.OWN_ADDRESS))
        check_answer(address, family)
        return address

    def _headers(self) -> Mapping[str, str]:
        """Return the request's headers; the user's own may replace ours."""
        headers = {
            "Accept": ACCEPT[self._source.format],
            "Accept-Encoding": "identity",
            "Cache-Control": "no-cache",
            "User-Agent": self._options.user_agent,
        }
        if self._source.header is not None:
            name, value = self._source.header
            headers = {
                key: ours
                for key, ours in headers.items()
                if key.lower() != name.lower()
            }
            headers[name] = value
        return headers


def http_sources(
    sources: Iterable[Source], family: Family, options: HttpOptions
) -> list[HttpSource]:
    """Return the sources that can tell the address of a family, ready to be asked."""
    return [HttpSource(source, options) for source in sources if source.url(family)]


def _check_status(response: aiohttp.ClientResponse) -> None:
    """Refuse every status but 200: the address in an error page is not ours.

    Raises SourceError.
    """
    status = response.status
    if status == 200:
        return
    if 300 <= status < 400:
        reason = FailureReason.REDIRECTED
    elif status in _BLOCKED:
        reason = FailureReason.BLOCKED
    else:
        reason = FailureReason.HTTP_STATUS
    raise SourceError(
        SourceFailure(
            reason=reason,
            status=status,
            retry_after=retry_after(response.headers),
            captive_portal=reason is FailureReason.REDIRECTED
            or status == _NETWORK_AUTHENTICATION_REQUIRED,
        )
    )


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return the body. Raises SourceError when it is longer than an address may be told in."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_LARGEST_BODY):
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise SourceError(SourceFailure(reason=FailureReason.TOO_LARGE))
    return bytes(body)


def _failure(err: Exception) -> SourceFailure:
    """Return the failure that an exception of the HTTP library stands for."""
    match err:
        case TimeoutError():
            return SourceFailure(reason=FailureReason.TIMEOUT)
        case aiohttp.ClientConnectorDNSError():
            return SourceFailure(reason=FailureReason.DNS_FAILED)
        case aiohttp.ClientConnectorCertificateError(certificate_error=cause):
            early = getattr(cause, "verify_code", None) == _NOT_YET_VALID
            return SourceFailure(
                reason=FailureReason.CERTIFICATE_NOT_YET_VALID
                if early
                else FailureReason.TLS_FAILED,
                # somebody else's certificate is what a portal in between shows
                captive_portal=True,
            )
        case aiohttp.ClientSSLError():
            return SourceFailure(reason=FailureReason.TLS_FAILED)
        case OSError(errno=number) if number in _NO_ROUTE:
            return SourceFailure(reason=FailureReason.NO_ROUTE)
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() | OSError():
            return SourceFailure(reason=FailureReason.UNREACHABLE)
    return SourceFailure(reason=FailureReason.NOT_HTTP)
