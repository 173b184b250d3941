"""UPnP events (GENA) of the router about its address."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
import logging

from async_upnp_client.client import UpnpService, UpnpStateVariable
from async_upnp_client.const import HttpRequest
from async_upnp_client.event_handler import default_on_pre_notify
from async_upnp_client.exceptions import UpnpError

from ..source import FailureReason, SourceError
from .gateway import local_address
from .upnp import UpnpGateway
from .upnp_device import upnp_failure
from .upnp_notify_server import NotifyServer

_LOGGER = logging.getLogger(__name__)

# a subscription expires without renewal; after a restart all are lost, and only a
# renewal shows it
_REQUESTED = timedelta(minutes=30)
_LONGEST_RENEWAL = 5 * 60.0
_SHORTEST_RENEWAL = 30.0
_FIRST_BACK_OFF = 30.0
_LONGEST_BACK_OFF = 10 * 60.0
_SUBSCRIBE_SECONDS = 15.0
_UNSUBSCRIBE_SECONDS = 2.0

_TOLD = frozenset({"ExternalIPAddress", "ConnectionStatus"})


class EventSubscription:
    """A permanent subscription to the events of the router's connection.

    `on_hint` is called for a changed address, status or IPv6 prefix, and for the loss
    of the subscription. The content of an event is not believed.
    """

    def __init__(self, gateway: UpnpGateway, on_hint: Callable[[], None]) -> None:
        """Initialize without a subscription."""
        self._gateway = gateway
        self._on_hint = on_hint
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._alive = False
        # last values, of any subscription
        self._told: dict[str, object] = {}
        self._is_first_event = False

    @property
    def alive(self) -> bool:
        """Return True if the router would report a change."""
        return self._alive

    async def start(self) -> bool:
        """Subscribe until stop(). Return True if the first attempt succeeded."""
        if self._task is not None:
            return self._alive
        loop = asyncio.get_running_loop()
        tried: asyncio.Future[None] = loop.create_future()
        self._task = loop.create_task(self._run(tried))
        await asyncio.wait([tried, self._task], return_when=asyncio.FIRST_COMPLETED)
        tried.cancel()
        return self._alive

    async def stop(self) -> None:
        """Unsubscribe within 2 seconds, and end all tasks."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def retry(self) -> None:
        """Subscribe now, or renew the subscription to test it."""
        self._wake.set()

    async def _run(self, tried: asyncio.Future[None]) -> None:
        """Subscribe, wait for the loss of the subscription, and repeat later."""
        back_off = _FIRST_BACK_OFF
        while True:
            self._wake.clear()
            try:
                await self._subscribed(tried)
            except Exception as err:  # noqa: BLE001 - hostile routers make the library raise anything
                self._gateway.drop()
                _LOGGER.debug("No events of the router: %s", upnp_failure(err))
            else:
                back_off = _FIRST_BACK_OFF
            if not tried.done():
                tried.set_result(None)
            await self._pause(back_off)
            back_off = min(back_off * 2, _LONGEST_BACK_OFF)

    async def _subscribed(self, tried: asyncio.Future[None]) -> None:
        """Subscribe and renew; return after the loss of the subscription.

        Raises the error of a failed subscription.
        """
        server: NotifyServer | None = None
        service: UpnpService | None = None
        try:
            async with asyncio.timeout(_SUBSCRIBE_SECONDS):
                service = await self._gateway.connection_service()
                server = await self._listen(service)
                service.on_event = self._on_event
                server.expect_early_events()
                _, granted = await server.event_handler.async_subscribe(
                    service, _REQUESTED
                )
                server.expect_no_early_events()
            self._alive = True
            if not tried.done():
                tried.set_result(None)
            await self._renew(server, service, granted)
            self._alive = False
            self._on_hint()
        finally:
            self._alive = False
            if server is not None and service is not None:
                await _end(server, service)

    async def _listen(self, service: UpnpService) -> NotifyServer:
        """Return a running server for the router's events.

        Raises SourceError and OSError.
        """
        gateway = self._gateway.address
        endpoint = self._gateway.endpoint
        address = None if gateway is None else local_address(gateway, endpoint)
        if gateway is None or address is None:
            raise SourceError(FailureReason.NO_ROUTE)
        server = NotifyServer(service.requester, address, gateway, endpoint.interface)
        server.event_handler.on_pre_notify = self._on_pre_notify
        await server.async_start_server()
        return server

    async def _renew(
        self, server: NotifyServer, service: UpnpService, granted: timedelta
    ) -> None:
        """Renew until that fails, or an address changes."""
        while True:
            half = granted.total_seconds() / 2
            await self._pause(min(max(half, _SHORTEST_RENEWAL), _LONGEST_RENEWAL))
            gateway = self._gateway.address
            if gateway is None or gateway != server.gateway:
                return
            if local_address(gateway, self._gateway.endpoint) != server.address:
                return
            # a router without the subscription makes a new one, and sends events before
            # its id
            server.expect_early_events()
            try:
                async with asyncio.timeout(_SUBSCRIBE_SECONDS):
                    _, granted = await server.event_handler.async_resubscribe(
                        service, _REQUESTED
                    )
            except Exception as err:  # noqa: BLE001 - hostile routers make the library raise anything
                self._gateway.drop()
                _LOGGER.debug("The router's events are lost: %s", upnp_failure(err))
                return
            server.expect_no_early_events()

    async def _pause(self, seconds: float) -> None:
        """Wait for a time, or until retry()."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()

    def _on_pre_notify(self, request: HttpRequest) -> HttpRequest:
        """Note whether an event is the first of its subscription (all values)."""
        self._is_first_event = request.headers.get("SEQ", "").strip() == "0"
        return default_on_pre_notify(request)

    def _on_event(
        self, service: UpnpService, variables: Sequence[UpnpStateVariable[object]]
    ) -> None:
        """Compare an event's values with the last ones."""
        changed = False
        for variable in variables:
            if not _is_of_interest(variable.name):
                continue
            new = variable.value
            if variable.name in self._told:
                changed |= self._told[variable.name] != new
            else:
                changed |= not self._is_first_event
            self._told[variable.name] = new
        if changed:
            self._on_hint()


def _is_of_interest(variable: str) -> bool:
    """Return True if a variable is about the address; AVM has some for IPv6."""
    return variable in _TOLD or "ipv6" in variable.lower()


async def _end(server: NotifyServer, service: UpnpService) -> None:
    """Unsubscribe if necessary, and stop the server."""
    service.on_event = None
    try:
        with suppress(UpnpError, SourceError, KeyError, TimeoutError, ValueError):
            async with asyncio.timeout(_UNSUBSCRIBE_SECONDS):
                await server.event_handler.async_unsubscribe(service)
    finally:
        await server.async_stop_server()
