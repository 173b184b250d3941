"""Duck DNS: https://www.duckdns.org/spec.jsp (checked 2026-10).

Names are one label below duckdns.org; deeper names and wildcards follow by themselves.
"KO" is the only refusal, for a wrong token and for a foreign name alike.
An empty `ip` would be filled from the connection: only what is known is sent. IPv6 alone
leaves IPv4 as it is; IPv4 alone is not documented, so both go where both are managed.
"""

import re
from typing import override

from ..address import Family
from ..dialects.phrases import addresses_in, raise_for_other_address
from ..dialects.update_url import (
    Results,
    UndividedRefusalError,
    UpdateRequest,
    UpdateUrlProvider,
)
from ..errors import InvalidCredentials
from ..hostname import Hostname
from ..outcome import Outcome
from ..provider_info import Field, Limits, ProviderInfo, Unsent

_PARENT = Hostname("duckdns.org")
_REFUSED = "KO"
# a UUID
_TOKEN = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_PARAMETERS = {Family.IPV4: "ip", Family.IPV6: "ipv6"}


class DuckDns(UpdateUrlProvider):
    """duckdns.org."""

    info = ProviderInfo(
        slug="duckdns",
        name="Duck DNS",
        aliases=("DuckDNS",),
        domains=("duckdns.org",),
        website="https://www.duckdns.org/",
        credentials_url="https://www.duckdns.org/",
        fields=(Field(key="token", called="token", secret=True, pattern=_TOKEN),),
        limits=Limits(batch_size=20),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
        parent=str(_PARENT),
    )
    doubtful_codes = frozenset({_REFUSED})

    @override
    @classmethod
    def check_hostname(cls, hostname: Hostname) -> str | None:
        """Return what makes a hostname unfit: more or less than one label of its own."""
        if (problem := super().check_hostname(hostname)) is not None:
            return problem
        return None if hostname.parent == _PARENT else "not_a_duckdns_name"

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError, UndividedRefusalError."""
        response = await self.http.request(
            "GET",
            "https://www.duckdns.org/update",
            params={
                "domains": ",".join(
                    name.relative_to(_PARENT) for name in request.hostnames
                ),
                "token": str(self.settings["token"]),
                **{
                    _PARAMETERS[key]: str(value)
                    for key, value in request.addresses.items()
                },
                "verbose": "true",
            },
        )
        lines = [line.strip() for line in response.text.strip().splitlines()]
        if lines[:1] == [_REFUSED]:
            raise UndividedRefusalError(
                InvalidCredentials(_REFUSED, reason="token_or_hostname_unknown")
            )
        response.raise_for_status()
        first, *rest = [*lines, ""]
        said = [line for line in rest if not re.fullmatch(r"[0-9A-Fa-f.:]*", line)]
        if first != "OK" or said not in ([], ["UPDATED"], ["NOCHANGE"]):
            raise response.not_understood()
        for line in rest:
            raise_for_other_address(request, addresses_in(line))
        unchanged = said == ["NOCHANGE"]
        return request.all(Outcome.UNCHANGED if unchanged else Outcome.UPDATED)
