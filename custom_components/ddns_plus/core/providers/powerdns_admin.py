"""PowerDNS-Admin's dyndns2 endpoint: its source, powerdnsadmin/routes/index.py.

https://github.com/PowerDNS-Admin/PowerDNS-Admin (read 2026-12). One hostname in a
request. Each address is the record's of its family, and the other record stays; a list of
them gets one word, so that they are sent apart. A record that does not exist is created
where the domain has "create via DynDNS"; elsewhere, and where the user may not edit it,
the answer is nochg, too. Wrong credentials are status 401 without a word; those of a
local user alone are right.
"""

from collections.abc import Mapping
from typing import override

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..dialects.server_url import server_url_problem
from ..net.http import HttpClient
from ..provider_info import Field, FieldKind, ProviderInfo, Settings

_PATH = "/nic/update"


class PowerDnsAdmin(Dyndns2Provider):
    """A PowerDNS-Admin that the user names."""

    info = ProviderInfo(
        slug="powerdns_admin",
        name="PowerDNS-Admin",
        website="https://github.com/PowerDNS-Admin/PowerDNS-Admin",
        credentials_url="https://github.com/PowerDNS-Admin/PowerDNS-Admin",
        any_server=True,
        fields=(
            Field(key="server_url", kind=FieldKind.URL, identity=True),
            *login("password"),
            Field(
                key="allow_http", kind=FieldKind.BOOLEAN, required=False, default=False
            ),
        ),
        wildcards=True,
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Read the settings, which have passed `check_settings`."""
        url = str(settings["server_url"]).strip().rstrip("/").removesuffix(_PATH)
        self.dialect = Dialect(
            url=f"{url}{_PATH}",
            ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
            allow_http=bool(settings.get("allow_http")),
        )
        super().__init__(settings, http)

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong with the URL."""
        text = str(settings.get("server_url", "")).strip()
        problem = server_url_problem(text, bool(settings.get("allow_http")))
        return {} if problem is None else {"server_url": problem}
