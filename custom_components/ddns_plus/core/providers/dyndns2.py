"""Any dyndns2 server: PowerDNS-Admin, a router, a server of your own ...

What the server does with an address that is not sent is not known: both are sent where
both are managed. A server that refuses several hostnames at once is asked for each.
"""

from collections.abc import Mapping
from dataclasses import replace
import re
from typing import override

from yarl import URL

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode, Meaning, ReturnCode
from ..dialects.server_url import server_url_problem
from ..net.http import HttpClient
from ..provider_info import Field, FieldKind, Limits, ProviderInfo, Settings, Unsent

_PATH = "/nic/update"
_PARAMETER = "myipv6"
_COMMA_CODES = {
    "badip": ReturnCode(
        Meaning.NOT_UNDERSTOOD,
        "address_not_accepted_of_two",
        one_of_many=True,
    ),
    # selfhost's answer to two addresses, with which nothing is abused
    "abuse": ReturnCode(
        Meaning.BLOCKED,
        "blocked_or_two",
    ),
}


class Dyndns2(Dyndns2Provider):
    """The server that the user names."""

    info = ProviderInfo(
        slug="dyndns2",
        name="DynDNS2 server",
        aliases=("own server", "FRITZ!Box", "router", "update URL"),
        website="https://help.dyn.com/remote-access-api/",
        credentials_url="https://help.dyn.com/remote-access-api/",
        any_server=True,
        fields=(
            Field(key="server_url", kind=FieldKind.URL, identity=True),
            Field(key="username", identity=True),
            Field(key="password", secret=True),
            Field(
                key="allow_http", kind=FieldKind.BOOLEAN, required=False, default=False
            ),
            Field(
                key="ipv6_mode",
                kind=FieldKind.CHOICE,
                required=False,
                advanced=True,
                default=Ipv6Mode.COMMA.value,
                choices=tuple(mode.value for mode in Ipv6Mode),
            ),
            Field(
                key="ipv6_parameter", required=False, advanced=True, default=_PARAMETER
            ),
        ),
        wildcards=True,
        limits=Limits(batch_size=20),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Read the settings, which have passed `check_settings`."""
        url = URL(str(settings["server_url"]).strip())
        mode = Ipv6Mode(str(settings.get("ipv6_mode") or Ipv6Mode.COMMA))
        self.dialect = Dialect(
            url=str(url if _has_path(settings) else url.with_path(_PATH)),
            ipv6_mode=mode,
            ipv6_parameter=str(settings.get("ipv6_parameter") or _PARAMETER),
            codes=_COMMA_CODES if mode is Ipv6Mode.COMMA else {},
            allow_http=bool(settings.get("allow_http")),
        )
        if mode is Ipv6Mode.SEPARATE_REQUEST:
            # an address of its own request needs no other to go along
            self.info = replace(self.info, pairs_families=False, unsent=Unsent.KEPT)
        super().__init__(settings, http)

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong: with the URL, or the name of the parameter."""
        wrong: dict[str, str] = {}
        text = str(settings.get("server_url", "")).strip()
        if (
            problem := server_url_problem(text, bool(settings.get("allow_http")))
        ) is not None:
            wrong["server_url"] = problem
        parameter = str(settings.get("ipv6_parameter") or _PARAMETER)
        if not re.fullmatch(r"[A-Za-z0-9._-]+", parameter):
            wrong["ipv6_parameter"] = "ipv6_parameter_malformed"
        return wrong


def _has_path(settings: Settings) -> bool:
    """Return True if the URL was given with a path, if only the root's slash."""
    return "/" in str(settings["server_url"]).strip().partition("://")[2]
