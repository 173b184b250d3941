"""Gigahost DynDNS: https://gigahost.no/en/api-dokumentasjon (as of 2026-07, read 2026-12).

Without `myip` the address of the connection is taken; whether that is so beside `myipv6`,
and what happens to an address that is not sent, is not said: both go in one request. One
code a line where there are several hostnames. "badagent" says that the address is none.
Records are set with a TTL of 60 seconds.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode, Meaning, ReturnCode
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Unsent


class GigahostDyndns(Dyndns2Provider):
    """gigahost.no, dynamic DNS."""

    info = ProviderInfo(
        slug="gigahost_dyndns",
        name="Gigahost (DynDNS)",
        aliases=("gigahost.no",),
        name_servers=("*.gigahost.no",),
        website="https://gigahost.no/",
        credentials_url="https://gigahost.no/",
        fields=login("password", user_name="e-mail address"),
        limits=Limits(batch_size=20),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(
        url="https://api.gigahost.no/api/v0/dns/dyndns",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        codes={
            "badagent": ReturnCode(
                Meaning.NOT_UNDERSTOOD, "address_not_accepted", one_of_many=True
            )
        },
    )
