"""OpenDNS: https://support.opendns.com/hc/en-us/articles/227986527 (read 2026-12).

An update tells which address a network has, so that its filters apply; no name in DNS is
changed. The hostname is the network's label. "good" is also said where nothing changed,
abuse of more than one update in a minute, !yours of an address of another customer.
"""

from datetime import timedelta
from typing import override

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Meaning, ReturnCode
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Settings


class OpenDns(Dyndns2Provider):
    """opendns.com."""

    info = ProviderInfo(
        slug="opendns",
        name="OpenDNS",
        aliases=("Cisco Umbrella",),
        website="https://www.opendns.com/",
        credentials_url="https://dashboard.opendns.com/settings/",
        fields=login("password", user_name="email address"),
        families=frozenset({Family.IPV4}),
        limits=Limits(minimum_interval=timedelta(minutes=1)),
        parent="opendns.com",
    )
    dialect = Dialect(
        url="https://updates.opendns.com/nic/update",
        named=lambda hostname: hostname.fqdn.split(".", 1)[0],
        codes={
            "nohost": ReturnCode(Meaning.INVALID_HOSTNAME, "hostname_not_enabled"),
            "!yours": ReturnCode(Meaning.REFUSED, "address_not_accepted"),
            "abuse": ReturnCode(Meaning.TOO_OFTEN, "updates_too_quick"),
        },
    )

    @override
    def resolvable(self, settings: Settings) -> bool | None:
        """Return that DNS does not show the network."""
        return None
