"""Sources of the catalog, ready to be asked; knows the module of every method."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..address import Family
from .catalog import Source
from .echo.dns import DnsSource
from .echo.http import HttpOptions, HttpSource
from .echo.stun import StunSource
from .machine.host_address import HostAddresses, InterfaceSource
from .methods import DnsServer, Local, Method, StunServer, WebService
from .router.natpmp import NatPmpSource
from .router.upnp import UpnpGateway, UpnpSource
from .source import AddressSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Objects that the sources of a connection share."""

    http: HttpOptions
    nat_pmp: NatPmpSource
    upnp: UpnpGateway
    host: HostAddresses


def create_sources(
    sources: Iterable[Source], family: Family, tools: Tools
) -> list[AddressSource]:
    """Return the sources of a family, ready to be asked."""
    return [
        _create(source, method, tools)
        for source in sources
        if (method := source.method(family)) is not None
    ]


def _create(source: Source, method: Method, tools: Tools) -> AddressSource:
    match method:
        case WebService():
            return HttpSource(source.key, source.operator, method, tools.http)
        case DnsServer():
            context = tools.http.ssl_context
            return DnsSource(source.key, source.operator, method, context)
        case StunServer():
            return StunSource(source.key, source.operator, method)
        case Local.UPNP:
            return UpnpSource(tools.upnp)
        case Local.NAT_PMP:
            return tools.nat_pmp
        case Local.INTERFACE:
            return InterfaceSource(tools.host)
