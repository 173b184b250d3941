"""Dynadot dynamic DNS: as clients speak it (read 2026-12).

A domain has one password for dynamic DNS; name and domain are sent apart, and the domain
itself is updated by `containRoot`. One family in a request. The answer is JSON, with -1
as `error_code` of a refusal, whose words are not known. All clients send a TTL.
"""

from typing import override

from ..address import Family
from ..dialects.account_zone import ACCOUNT_ZONE, AccountZoneProvider
from ..dialects.update_url import Results, UpdateRequest
from ..errors import InvalidCredentials, UnexpectedResponse
from ..outcome import Outcome
from ..provider_info import Field, ProviderInfo

_TYPES = {Family.IPV4: "A", Family.IPV6: "AAAA"}
_REFUSED = -1
_TTL = "300"


class DynadotDyndns(AccountZoneProvider):
    """dynadot.com, dynamic DNS."""

    info = ProviderInfo(
        slug="dynadot_dyndns",
        name="Dynadot (dynamic DNS)",
        name_servers=("*.dyna-ns.net",),
        website="https://www.dynadot.com/",
        credentials_url="https://www.dynadot.com/account/domain/name/list.html",
        fields=(
            ACCOUNT_ZONE,
            Field(key="password", called="dynamic DNS password", secret=True),
        ),
    )
    families_apart = True

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError."""
        ((family, address),) = request.addresses.items()
        name = request.hostnames[0].relative_to(self.zone)
        response = await self.http.request(
            "GET",
            "https://www.dynadot.com/set_ddns",
            params={
                "containRoot": "false" if name else "true",
                "domain": self.zone.fqdn,
                **({"subDomain": name} if name else {}),
                "type": _TYPES[family],
                "ip": str(address),
                "pwd": str(self.settings["password"]),
                "ttl": _TTL,
            },
        )
        response.raise_for_status()
        said = response.json()
        if not isinstance(said, dict) or not isinstance(said.get("error_code"), int):
            raise response.not_understood()
        content = said.get("content")
        texts = [said.get("status"), *(content if isinstance(content, list) else ())]
        words = " ".join(text for text in texts if isinstance(text, str)).lower()
        if said["error_code"] == _REFUSED and "password" in words:
            raise InvalidCredentials("password", words, reason="wrong_key")
        if said["error_code"] == _REFUSED:
            raise UnexpectedResponse("error_-1", words)
        if not {"ok", "success"} & {*words.split()}:
            raise response.not_understood()
        return request.all(Outcome.UPDATED)
