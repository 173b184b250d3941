"""Dyn: https://help.dyn.com/remote-access-api/perform-update (checked 2026-10).

The address of the family that is not sent is deleted: both go in one request. Any failed
update counts against the client until a person has acted, and needless ones are abuse.
The user agent must name company, model and version. `wildcard`, `mx` and `backmx` are
not sent, for then they stay as they are.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Unsent


class Dyn(Dyndns2Provider):
    """dyn.com."""

    info = ProviderInfo(
        slug="dyn",
        name="Dyn",
        aliases=("dyn.com", "Oracle"),
        website="https://account.dyn.com/",
        credentials_url="https://account.dyn.com/",
        fields=login("updater client key"),
        limits=Limits(batch_size=20),
        pairs_families=True,
        unsent=Unsent.DELETED,
    )
    dialect = Dialect(url="https://members.dyndns.org/v3/update")
