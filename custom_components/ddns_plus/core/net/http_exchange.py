"""Bounded reading of HTTP bodies, and the faults that exceptions stand for."""

from enum import StrEnum
from errno import EADDRNOTAVAIL, EAFNOSUPPORT, ENETUNREACH

import aiohttp

_CHUNK = 4096
_NO_ROUTE = frozenset({EAFNOSUPPORT, ENETUNREACH})


class HttpFault(StrEnum):
    """The cause of a missing or incomplete answer.

    NO_ADDRESS: this machine lacks the address that was to be used. NO_ROUTE: it lacks
    the family.
    """

    CONNECT_TIMEOUT = "connect_timeout"
    DNS_FAILED = "dns_failed"
    CERTIFICATE = "certificate"
    TLS_FAILED = "tls_failed"
    NO_ADDRESS = "no_address"
    NO_ROUTE = "no_route"
    CANNOT_CONNECT = "cannot_connect"
    INVALID_REQUEST = "invalid_request"
    TIMEOUT = "timeout"
    CONNECTION_LOST = "connection_lost"
    NOT_HTTP = "not_http"

    @property
    def sent(self) -> bool:
        """Return True if the server may have received the request."""
        return self in _SENT


_SENT = frozenset({HttpFault.TIMEOUT, HttpFault.CONNECTION_LOST, HttpFault.NOT_HTTP})


async def read_body(stream: aiohttp.StreamReader, largest: int) -> bytes | None:
    """Return a body of at most `largest` bytes, None for a larger one.

    Raises what aiohttp raises when the connection breaks.
    """
    body = bytearray()
    async for chunk in stream.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > largest:
            return None
    return bytes(body)


def fault_in(err: Exception) -> HttpFault:
    """Return the fault that an exception of aiohttp or of a socket stands for."""
    match err:
        case aiohttp.ConnectionTimeoutError():
            return HttpFault.CONNECT_TIMEOUT
        case TimeoutError():
            return HttpFault.TIMEOUT
        case aiohttp.ClientConnectorDNSError():
            return HttpFault.DNS_FAILED
        case aiohttp.ClientConnectorCertificateError():
            return HttpFault.CERTIFICATE
        case aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch():
            return HttpFault.TLS_FAILED
        case aiohttp.ClientConnectorError(errno=number) if number == EADDRNOTAVAIL:
            return HttpFault.NO_ADDRESS
        case aiohttp.ClientConnectorError(errno=number) if number in _NO_ROUTE:
            return HttpFault.NO_ROUTE
        case aiohttp.ClientConnectorError():
            return HttpFault.CANNOT_CONNECT
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() | OSError():
            return HttpFault.CONNECTION_LOST
        case ValueError():
            return HttpFault.INVALID_REQUEST
    return HttpFault.NOT_HTTP
