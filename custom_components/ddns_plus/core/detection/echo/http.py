"""A web service as a source, over one address family."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
import socket
import ssl

import aiohttp
from yarl import URL

from ...address import Address, Family
from ...local_endpoint import ANYWHERE, LocalEndpoint, open_socket
from ...net.http_exchange import HttpFault, fault_in, read_body
from ...net.line_resolver import LineResolver
from ...net.response import retry_after
from ...observation import ROUTER
from ..methods import WebService
from ..source import (
    SOURCE_TIMEOUT,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)
from .answers import ACCEPT, read_answer
from .connection_failure import certificate_failure
from .custom import reachable_families
from .one_time_session import one_time_session
from .server_address import check_not_server

_LARGEST_BODY = 4096
# a router's answer also describes its other interfaces
_LARGEST_LOCAL_BODY = 65_536
_BLOCKED = frozenset({403, 429})
# RFC 6585, section 6: only captive portals send this status
_NETWORK_AUTHENTICATION_REQUIRED = 511

# all others mean that the service cannot be reached
_REASONS = {
    HttpFault.CONNECT_TIMEOUT: FailureReason.TIMEOUT,
    HttpFault.DNS_FAILED: FailureReason.DNS_FAILED,
    HttpFault.INVALID_REQUEST: FailureReason.NOT_HTTP,
    HttpFault.NO_ADDRESS: FailureReason.NO_ROUTE,
    HttpFault.NO_ROUTE: FailureReason.NO_ROUTE,
    HttpFault.NOT_HTTP: FailureReason.NOT_HTTP,
    HttpFault.TIMEOUT: FailureReason.TIMEOUT,
    HttpFault.TLS_FAILED: FailureReason.TLS_FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """TLS contexts, headers and limits for all web services.

    Building a TLS context reads files, so it is done elsewhere.
    """

    ssl_context: ssl.SSLContext
    user_agent: str
    timeout: timedelta = SOURCE_TIMEOUT
    # for a router with a self-signed certificate
    unverified_ssl_context: ssl.SSLContext | None = None

    def context(self, service: WebService) -> ssl.SSLContext:
        """Return the TLS context for a service."""
        if service.local and not service.verify_tls:
            return self.unverified_ssl_context or self.ssl_context
        return self.ssl_context


class HttpSource:
    """A web service as a source."""

    transport: Transport

    def __init__(
        self, key: str, operator: str, service: WebService, options: HttpOptions
    ) -> None:
        """Initialize the service and the options."""
        self.key = key
        self.operator = operator
        self.transport = service.transport
        self._service = service
        self._options = options

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the address of a family that the service sees, or knows.

        Each call uses a new connection: an older one would hang after a network change,
        or report the previous address. No redirects, proxies or cookies. The options
        set the time limit. Raises SourceError.
        """
        try:
            async with asyncio.timeout(self._options.timeout.total_seconds()):
                return await self._ask(URL(self._service.url), family, endpoint)
        except (TimeoutError, aiohttp.ClientError, OSError) as err:
            failure = _failure(err)
        # outside the handler: a chained aiohttp error would carry the URL
        raise SourceError(failure)

    async def _ask(self, url: URL, family: Family, endpoint: LocalEndpoint) -> Address:
        """Ask over a new connection, and check the answer."""
        service, hosts = self._service, set[Address]()
        if not service.local and family not in reachable_families(url):
            raise SourceError(FailureReason.WRONG_FAMILY)

        def connect_from(info: aiohttp.AddrInfoType) -> socket.socket:
            """Return a socket, and keep the server's address: it is no valid answer."""
            host = ip_address(info[4][0])
            hosts.add(host)
            return open_socket(Family.of(host), socket.SOCK_STREAM, endpoint)

        if service.local and self.operator != ROUTER:
            # a LAN service is reached by any interface, the line's router by its own
            endpoint = ANYWHERE
        interface = None if service.local else endpoint.interface
        connector = aiohttp.TCPConnector(
            # a public service must see the requested family
            family=socket.AF_UNSPEC if service.local else family.socket_family,
            force_close=True,
            socket_factory=connect_from,
            ssl=self._options.context(service),
            use_dns_cache=False,
            # None is the system's, also where names of the house are known
            resolver=LineResolver(interface) if interface else None,
        )
        async with (
            one_time_session(connector) as session,
            session.get(
                url, allow_redirects=False, headers=self._headers()
            ) as response,
        ):
            _check_status(response)
            body = await read_body(
                response.content,
                _LARGEST_LOCAL_BODY if service.local else _LARGEST_BODY,
            )
        if body is None:
            raise SourceError(FailureReason.TOO_LARGE)
        address = await read_answer(
            service.format,
            body,
            url=url,
            expression=service.expression,
            of_interface=service.local,
        )
        check_not_server(address, hosts)
        check_answer(address, family)
        return address

    def _headers(self) -> Mapping[str, str]:
        """Return the request's headers; a custom header may replace ours."""
        service = self._service
        headers = {
            "Accept": ACCEPT[service.format],
            "Accept-Encoding": "identity",
            "Cache-Control": "no-cache",
            "User-Agent": self._options.user_agent,
        }
        if service.credentials is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*service.credentials)
        if service.header is not None:
            name, value = service.header
            headers = {
                key: ours
                for key, ours in headers.items()
                if key.lower() != name.lower()
            }
            headers[name] = value
        return headers


def _check_status(response: aiohttp.ClientResponse) -> None:
    """Raise SourceError for every status except 200."""
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
        reason,
        status=status,
        retry_after=retry_after(response.headers),
        captive_portal=reason is FailureReason.REDIRECTED
        or status == _NETWORK_AUTHENTICATION_REQUIRED,
    )


def _failure(err: Exception) -> SourceFailure:
    """Return the failure behind an exception of the HTTP library."""
    if isinstance(err, aiohttp.ClientConnectorCertificateError):
        return certificate_failure(err.certificate_error)
    return SourceFailure(_REASONS.get(fault_in(err), FailureReason.UNREACHABLE))
