"""Any DNS server that takes dynamic updates: BIND, Knot DNS, PowerDNS, Windows DNS ...

Code, not data: the protocol is DNS itself, so no HTTP API can be declared.
"""

from collections.abc import Mapping
import re
from typing import override

from ..dialects.dns_update import DnsUpdateProvider
from ..dialects.fields import ttl_field
from ..hostname import Hostname, InvalidHostnameError, is_host
from ..net.dns import NameServer
from ..net.dns_update import PrimaryServer
from ..net.http import HttpClient
from ..net.tsig import TSIG_ALGORITHMS, TsigKey, is_dns_name, tsig_secret
from ..provider_info import Field, FieldKind, Limits, ProviderInfo, Settings

_PORT = 53
_TTL = (1, 604800)
_ALGORITHM = "hmac-sha256"
# a lone IPv6 address has more colons, and no brackets
_WITH_PORT = re.compile(r"(?:[^:]+|\[.*\]):\d+")


class Rfc2136(DnsUpdateProvider):
    """The DNS server that the user names."""

    info = ProviderInfo(
        slug="rfc2136",
        name="RFC 2136 (BIND, Knot, PowerDNS ...)",
        aliases=("own nameserver", "nsupdate"),
        account_name="RFC 2136",
        website="https://www.rfc-editor.org/rfc/rfc2136",
        credentials_url="https://bind9.readthedocs.io/en/stable/chapter7.html",
        any_server=True,
        fields=(
            Field(key="server", kind=FieldKind.HOST, identity=True),
            Field(
                key="port",
                kind=FieldKind.INTEGER,
                required=False,
                advanced=True,
                default=_PORT,
                minimum=1,
                maximum=65535,
            ),
            Field(key="zone", kind=FieldKind.HOSTNAME, identity=True, required=False),
            Field(key="tsig_key_name", required=False),
            Field(
                key="tsig_algorithm",
                kind=FieldKind.CHOICE,
                required=False,
                default=_ALGORITHM,
                choices=tuple(TSIG_ALGORITHMS),
            ),
            Field(key="tsig_secret", secret=True, pattern=r"[ -~]+", required=False),
        ),
        hostname_fields=(ttl_field(*_TTL),),
        limits=Limits(batch_size=100, ttl=_TTL),
        wildcards=True,
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Read the settings, which have passed `check_settings`."""
        super().__init__(settings, http)
        key = None
        if name := _text(settings, "tsig_key_name"):
            key = TsigKey(
                name=name,
                secret=tsig_secret(_text(settings, "tsig_secret")),
                algorithm=_text(settings, "tsig_algorithm") or _ALGORITHM,
            )
        self.primary = PrimaryServer(
            server=NameServer(
                host=_text(settings, "server"), port=int(settings.get("port") or _PORT)
            ),
            key=key,
        )
        if zone := _text(settings, "zone"):
            self.apex = Hostname.parse(zone)

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong: no server, no zone, half a key, a secret not in base64."""
        wrong: dict[str, str] = {}
        server = _text(settings, "server")
        if _WITH_PORT.fullmatch(server):
            wrong["server"] = "server_has_port"
        elif not is_host(server):
            wrong["server"] = "server_malformed"
        try:
            zone = _text(settings, "zone")
            if zone and Hostname.parse(zone).wildcard:
                wrong["zone"] = "zone_is_wildcard"
        except InvalidHostnameError as err:
            wrong["zone"] = err.problem.value
        name, secret = (
            _text(settings, key) for key in ("tsig_key_name", "tsig_secret")
        )
        if name and not is_dns_name(name):
            wrong["tsig_key_name"] = "tsig_key_name_malformed"
        try:
            if secret:
                tsig_secret(secret)
        except ValueError:
            wrong["tsig_secret"] = "tsig_secret_not_base64"
        if bool(name) is not bool(secret):
            missing = "tsig_secret" if name else "tsig_key_name"
            wrong[missing] = f"{missing}_missing"
        return wrong


def _text(settings: Settings, key: str) -> str:
    """Return a setting without blanks around it, empty when it is not given."""
    return str(settings.get(key) or "").strip()
