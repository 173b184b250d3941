"""Loopia: as clients speak it (read 2026-12).

Its page https://support.loopia.com/wiki/About_the_DynDNS_support could not be read. OPNsense
and ddns-updater know this host, older programs dns.loopia.se/XDynDNSServer. Each address is
sent alone. All answers come with HTTP 200, and 911 is said of a malformed request too.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class Loopia(Dyndns2Provider):
    """loopia.se, DynDNS."""

    info = ProviderInfo(
        slug="loopia",
        name="Loopia",
        aliases=("loopia.se", "loopia.com"),
        name_servers=("ns?.loopia.se",),
        website="https://www.loopia.com/",
        credentials_url="https://customerzone.loopia.com/",
        fields=login("password"),
    )
    dialect = Dialect(
        url="https://dyndns.loopia.se/", ipv6_mode=Ipv6Mode.SEPARATE_REQUEST
    )
