"""RU-CENTER: https://www.nic.ru/help/dynamic-dns-for-developers_5810.html (read 2026-12).

Several hostnames in a request, one line for each updated address in the answer. Without
`myip` the IPv4 address of the connection is set, so that IPv6 never goes alone; without
`ipv6` the AAAA record stays. All A records of a name are changed, and changes of the zone
that are not published yet are lost. badauth comes with HTTP 200.
"""

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo


class NicRuDyndns(Dyndns2Provider):
    """nic.ru, dynamic DNS."""

    info = ProviderInfo(
        slug="nicru_dyndns",
        name="RU-CENTER (dynamic DNS)",
        aliases=("nic.ru", "NIC.RU"),
        name_servers=("*.nic.ru",),
        website="https://www.nic.ru/",
        credentials_url="https://www.nic.ru/manager/",
        fields=login("dynamic DNS password", user_name="dynamic DNS user name"),
        limits=Limits(batch_size=20),
        pairs_families=True,
    )
    dialect = Dialect(
        url="https://api.nic.ru/dyndns/update",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        ipv6_parameter="ipv6",
        needs=frozenset({Family.IPV4}),
    )
