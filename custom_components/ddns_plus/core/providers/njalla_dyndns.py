"""Njalla dynamic records: https://njal.la/docs/ddns/ (checked 2026-10).

A record of the type Dynamic has a key of its own, and stands for A and AAAA. What happens
to the address that is not sent is not documented: both go in one request. The answer is
JSON and repeats the addresses; that nothing changed is not told. Status 500 in it means
that the request was wrong, such as an address that is none.
"""

from typing import override

from ..address import Family
from ..dialects.phrases import addresses_in, raise_for_other_address
from ..dialects.update_url import Results, UpdateRequest, UpdateUrlProvider
from ..errors import InvalidCredentials
from ..outcome import Outcome
from ..provider_info import Field, ProviderInfo, Unsent

_PARAMETERS = {Family.IPV4: "a", Family.IPV6: "aaaa"}


class NjallaDyndns(UpdateUrlProvider):
    """njal.la, dynamic records."""

    info = ProviderInfo(
        slug="njalla_dyndns",
        name="Njalla (dynamic records)",
        name_servers=("*.njalla.*",),
        website="https://njal.la/",
        credentials_url="https://njal.la/domains/",
        fields=(),
        hostname_fields=(Field(key="update_key", called="key", secret=True),),
        wildcards=True,
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError."""
        response = await self.http.request(
            "GET",
            "https://njal.la/update/",
            params={
                "h": request.hostnames[0].fqdn,
                "k": str(request.settings.get("update_key", "")),
                **{
                    _PARAMETERS[key]: str(value)
                    for key, value in request.addresses.items()
                },
            },
        )
        said = response.json() if response.text.lstrip().startswith("{") else {}
        message = str(said.get("message", "")).lower()
        if message == "invalid host or key":
            raise InvalidCredentials(
                "invalid_host_or_key", reason="hostname_or_key_unknown"
            )
        if response.status != 500 or not message:
            response.raise_for_status()
        if response.status != 200 or message != "record updated":
            raise response.not_understood(message or response.text)
        value = said.get("value")
        if isinstance(value, dict):
            told = f"{value.get('A')} {value.get('AAAA')}"
            raise_for_other_address(request, addresses_in(told))
        return request.all(Outcome.UPDATED)
