"""1984, FreeDNS: as ddclient speaks it (read 2026-12); its page is for customers only.

The answer is JSON: `ok`, `msg` with "unaltered" where nothing changed, `ip`, and `lookup`
with the names that were tried where the hostname was not found. Other refusals are words
that are not known. Of IPv6 nothing is known. Clients wait some seconds between requests.
"""

from datetime import timedelta
from typing import override

from ..address import Family
from ..dialects.phrases import addresses_in, raise_for_other_address
from ..dialects.update_url import Results, UpdateRequest, UpdateUrlProvider
from ..errors import InvalidField
from ..outcome import Outcome
from ..provider_info import ISSUED, Field, Limits, ProviderInfo


class Is1984(UpdateUrlProvider):
    """1984.hosting."""

    info = ProviderInfo(
        slug="is_1984",
        name="1984 FreeDNS",
        aliases=("1984hosting", "1984.is"),
        name_servers=("*.1984.is", "*.1984hosting.com"),
        website="https://1984.hosting/",
        credentials_url="https://management.1984hosting.com/domains/freednsapi/",
        fields=(Field(key="token", called="API key", secret=True, pattern=ISSUED),),
        families=frozenset({Family.IPV4}),
        limits=Limits(writes=((1, timedelta(seconds=5)),)),
    )

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError."""
        response = await self.http.request(
            "GET",
            "https://api.1984.is/1.0/freedns/",
            params={
                "apikey": str(self.settings["token"]),
                "domain": request.hostnames[0].fqdn,
                "ip": str(request.addresses[Family.IPV4]),
            },
        )
        response.raise_for_status()
        said = response.json()
        if not isinstance(said, dict) or not isinstance(said.get("ok"), bool):
            raise response.not_understood()
        message = str(said.get("msg", ""))
        if said["ok"]:
            raise_for_other_address(request, addresses_in(str(said.get("ip"))))
            same = "unaltered" in message.lower()
            return request.all(Outcome.UNCHANGED if same else Outcome.UPDATED)
        if said.get("lookup"):
            raise InvalidField(
                "hostname",
                "not_found",
                response.excerpt(message),
                reason="hostname_not_in_account",
            )
        raise response.not_understood(message)
