"""dy.fi: https://www.dy.fi/page/specification?lang=en (read 2026-12).

The address cannot be sent: it is that of the connection, over IPv4, and must be one of a
Finnish network. A name expires 7 days after its last update; the service asks for one
between the fifth and the sixth day. Many nochg in a short time lock the account.
"""

from datetime import timedelta

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Meaning, ReturnCode
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo


class DyFi(Dyndns2Provider):
    """dy.fi."""

    info = ProviderInfo(
        slug="dyfi",
        name="dy.fi",
        domains=("dy.fi", "tunk.org"),
        website="https://www.dy.fi/",
        credentials_url="https://www.dy.fi/",
        fields=login("password", user_name="email address"),
        families=frozenset({Family.IPV4}),
        limits=Limits(
            minimum_interval=timedelta(minutes=5),
            keep_alive=timedelta(days=5, hours=12),
            batch_size=20,
            at_once=1,
        ),
        address_of_connection=True,
    )
    dialect = Dialect(
        url="https://www.dy.fi/nic/update",
        address_parameter=None,
        codes={"badip": ReturnCode(Meaning.REFUSED, "address_not_accepted", True)},
    )
