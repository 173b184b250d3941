"""Simply.com dynamic DNS: as ddclient speaks it, with code of the provider's (read 2026-12).

https://github.com/ddclient/ddclient/pull/850. The login is that of the API, which
https://www.simply.com/en/docs/api/ tells of. Each address is sent alone. inadyn knows the
host ddns.simply.com, OpenWrt the path /2/ddns/ of the API.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class SimplyDyndns(Dyndns2Provider):
    """simply.com, dynamic DNS."""

    info = ProviderInfo(
        slug="simply_dyndns",
        name="Simply.com (dynamic DNS)",
        aliases=("simply.com", "UnoEuro"),
        name_servers=("ns?.simply.com",),
        website="https://www.simply.com/",
        credentials_url="https://www.simply.com/en/controlpanel/",
        fields=login("API key", user_name="account"),
    )
    dialect = Dialect(
        url="https://dyndns.simply.com/nic/update",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
    )
