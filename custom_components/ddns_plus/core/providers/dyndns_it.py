"""dynDNS.it: https://dyndns.it/note-tecniche/dyndns-it-api (read 2026-12).

Success is "ok"; the older documentation, and dyndns.org's protocol to which it refers,
say "good". An account that has expired is answered with !donor. Wildcards are an option
of the name that is not touched. Of IPv6 nothing is said.
"""

from datetime import timedelta

from ..address import Family
from ..dialects.dyndns2 import RETURN_CODES, Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo


class DyndnsIt(Dyndns2Provider):
    """dyndns.it."""

    info = ProviderInfo(
        slug="dyndns_it",
        name="dynDNS.it",
        domains=("ns0.it",),
        website="https://dyndns.it/",
        credentials_url="https://dyndns.it/",
        fields=login("password"),
        families=frozenset({Family.IPV4}),
        limits=Limits(batch_size=20, outage_wait=timedelta(minutes=10)),
    )
    dialect = Dialect(
        url="https://update.dyndns.it/nic/update",
        codes={"ok": RETURN_CODES["good"], "!donor": RETURN_CODES["!donator"]},
    )
