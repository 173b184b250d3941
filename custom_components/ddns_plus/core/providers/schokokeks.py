"""schokokeks.org: as clients speak it (read 2026-12).

Its page https://wiki.schokokeks.org/DynDNS could not be read. The login stands for one
hostname, which OpenWrt does not send and inadyn and IPFire do. All send IPv4 only.
"""

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class Schokokeks(Dyndns2Provider):
    """schokokeks.org."""

    info = ProviderInfo(
        slug="schokokeks",
        name="schokokeks.org",
        website="https://schokokeks.org/",
        credentials_url="https://wiki.schokokeks.org/DynDNS",
        fields=login("DynDNS password", user_name="DynDNS user name"),
        families=frozenset({Family.IPV4}),
        one_hostname=True,
    )
    dialect = Dialect(url="https://dyndns.schokokeks.org/nic/update")
