"""FreeDyn: https://freedyn.de/dyndnsapi.php (read 2026-12).

Compatible with dyndns2, whose words it answers. Both addresses are told in one request,
as myip and myip2; the other host, ipv6.api.freedyn.de, is for addresses that are those
of the connection. What happens to an address that is not sent is not said.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo, Unsent


class FreeDyn(Dyndns2Provider):
    """freedyn.de."""

    info = ProviderInfo(
        slug="freedyn",
        name="FreeDyn.de",
        website="https://freedyn.de/",
        credentials_url="https://freedyn.de/",
        fields=login("AUTH key", user_name="account ID"),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(
        url="https://ipv4.api.freedyn.de/nic/update",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        ipv6_parameter="myip2",
    )
