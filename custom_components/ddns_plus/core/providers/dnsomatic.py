"""DNS-O-Matic: https://www.dnsomatic.com/docs/api (checked 2026-10).

It passes an IPv4 address on to other services; IPv6 it does not know. The hostname is
what it calls a service of the account, or all.dnsomatic.com for all of them. "good"
means that it will be passed on, so that DNS cannot prove that it was not. Any other
value than NOCHG for the three options resets them at the services.
"""

from typing import override

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Settings


class DnsOMatic(Dyndns2Provider):
    """dnsomatic.com."""

    info = ProviderInfo(
        slug="dnsomatic",
        name="DNS-O-Matic",
        aliases=("OpenDNS",),
        website="https://www.dnsomatic.com/",
        credentials_url="https://www.dnsomatic.com/docs/api",
        fields=login("password"),
        families=frozenset({Family.IPV4}),
        limits=Limits(batch_size=20, at_once=1),
    )
    dialect = Dialect(
        url="https://updates.dnsomatic.com/nic/update",
        extra_parameters={"wildcard": "NOCHG", "mx": "NOCHG", "backmx": "NOCHG"},
    )

    @override
    def resolvable(self, settings: Settings) -> bool | None:
        """Return that it depends on the services that are told."""
        return None
