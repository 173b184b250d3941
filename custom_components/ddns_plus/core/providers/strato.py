"""STRATO DynDNS, as its FAQ is quoted in ddclient#391 and ddns-updater#116 (read 2026-11).

https://www.strato.de/faq/hosting/so-einfach-richten-sie-dyndns-fuer-ihre-domains-ein/
Both addresses go in one parameter, separated by a comma. What happens to the one that is
not sent is not said, and nothing is said of lists of hostnames. Users saw an address
behind badauth as well, and abuse for updates that were repeated (ddns-updater#266).
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Unsent


class Strato(Dyndns2Provider):
    """strato.de."""

    info = ProviderInfo(
        slug="strato",
        name="STRATO",
        aliases=("strato.de",),
        name_servers=("*.rzone.de",),
        website="https://www.strato.de/",
        credentials_url="https://www.strato.de/apps/CustomerService",
        fields=login("Dynamic DNS password", user_name="a domain of your package"),
        limits=Limits(at_once=1),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(url="https://dyndns.strato.com/nic/update")
