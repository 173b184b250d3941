"""OVHcloud DynHost: https://help.ovhcloud.com/csm/en-gb-dns-dynhost (checked 2026-10).

Each family has a DynHost record of its own, made beforehand with 0.0.0.0 or :: as its
target: a plain A record cannot be updated. The server has no IPv6 address, so that the
address must be in the request. The records have a TTL of 60 seconds.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class OvhDynHost(Dyndns2Provider):
    """ovhcloud.com, DynHost."""

    info = ProviderInfo(
        slug="ovh_dynhost",
        name="OVHcloud DynHost",
        aliases=("OVH",),
        name_servers=("*.ovh.net", "*.anycast.me"),
        website="https://www.ovhcloud.com/",
        credentials_url="https://help.ovhcloud.com/csm/en-gb-dns-dynhost",
        fields=login("DynHost password", user_name="DynHost user name"),
    )
    dialect = Dialect(
        url="https://dns.eu.ovhapis.com/nic/update",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        extra_parameters={"system": "dyndns"},
    )
