"""DNS Made Easy dynamic DNS: as clients quote its documentation (read 2026-12).

https://dnsmadeeasy.com/technology/dynamic-dns/ could not be read; ddclient has its words
with their meanings. IPv4 only. A record is named by its number, and has a password of its
own. error-auth stands for an address that is not accepted, too.
"""

from functools import partial
from typing import override

from ..address import Family
from ..dialects.fields import RECORD_ID
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials, InvalidField, Refused, Unavailable
from ..outcome import Outcome
from ..provider_info import Field, ProviderInfo


class DnsMadeEasyDyndns(PhraseProvider):
    """dnsmadeeasy.com, dynamic DNS."""

    info = ProviderInfo(
        slug="dnsmadeeasy_dyndns",
        name="DNS Made Easy (dynamic DNS)",
        name_servers=("*.dnsmadeeasy.com",),
        website="https://dnsmadeeasy.com/",
        credentials_url="https://cp.dnsmadeeasy.com/",
        fields=(Field(key="username", identity=True),),
        hostname_fields=(
            RECORD_ID,
            Field(key="update_key", called="Dynamic DNS password", secret=True),
        ),
        families=frozenset({Family.IPV4}),
    )
    phrases = {
        r"success": Outcome.UPDATED,
        r"error-record-ip-same": Outcome.UNCHANGED,
        r"error-record-(invalid|auth)$": partial(
            InvalidField, "record_id", "error-record", reason="record_not_in_account"
        ),
        r"error-auth-(suspend|voided)$": partial(
            Refused, "error-auth-suspend", reason="account_locked", account_wide=True
        ),
        r"error-auth$": partial(InvalidCredentials, "error-auth", reason="wrong_login"),
        r"error(-system)?$": partial(
            Unavailable, "error-system", reason="provider_server_faulty"
        ),
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://cp.dnsmadeeasy.com/servlet/updateip",
            query={
                "username": str(self.settings["username"]),
                "password": str(request.settings.get("update_key", "")),
                "id": str(request.settings.get(RECORD_ID.key, "")),
                "ip": str(request.addresses[Family.IPV4]),
            },
        )
