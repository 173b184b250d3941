"""Infomaniak DDNS: https://www.infomaniak.com/en/support/faq/2376/ (checked 2026-10).

One address in a request; the record of the other family stays as it is. Refusals come
with HTTP 400 or 200, and nohost for a wrong address, too. For some weeks in 2024 the
answers were successfully_changed and no_change.
"""

from ..dialects.dyndns2 import RETURN_CODES, Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class InfomaniakDyndns(Dyndns2Provider):
    """infomaniak.com, dynamic DNS."""

    info = ProviderInfo(
        slug="infomaniak_dyndns",
        name="Infomaniak DDNS",
        name_servers=("*.infomaniak.ch", "*.infomaniak.com"),
        website="https://www.infomaniak.com/",
        credentials_url="https://www.infomaniak.com/en/support/faq/2376/",
        fields=login("DDNS password", user_name="DDNS user name"),
    )
    dialect = Dialect(
        url="https://infomaniak.com/nic/update",
        ipv6_mode=Ipv6Mode.SEPARATE_REQUEST,
        codes={
            "successfully_changed": RETURN_CODES["good"],
            "no_change": RETURN_CODES["nochg"],
        },
    )
