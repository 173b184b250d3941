"""ClouDNS Dynamic URL: https://www.cloudns.net/wiki/article/36/ (as others quote it, 2026-12).

Each record has a URL of its own, with its key as `q`. Article 175 gives `ip` for the
address beside it, article 364 "OK" as the answer; ddclient knows the two refusals. That
`ip` counts for IPv6 is not said: such a request is made from the very address as well,
and none is made where that is another machine's.
"""

from dataclasses import replace
from functools import partial
from typing import override

from ..address import Family
from ..dialects.phrases import Target
from ..dialects.record_tokens import TOKEN_FIELDS, RecordTokenProvider
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials, UnexpectedResponse
from ..outcome import Outcome
from ..provider_info import ProviderInfo, listed


class CloudnsDyndns(RecordTokenProvider):
    """cloudns.net, Dynamic URL."""

    info = ProviderInfo(
        slug="cloudns_dyndns",
        name="ClouDNS Dynamic URL",
        domains=listed("""
            cloudns.cl cloudns.ch cloudns.be cloudns.nz cloudns.ph cloudns.eu
            cloudns.cc cloudns.asia cloudns.biz cloudns.club cloudns.cx cloudns.in
            cloudns.info cloudns.org cloudns.pro cloudns.pw cloudns.us ip-ddns.com
            ddns-ip.net dns-dynamic.net ip-dynamic.org dns-cloud.net abrdns.com
            dnsabr.com cloud-ip.biz cloud-ip.cc
        """),
        name_servers=("*.cloudns.net",),
        website="https://www.cloudns.net/",
        credentials_url="https://www.cloudns.net/wiki/article/36/",
        fields=(),
        hostname_fields=tuple(
            replace(each, called="Dynamic URL") for each in TOKEN_FIELDS
        ),
        secret_is_name=True,
    )
    phrases = {
        r"OK": Outcome.UPDATED,
        r"The record's key is wrong\b": partial(
            InvalidCredentials, "wrong_key", reason="wrong_key"
        ),
        r"Invalid request\b": partial(
            UnexpectedResponse, "invalid_request", reason="request_not_accepted"
        ),
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent: a host for each family."""
        ((family, address),) = request.addresses.items()
        return Target(
            url=f"https://{family}.cloudns.net/api/dynamicURL/",
            query={"q": self.token(request), "ip": str(address)},
            source=address if family is Family.IPV6 else None,
        )
