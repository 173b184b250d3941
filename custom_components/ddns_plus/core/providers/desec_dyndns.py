"""deSEC dynamic DNS: https://desec.readthedocs.io/en/latest/dyndns/ (checked 2026-10).

An address that is not sent is taken from the connection or deleted, unless "preserve" is
sent. The names of one request must be in one domain, which is updated as a whole; two
requests in two minutes are allowed for a domain. Of a name below dedyn.io the domain is
known, of others the hostname's setting `zone` says it; without it a name travels alone.
Which of these names share a domain is then not known, and so all requests of an account
are counted together: a third domain may be updated two minutes late.
Success is always "good", changed or not. The TTL is 60 seconds. A domain in which nothing
was set for 183 days is deleted after two notices by e-mail; setting the same again
counts. A token whose policies leave a name out is refused with 403. Authentication works
with an empty user name, the name is in `hostname`.
"""

from collections.abc import Hashable
from datetime import timedelta
from typing import override

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode, Meaning, ReturnCode
from ..dialects.update_url import zone_conflict
from ..errors import InvalidField
from ..hostname import Hostname
from ..provider_info import ISSUED, Field, FieldKind, Limits, ProviderInfo, Settings

_NOT_PERMITTED = "http_403"
_REGISTRY = Hostname("dedyn.io")


class DesecDyndns(Dyndns2Provider):
    """desec.io, dynamic DNS."""

    info = ProviderInfo(
        slug="desec_dyndns",
        name="deSEC dynamic DNS",
        aliases=("dedyn.io",),
        domains=("dedyn.io",),
        name_servers=("ns?.desec.io", "ns?.desec.org"),
        website="https://desec.io/",
        credentials_url="https://desec.io/tokens",
        fields=(
            Field(key="token", called="token secret", secret=True, pattern=ISSUED),
        ),
        hostname_fields=(
            Field(key="zone", kind=FieldKind.HOSTNAME, required=False, advanced=True),
        ),
        limits=Limits(
            # the third in two minutes is refused, and requests do not take equally long
            minimum_interval=timedelta(seconds=62),
            keep_alive=timedelta(days=150),
            batch_size=20,
            at_once=1,
            # a second more: the server counts from when it answered
            writes=((2, timedelta(seconds=121)),),
        ),
        pairs_families=True,
        wildcards=True,
    )
    creates = True
    dialect = Dialect(
        url="https://update.dedyn.io/nic/update",
        user_name="",
        password_field="token",
        address_parameter="myipv4",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        keep={
            Family.IPV4: {"myipv4": "preserve"},
            Family.IPV6: {"myipv6": "preserve"},
        },
        codes={
            _NOT_PERMITTED: ReturnCode(
                Meaning.INVALID_CREDENTIALS, "token_lacks_hostname"
            )
        },
        statuses={403: _NOT_PERMITTED},
    )
    # a token may be for some of the hostnames only
    doubtful_codes = frozenset({_NOT_PERMITTED})

    @override
    def conflict(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return that a hostname is not in the domain that is named for it."""
        return zone_conflict(hostname, settings)

    @override
    def batch_key(self, hostname: Hostname, settings: Settings) -> Hashable:
        """Let names of one domain travel together, and others alone."""
        if hostname.within(_REGISTRY):
            return ".".join(hostname.fqdn.split(".")[-3:])
        return str(settings.get("zone") or hostname)
