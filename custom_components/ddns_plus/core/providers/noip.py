"""No-IP: https://www.noip.com/integrate (checked 2026-10).

The user name is an e-mail address, "group:user" for a group, or one half of a DDNS key.
The user agent must name program, version and contact, or the client is blocked.
What happens to the address that is not sent is uncertain: both go in one request.
Free hostnames lapse unless a person confirms them every 30 days: no update prevents
that reliably, so there is no keep-alive, which would only count as needless updates.
"""

from datetime import timedelta

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Unsent


class NoIp(Dyndns2Provider):
    """noip.com."""

    info = ProviderInfo(
        slug="noip",
        name="No-IP",
        aliases=("noip.com",),
        website="https://www.noip.com/",
        credentials_url="https://my.noip.com/",
        fields=login("DDNS key password"),
        limits=Limits(minimum_interval=timedelta(minutes=5), batch_size=20),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(url="https://dynupdate.no-ip.com/nic/update")
