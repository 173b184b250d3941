"""Variomedia: https://dyndns.variomedia.de/ (checked 2026-10).

Both addresses go in one parameter, separated by a comma; without it the address is taken
from the connection. What happens to the one that is not sent is not said. The hostname
must be enabled for dynamic DNS beforehand. Nothing is said of lists of hostnames.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..provider_info import Field, ProviderInfo


class Variomedia(Dyndns2Provider):
    """variomedia.de."""

    info = ProviderInfo(
        slug="variomedia",
        name="Variomedia",
        website="https://www.variomedia.de/",
        credentials_url="https://dyndns.variomedia.de/",
        fields=(
            Field(key="username", called="e-mail address", identity=True),
            Field(key="password", called="DynDNS password", secret=True),
        ),
        wildcards=False,
        pairs_families=True,
    )
    dialect = Dialect(url="https://dyndns.variomedia.de/nic/update")
