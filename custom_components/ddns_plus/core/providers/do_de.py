"""Domain-Offensive FlexDNS: https://www.do.de/wiki/FlexDNS_-_Entwickler (read 2026-12).

A FlexDNS user has records assigned; numhost says that it has none. 911 has a description
behind it, and is also said of a malformed hostname or address. Each address is sent alone,
as three other clients do it. Requests that change nothing are not welcome.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode, Meaning, ReturnCode
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class DomainOffensive(Dyndns2Provider):
    """do.de, FlexDNS."""

    info = ProviderInfo(
        slug="do_de",
        name="Domain-Offensive (do.de) FlexDNS",
        aliases=("do.de", "FlexDNS", "Domain-Offensive"),
        website="https://www.do.de/",
        credentials_url="https://www.do.de/wiki/FlexDNS_-_Einrichtung",
        fields=login("FlexDNS password", user_name="FlexDNS user"),
    )
    dialect = Dialect(
        url="https://ddns.do.de/",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        codes={
            "numhost": ReturnCode(Meaning.INVALID_HOSTNAME, "hostname_not_in_account"),
            "toomanyrequests": ReturnCode(Meaning.TOO_OFTEN, "updates_too_quick"),
        },
    )
