"""IPv64.net: https://ipv64.net/dyndns_updater_api (checked 2026-10).

Both addresses are optional; what happens to the one that is not sent is not said, nor is
there a word that keeps it: both go in one request. An account has 48 updates in 24 hours
unless it is of a higher class, and three calls in ten seconds; HTTP 403 and 429 say that
there were more. Clients see the usual words, as text or within JSON.
"""

from datetime import timedelta

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..provider_info import ISSUED, Field, Limits, ProviderInfo, Unsent, listed

_PAIR = r'"\w+":\s*("[0-9a-f.:]*"|"[\w-]+(\.[\w-]+)+"|[0-9]+)'


class Ipv64(Dyndns2Provider):
    """ipv64.net."""

    info = ProviderInfo(
        slug="ipv64",
        name="IPv64.net",
        domains=listed("""
            ipv64.net ipv64.de home64.de any64.de eth64.de lan64.de nas64.de
            srv64.de tcp64.de udp64.de vpn64.de wan64.de
        """),
        name_servers=("*.ipv64.net",),
        website="https://ipv64.net/",
        credentials_url="https://ipv64.net/",
        fields=(
            Field(key="token", called="update token", secret=True, pattern=ISSUED),
        ),
        limits=Limits(
            minimum_interval=timedelta(seconds=10),
            batch_size=20,
            at_once=1,
            writes=((3, timedelta(seconds=10)), (48, timedelta(days=1))),
        ),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(
        url="https://ipv64.net/nic/update",
        user_name="token",
        password_field="token",
        hostname_parameter="domain",
        address_parameter="ip",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        ipv6_parameter="ip6",
        phrases={
            **{
                rf'[{{"].*:\s*"{word}\b': word
                for word in ("badauth", "nohost", "abuse")
            },
            # beside the word are a number, a name or an address
            **{
                rf'\{{\s*({_PAIR}\s*,\s*)*"\w+":\s*"{word}"\s*(,\s*{_PAIR}\s*)*\}}': word
                for word in ("nochg", "good")
            },
        },
        statuses={403: "interval"},
    )
