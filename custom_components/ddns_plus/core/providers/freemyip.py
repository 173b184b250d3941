"""freemyip.com: as clients speak it (read 2026-12).

Its page https://freemyip.com/help could not be read. A token is for one hostname and
stands for it, whatever name is sent (found by cert-manager-webhook-freemyip against the
service). A second request within a second is refused as if the token did not exist; five
seconds later it is accepted. nrdcg/freemyip, which lego uses, sends the address as
`myip`; without it that of the connection is taken. Nothing is known of IPv6.
"""

from datetime import timedelta
from functools import partial
from typing import override

from ..address import Family
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials
from ..outcome import Outcome
from ..provider_info import ISSUED, Field, Limits, ProviderInfo


class FreeMyIp(PhraseProvider):
    """freemyip.com."""

    info = ProviderInfo(
        slug="freemyip",
        name="freemyip.com",
        domains=("freemyip.com",),
        website="https://freemyip.com/",
        credentials_url="https://freemyip.com/",
        fields=(),
        hostname_fields=(
            Field(key="update_key", called="token", secret=True, pattern=ISSUED),
        ),
        families=frozenset({Family.IPV4}),
        limits=Limits(at_once=1, writes=((1, timedelta(seconds=10)),)),
        secret_is_name=True,
    )
    phrases = {
        r"IP (?P<address>\S+) didn't change\. No need to update record\.?": Outcome.UNCHANGED,
        r"OK": Outcome.UPDATED,
        r"(ERROR:? *)?(Requested token doesn't exist|Token not provided)\b": partial(
            InvalidCredentials, "unknown_token", reason="wrong_token"
        ),
        r"ERROR\b": partial(
            InvalidCredentials, "error", reason="token_or_hostname_unknown"
        ),
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://freemyip.com/update",
            query={
                "token": str(request.settings.get("update_key", "")),
                "domain": request.hostnames[0].fqdn,
                "myip": str(request.addresses[Family.IPV4]),
            },
        )
