"""Sitelutions: as clients speak it (read 2026-12).

Its page https://sitelutions.com/index.php?rp=/knowledgebase/4/ could not be read. A
record is named by its number. The answer has one line for each record; of the refusals
only dberror is known. IPv4 only. ddclient asks api2.sitelutions.com since 2026.
"""

from functools import partial
from typing import override

from ..address import Family
from ..dialects.fields import RECORD_ID, login
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import Unavailable
from ..outcome import Outcome
from ..provider_info import ProviderInfo


class Sitelutions(PhraseProvider):
    """sitelutions.com."""

    info = ProviderInfo(
        slug="sitelutions",
        name="Sitelutions",
        name_servers=("*.sitelutions.com",),
        website="https://sitelutions.com/",
        credentials_url="https://sitelutions.com/",
        fields=login("account password", user_name="account email"),
        hostname_fields=(RECORD_ID,),
        families=frozenset({Family.IPV4}),
    )
    phrases = {
        r"success": Outcome.UPDATED,
        r"dberror\b": partial(Unavailable, "dberror", reason="provider_server_faulty"),
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        return Target(
            url="https://api2.sitelutions.com/dnsup",
            query={
                "id": str(request.settings.get(RECORD_ID.key, "")),
                "user": str(self.settings["username"]),
                "pass": str(self.settings["password"]),
                "ip": str(request.addresses[Family.IPV4]),
            },
        )
