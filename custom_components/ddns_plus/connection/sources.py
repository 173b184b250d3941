"""The sources of a connection, as its options and network define them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import override

from homeassistant.components import ssdp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.loader import async_get_integration
from homeassistant.util.ssl import get_default_context, get_default_no_verify_context

from ..const import DOMAIN
from ..core.address import Address, Family
from ..core.detection.catalog import Source
from ..core.detection.echo.http import HttpOptions
from ..core.detection.fixed import FixedSource
from ..core.detection.judge.operator_back_off import OperatorBackOff
from ..core.detection.judge.reputation import Reputation
from ..core.detection.machine.default_route import default_interfaces
from ..core.detection.machine.host_address import HostAddresses
from ..core.detection.machine.interfaces import read_addresses
from ..core.detection.router.gateway import default_gateway
from ..core.detection.router.natpmp import NatPmpSource
from ..core.detection.router.upnp import UpnpGateway
from ..core.detection.router.upnp_requester import is_at
from ..core.detection.router.upnp_search import find_gateway_device
from ..core.detection.source import AddressSource
from ..core.detection.source_factory import Tools, create_sources
from ..core.local_endpoint import LocalEndpoint
from ..core.observation import ROUTER
from ..entries import async_get_providers_in_use
from .address_watch import FamilySources
from .entity_source import EntitySource
from .options import ConnectionOptions

# Device types of internet gateways (UPnP IGD 1 and 2)
GATEWAY_DEVICES = (
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
)


async def async_http_options(hass: HomeAssistant) -> HttpOptions:
    """Return the TLS contexts and the user agent for web services."""
    integration = await async_get_integration(hass, DOMAIN)
    return HttpOptions(
        ssl_context=get_default_context(),
        unverified_ssl_context=get_default_no_verify_context(),
        # echo services see only the version
        user_agent=f"HomeAssistant {DOMAIN}/{integration.version}",
    )


class ConnectionSources:
    """The sources of a connection, and how well they work."""

    def __init__(
        self,
        hass: HomeAssistant,
        options: ConnectionOptions,
        http: HttpOptions,
        *,
        on_router_restart: Callable[[], None] | None = None,
    ) -> None:
        """Initialize the sources."""
        self.back_off = OperatorBackOff()
        self.reputation = Reputation()
        self.line = LocalEndpoint(interface=options.interface)
        self.upnp = UpnpGateway(self.gateway, self._async_location, self.line)
        self.nat_pmp = NatPmpSource(self.gateway, on_restart=on_router_restart)
        self.host = HostAddresses(read_addresses, default_interfaces)
        self._hass = hass
        self._options = options
        self._tools = Tools(
            http=http, nat_pmp=self.nat_pmp, upnp=self.upnp, host=self.host
        )

    def of_family(self, family: Family) -> FamilySources:
        """Return the sources of a family, and how to ask them."""
        if family is Family.IPV4:
            return _Sources(self, self._hass, self._options, family)
        return _IPv6Sources(self, self._hass, self._options, family)

    def gateway(self) -> IPv4Address | None:
        """Return the address of the router, None without one."""
        return self._options.router or default_gateway(self._options.interface)

    def is_router(self, info: SsdpServiceInfo) -> bool:
        """Return True if a discovered device has its description at the router."""
        gateway = self.gateway()
        return gateway is not None and _location_at(info, gateway) is not None

    def is_on_host(self, family: Family) -> bool:
        """Return True if this machine has a public address of a family."""
        interface = self._options.interface
        if family is Family.IPV4:
            return bool(self.host.ipv4(interface))
        return self.host.candidate(None, interface) is not None

    def forget_router(self) -> None:
        """Forget the router's description: the router may have restarted or changed."""
        self.upnp.forget()
        self.nat_pmp.forget()

    def create(self, family: Family) -> list[AddressSource]:
        """Return all sources of a family, in the order of the options."""
        if (fixed := self._options.fixed.get(family)) is not None:
            return [FixedSource(fixed)]
        entities = [
            EntitySource(self._hass, setting)
            for setting in self._options.entities
            if setting.family is family
        ]
        sources = map(
            self._with_operator,
            [
                *self._options.sources(family),
                *self._options.sources_of_providers(family),
            ],
        )
        return [*entities, *create_sources(sources, family, self._tools)]

    def _with_operator(self, source: Source) -> Source:
        """Return a source, with the router as its operator if it runs there."""
        gateway = self.gateway()
        if gateway is not None and source.operator == str(gateway):
            return replace(source, operator=ROUTER)
        return source

    async def _async_location(self) -> str | None:
        """Return the URL of the router's description, from SSDP or a search.

        SSDP does not tell the interface, and routers of two lines may have the same
        address: on a chosen interface the search comes first.
        """
        gateway = self.gateway()
        if gateway is None:
            return None
        search = partial(find_gateway_device, gateway, endpoint=self.line)
        if self.line.interface is not None and (found := await search()):
            return found
        if ssdp.DOMAIN in self._hass.config.components:
            for device in GATEWAY_DEVICES:
                for info in await ssdp.async_get_discovery_info_by_st(
                    self._hass, device
                ):
                    if location := _location_at(info, gateway):
                        return location
        return None if self.line.interface else await search()


