"""FreeDNS, version 2: https://freedns.afraid.org/dynamic/v2/ (checked 2026-10).

Has to be switched on for each record. Its tokens can be withdrawn and replaced, unlike
those of version 1. The site shows them now in a URL of version 1's form; both work.
"""

from functools import partial
from typing import override
from urllib.parse import quote

from yarl import URL

from ..address import Family
from ..dialects.freedns import LIMITS, FreeDnsProvider
from ..dialects.phrases import Target
from ..dialects.record_tokens import TOKEN_FIELDS
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials
from ..provider_info import ProviderInfo

_HOSTS = {Family.IPV4: "sync.afraid.org", Family.IPV6: "v6.sync.afraid.org"}


class FreeDns(FreeDnsProvider):
    """freedns.afraid.org, version 2."""

    info = ProviderInfo(
        slug="freedns",
        name="FreeDNS (afraid.org)",
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
        credentials_url="https://freedns.afraid.org/dynamic/v2/",
        fields=(),
        hostname_fields=TOKEN_FIELDS,
        wildcards=True,
        limits=LIMITS,
        secret_is_name=True,
    )
    refusals = {
        404: partial(InvalidCredentials, "http_404", reason="wrong_token"),
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent: a host for each family."""
        ((family, address),) = request.addresses.items()
        # one segment of the path, for any token
        token = quote(self.token(request), safe="")
        url = f"https://{_HOSTS[family]}/u/{token}/?address={address}"
        return Target(url=URL(url, encoded=True))
