"""dyn.addr.tools: https://dyn.addr.tools/ and its source, brianshea2/addr.tools.

Read 2026-12. There are no accounts: whatever secret is sent, the record of its SHA-224
hash below dyn.addr.tools is set, so that no secret is wrong. A CNAME record of a domain
of one's own leads there. A request has one address, and leaves the other one alone; an
address that was not sent for 90 days is removed. That nothing changed is not told.
"""

from datetime import timedelta
from hashlib import sha224
from typing import override

from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidField
from ..hostname import Hostname
from ..outcome import Outcome
from ..provider_info import Field, Limits, ProviderInfo, Settings

_PARENT = Hostname("dyn.addr.tools")


class AddrTools(PhraseProvider):
    """dyn.addr.tools."""

    info = ProviderInfo(
        slug="addr_tools",
        name="dyn.addr.tools",
        domains=("dyn.addr.tools",),
        website="https://dyn.addr.tools/",
        credentials_url="https://dyn.addr.tools/",
        fields=(),
        hostname_fields=(Field(key="update_key", called="secret", secret=True),),
        limits=Limits(
            keep_alive=timedelta(days=60), writes=((10, timedelta(seconds=10)),)
        ),
        secret_is_name=True,
    )
    families_apart = True
    phrases = {"OK": Outcome.UPDATED}

    @override
    def conflict(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return that a hostname of the service is not that of its secret."""
        secret = str(settings.get("update_key", ""))
        own = f"{sha224(secret.encode()).hexdigest()}.{_PARENT}"
        if hostname.fqdn == own or not hostname.within(_PARENT):
            return None
        return InvalidField("update_key", reason="key_of_other_hostname")

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        (address,) = request.addresses.values()
        return Target(
            url="https://dyn.addr.tools/",
            method="POST",
            form={
                "secret": str(request.settings.get("update_key", "")),
                "ip": str(address),
            },
        )
