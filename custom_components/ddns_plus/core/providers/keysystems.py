"""Key-Systems: domaindiscount24, Moniker and RRPproxy share one service (read 2026-11).

https://support.domaindiscount24.com/hc/en-gb/articles/4409759444625-Dynamic-DNS
Each dynamic host has a password. After a success the service refuses further updates for
30 minutes. Nothing is said of IPv6.
"""

from datetime import timedelta
from functools import partial
from typing import override

from ..address import Family
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials, RateLimited
from ..outcome import Outcome
from ..provider_info import Field, Limits, ProviderInfo

_PAUSE = timedelta(minutes=30)


class KeySystems(PhraseProvider):
    """dynamicdns.key-systems.net."""

    info = ProviderInfo(
        slug="keysystems",
        name="Key-Systems (domaindiscount24, Moniker, RRPproxy)",
        account_name="Key-Systems",
        aliases=("dd24", "domaindiscount24", "Moniker", "RRPproxy", "CentralNic"),
        website="https://www.domaindiscount24.com/",
        credentials_url="https://support.domaindiscount24.com/hc/en-gb/articles/4409759444625-Dynamic-DNS",
        fields=(),
        hostname_fields=(Field(key="update_key", called="password", secret=True),),
        families=frozenset({Family.IPV4}),
        limits=Limits(minimum_interval=_PAUSE),
    )
    # the answer is a list of lines such as "code = 200" and "description = ..."
    answers_in_pages = True
    phrases = {
        r".*abuse prevention triggered": partial(
            RateLimited, "abuse", reason="updates_too_quick", retry_after=_PAUSE
        ),
        r".*invalid password": partial(
            InvalidCredentials, "invalid_password", reason="key_of_other_hostname"
        ),
        r".*authorization failed": partial(
            InvalidCredentials,
            "authorization_failed",
            reason="hostname_or_key_unknown",
        ),
        r"code *= *200": Outcome.UPDATED,
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://dynamicdns.key-systems.net/update.php",
            query={
                "hostname": request.hostnames[0].fqdn,
                "password": str(request.settings.get("update_key", "")),
                "ip": str(request.addresses[Family.IPV4]),
            },
        )
