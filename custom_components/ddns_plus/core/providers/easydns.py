"""easyDNS: https://kb.easydns.com/knowledge/dynamic-dns/ (checked 2026-10).

The answer is a small web page with a word of its own in the first line and an
explanation below a rule; the words of the documentation (NOERROR, TOOSOON ...) and those
that are seen (OK, TOO_FREQ, NO_SERVICE ...) differ. "OK" comes with "no update required"
when nothing changed. NOACCESS stands for wrong credentials and for a foreign hostname
alike. A hostname can be updated every ten minutes, one address in a request, so that the
second family may have to wait. 1.1.1.1 would mean "detect my address", 0.0.0.0 "offline".
Of a domain such as example.co.uk, `tld` must say what stands behind its first label.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import override

from ..dialects.dyndns2 import (
    RETURN_CODES,
    Dialect,
    Dyndns2Provider,
    Ipv6Mode,
    Meaning,
    ReturnCode,
)
from ..dialects.fields import login
from ..dialects.update_url import UpdateRequest, zone_conflict
from ..errors import InvalidField
from ..hostname import Hostname
from ..provider_info import Field, FieldKind, Limits, ProviderInfo, Settings

_NO_ACCESS = ReturnCode(
    Meaning.INVALID_CREDENTIALS,
    "wrong_login_or_hostname",
)
_NO_SERVICE = ReturnCode(
    Meaning.INVALID_HOSTNAME,
    "hostname_not_enabled",
)
_TOO_SOON = ReturnCode(Meaning.TOO_OFTEN, "ten_minutes_not_over", one_of_many=True)


class EasyDns(Dyndns2Provider):
    """easydns.com."""

    info = ProviderInfo(
        slug="easydns",
        name="easyDNS",
        name_servers=(
            "*.easydns.com",
            "*.easydns.net",
            "*.easydns.org",
            "*.easydns.info",
        ),
        website="https://easydns.com/",
        credentials_url="https://kb.easydns.com/knowledge/dynamic-dns/",
        fields=login("dynamic DNS token", key="token"),
        hostname_fields=(
            Field(key="zone", kind=FieldKind.HOSTNAME, required=False, advanced=True),
        ),
        limits=Limits(
            minimum_interval=timedelta(minutes=10),
            at_once=1,
            outage_wait=timedelta(minutes=10),
        ),
    )
    dialect = Dialect(
        url="https://api.cp.easydns.com/dyn/generic.php",
        password_field="token",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        codes={
            **dict.fromkeys(("ok", "noerror", "no_error"), RETURN_CODES["good"]),
            **dict.fromkeys(("noaccess", "no_access", "no_auth"), _NO_ACCESS),
            **dict.fromkeys(("noservice", "no_service"), _NO_SERVICE),
            **dict.fromkeys(("toosoon", "too_soon", "too_freq"), _TOO_SOON),
        },
        phrases={
            r"illegal[ _]input\b": "badrequest",
            r"no update required( for \S+ to \S+)?\.?": "nochg",
        },
        remark=r"(\S+ updated( to \S+)?)?",
    )
    doubtful_codes = frozenset({"noaccess", "no_access", "no_auth"})

    @override
    def conflict(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return that a hostname is not in the domain that is named for it."""
        return zone_conflict(hostname, settings)

    @override
    def parameters(self, request: UpdateRequest) -> Mapping[str, str]:
        """Return the query; what is behind the domain's own label if that is known."""
        query = super().parameters(request)
        if not (zone := request.settings.get("zone")):
            return query
        return {**query, "tld": str(zone).partition(".")[2]}
