"""Joker.com: as clients speak it (read 2026-12).

Its page https://joker.com/faq/content/11/427/en/what-is-dynamic-dns-dyndns.html could not
be read. Each domain has a login of its own. An address is sent alone: the records have the
types DYNA and DYNAAAA, and an update changes the one that suits it.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class Joker(Dyndns2Provider):
    """joker.com, dynamic DNS."""

    info = ProviderInfo(
        slug="joker",
        name="Joker.com",
        name_servers=("?.ns.joker.com",),
        website="https://joker.com/",
        credentials_url="https://joker.com/",
        fields=login("DynDNS password", user_name="DynDNS user name of the domain"),
    )
    dialect = Dialect(
        url="https://svc.joker.com/nic/update", ipv6_mode=Ipv6Mode.SEPARATE_REQUEST
    )
