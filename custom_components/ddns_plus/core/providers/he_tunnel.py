"""Hurricane Electric tunnels: https://forums.he.net/index.php?topic=1994 (read 2026-12).

An update sets the IPv4 end of a tunnel; no name in DNS is changed. A tunnel is called by
its number, by tunnelNUMBER.tunnelbroker.net, or by its reverse name. The password is the
update key of the tunnel, or the account's where the tunnel has none.
"""

import re
from typing import override

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.update_url import UpdateRequest
from ..hostname import Hostname
from ..provider_info import Field, ProviderInfo, Settings

_TUNNEL = re.compile(r"(?:tunnel)?(\d+)\.tunnelbroker\.net")


def _number(hostname: Hostname) -> str:
    """Return the number of a tunnel, or its reverse name."""
    found = _TUNNEL.fullmatch(hostname.fqdn)
    return found[1] if found else hostname.fqdn


class HeTunnel(Dyndns2Provider):
    """tunnelbroker.net."""

    info = ProviderInfo(
        slug="he_tunnel",
        name="Hurricane Electric tunnel",
        aliases=("tunnelbroker.net", "HE.net", "6in4"),
        website="https://tunnelbroker.net/",
        credentials_url="https://tunnelbroker.net/",
        fields=(Field(key="username", identity=True),),
        hostname_fields=(Field(key="update_key", called="Update Key", secret=True),),
        families=frozenset({Family.IPV4}),
        parent="tunnelbroker.net",
    )
    dialect = Dialect(
        url="https://ipv4.tunnelbroker.net/nic/update",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        named=_number,
    )

    @override
    def login(self, request: UpdateRequest) -> tuple[str, str]:
        """Return the account's user name and the key of the tunnel."""
        key = request.settings.get("update_key", "")
        return str(self.settings["username"]), str(key)

    @override
    def resolvable(self, settings: Settings) -> bool | None:
        """Return that DNS does not show the end of a tunnel."""
        return None
