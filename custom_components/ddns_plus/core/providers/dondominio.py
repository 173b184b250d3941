"""DonDominio DonDNS: https://dondominio.dev/en/dondns/docs/api/ (read 2026-11).

The record must exist before. The documentation calls the key `apikey`; clients still send
it as `password`, the older name. The last line of an answer says OK and the address; what
is said of a failure is shown as it is. Of IPv6 nothing is said.
"""

from typing import override

from ..address import Family
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..outcome import Outcome
from ..provider_info import Field, ProviderInfo


class DonDominio(PhraseProvider):
    """dondominio.com, DonDNS."""

    info = ProviderInfo(
        slug="dondominio",
        name="DonDominio",
        aliases=("MrDomain", "DonDNS"),
        name_servers=("ns?.dondominio.com",),
        website="https://www.dondominio.com/",
        credentials_url="https://dondominio.dev/en/dondns/docs/api/",
        fields=(
            Field(key="username", identity=True),
            Field(key="api_key", called="DonDNS key", secret=True),
        ),
        families=frozenset({Family.IPV4}),
    )
    answers_in_pages = True
    phrases = {r"OK(\|IP:(?P<address>\S+))?": Outcome.UPDATED}

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://dondns.dondominio.com/plain/",
            query={
                "user": str(self.settings["username"]),
                "apikey": str(self.settings["api_key"]),
                "host": request.hostnames[0].fqdn,
                "ip": str(request.addresses[Family.IPV4]),
            },
        )
