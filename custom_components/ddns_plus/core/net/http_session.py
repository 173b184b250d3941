"""HTTP sessions and connectors: no repeated writes, one address family where needed."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
import socket
import ssl
from typing import Literal

import aiohttp
from aiohttp.abc import AbstractResolver

from ..address import Family
from ..local_endpoint import LocalEndpoint, open_socket
from .line_resolver import LineResolver

# makes connections of a family, from a local endpoint
type Connectors = Callable[[Family, LocalEndpoint], aiohttp.TCPConnector]

# Longer than the pause between two requests of one update, a second at most. An older
# connection may date from before a change of the line: requests get no answer there.
_KEEP_ALIVE = timedelta(seconds=2)
_MOST_CONNECTIONS_TO_A_HOST = 100


def shared_connector(
    resolver: AbstractResolver, ssl_context: ssl.SSLContext
) -> aiohttp.TCPConnector:
    """Return a connector for all accounts, which opens another connection for each update."""
    return aiohttp.TCPConnector(
        limit=0,
        limit_per_host=_MOST_CONNECTIONS_TO_A_HOST,
        keepalive_timeout=_KEEP_ALIVE.total_seconds(),
        resolver=resolver,
        # names are kept where they are looked up
        use_dns_cache=False,
        ssl=ssl_context,
    )


def pinned_connector(
    family: Family,
    endpoint: LocalEndpoint,
    *,
    ssl_context: ssl.SSLContext | Literal[True] = True,
) -> aiohttp.TCPConnector:
    """Return a connector for one family and endpoint.

    Names are looked up through the endpoint's interface, or by the system without one.
    True stands for the certificate authorities that the system trusts.
    """

    def connect(_info: aiohttp.AddrInfoType) -> socket.socket:
        return open_socket(family, socket.SOCK_STREAM, endpoint)

    interface = endpoint.interface
    return aiohttp.TCPConnector(
        family=family.socket_family,
        socket_factory=connect,
        resolver=LineResolver(interface) if interface else aiohttp.ThreadedResolver(),
        ssl=ssl_context,
    )


@asynccontextmanager
async def pinned_session(
    connectors: Connectors, family: Family, endpoint: LocalEndpoint
) -> AsyncGenerator[aiohttp.ClientSession]:
    """Open a session of one family, from a local endpoint, for a single request.

    Without cookies, proxies of the environment, and connections of an earlier request:
    such may be older than a change of the network.
    """
    async with aiohttp.ClientSession(
        connector=connectors(family, endpoint),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
    ) as session:
        yield session


async def never_repeated(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Disable aiohttp's second GET after a broken connection.

    Here a GET may be an update, and the first one may have taken effect.
    """
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
        if isinstance(err, aiohttp.ClientConnectorError):
            raise
        raise aiohttp.ClientPayloadError from err
