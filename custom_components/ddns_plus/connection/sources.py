"""Who is asked for the addresses of a connection, as its options and this home have it."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

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
from ..core.detection.local_endpoint import LocalEndpoint
from ..core.detection.machine.host_address import HostAddresses, choose_ipv4
from ..core.detection.machine.interfaces import read_addresses
from ..core.detection.router.gateway import default_gateway
from ..core.detection.router.natpmp import NatPmpSource
from ..core.detection.router.upnp import UpnpGateway
from ..core.detection.router.upnp_requester import is_at
from ..core.detection.router.upnp_search import find_gateway_device
from ..core.detection.source import AddressSource
from ..core.detection.source_factory import Tools, create_sources
from ..core.observation import ROUTER
from ..entries import async_get_providers_in_use
from .address_watch import Asking
from .entity_source import EntitySource
from .options import ConnectionOptions

# Internet gateway devices, as they call themselves (UPnP IGD 1 and 2).
GATEWAY_DEVICES = (
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
)


async def async_http_options(hass: HomeAssistant) -> HttpOptions:
    """Return what web services are asked with."""
    integration = await async_get_integration(hass, DOMAIN)
    return HttpOptions(
        ssl_context=get_default_context(),
        unverified_ssl_context=get_default_no_verify_context(),
        # echo services learn nothing from us but the version
        user_agent=f"HomeAssistant {DOMAIN}/{integration.version}",
    )


class ConnectionSources:
    """The sources of a connection, and what is known of them."""

    def __init__(
        self,
        hass: HomeAssistant,
        options: ConnectionOptions,
        http: HttpOptions,
        *,
        on_router_restart: Callable[[], None] | None = None,
    ) -> None:
        """Begin; asks nobody."""
        self.back_off = OperatorBackOff()
        self.reputation = Reputation()
        self.upnp = UpnpGateway(self.gateway, self._async_location)
        self.nat_pmp = NatPmpSource(self.gateway, on_restart=on_router_restart)
        self.host = HostAddresses(read_addresses)
        self._hass = hass
        self._options = options
        self._tools = Tools(
            http=http, nat_pmp=self.nat_pmp, upnp=self.upnp, host=self.host
        )

    def asking(
        self,
        family: Family,
        push: Callable[[], bool] = lambda: False,
        other_audited: Callable[[], float | None] = lambda: None,
    ) -> Asking:
        """Return who is asked for the address of a family, and how.

        `push` tells whether something will say by itself that the address changed,
        `other_audited` when the outside last agreed on the other family.
        """
        sources, policy = self._sources(family), self._options.policy(family)
        operators = [source.operator for source in sources]
        if self._options.believes_router_alone(family, operators):
            sources = [source for source in sources if source.operator == ROUTER]
            policy = replace(policy, trust_single=True)
        asking = Asking(
            sources=sources,
            policy=policy,
            back_off=self.back_off,
            reputation=self.reputation,
            first=lambda: self._of_providers(family),
            left_out=lambda: self._of_no_provider(family),
            push=push,
            other_audited=other_audited,
        )
        if family is Family.IPV6:
            asking.endpoint = self._endpoint_ipv6
            asking.reached = self._reached
            asking.only_own = self._is_only_own_wanted
        else:
            asking.endpoint = lambda _known: LocalEndpoint(
                interface=self._options.interface
            )
        return asking

    def gateway(self) -> IPv4Address | None:
        """Return the router of this connection."""
        return self._options.router or default_gateway(self._options.interface)

    def is_router(self, info: SsdpServiceInfo) -> bool:
        """Return whether a device that announces itself is the router, by its own words."""
        gateway = self.gateway()
        return gateway is not None and _location_at(info, gateway) is not None

    def is_on_host(self, family: Family) -> bool:
        """Return whether this machine has a public address of a family by itself."""
        interface = self._options.interface
        if family is Family.IPV4:
            found = choose_ipv4(self.host.read(), known=None, interface=interface)
            return bool(found)
        now = self._hass.loop.time()
        return self.host.candidate(None, now, interface) is not None

    def forget_router(self) -> None:
        """Look for the router anew: it may be another one, or have restarted."""
        self.upnp.forget()
        self.nat_pmp.forget()

    def _sources(self, family: Family) -> list[AddressSource]:
        """Return those who can tell the address of a family."""
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
        """Return a source as the router's if that runs it: one device has one vote."""
        gateway = self.gateway()
        if gateway is not None and source.operator == str(gateway):
            return replace(source, operator=ROUTER)
        return source

    def _of_providers(self, family: Family) -> frozenset[str]:
        """Return the sources of the providers in use: they learn the address anyway."""
        used = async_get_providers_in_use(self._hass)
        options = self._options
        return frozenset(
            source.key
            for source in (
                *options.sources(family),
                *options.sources_of_providers(family),
            )
            if source.providers & used
        )

    def _of_no_provider(self, family: Family) -> frozenset[str]:
        """Return the sources of providers that nobody here uses."""
        used = async_get_providers_in_use(self._hass)
        return frozenset(
            source.key
            for source in self._options.sources_of_providers(family)
            if not source.providers & used
        )

    def _endpoint_ipv6(self, known: Address | None) -> LocalEndpoint:
        """Return the address of this machine that is to be published, to ask from it."""
        interface = self._options.interface
        candidate = self.host.candidate(
            known if isinstance(known, IPv6Address) else None,
            self._hass.loop.time(),
            interface,
        )
        return LocalEndpoint(interface=interface, address=candidate)

    def _reached(self, endpoint: LocalEndpoint, reached: bool) -> None:
        """Note whether the outside could be reached from an address of this machine."""
        if not isinstance(endpoint.address, IPv6Address):
            return
        if reached:
            self.host.proven(endpoint.address)
        else:
            self.host.disproven(endpoint.address, self._hass.loop.time())

    def _is_only_own_wanted(self) -> bool:
        """Return whether an IPv6 address that this machine does not have is refused."""
        return self.host.available and not self._options.accept_translated

    async def _async_location(self) -> str | None:
        """Return where the router describes itself: as Home Assistant knows, or it says."""
        gateway = self.gateway()
        if gateway is None:
            return None
        if ssdp.DOMAIN in self._hass.config.components:
            for device in GATEWAY_DEVICES:
                for info in await ssdp.async_get_discovery_info_by_st(
                    self._hass, device
                ):
                    if location := _location_at(info, gateway):
                        return location
        return await find_gateway_device(gateway)


def _location_at(info: SsdpServiceInfo, gateway: IPv4Address) -> str | None:
    """Return where a device describes itself at the router's address, None if nowhere.

    One that announces itself in both families has several places, each as good.
    """
    for location in (info.ssdp_location, *sorted(info.ssdp_all_locations)):
        if location and is_at(location, gateway):
            return location
    return None
