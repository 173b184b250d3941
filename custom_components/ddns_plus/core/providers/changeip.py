"""ChangeIP: as clients speak it (read 2026-12).

Its page https://www.changeip.com/accounts/index.php?rp=/knowledgebase/47/ could not be read.
Success is said in prose with the word "Successful", or in the words of dyndns2; status 402
asks for a paid plan, 422 is a wrong hostname. Two clients send the address as ip, two as
myip. Nothing is known of IPv6.
"""

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import ProviderInfo


class ChangeIp(Dyndns2Provider):
    """changeip.com."""

    info = ProviderInfo(
        slug="changeip",
        name="ChangeIP",
        website="https://www.changeip.com/",
        credentials_url="https://www.changeip.com/accounts/",
        fields=login("password"),
        families=frozenset({Family.IPV4}),
    )
    dialect = Dialect(
        url="https://nic.changeip.com/nic/update",
        address_parameter="ip",
        phrases={r"(200\W+)?(update )?success(ful(ly)?)?( update)?\W*": "good"},
        statuses={402: "!donator", 422: "nohost"},
    )
