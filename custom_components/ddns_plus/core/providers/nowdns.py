"""Now-DNS: as clients speak it (read 2026-12).

Its own documentation could not be read. Each address is sent alone. Errors come with
status 400 and a word of dyndns2.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider, Ipv6Mode
from ..dialects.fields import login
from ..provider_info import ProviderInfo, listed


class NowDns(Dyndns2Provider):
    """now-dns.com."""

    info = ProviderInfo(
        slug="nowdns",
        name="Now-DNS",
        # those that the service has in the Public Suffix List
        domains=listed("""
            now-dns.net now-dns.org dnsking.ch mypi.co myiphost.com forumz.info
            soundcast.me tcp4.me dnsup.net hicam.net ownip.net vpndns.net dynserv.org
            x443.pw ntdll.top freeddns.us
        """),
        website="https://now-dns.com/",
        credentials_url="https://now-dns.com/",
        fields=login("password", user_name="email address"),
    )
    dialect = Dialect(
        url="https://now-dns.com/update", ipv6_mode=Ipv6Mode.SEPARATE_REQUEST
    )
