"""A house with a router, as far as a machine in it knows."""

from ipaddress import IPv4Address

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.router.upnp import (
    UpnpGateway,
    UpnpSource,
)
from custom_components.ddns_plus.core.detection.source import SourceError

from .fake_gateway_device import GATEWAY, FakeGatewayDevice


class Lan:
    """Where the router is, as far as this machine knows."""

    def __init__(self, device: FakeGatewayDevice) -> None:
        """Know this router."""
        self.gateway: IPv4Address | None = GATEWAY
        self.location: str | None = device.location
        self.searches = 0
        self.upnp = UpnpGateway(lambda: self.gateway, self._search)
        self.source = UpnpSource(self.upnp)

    async def _search(self) -> str | None:
        self.searches += 1
        return self.location

    async def ask(self, family: Family = Family.IPV4) -> str:
        """Return the answer of the source, or why there is none."""
        try:
            return str(await self.source.ask(family))
        except SourceError as err:
            error = err
        # nothing of what the router sent is carried along
        assert error.__cause__ is None
        assert error.__context__ is None or error.__suppress_context__
        return str(error.failure)
