"""HTTP requests to the router alone, whatever its description says."""

import asyncio
from ipaddress import IPv4Address
import socket
from typing import override

import aiohttp
from async_upnp_client.client import UpnpRequester
from async_upnp_client.const import HttpRequest, HttpResponse
from async_upnp_client.exceptions import UpnpConnectionError, UpnpConnectionTimeoutError
from yarl import URL

from ...address import Family
from ...local_endpoint import ANYWHERE, LocalEndpoint, open_socket
from ...net.http_exchange import read_body
from ..echo.one_time_session import one_time_session
from ..source import SOURCE_TIMEOUT, FailureReason, SourceError

# a description has some ten thousand bytes, and is parsed in steps
LARGEST_BODY = 256 * 1024
# the answer to an action has some hundred bytes, and is parsed in one step
LARGEST_ANSWER = 8 * 1024


def is_at(url: str, gateway: IPv4Address) -> bool:
    """Return True if a URL is an HTTP URL of the router's own address."""
    try:
        parsed = URL(url)
        return (
            parsed.scheme in ("http", "https")
            and parsed.host == str(gateway)
            # invalid, for instance port 0
            and bool(parsed.port)
            and parsed.user is None
        )
    except ValueError:
        return False


class GatewayRequester(UpnpRequester):
    """Requester of the UPnP library for one router.

    Each request uses a new connection, and takes at most 4 seconds. No redirects,
    proxies, cookies or other hosts: a description must not make this machine call
    others.
    """

    def __init__(
        self, gateway: IPv4Address, endpoint: LocalEndpoint = ANYWHERE
    ) -> None:
        """Initialize the address of the router, and the local endpoint to ask from."""
        self._gateway = gateway
        self._endpoint = endpoint

    @override
    async def async_http_request(self, http_request: HttpRequest) -> HttpResponse:
        """Return the response to a request.

        Raises UpnpConnectionError (also for a timeout) for an unreachable router, and
        SourceError for any other response.
        """
        if not is_at(http_request.url, self._gateway):
            raise SourceError(FailureReason.WRONG_HOST)
        # raised without a cause: aiohttp's errors contain URLs and headers
        try:
            async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
                return await self._request(http_request)
        except TimeoutError:
            raise UpnpConnectionTimeoutError from None
        except aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError:
            raise UpnpConnectionError from None
        except aiohttp.ClientError, ValueError:
            raise SourceError(FailureReason.NOT_HTTP) from None

    async def _request(self, http_request: HttpRequest) -> HttpResponse:
        """Make a request over a new connection."""
        connector = aiohttp.TCPConnector(
            force_close=True,
            # an address needs no resolver, and the default one starts a thread
            resolver=aiohttp.ThreadedResolver(),
            # on a LAN https proves nothing: routers have self-signed certificates
            ssl=False,
            socket_factory=self._connect,
        )
        async with (
            one_time_session(connector) as session,
            session.request(
                http_request.method,
                http_request.url,
                allow_redirects=False,
                data=http_request.body,
                headers={"Accept-Encoding": "identity", **(http_request.headers or {})},
            ) as response,
        ):
            if 300 <= response.status < 400:
                raise SourceError(FailureReason.REDIRECTED, status=response.status)
            body = await read_body(
                response.content,
                LARGEST_BODY if http_request.method == "GET" else LARGEST_ANSWER,
            )
        if body is None:
            raise SourceError(FailureReason.TOO_LARGE)
        # model names may have another encoding, addresses do not
        text = body.decode("utf-8-sig", "replace")
        return HttpResponse(response.status, response.headers, text)

    def _connect(self, _info: aiohttp.AddrInfoType) -> socket.socket:
        """Return a socket for a connection to the router. Raises OSError."""
        return open_socket(Family.IPV4, socket.SOCK_STREAM, self._endpoint)
