"""Web server for the events of the router."""

import asyncio
from http import HTTPStatus
from ipaddress import IPv4Address
import logging
import secrets
import socket
from typing import override

from aiohttp import web
from async_upnp_client.client import UpnpRequester
from async_upnp_client.const import HttpRequest
from async_upnp_client.event_handler import UpnpEventHandler, UpnpNotifyServer

from ...address import Family
from ...local_endpoint import LocalEndpoint, open_socket
from ...net.http_exchange import read_body
from ..source import SOURCE_TIMEOUT

_LOGGER = logging.getLogger(__name__)

# an event has a few variables, and is parsed in one step
_LARGEST_EVENT = 8 * 1024
# some routers send an event before the subscription's id: the library keeps these while
# this server lives
_MOST_EARLY_EVENTS = 8
_STOP_SECONDS = 0.5
# a router sends one event after the other, each over a connection of its own
_MOST_CONNECTIONS = 8
_CONNECTION_SECONDS = 2 * SOURCE_TIMEOUT.total_seconds()
# of the kernel, for connections that wait to be accepted
_BACKLOG = 16
_PAUSE_AFTER_ERROR = 1.0
# any LAN device can send invalid requests: not worth a log line
_REQUESTS = logging.getLogger(f"{__name__}.requests")
_REQUESTS.setLevel(logging.CRITICAL + 1)


class NotifyServer(UpnpNotifyServer):
    """Server for NOTIFY requests (UPnP Device Architecture 1.1, section 4.3.2).

    It listens at one address of this machine, under an unguessable path. Connections of
    others than the router are closed at once, as are those beyond eight. A connection
    ends after one request, and after eight seconds. Events of unknown subscriptions are
    refused.
    """

    def __init__(
        self,
        requester: UpnpRequester,
        address: IPv4Address,
        gateway: IPv4Address,
        interface: str | None = None,
    ) -> None:
        """Initialize the local address and interface, and the router's address."""
        self.event_handler = UpnpEventHandler(self, requester)
        self.address = address
        self.gateway = gateway
        self._path = f"/{secrets.token_urlsafe(12)}"
        self._early_events = 0
        self._local = LocalEndpoint(interface=interface, address=address)
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._web_server: web.Server | None = None

    @property
    @override
    def callback_url(self) -> str:
        """Return the URL for events. Valid only while the server runs."""
        assert self._listener is not None
        port = self._listener.getsockname()[1]
        return f"http://{self.address}:{port}{self._path}"

    def expect_early_events(self) -> None:
        """Accept some events of an unknown subscription during its creation."""
        self._early_events = _MOST_EARLY_EVENTS

    def expect_no_early_events(self) -> None:
        """Refuse events of an unknown subscription."""
        self._early_events = 0

    @override
    async def async_start_server(self) -> None:
        """Listen at a free port. Raises OSError."""
        listener = open_socket(Family.IPV4, socket.SOCK_STREAM, self._local)
        try:
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
        web_server = web.Server(
            self._handle, access_log=None, auto_decompress=False, logger=_REQUESTS
        )
        self._listener, self._web_server = listener, web_server
        self._accepting = asyncio.create_task(self._accept(listener, web_server))

    @override
    async def async_stop_server(self) -> None:
        """Stop listening; subscriptions remain."""
        accepting, self._accepting = self._accepting, None
        listener, self._listener = self._listener, None
        web_server, self._web_server = self._web_server, None
        if accepting is not None:
            accepting.cancel()
            await asyncio.wait([accepting])
        if listener is not None:
            listener.close()
        if web_server is not None:
            await web_server.shutdown(_STOP_SECONDS)

    async def _accept(self, listener: socket.socket, web_server: web.Server) -> None:
        """Accept connections of the router, each for a limited time."""
        loop = asyncio.get_running_loop()
        ends: list[asyncio.TimerHandle] = []
        try:
            while True:
                try:
                    connected, (host, *_) = await loop.sock_accept(listener)
                except OSError:
                    # too many open files, or a connection that has ended already
                    await asyncio.sleep(_PAUSE_AFTER_ERROR)
                    continue
                if (
                    host != str(self.gateway)
                    or len(web_server.connections) >= _MOST_CONNECTIONS
                ):
                    connected.close()
                    # a flood is accepted without a pause, and must not block the loop
                    await asyncio.sleep(0)
                    continue
                transport, _ = await loop.connect_accepted_socket(web_server, connected)
                ends = [end for end in ends if end.when() > loop.time()]
                ends.append(loop.call_later(_CONNECTION_SECONDS, transport.abort))
        finally:
            for end in ends:
                end.cancel()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        """Answer a request of the router, or of what has its address."""
        try:
            async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
                status = await self._status(request)
        except TimeoutError:
            status = HTTPStatus.REQUEST_TIMEOUT
        except Exception as err:  # noqa: BLE001 - hostile events make the library raise anything
            # the message may contain the event
            _LOGGER.debug("An event could not be read: %s", type(err).__name__)
            status = HTTPStatus.BAD_REQUEST
        response = web.Response(status=status)
        response.force_close()
        return response

    async def _status(self, request: web.BaseRequest) -> HTTPStatus:
        """Return the status for a request, after passing on an event."""
        if request.path != self._path:
            return HTTPStatus.NOT_FOUND
        if request.method != "NOTIFY":
            return HTTPStatus.METHOD_NOT_ALLOWED
        body = await read_body(request.content, _LARGEST_EVENT)
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if not self._is_expected(request.headers.get("SID", "")):
            return HTTPStatus.PRECONDITION_FAILED
        text = body.decode("utf-8-sig", "replace")
        event = HttpRequest("NOTIFY", self.callback_url, request.headers, text)
        return await self.event_handler.handle_notify(event)

    def _is_expected(self, sid: str) -> bool:
        """Return True for an event of a known subscription, or of one being created."""
        if self.event_handler.service_for_sid(sid) is not None:
            return True
        if not self._early_events:
            return False
        self._early_events -= 1
        return True
