"""DDNSS: https://www.ddnss.de/info.php (checked 2026-10).

The answer is a web page, its return code stands in the header DDNSS-Response; the page
says "Updated 1 hostname." or "No change". A host has one address only, the last that was
sent, unless "dual stack" is ticked for it at DDNSS: then `ip6` is its IPv6 address, else
an IPv6 address goes in `ip`. Whether several hosts may be named is not documented.
"""

from datetime import timedelta
from functools import partial
from typing import override

from ..address import Family
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials, InvalidField, Refused, Unavailable
from ..net.response import Response
from ..outcome import Outcome
from ..provider_info import ISSUED, Field, FieldKind, ProviderInfo, Unsent, listed

_WAIT = timedelta(minutes=30)
_PARAMETERS = {Family.IPV4: "ip", Family.IPV6: "ip6"}


class Ddnss(PhraseProvider):
    """ddnss.de."""

    info = ProviderInfo(
        slug="ddnss",
        name="DDNSS.de",
        domains=listed("""
            ddnss.de ddnss.org dyn.ddnss.de dyndns.ddnss.de dyn-ip24.de
            dyndns1.de home-webserver.de dyn.home-webserver.de
            myhome-server.de
        """),
        website="https://www.ddnss.de/",
        credentials_url="https://www.ddnss.de/info.php",
        fields=(Field(key="token", called="update key", secret=True, pattern=ISSUED),),
        hostname_fields=(
            Field(
                key="dual_stack",
                kind=FieldKind.BOOLEAN,
                required=False,
                default=False,
            ),
        ),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    answers_in_pages = True
    phrases = {
        r"(good|Updated [1-9][0-9]* hostnames?\.?)": Outcome.UPDATED,
        r"(nochg|No change\.?)": Outcome.UNCHANGED,
        r"badauth$": partial(InvalidCredentials, "badauth", reason="wrong_key"),
        r"(nohost|notfqdn)$": partial(
            InvalidField, "hostname", "nohost", reason="hostname_not_in_account"
        ),
        r"disabled$": partial(
            Refused, "disabled", reason="account_locked", account_wide=True
        ),
        r"bady?sys$": partial(Refused, "badsys", reason="request_not_accepted"),
        r"(911|dnserr)$": partial(
            Unavailable,
            "911",
            reason="provider_out_of_order",
            account_wide=True,
            retry_after=_WAIT,
        ),
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        hostname, addresses = request.hostnames[0], request.addresses
        dual_stack = len(addresses) > 1 or request.settings.get("dual_stack")
        return Target(
            url="https://www.ddnss.de/upd.php",
            query={
                "key": str(self.settings["token"]),
                "host": hostname.fqdn,
                **{
                    _PARAMETERS[family] if dual_stack else "ip": str(address)
                    for family, address in addresses.items()
                },
            },
        )

    @override
    def said(self, response: Response) -> str:
        """Return the return code in the header, the page where there is none."""
        return response.headers.get("DDNSS-Response") or super().said(response)
