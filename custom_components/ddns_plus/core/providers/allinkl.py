"""ALL-INKL.COM: the update URLs of its control panel KAS, as users quote them.

https://github.com/qdm12/ddns-updater/issues/399 (read 2026-12). The credentials stand for
the hostname, and none is sent. A lone IPv6 address goes in myip, as users and two clients
do it, so that no IPv4 address is taken from the connection. Whether one that is not sent
is kept is not known.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo, Unsent


class AllInkl(Dyndns2Provider):
    """all-inkl.com."""

    info = ProviderInfo(
        slug="allinkl",
        name="ALL-INKL.COM",
        aliases=("KAS", "kasserver.com"),
        name_servers=("ns?.kasserver.com",),
        website="https://all-inkl.com/",
        credentials_url="https://kas.all-inkl.com/",
        fields=login("DDNS password", user_name="DDNS user"),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
        one_hostname=True,
    )
    dialect = Dialect(
        url="https://dyndns.kasserver.com/",
        hostname_parameter=None,
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        ipv6_parameter="myip6",
        lone_ipv6="myip",
    )
