"""MyOnlinePortal.net: as clients speak it (read 2026-12).

Its page https://myonlineportal.net/howto_dyndns could not be read. IPFire and ddupdate
log in by the Basic scheme, OpenWrt and inadyn in the query; ddupdate sends both addresses
in one request, the others one. What becomes of one that is not sent is not known.
ddupdate knows OK as a third word of success.
"""

from ..dialects.dyndns2 import RETURN_CODES, Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo, Unsent


class MyOnlinePortal(Dyndns2Provider):
    """myonlineportal.net."""

    info = ProviderInfo(
        slug="myonlineportal",
        name="MyOnlinePortal.net",
        domains=("myonlineportal.net", "my-homeip.com"),
        website="https://myonlineportal.net/",
        credentials_url="https://myonlineportal.net/howto_dyndns",
        fields=login("password"),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(
        url="https://myonlineportal.net/updateddns",
        address_parameter="ip",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        ipv6_parameter="ip6",
        codes={"ok": RETURN_CODES["good"]},
    )
