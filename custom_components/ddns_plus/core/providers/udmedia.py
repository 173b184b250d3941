"""UD Media: as clients speak it (read 2026-12).

Its page "Wie lege ich einen DynDNS-Eintrag an?" could not be read. The login stands for
one hostname, which OpenWrt does not send and inadyn and IPFire do. OpenWrt alone sends
IPv6, in a request of its own; what becomes of the other address is not known.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo, Unsent


class UdMedia(Dyndns2Provider):
    """udmedia.de."""

    info = ProviderInfo(
        slug="udmedia",
        name="UD Media",
        aliases=("udmedia.de",),
        website="https://www.udmedia.de/",
        credentials_url="https://www.udmedia.de/",
        fields=login("DynDNS password", user_name="the hostname"),
        unsent=Unsent.UNKNOWN,
        one_hostname=True,
    )
    dialect = Dialect(
        url="https://www.udmedia.de/nic/update",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
    )
