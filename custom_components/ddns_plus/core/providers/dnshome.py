"""dnsHome.de: as clients speak it, and lego's and acme.sh's code (read 2026-12).

Each hostname has a password of its own, and is its user name; ddupdate found that a name
in the query is ignored. It sends both addresses in one request. What becomes of one that
is not sent is not known; without any the address of the connection is taken.
"""

from typing import override

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.update_url import UpdateRequest
from ..provider_info import Field, ProviderInfo, Unsent, listed


class DnsHome(Dyndns2Provider):
    """dnshome.de."""

    info = ProviderInfo(
        slug="dnshome",
        name="dnsHome.de",
        domains=listed("""
            dnshome.de dnshome.eu dnshome.at dnshome.cloud dnshome.it heimdns.de
            heimdns.online srvdns.de ddnssec.de dyndnssec.de ddns.berlin dyn.now
            ddns.wtf resolve.bar
        """),
        website="https://www.dnshome.de/",
        credentials_url="https://www.dnshome.de/",
        fields=(),
        hostname_fields=(Field(key="update_key", called="password", secret=True),),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(
        url="https://www.dnshome.de/dyndns.php",
        address_parameter="ip",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        ipv6_parameter="ip6",
    )

    @override
    def login(self, request: UpdateRequest) -> tuple[str, str]:
        """Return the hostname and its password."""
        return request.hostnames[0].fqdn, str(request.settings.get("update_key", ""))
