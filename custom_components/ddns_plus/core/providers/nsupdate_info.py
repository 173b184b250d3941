"""nsupdate.info, hosted and self-hosted: https://nsupdateinfo.readthedocs.io/ (read 2026-12).

Each host has a secret of its own; the user name is the host itself. The family that is
not sent stays as it is. An update that changes nothing counts as a fault of the client,
and many of them block the host until its owner clears the flag.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import override

from yarl import URL

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Meaning, ReturnCode
from ..dialects.server_url import server_url_problem
from ..dialects.update_url import UpdateRequest
from ..net.http import HttpClient
from ..provider_info import Field, FieldKind, ProviderInfo, Settings

_URL = "https://nsupdate.info"


class NsupdateInfo(Dyndns2Provider):
    """nsupdate.info, or a server of its software."""

    info = ProviderInfo(
        slug="nsupdate_info",
        name="nsupdate.info",
        domains=("nsupdate.info", "nerdpol.ovh"),
        website="https://www.nsupdate.info/",
        credentials_url="https://www.nsupdate.info/",
        fields=(
            Field(
                key="server_url",
                kind=FieldKind.URL,
                identity=True,
                required=False,
            ),
        ),
        hostname_fields=(Field(key="update_key", called="update secret", secret=True),),
    )
    dialect = Dialect(
        url=f"{_URL}/nic/update",
        # of this host alone
        codes={"abuse": ReturnCode(Meaning.REFUSED, "blocked")},
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Read the settings, which have passed `check_settings`."""
        if url := str(settings.get("server_url") or "").strip():
            server = str(URL(url).with_path("/nic/update"))
            self.dialect = replace(self.dialect, url=server)
        super().__init__(settings, http)

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong with the URL of an own server."""
        url = str(settings.get("server_url") or "").strip()
        problem = server_url_problem(url, allow_http=False) if url else None
        return {"server_url": problem} if problem else {}

    @override
    def login(self, request: UpdateRequest) -> tuple[str, str]:
        """Return the hostname and its secret."""
        return request.hostnames[0].fqdn, str(request.settings.get("update_key", ""))
