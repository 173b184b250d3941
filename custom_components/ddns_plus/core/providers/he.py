"""Hurricane Electric Free DNS: https://dns.he.net/docs.html (checked 2026-10).

Each name has a key of its own, for A and AAAA alike; the user name is the name itself.
The records must exist and be enabled for dynamic DNS. Two addresses in one request are
answered with badip; the record of the other family stays as it is. More than about ten
updates within two minutes are answered with interval. All answers come with HTTP 200.
"""

from datetime import timedelta
from typing import override

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode, Meaning, ReturnCode
from ..dialects.update_url import UpdateRequest
from ..provider_info import Field, Limits, ProviderInfo


class HurricaneElectric(Dyndns2Provider):
    """dns.he.net."""

    info = ProviderInfo(
        slug="he",
        name="Hurricane Electric",
        aliases=("he.net", "dns.he.net"),
        name_servers=("ns?.he.net",),
        website="https://dns.he.net/",
        credentials_url="https://dns.he.net/",
        fields=(),
        hostname_fields=(Field(key="update_key", called="DDNS key", secret=True),),
        limits=Limits(outage_wait=timedelta(minutes=5)),
    )
    dialect = Dialect(
        url="https://dyn.dns.he.net/nic/update",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        codes={
            "badauth": ReturnCode(Meaning.INVALID_CREDENTIALS, "key_of_other_hostname")
        },
    )

    @override
    def login(self, request: UpdateRequest) -> tuple[str, str]:
        """Return the hostname and its key."""
        return request.hostnames[0].fqdn, str(request.settings.get("update_key", ""))
