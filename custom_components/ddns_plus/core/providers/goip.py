"""GoIP: https://www.goip.de/update-url.html (read 2026-12).

User name and password are those of a router in the list of routers. `shortResponse` makes
the answer one line, the hostname and its address in brackets. Where `ip` is missing, an
IPv4 address is detected, so that both addresses go in one request. How a list of
hostnames is written is not said. "Zugriff verweigert" stands for all refusals.
"""

from functools import partial
from typing import override

from ..address import Family
from ..dialects.fields import login
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials
from ..outcome import Outcome
from ..provider_info import ProviderInfo, Unsent

_DENIED = "zugriff_verweigert"
_PARAMETERS = {Family.IPV4: "ip", Family.IPV6: "ip6"}
_ADDRESS = r"[0-9a-f.:]+"


class GoIp(PhraseProvider):
    """goip.de."""

    info = ProviderInfo(
        slug="goip",
        name="GoIP",
        aliases=("goip.de",),
        domains=("goip.de", "goip.it"),
        website="https://www.goip.de/",
        credentials_url="https://www.goip.de/",
        fields=login("router password", user_name="router user name"),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    phrases = {
        rf"[^\s(]+ \((?P<address>{_ADDRESS}([,;/ ]+{_ADDRESS})?)\)": Outcome.UPDATED,
        r"Zugriff verweigert\b": partial(
            InvalidCredentials, _DENIED, reason="wrong_login_or_hostname"
        ),
    }
    doubtful_codes = frozenset({_DENIED})

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://www.goip.de/setip",
            query={
                "username": str(self.settings["username"]),
                "password": str(self.settings["password"]),
                "subdomain": request.hostnames[0].fqdn,
                **{
                    _PARAMETERS[family]: str(address)
                    for family, address in request.addresses.items()
                },
                "shortResponse": "true",
            },
        )
