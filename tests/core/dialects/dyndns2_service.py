"""A service that speaks plain dyndns2, and what it is asked."""

from datetime import timedelta
from typing import Any

from custom_components.ddns_plus.core.address import Family, parse_address
from custom_components.ddns_plus.core.dialects.dyndns2 import Dialect, Dyndns2Provider
from custom_components.ddns_plus.core.dialects.update_url import UpdateRequest
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.provider_info import Limits, ProviderInfo
from tests.providers.offline import offline

IPV4 = parse_address("93.184.216.34")
IPV6 = parse_address("2606:2800:220:1::44")
URL = "https://dyn.example.net/update"
SETTINGS = {"username": "someone", "password": "cAn4ry"}


class Service(Dyndns2Provider):
    """A service that speaks plain dyndns2."""

    info = ProviderInfo(
        slug="service",
        name="Service",
        website="https://example.net/",
        credentials_url="https://example.net/",
        fields=(),
        limits=Limits(batch_size=2, outage_wait=timedelta(minutes=10)),
    )
    dialect = Dialect(url=URL)


def service(http: HttpClient | None = None, **dialect: Any) -> Service:
    """Return a service with a dialect of its own."""
    made = Service(SETTINGS, http or offline())
    made.dialect = Dialect(url=URL, **dialect)
    return made


def request(hostnames: int = 1, *addresses: Any) -> UpdateRequest:
    """Return a request for some hostnames."""
    return UpdateRequest(
        hostnames=tuple(
            Hostname(f"h{index}.example.net") for index in range(hostnames)
        ),
        addresses={Family.of(address): address for address in addresses or (IPV4,)},
    )
