"""dynv6: https://dynv6.com/docs/apis (checked 2026-10).

The name is a zone at dynv6, one of its own or a delegated one; records below it are not
updated this way. An address that is not sent stays as it is. An IPv6 address without a
prefix length leaves the zone's prefix alone. The words of the answers have changed
before, and those of refusals are not documented: the status tells, too.
"""

from functools import partial
from typing import override

from ..address import Family
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials, InvalidField
from ..outcome import Outcome
from ..provider_info import ISSUED, Field, ProviderInfo

_PARAMETERS = {Family.IPV4: "ipv4", Family.IPV6: "ipv6"}


class Dynv6(PhraseProvider):
    """dynv6.com."""

    info = ProviderInfo(
        slug="dynv6",
        name="dynv6",
        domains=("dynv6.net", "dns.army", "dns.navy", "v6.army", "v6.navy", "v6.rocks"),
        name_servers=("*.dynv6.com", "*.dynv6.net"),
        website="https://dynv6.com/",
        credentials_url="https://dynv6.com/keys",
        fields=(Field(key="token", called="HTTP token", secret=True, pattern=ISSUED),),
    )
    phrases = {
        r"(ipv[46] )?address(es)? updated\.?": Outcome.UPDATED,
        r"(ipv[46] )?address(es)? unchanged\.?": Outcome.UNCHANGED,
        r"invalid authentication token\b": partial(
            InvalidCredentials, "invalid_token", reason="wrong_token"
        ),
        r"(zone )?not found\b": partial(
            InvalidField, "hostname", "zone_not_found", reason="zone_not_of_token"
        ),
    }

    # the words of this refusal are not documented
    refusals = {
        404: partial(InvalidField, "hostname", "http_404", reason="zone_not_of_token"),
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://dynv6.com/api/update",
            query={
                "zone": request.hostnames[0].fqdn,
                "token": str(self.settings["token"]),
                **{
                    _PARAMETERS[key]: str(value)
                    for key, value in request.addresses.items()
                },
            },
        )
