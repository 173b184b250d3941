"""INWX DynDNS: https://www.inwx.com/en/nameserver2/dyndns (checked 2026-10).

A DynDNS account is for one hostname, which its credentials stand for: none is sent, and
one that is would be ignored. Without an IPv4 address in the request the A record becomes
127.0.0.1 or the connection's source, so that IPv6 never goes alone; without an IPv6
address the AAAA record is deleted. Errors come with HTTP 200.
"""

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo, Unsent


class InwxDyndns(Dyndns2Provider):
    """inwx.com, DynDNS."""

    info = ProviderInfo(
        slug="inwx_dyndns",
        name="INWX DynDNS",
        name_servers=("*.inwx.de", "*.inwx.eu", "*.inwx.com", "*.inwx.net"),
        website="https://www.inwx.com/",
        credentials_url="https://www.inwx.com/en/nameserver2/dyndns",
        fields=login("DynDNS password", user_name="DynDNS login"),
        pairs_families=True,
        unsent=Unsent.DELETED,
        one_hostname=True,
    )
    dialect = Dialect(
        url="https://dyndns.inwx.com/nic/update",
        hostname_parameter=None,
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        needs=frozenset({Family.IPV4}),
    )
