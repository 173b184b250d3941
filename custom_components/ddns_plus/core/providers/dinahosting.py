"""Dinahosting: https://en.dinahosting.com/api/documentation (as others quote it, 2026-12).

One command for each type of record, which must exist and is named by hostname and domain.
Answers are JSON with HTTP 200: sessions recorded in 2019-06 have them for other commands,
a client of a customer has their numbers for this one. The documentation's own examples
could not be read. Without a zone the domain is what stands behind the first label.
"""

from typing import override

from ..address import Family
from ..dialects.fields import login
from ..dialects.update_url import (
    Results,
    UpdateRequest,
    UpdateUrlProvider,
    zone_conflict,
)
from ..errors import DdnsError, InvalidCredentials, InvalidField, UnexpectedResponse
from ..hostname import Hostname
from ..outcome import Outcome
from ..provider_info import Field, FieldKind, ProviderInfo, Settings

_TYPES = {Family.IPV4: "A", Family.IPV6: "AAAA"}
_DONE = 1000


class Dinahosting(UpdateUrlProvider):
    """dinahosting.com."""

    info = ProviderInfo(
        slug="dinahosting",
        name="Dinahosting",
        name_servers=("*.dinahosting.com",),
        website="https://dinahosting.com/",
        credentials_url="https://panel.dinahosting.com/",
        fields=login("password"),
        hostname_fields=(
            Field(key="zone", kind=FieldKind.HOSTNAME, required=False, advanced=True),
        ),
    )
    families_apart = True

    @override
    def conflict(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return that a hostname is not in the domain that is named for it."""
        return zone_conflict(hostname, settings)

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError."""
        ((family, address),) = request.addresses.items()
        hostname = request.hostnames[0]
        label, _, parent = hostname.fqdn.partition(".")
        if zone := str(request.settings.get("zone") or ""):
            label, parent = hostname.relative_to(Hostname(zone)) or "@", zone
        response = await self.http.request(
            "GET",
            "https://dinahosting.com/special/api.php",
            params={
                "hostname": label,
                "domain": parent,
                "command": f"Domain_Zone_UpdateType{_TYPES[family]}",
                "ip": str(address),
                "responseType": "Json",
            },
            basic_auth=(str(self.settings["username"]), str(self.settings["password"])),
        )
        response.raise_for_status()
        said = response.json()
        if not isinstance(said, dict) or not isinstance(said.get("responseCode"), int):
            raise response.not_understood()
        if (code := said["responseCode"]) != _DONE:
            raise _error(str(code), response.excerpt())
        return request.all(Outcome.UPDATED)


def _error(code: str, said: str) -> DdnsError:
    """Return the error that a number stands for."""
    if code == "2200":
        return InvalidCredentials(code, said, reason="wrong_login")
    if code == "2201":
        return InvalidField("hostname", code, said, reason="domain_not_in_account")
    if code == "2303":
        return InvalidField("hostname", code, said, reason="hostname_not_in_account")
    return UnexpectedResponse(code, said)
