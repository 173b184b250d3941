"""Domeneshop: https://api.domeneshop.no/docs/ (ddns), as a tool quotes it (read 2026-12).

https://glama.ai/mcp/servers/martinzachariassen/domeneshop-mcp/tools/update_dyndns
The type of the record follows from the address; a missing record is created. Up to nine
addresses and several hostnames go in one request. There are no words: status 204 is
success, 404 a domain that is not there.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo


class Domeneshop(Dyndns2Provider):
    """domene.shop."""

    creates = True
    info = ProviderInfo(
        slug="domeneshop",
        name="Domeneshop",
        aliases=("domene.shop", "Domainnameshop", "domeneshop.no"),
        name_servers=("ns?.hyp.net",),
        website="https://domene.shop/",
        credentials_url="https://domene.shop/admin?view=api",
        fields=login("secret", user_name="token"),
        limits=Limits(batch_size=10),
    )
    dialect = Dialect(
        url="https://api.domeneshop.no/v0/dyndns/update",
        statuses={204: "good", 404: "nohost"},
    )
