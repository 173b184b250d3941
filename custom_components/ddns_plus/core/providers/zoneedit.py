"""ZoneEdit: as clients speak it (read 2026-12).

Its page https://support.zoneedit.com/en/knowledgebase/article/dynamic-dns could not be read.
Answers are tags, always with HTTP 200, as ddns-updater#226 shows: SUCCESS, or ERROR with a
code. A request within 600 seconds of the one before is refused. Of IPv6 nothing is known.
"""

from datetime import timedelta
from functools import partial
from typing import override

from ..address import Family
from ..dialects.fields import login
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials, InvalidField, RateLimited, UnexpectedResponse
from ..net.response import Response
from ..outcome import Outcome
from ..provider_info import Limits, ProviderInfo

_PAUSE = timedelta(minutes=10)


def _error(code: str) -> str:
    """Return the phrase of an error's tag."""
    return rf'<ERROR CODE="{code}"'


class ZoneEdit(PhraseProvider):
    """zoneedit.com."""

    info = ProviderInfo(
        slug="zoneedit",
        name="ZoneEdit",
        name_servers=("*.zoneedit.com",),
        website="https://www.zoneedit.com/",
        credentials_url="https://cp.zoneedit.com/",
        fields=login(
            "Dynamic Authentication Token", user_name="user name", key="token"
        ),
        families=frozenset({Family.IPV4}),
        limits=Limits(minimum_interval=_PAUSE),
    )
    phrases = {
        _error("702"): partial(
            RateLimited, "702", reason="updates_too_quick", retry_after=_PAUSE
        ),
        _error("708"): partial(InvalidCredentials, "708", reason="wrong_login"),
        _error("701"): partial(
            InvalidField, "hostname", "701", reason="domain_not_in_account"
        ),
        _error("70[49]"): partial(
            InvalidField, "hostname", "709", reason="hostname_not_full"
        ),
        # others are not known
        _error("(?!70[07]).*"): partial(
            UnexpectedResponse,
            "unknown_error",
            reason="request_not_accepted",
            maybe_applied=True,
        ),
        r'<SUCCESS CODE="200"[^>]*>': Outcome.UPDATED,
        r'<SUCCESS CODE="201"[^>]*>': Outcome.UNCHANGED,
        _error("70[07]") + r"[^>]*>": Outcome.UNCHANGED,
    }

    @override
    def said(self, response: Response) -> str:
        """Return the answer with its tags, one in a line."""
        return response.text.replace("><", ">\n<")

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://api.cp.zoneedit.com/dyn/generic.php",
            query={
                "hostname": request.hostnames[0].fqdn,
                "myip": str(request.addresses[Family.IPV4]),
            },
            login=(str(self.settings["username"]), str(self.settings["token"])),
        )