class _Sources:
    """The sources of one family, and how to ask them."""

    def __init__(
        self,
        connection: ConnectionSources,
        hass: HomeAssistant,
        options: ConnectionOptions,
        family: Family,
    ) -> None:
        self.back_off = connection.back_off
        self.reputation = connection.reputation
        self.sources: Sequence[AddressSource] = connection.create(family)
        self.policy = options.policy(family)
        operators = [source.operator for source in self.sources]
        if options.believes_router_alone(family, operators):
            self.sources = [
                source for source in self.sources if source.operator == ROUTER
            ]
            self.policy = replace(self.policy, trust_single=True)
        self._hass = hass
        self._host = connection.host
        self._line = connection.line
        self._options = options
        self._family = family

    @property
    def only_own(self) -> bool:
        """Return False: behind NAT public services see the router's address."""
        return False

    def wanted(self) -> list[AddressSource]:
        """Return the sources to ask now: none of a provider without an account."""
        used = async_get_providers_in_use(self._hass)
        left_out = {
            source.key
            for source in self._options.sources_of_providers(self._family)
            if not source.providers & used
        }
        return [source for source in self.sources if source.key not in left_out]

    def preferred(self) -> frozenset[str]:
        """Return the keys of sources of providers in use, which know the address."""
        used = async_get_providers_in_use(self._hass)
        return frozenset(
            source.key
            for source in (
                *self._options.sources(self._family),
                *self._options.sources_of_providers(self._family),
            )
            if source.providers & used
        )

    def endpoint(self, known: Address | None) -> LocalEndpoint:
        """Return the local endpoint to ask from: the interface of the options."""
        return self._line

    def control(
        self, endpoint: LocalEndpoint, known: Address | None
    ) -> LocalEndpoint | None:
        """Return None: IPv4 has no choice of local addresses."""
        return None

    def note_reached(self, endpoint: LocalEndpoint, reached: bool) -> None:
        """Do nothing: IPv4 has no choice of local addresses."""


class _IPv6Sources(_Sources):
    """The sources of IPv6, asked from the address of this machine to publish."""

    @property
    @override
    def only_own(self) -> bool:
        """Return True if public services must see an address of this machine."""
        return self._host.available and not self._options.accept_translated

    @override
    def endpoint(self, known: Address | None) -> LocalEndpoint:
        """Return the local endpoint with the IPv6 address to publish."""
        interface = self._options.interface
        candidate = self._host.candidate(_ipv6(known), interface)
        return LocalEndpoint(interface=interface, address=candidate)

    @override
    def control(
        self, endpoint: LocalEndpoint, known: Address | None
    ) -> LocalEndpoint | None:
        """Return the local endpoint of the known address, if it was not just asked."""
        interface, asked = self._options.interface, _ipv6(endpoint.address)
        if asked is None:
            return None
        address = self._host.control(asked, _ipv6(known), interface)
        if address is None:
            return None
        return LocalEndpoint(interface=interface, address=address)

    @override
    def note_reached(self, endpoint: LocalEndpoint, reached: bool) -> None:
        """Note whether public services answered to an address of this machine."""
        if not isinstance(endpoint.address, IPv6Address):
            return
        if reached:
            self._host.answered(endpoint.address)
        else:
            self._host.unanswered(endpoint.address, self._hass.loop.time())


def _ipv6(address: Address | None) -> IPv6Address | None:
    """Return an IPv6 address, None for any other."""
    return address if isinstance(address, IPv6Address) else None


def _location_at(info: SsdpServiceInfo, gateway: IPv4Address) -> str | None:
    """Return a device's description URL at the router's address, None without one.

    A device that announces itself in both families has several URLs.
    """
    for location in (info.ssdp_location, *sorted(info.ssdp_all_locations)):
        if location and is_at(location, gateway):
            return location
    return None
