"""Variomedia: https://dyndns.variomedia.de/ (checked 2026-10).

Both addresses go in one parameter, separated by a comma; without it the address is taken
from the connection. What happens to the one that is not sent is not said. The hostname
must be enabled for dynamic DNS beforehand. Nothing is said of lists of hostnames.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import ProviderInfo, Unsent


class Variomedia(Dyndns2Provider):
    """variomedia.de."""

    info = ProviderInfo(
        slug="variomedia",
        name="Variomedia",
        name_servers=("*.variomedia.de",),
        website="https://www.variomedia.de/",
        credentials_url="https://dyndns.variomedia.de/",
        fields=login("DynDNS password", user_name="e-mail address"),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(url="https://dyndns.variomedia.de/nic/update")
