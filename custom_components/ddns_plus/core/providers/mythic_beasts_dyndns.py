"""Mythic Beasts: https://www.mythic-beasts.com/support/api/dnsv2/dynamic-dns.

Checked 2026-10. The address cannot be sent: it is that of the connection, so each family
has a host of its own. An IPv6 connection is made from the very address that is to be
published, and none is made where that is another machine's. Of IPv4 only the way out to
the internet decides: the interface of the hostname's connection, else this machine's
default one. The answer is JSON with a message
of which the words are not documented; where it tells an address, that is compared. Keys
of the older API, version 1, do not work.
"""

from datetime import timedelta
from typing import override

from ..address import Family
from ..dialects.fields import login
from ..dialects.phrases import addresses_in, raise_for_other_address
from ..dialects.update_url import Results, UpdateRequest, UpdateUrlProvider
from ..errors import Authority, InvalidCredentials, InvalidField
from ..outcome import Outcome
from ..provider_info import Limits, ProviderInfo

_NOT_ALLOWED = "http_403"


class MythicBeastsDyndns(UpdateUrlProvider):
    """mythic-beasts.com, dynamic DNS."""

    info = ProviderInfo(
        slug="mythic_beasts_dyndns",
        name="Mythic Beasts (dynamic DNS)",
        name_servers=("*.mythic-beasts.com",),
        website="https://www.mythic-beasts.com/",
        credentials_url="https://www.mythic-beasts.com/customer/api-users",
        fields=login("API key secret", user_name="API key ID"),
        limits=Limits(minimum_interval=timedelta(minutes=5), at_once=1),
        address_of_connection=True,
    )
    # a key may be for some of the hostnames only
    doubtful_codes = frozenset({_NOT_ALLOWED})

    families_apart = True

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError."""
        ((family, address),) = request.addresses.items()
        response = await self.http.request(
            "POST",
            f"https://{family}.api.mythic-beasts.com/dns/v2/dynamic/{request.hostnames[0]}",
            basic_auth=(str(self.settings["username"]), str(self.settings["password"])),
            family=family,
            # behind network address translation an IPv4 address is the router's
            source=address if family is Family.IPV6 else None,
            interface=request.interface,
        )
        if response.status == 403:
            error = InvalidCredentials(_NOT_ALLOWED, reason="key_lacks_record")
            raise error.of(Authority.PAGE)
        if response.status == 404:
            missing = InvalidField("hostname", "http_404", reason="hostname_in_no_zone")
            raise missing.of(Authority.PAGE)
        response.raise_for_status()
        said = response.json()
        message = said.get("message") if isinstance(said, dict) else None
        if not isinstance(message, str) or "error" in said or "errors" in said:
            raise response.not_understood()
        raise_for_other_address(request, addresses_in(message))
        return request.all(Outcome.UPDATED)
