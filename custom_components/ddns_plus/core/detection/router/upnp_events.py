"""Being told by the router that its address has changed: UPnP events (GENA)."""

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
from .upnp import UpnpGateway, upnp_failure
from .upnp_notify_server import NotifyServer

_LOGGER = logging.getLogger(__name__)

# the router forgets a subscription that is not renewed; one that has restarted has
# forgotten them all, and only the renewal shows it
_REQUESTED = timedelta(minutes=30)
_LONGEST_RENEWAL = 5 * 60.0
_SHORTEST_RENEWAL = 30.0
_FIRST_BACK_OFF = 30.0
_LONGEST_BACK_OFF = 10 * 60.0
_SUBSCRIBE_SECONDS = 15.0
_UNSUBSCRIBE_SECONDS = 2.0

_TOLD = frozenset({"ExternalIPAddress", "ConnectionStatus"})


class EventSubscription:
    """A subscription to the events of the router's connection, kept alive.

    `on_hint` is called when the router tells of another address, status or IPv6 prefix,
    and when it has stopped telling. What it tells is not believed: it is a reason to ask.
    """

    def __init__(self, gateway: UpnpGateway, on_hint: Callable[[], None]) -> None:
        """Subscribe to nothing yet."""
        self._gateway = gateway
        self._on_hint = on_hint
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._alive = False
        # what was told last, whatever the subscription
        self._told: dict[str, object] = {}
        self._is_first_event = False

    @property
    def alive(self) -> bool:
        """Return whether the router would tell of a change."""
        return self._alive

    async def start(self) -> bool:
        """Subscribe, and stay subscribed until stop(); return whether it worked at once."""
        if self._task is not None:
            return self._alive
        loop = asyncio.get_running_loop()
        tried: asyncio.Future[None] = loop.create_future()
        self._task = loop.create_task(self._run(tried))
        await asyncio.wait([tried, self._task], return_when=asyncio.FIRST_COMPLETED)
        tried.cancel()
        return self._alive

    async def stop(self) -> None:
        """Unsubscribe, which takes 2 seconds at most, and leave no task."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def retry(self) -> None:
        """Subscribe now, or renew the subscription to see whether it still lives."""
        self._wake.set()

    async def _run(self, tried: asyncio.Future[None]) -> None:
        """Subscribe, wait for the end of the subscription, and begin again later."""
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
        """Subscribe and renew; return when the subscription is lost, which is told.

        Raises what comes in the way of subscribing.
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
        """Return a running server that hears the router. Raises SourceError and OSError."""
        gateway = self._gateway.address
        address = None if gateway is None else local_address(gateway)
        if gateway is None or address is None:
            raise SourceError(FailureReason.NO_ROUTE)
        server = NotifyServer(service.requester, address, gateway)
        server.event_handler.on_pre_notify = self._on_pre_notify
        await server.async_start_server()
        return server

    async def _renew(
        self, server: NotifyServer, service: UpnpService, granted: timedelta
    ) -> None:
        """Renew until that fails, or this machine or the router is elsewhere."""
        while True:
            half = granted.total_seconds() / 2
            await self._pause(min(max(half, _SHORTEST_RENEWAL), _LONGEST_RENEWAL))
            gateway = self._gateway.address
            if gateway != server.gateway or local_address(gateway) != server.address:
                return
            # a router that has forgotten it makes a new one, with events before its name
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
        """Wait that long, or until retry()."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()

    def _on_pre_notify(self, request: HttpRequest) -> HttpRequest:
        """Note whether an event is the first of its subscription, which tells all there is."""
        self._is_first_event = request.headers.get("SEQ", "").strip() == "0"
        return default_on_pre_notify(request)

    def _on_event(
        self, service: UpnpService, variables: Sequence[UpnpStateVariable[object]]
    ) -> None:
        """Compare what the router tells with what it told last."""
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
    """Return whether a change of a variable may be one of the address; AVM has some for IPv6."""
    return variable in _TOLD or "ipv6" in variable.lower()


async def _end(server: NotifyServer, service: UpnpService) -> None:
    """Unsubscribe, if still subscribed, and stop listening."""
    service.on_event = None
    try:
        with suppress(UpnpError, SourceError, KeyError, TimeoutError, ValueError):
            async with asyncio.timeout(_UNSUBSCRIBE_SECONDS):
                await server.event_handler.async_unsubscribe(service)
    finally:
        await server.async_stop_server()
