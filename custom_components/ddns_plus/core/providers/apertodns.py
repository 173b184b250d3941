"""ApertoDNS: https://github.com/apertodns/apertodns-protocol, 6.3 (read 2026-12).

A token is for one hostname, and is both user name and password. Without `myip` the IPv4
address of the connection is taken; whether that is so beside `myipv6`, and what happens
to an address that is not sent, is not said: both go in one request, as in the provider's
own client. "abuse" says that there were more than 60 requests in a minute.
"""

from datetime import timedelta
from typing import override

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode, Meaning, ReturnCode
from ..dialects.update_url import UpdateRequest
from ..provider_info import ISSUED, Field, Limits, ProviderInfo, Unsent


class ApertoDns(Dyndns2Provider):
    """apertodns.com."""

    info = ProviderInfo(
        slug="apertodns",
        name="ApertoDNS",
        domains=("apertodns.com",),
        website="https://www.apertodns.com/",
        credentials_url="https://www.apertodns.com/tokens",
        fields=(),
        hostname_fields=(
            Field(key="update_key", called="DDNS token", secret=True, pattern=ISSUED),
        ),
        limits=Limits(writes=((60, timedelta(minutes=1)),)),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(
        url="https://api.apertodns.com/nic/update",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        codes={"abuse": ReturnCode(Meaning.TOO_OFTEN, "updates_too_quick")},
    )

    @override
    def login(self, request: UpdateRequest) -> tuple[str, str]:
        """Return the hostname's token twice."""
        token = str(request.settings.get("update_key", ""))
        return token, token
