"""MyDNS.JP: as clients speak it (read 2026-12).

A master ID stands for its hostnames, of which none is sent. The answer is a web page, with
login_status 0 for a wrong password and HTTP 200, seen by programs of several people.
Such programs notify the service at least once a day, changed or not. What becomes of an
address that is not sent is not known; both go in one request.
"""

from datetime import timedelta
from functools import partial
from typing import override

from ..address import Family
from ..dialects.fields import login
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials
from ..outcome import Outcome
from ..provider_info import Limits, ProviderInfo, Unsent, listed

_PARAMETERS = {Family.IPV4: "IPV4ADDR", Family.IPV6: "IPV6ADDR"}


class MyDnsJp(PhraseProvider):
    """mydns.jp."""

    info = ProviderInfo(
        slug="mydns_jp",
        name="MyDNS.JP",
        domains=listed("""
            mydns.jp mydns.tw mydns.bz mydns.vc 0am.jp 0g0.jp 0j0.jp 0t0.jp pgw.jp
            wjg.jp keyword-on.net live-on.net server-on.net daemon.asia dix.asia
        """),
        website="https://www.mydns.jp/",
        credentials_url="https://www.mydns.jp/",
        fields=login("password", user_name="master ID"),
        limits=Limits(
            minimum_interval=timedelta(minutes=1), keep_alive=timedelta(days=1)
        ),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
        one_hostname=True,
    )
    answers_in_pages = True
    phrases = {
        r"login_status = 0\b": partial(
            InvalidCredentials, "login_status_0", reason="wrong_login"
        ),
        r"Login and IP address notify OK\.?": Outcome.UPDATED,
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://www.mydns.jp/directip.html",
            query={
                "MID": str(self.settings["username"]),
                "PWD": str(self.settings["password"]),
                **{
                    _PARAMETERS[family]: str(address)
                    for family, address in request.addresses.items()
                },
            },
        )
