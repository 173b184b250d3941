"""EuroDNS: https://www.eurodns.com/dynamic-dns-documentation (as others quote it, 2026-12).

Only the beginning of an older copy could be read (eurodns.com/documents/EuroDynDNS-
documentation): hosts are activated in the zone, which is on EuroDNS's name servers, and
have one address. Repeated updates without a change are answered with abuse. OpenWrt alone
sends IPv6, which the documentation does not mention.
"""

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo


class EuroDnsDyndns(Dyndns2Provider):
    """eurodns.com, EuroDynDNS."""

    info = ProviderInfo(
        slug="eurodns_dyndns",
        name="EuroDNS (EuroDynDNS)",
        name_servers=("*.eurodns.com",),
        website="https://www.eurodns.com/",
        credentials_url="https://my.eurodns.com/",
        fields=login("password"),
        families=frozenset({Family.IPV4}),
        limits=Limits(at_once=1),
    )
    dialect = Dialect(url="https://update.eurodyndns.org/update/")
