"""FreeDNS, version 1: https://freedns.afraid.org/dynamic/ (checked 2026-10).

The token is the whole name of a query parameter that has no value. It is like base64 and
may end in "=", which has to be sent as it is.
"""

from typing import override
from urllib.parse import quote

from yarl import URL

from ..dialects.freedns import LIMITS, FreeDnsProvider
from ..dialects.phrases import Target
from ..dialects.record_tokens import TOKEN_FIELDS
from ..dialects.update_url import UpdateRequest
from ..provider_info import ProviderInfo

_URL = "https://freedns.afraid.org/dynamic/update.php"


class FreeDnsV1(FreeDnsProvider):
    """freedns.afraid.org, version 1."""

    info = ProviderInfo(
        slug="freedns_v1",
        name="FreeDNS (afraid.org), direct URL",
        domains=(
            "mooo.com",
            "chickenkiller.com",
            "strangled.net",
            "us.to",
            "crabdance.com",
            "ignorelist.com",
            "jumpingcrab.com",
            "twilightparadox.com",
        ),
        name_servers=("ns?.afraid.org",),
        website="https://freedns.afraid.org/",
        credentials_url="https://freedns.afraid.org/dynamic/",
        fields=(),
        hostname_fields=TOKEN_FIELDS,
        wildcards=True,
        limits=LIMITS,
        secret_is_name=True,
    )

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent; encoded here, for the token has no value."""
        (address,) = request.addresses.values()
        token = self.token(request)
        plain = token.rstrip("=")
        query = f"{quote(plain, safe='')}{token[len(plain) :]}&address={address}"
        return Target(url=URL(f"{_URL}?{query}", encoded=True))
