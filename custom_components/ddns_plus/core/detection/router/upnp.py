"""Public IPv4 address from the router by UPnP, and its IPv6 prefix if reported."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network
import logging

from async_upnp_client.client import UpnpService

from ...address import Address, Family, Refusal, refusal
from ...local_endpoint import ANYWHERE, LocalEndpoint
from ...observation import ROUTER
from ..methods import Local
from ..source import (
    SOURCE_TIMEOUT,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)
from .upnp_device import Device, read_device, upnp_failure

_LOGGER = logging.getLogger(__name__)

# in seconds: without such a router not every round searches
_LEFT_ALONE = 5 * 60
# a router that was found before may be restarting
_LEFT_ALONE_KNOWN = 60
# answers that a router does not change by itself
_LASTING = frozenset(
    {
        FailureReason.NOT_AN_ADDRESS,
        FailureReason.REDIRECTED,
        FailureReason.TOO_LARGE,
        FailureReason.UNSUPPORTED,
        FailureReason.WRONG_HOST,
    }
)
# such a router answers nothing else
_GONE = frozenset({FailureReason.TIMEOUT, FailureReason.UNREACHABLE})
_CONNECTED = "connected"
_DIAL_UP = "WANPPPConnection"
# what an address that is not public says: 10.0.0.0/8 is also for a provider's own
# services, and no address at all for a connection that only bridges
_CLAIMS = {Refusal.SHARED: 0, Refusal.PRIVATE: 1, Refusal.UNSPECIFIED: 3}
_OTHER_CLAIM, _NO_CLAIM = 2, 4
# IANA assigns /16 or longer to providers; networks end at /64
_SHORTEST_PREFIX, _LONGEST_PREFIX = 16, 64


class UpnpGateway:
    """A router as an Internet Gateway Device (UPnP Forum, IGD:1 2001 and IGD:2 2010).

    `gateway` finds the router, `location` the URL of its description. All requests, and
    the subscription to events, use the local `endpoint`. The description is read once, and again when the router moves or does not answer.
    """

    def __init__(
        self,
        gateway: Callable[[], IPv4Address | None],
        location: Callable[[], Awaitable[str | None]],
        endpoint: LocalEndpoint = ANYWHERE,
    ) -> None:
        """Initialize without a request."""
        self.endpoint = endpoint
        self._gateway = gateway
        self._location = location
        self._lock = asyncio.Lock()
        self._device: Device | None = None
        # whether the location may have changed
        self._is_moved = False
        self._failure: SourceFailure | None = None
        self._failed_at: IPv4Address | None = None
        self._found_at: IPv4Address | None = None
        self._left_alone_until = self._read_again_at = 0.0
        self._chosen: str | None = None

    @property
    def address(self) -> IPv4Address | None:
        """Return the router's address, None without one."""
        return self._gateway()

    def forget(self) -> None:
        """Search the router at the next question: it has announced itself."""
        self._failure = None
        self._is_moved = True

    def drop(self) -> None:
        """Read the description at the next question: it turned out to be wrong."""
        self._device = None

    async def external_address(self) -> IPv4Address:
        """Return the public IPv4 address of the router. Raises SourceError.

        Of several connections the router's default one counts if it is connected, else
        the one with the best claim.
        """
        device = await self._read()
        if len(device.services) == 1:
            return await self._address_of(device.services[0])
        default = await self._default_of(device)
        best, failure = _NO_CLAIM, SourceFailure(FailureReason.DISCONNECTED)
        for service in self._in_order(device.services, default):
            try:
                if await self._is_connected(service) is False:
                    continue
                address = await self._address_of(service)
            except SourceError as err:
                if err.failure.reason in _GONE:
                    raise
                claim = _claim(err.failure)
                if claim < best or claim == _NO_CLAIM:
                    best, failure = claim, err.failure
                    if claim < _NO_CLAIM:
                        self._chosen = service.control_url
                # another connection is not the way to the internet
                if service is default and claim < _NO_CLAIM:
                    break
            else:
                self._chosen = service.control_url
                return address
        raise SourceError(failure)

    async def _default_of(self, device: Device) -> UpnpService | None:
        """Return the default connection, None if the router does not name it."""
        if device.forwarding is None:
            return None
        try:
            answer = await self._call(device.forwarding, "GetDefaultConnectionService")
        except SourceError as err:
            if err.failure.reason in _GONE:
                raise
            return None
        name = str(answer.get("NewDefaultConnectionService") or "")
        udn, _, service_id = (part.strip() for part in name.rpartition(","))
        named = [each for each in device.services if each.service_id == service_id]
        # "uuid:...:WANConnectionDevice:1", with or without the device type
        exact = [each for each in named if each.device.udn and each.device.udn in udn]
        found = exact or named
        return found[0] if len(found) == 1 else None

    async def ipv6_prefix(self) -> IPv6Network | None:
        """Return the delegated IPv6 prefix, None if the router reports none.

        AVM's X_AVM_DE_GetIPv6Prefix, seen with FRITZ!OS 7 and 8: the prefix with or
        without its length. Raises SourceError if the router could not be asked.
        """
        answer = await self._ask_avm("X_AVM_DE_GetIPv6Prefix")
        text = str(answer.get("NewIPv6Prefix") or "").partition("/")[0]
        length = answer.get("NewPrefixLength")
        try:
            prefix = IPv6Network(f"{text.strip()}/{length}", strict=False)
        except ValueError:
            return None
        if not _SHORTEST_PREFIX <= prefix.prefixlen <= _LONGEST_PREFIX:
            return None
        # The network address itself is never publishable, so test the next one.
        return prefix if refusal(prefix.network_address + 1) is None else None

    async def ipv6_address(self) -> IPv6Address | None:
        """Return the router's own public IPv6 address, None if it reports none.

        AVM's X_AVM_DE_GetExternalIPv6Address. Raises SourceError if the router could
        not be asked.
        """
        answer = await self._ask_avm("X_AVM_DE_GetExternalIPv6Address")
        try:
            address = IPv6Address(str(answer.get("NewExternalIPv6Address") or ""))
        except ValueError:
            return None
        return address if refusal(address) is None else None

    async def connection_service(self) -> UpnpService:
        """Return the service of the connected connection. Raises SourceError."""
        services = (await self._read()).services
        if len(services) > 1:
            with suppress(SourceError):
                await self.external_address()
        return self._chosen_first(services)[0]

    async def _ask_avm(self, action: str) -> Mapping[str, object]:
        """Return the results of an AVM action, empty if no service offers it."""
        try:
            services = (await self._read()).services
        except SourceError as err:
            if err.failure.reason is FailureReason.UNSUPPORTED:
                return {}
            raise
        for service in self._chosen_first(services):
            if not service.has_action(action):
                continue
            try:
                answer = await self._call(service, action)
            except SourceError as err:
                if err.failure.reason is FailureReason.REFUSED:
                    continue
                raise
            if answer.get("NewValidLifetime") != 0:
                return answer
        return {}

    def _chosen_first(self, services: tuple[UpnpService, ...]) -> list[UpnpService]:
        """Return the services, starting with the one that counted last time."""
        return sorted(services, key=lambda item: item.control_url != self._chosen)

    def _in_order(
        self, services: tuple[UpnpService, ...], default: UpnpService | None
    ) -> list[UpnpService]:
        """Return the services, starting with the one of the best claim.

        Beside a dial-up line, connections over IP are for television and telephone.
        """
        return sorted(
            services,
            key=lambda item: (
                item is not default,
                _DIAL_UP not in item.service_type,
                item.control_url != self._chosen,
            ),
        )

    async def _address_of(self, service: UpnpService) -> IPv4Address:
        answer = await self._call(service, "GetExternalIPAddress")
        text = str(answer.get("NewExternalIPAddress", "nothing")).strip()
        if text in ("", "0.0.0.0"):
            # miniupnpd answers this also for an address that is not public
            if await self._is_connected(service):
                raise SourceError(
                    FailureReason.NOT_PUBLISHABLE, refusal=Refusal.UNSPECIFIED
                )
            raise SourceError(FailureReason.DISCONNECTED)
        try:
            address = IPv4Address(text)
        except ValueError:
            # without a cause, which would contain the router's answer
            raise SourceError(FailureReason.NOT_AN_ADDRESS) from None
        check_answer(address, Family.IPV4)
        return address

    async def _is_connected(self, service: UpnpService) -> bool | None:
        """Return True if a connection is up, None if the router does not report it."""
        try:
            answer = await self._call(service, "GetStatusInfo")
        except SourceError as err:
            if err.failure.reason in _GONE:
                raise
            _LOGGER.debug("The router does not tell its status: %s", err)
            return None
        status = answer.get("NewConnectionStatus")
        return None if status is None else str(status).strip().lower() == _CONNECTED

    async def _call(self, service: UpnpService, action: str) -> Mapping[str, object]:
        """Return the answer to an action without arguments. Raises SourceError.

        The description is read again after every failure except an error answer.
        """
        if not service.has_action(action):
            raise SourceError(FailureReason.UNSUPPORTED)
        try:
            return await service.action(action).async_call()
        except Exception as err:  # noqa: BLE001 - hostile answers make the library raise anything
            failure = upnp_failure(err)
        if failure.reason not in (FailureReason.REFUSED, FailureReason.NOT_AN_ADDRESS):
            self.drop()
        # outside the handler: a chained error would contain the router's answer
        raise SourceError(failure)

    async def _read(self) -> Device:
        """Return the router's device, with one connection at least. Raises SourceError."""
        async with self._lock:
            gateway = self.address
            if gateway is None:
                raise SourceError(FailureReason.NO_ROUTE)
            now = asyncio.get_running_loop().time()
            if (
                self._failure is not None
                and self._failed_at == gateway
                and now < self._left_alone_until
            ):
                raise SourceError(self._failure)
            device = self._device
            if (
                device is None
                or device.gateway != gateway
                or self._is_moved
                or (not device.whole and now >= self._read_again_at)
            ):
                self._device = None
                try:
                    self._device = device = await self._found(gateway, device)
                except SourceError as err:
                    if err.failure.reason in _LASTING:
                        self._failure, self._failed_at = err.failure, gateway
                        is_known = self._found_at == gateway
                        self._left_alone_until = now + (
                            _LEFT_ALONE_KNOWN if is_known else _LEFT_ALONE
                        )
                    raise
                self._found_at = gateway
                self._read_again_at = now + _LEFT_ALONE
                self._failure, self._is_moved = None, False
            return device

    async def _found(self, gateway: IPv4Address, known: Device | None) -> Device:
        """Return the router's device, the known one if valid. Raises SourceError."""
        location = await self._location()
        if location is None:
            raise SourceError(FailureReason.UNSUPPORTED)
        if (
            known is not None
            and known.gateway == gateway
            and known.location == location
            and known.whole
        ):
            return known
        return await read_device(gateway, location, self.endpoint)


class UpnpSource:
    """The router as a source by UPnP."""

    key = Local.UPNP
    operator = ROUTER
    transport = Transport.LAN

    def __init__(self, gateway: UpnpGateway) -> None:
        """Initialize with the gateway."""
        self._gateway = gateway

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the router's public address, over the gateway's own local endpoint.

        Takes at most 4 seconds. Raises SourceError.
        """
        if family is not Family.IPV4:
            raise SourceError(FailureReason.WRONG_FAMILY)
        try:
            async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
                return await self._gateway.external_address()
        except TimeoutError:
            raise SourceError(FailureReason.TIMEOUT) from None


def _claim(failure: SourceFailure) -> int:
    """Return the rank of a connection without a public address; 0 is the best."""
    if failure.reason is not FailureReason.NOT_PUBLISHABLE or failure.refusal is None:
        return _NO_CLAIM
    return _CLAIMS.get(failure.refusal, _OTHER_CLAIM)
