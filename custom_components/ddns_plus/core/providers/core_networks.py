"""Core-Networks: as clients speak it (read 2026-12).

Its own documentation could not be read. Each address is sent alone, with a word that keeps
the other one, which would be removed without it.
"""

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class CoreNetworks(Dyndns2Provider):
    """core-networks.de."""

    info = ProviderInfo(
        slug="core_networks",
        name="Core-Networks",
        aliases=("core-networks.de",),
        name_servers=("ns?.core-networks.*",),
        website="https://www.core-networks.de/",
        credentials_url="https://iface.core-networks.de/",
        fields=login("password"),
    )
    dialect = Dialect(
        url="https://dyndns.core-networks.de/",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        keep={
            Family.IPV4: {"keepipv4": "1"},
            Family.IPV6: {"keepipv6": "1"},
        },
    )
