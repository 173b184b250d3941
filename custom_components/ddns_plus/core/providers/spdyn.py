"""Securepoint spDYN: https://wiki.securepoint.de/SPDyn (checked 2026-10).

With the update token of a hostname the user name is that hostname, and no other can be
in the request; with the account's user name up to 20 can. A record for IPv6 must exist
already. A private IPv4 address would be replaced by the connection's source. Refusals
may come with HTTP 400. What happens to the address that is not sent is not said.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Unsent, listed


class SpDyn(Dyndns2Provider):
    """spdyn.de."""

    info = ProviderInfo(
        slug="spdyn",
        name="spDYN",
        aliases=("spdns.de", "Securepoint"),
        domains=listed("""
            spdns.de spdns.org my-router.de spdns.eu firewall-gateway.com
            firewall-gateway.de my-gateway.de firewall-gateway.net
            my-firewall.org myfirewall.org
        """),
        website="https://www.spdyn.de/",
        credentials_url="https://www.spdyn.de/",
        fields=login("password or update token"),
        limits=Limits(batch_size=20),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(url="https://update.spdyn.de/nic/update")
