"""DDNS.FM: as its operator wrote it for ddclient (pull request 695, read 2026-12).

One address in a request, of either family, and the other record stays. Success is
"OK NAME ADDRESS"; that nothing changed is not told, and refusals are not known.
"""

from typing import override

from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..outcome import Outcome
from ..provider_info import ISSUED, Field, ProviderInfo


class DdnsFm(PhraseProvider):
    """ddns.fm."""

    info = ProviderInfo(
        slug="ddns_fm",
        name="DDNS.FM",
        domains=("dyn.la",),
        website="https://ddns.fm/",
        credentials_url="https://ddns.fm/",
        fields=(Field(key="token", called="key", secret=True, pattern=ISSUED),),
    )
    families_apart = True
    phrases = {r"OK \S+ (?P<address>[0-9a-f.:]+)": Outcome.UPDATED}

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        (address,) = request.addresses.values()
        return Target(
            url="https://api.ddns.fm/update",
            query={
                "key": str(self.settings["token"]),
                "domain": request.hostnames[0].fqdn,
                "myip": str(address),
            },
        )
