"""selfHOST: https://selfhost.de/cgi-bin/selfhost?p=document&name=api, in a copy (read 2026-12).

https://de.scribd.com/document/720787648/api
The credentials of a DynDNS account stand for its hostnames; any value of `hostname` asks
for the words of dyndns2, and without it a status would answer. Its 503 for what comes
too often looks like that of a server out of order: both are waited for. Two addresses
in one request are answered with abuse; the support asks for two (ddclient#762).
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode, Meaning, ReturnCode
from ..dialects.fields import login
from ..provider_info import ProviderInfo, listed


class SelfHost(Dyndns2Provider):
    """selfhost.de."""

    info = ProviderInfo(
        slug="selfhost",
        name="selfHOST",
        aliases=("selfhost.de", "Carol"),
        domains=listed("selfhost.eu selfhost.bz selfhost.de selfhost.me selfhost.co"),
        website="https://selfhost.de/",
        credentials_url="https://selfhost.de/",
        fields=login("password of the DynDNS account", user_name="DynDNS account"),
        one_hostname=True,
    )
    dialect = Dialect(
        url="https://carol.selfhost.de/nic/update",
        hostname_parameter=None,
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        extra_parameters={"hostname": "1"},
        codes={"inactive": ReturnCode(Meaning.BLOCKED, "account_locked")},
        statuses={
            204: "nochg",
            409: "nohost",
            410: "inactive",
            411: "badip",
            412: "badip",
        },
    )
