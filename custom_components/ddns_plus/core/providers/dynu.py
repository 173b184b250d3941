"""Dynu: https://www.dynu.com/DynamicDNS/IP-Update-Protocol (checked 2026-10).

An address that is not sent is taken from the connection's source unless "no" is sent.
A name below a domain of one's own is an alias of that domain: sent as a hostname it is
refused with badauth, or answered with good and not changed. Which names are aliases is
not to be seen, as Dynu's own domains are many: the hostname's setting `zone` says so.
"""

from collections.abc import Hashable, Mapping
from datetime import timedelta
from typing import override

from ..address import Family
from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode, Meaning, ReturnCode
from ..dialects.fields import login
from ..dialects.update_url import UpdateRequest, outside_zone
from ..errors import InvalidField
from ..hostname import Hostname, InvalidHostnameError
from ..provider_info import Field, FieldKind, Limits, ProviderInfo, Settings, listed


class Dynu(Dyndns2Provider):
    """dynu.com."""

    info = ProviderInfo(
        slug="dynu",
        name="Dynu",
        domains=listed("""
            dynu.net freeddns.org ddnsfree.com mywire.org 1cooldns.com
            bumbleshrimp.com ddnsgeek.com ddnsguru.com dynuddns.com giize.com
            gleeze.com kozow.com loseyourip.com ooguy.com theworkpc.com
            casacam.net dynuddns.net mysynology.net opik.net spryt.net
            accesscam.org camdvr.org roxa.org webredirect.org myddns.rocks
        """),
        name_servers=("*.dynu.com",),
        website="https://www.dynu.com/",
        credentials_url="https://www.dynu.com/ControlPanel/ManageCredentials",
        fields=login("IP update password"),
        hostname_fields=(
            Field(key="zone", kind=FieldKind.HOSTNAME, required=False, advanced=True),
        ),
        limits=Limits(batch_size=20, outage_wait=timedelta(minutes=10)),
        pairs_families=True,
    )
    dialect = Dialect(
        url="https://api.dynu.com/nic/update",
        ipv6_mode=Ipv6Mode.OWN_PARAMETER,
        keep={Family.IPV4: {"myip": "no"}, Family.IPV6: {"myipv6": "no"}},
        codes={
            "badauth": ReturnCode(
                Meaning.INVALID_CREDENTIALS,
                "wrong_login_or_own_domain",
            )
        },
    )
    doubtful_codes = frozenset({"badauth"})

    @override
    def conflict(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return what is wrong with the domain that a hostname is said to be below."""
        try:
            zone = _zone(hostname, settings)
        except InvalidHostnameError as err:
            return InvalidField("zone", err.problem.value)
        if zone is not None and not hostname.within(zone):
            return outside_zone("zone")
        return None

    @override
    def batch_key(self, hostname: Hostname, settings: Settings) -> Hashable:
        """Let an alias travel alone, for a request has room for one."""
        return hostname if _zone(hostname, settings) else None

    @override
    def parameters(self, request: UpdateRequest) -> Mapping[str, str]:
        """Return the query; an alias goes beside its domain."""
        query = super().parameters(request)
        hostname = request.hostnames[0]
        if (zone := _zone(hostname, request.settings)) is None:
            return query
        return {**query, "hostname": zone.fqdn, "alias": hostname.relative_to(zone)}


def _zone(hostname: Hostname, settings: Settings) -> Hostname | None:
    """Return the domain that a hostname is an alias in. Raises InvalidHostnameError."""
    text = str(settings.get("zone") or "").strip()
    zone = Hostname.parse(text) if text else None
    return None if zone == hostname else zone
