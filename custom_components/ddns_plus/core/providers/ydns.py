"""YDNS: https://ydns.io/api/v1/ (read 2026-12).

One address in a request: the service looks for the record that suits it, so that the
other one stays. Success is "good", or "ok" in the provider's own script. Errors come with
status 400, 401 or 404. The login is that of a native account, or an API user.
"""

from ..dialects.dyndns2 import RETURN_CODES, Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class Ydns(Dyndns2Provider):
    """ydns.io."""

    info = ProviderInfo(
        slug="ydns",
        name="YDNS",
        aliases=("ydns.io",),
        domains=("ydns.eu", "ydns.io"),
        website="https://ydns.io/",
        credentials_url="https://ydns.io/",
        fields=login("API password", user_name="API username"),
    )
    dialect = Dialect(
        url="https://ydns.io/api/v1/update/",
        hostname_parameter="host",
        address_parameter="ip",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        codes={"ok": RETURN_CODES["good"]},
        statuses={400: "badrequest", 404: "nohost"},
    )
