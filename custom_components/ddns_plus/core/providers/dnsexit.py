"""DNSExit: https://dnsexit.com/dns/dns-api/ (read 2026-12).

The address may be of either family, one in a request; what becomes of the other one is not
said. Updates must be more than 4 minutes apart. The answer is JSON: 0 is success, of the
other codes 2 is a wrong key, 6 and 7 are faults of the service (as ddclient lists them).
"""

from datetime import timedelta
from functools import partial
from typing import override

from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials, Unavailable
from ..net.response import Response
from ..outcome import Outcome
from ..provider_info import ISSUED, Field, Limits, ProviderInfo, Unsent, listed

_CODE = r'\{ ?"code" ?: ?'


class DnsExit(PhraseProvider):
    """dnsexit.com."""

    info = ProviderInfo(
        slug="dnsexit",
        name="DNSExit",
        domains=listed("publicvm.com linkpc.net work.gd run.place"),
        website="https://dnsexit.com/",
        credentials_url="https://dnsexit.com/dns/dns-api/",
        fields=(Field(key="api_key", called="API key", secret=True, pattern=ISSUED),),
        limits=Limits(minimum_interval=timedelta(minutes=5)),
        unsent=Unsent.UNKNOWN,
    )
    families_apart = True
    phrases = {
        _CODE + r"2\b": partial(InvalidCredentials, "2", reason="wrong_token"),
        _CODE + r"[67]\b": partial(
            Unavailable, "server", reason="provider_server_faulty"
        ),
        _CODE + r"0 ?,.*": Outcome.UPDATED,
    }

    @override
    def said(self, response: Response) -> str:
        """Return the answer in one line."""
        return " ".join(response.text.split())

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        (address,) = request.addresses.values()
        return Target(
            method="POST",
            url="https://api.dnsexit.com/dns/ud/",
            query={"apikey": str(self.settings["api_key"])},
            form={"host": request.hostnames[0].fqdn, "ip": str(address)},
        )
