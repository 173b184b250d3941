"""Catalog of built-in sources, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from ..address import Family, Network
from ..observation import ROUTER
from .methods import (
    DnsServer,
    Format,
    Local,
    Method,
    RecordType,
    StunServer,
    WebService,
)
from .source import HOST, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source and its method per family; None if it cannot report the family.

    All sources of an operator have one vote together. `providers` belong to the same
    operator: it knows the address of their users anyway, so it is asked first. A source
    `of_users_only` is asked only for those users, or if chosen.
    """

    key: str
    operator: str
    ipv4: Method | None = None
    ipv6: Method | None = None
    providers: frozenset[str] = frozenset()
    of_users_only: bool = False

    def method(self, family: Family) -> Method | None:
        """Return the method for a family, None if the source cannot report it."""
        return self.ipv4 if family is Family.IPV4 else self.ipv6

    @property
    def outside(self) -> bool:
        """Return True if a question to it leaves the LAN."""
        methods = (self.ipv4, self.ipv6)
        return any(
            method and method.transport is not Transport.LAN for method in methods
        )


_CLOUDFLARE = "cloudflare"


def _of_provider(
    provider: str, ipv4: str, ipv6: str | None = None, answer: Format = Format.PLAIN
) -> Source:
    """Return the source of a provider, for its users only."""
    return Source(
        key=provider,
        operator=provider,
        ipv4=_web(ipv4, answer),
        ipv6=_web(ipv6, answer) if ipv6 else None,
        providers=frozenset({provider}),
        of_users_only=True,
    )


def _web(url: str, answer: Format = Format.PLAIN) -> WebService:
    return WebService(url=url, format=answer)


def _cloudflare_dns(server: str) -> DnsServer:
    return DnsServer(
        server=ip_address(server),
        name="whoami.cloudflare",
        record_type=RecordType.TXT,
        chaos=True,
        tls_name="cloudflare-dns.com",
    )


# In the order of asking; LAN sources come first, and an operator's later ones are
# spares. Left out are hosts that answer in either family, that allow one question per
# minute or less, or that send a web page. The Cloudflare trace is asked by name:
# routers use 1.1.1.1 and 1.0.0.1 themselves, and these have answered with Cloudflare's
# own addresses (2025-10). Plain UDP is asked last, since anything on the path can
# answer. DNS server addresses are those in the operators' documentation, 2026-10. Of
# providers' own services only those over TLS with a fully known answer are listed.
# Sources: Dynu's page about ddclient ("Current IP Address: ", one host per family),
# ipv64.net itself (clients compare the whole answer with the record),
# qdm12/ddns-updater for spdyn. Those of Hurricane Electric, FreeDNS and ddnss.de are
# pages with more text than the address.
SOURCES: Mapping[str, Source] = {
    source.key: source
    for source in (
        Source(key=Local.UPNP.value, operator=ROUTER, ipv4=Local.UPNP),
        Source(key=Local.NAT_PMP.value, operator=ROUTER, ipv4=Local.NAT_PMP),
        # IPv4 where this machine is the router
        Source(
            key=Local.INTERFACE.value,
            operator=HOST,
            ipv4=Local.INTERFACE,
            ipv6=Local.INTERFACE,
        ),
        Source(
            key="cloudflare",
            operator=_CLOUDFLARE,
            ipv4=_web("https://api.cloudflare.com/cdn-cgi/trace", Format.TRACE),
            ipv6=_web("https://api.cloudflare.com/cdn-cgi/trace", Format.TRACE),
            providers=frozenset({"cloudflare"}),
        ),
        Source(
            key="amazon",
            operator="amazon",
            ipv4=_web("https://checkip.amazonaws.com/"),
            providers=frozenset({"route53"}),
        ),
        Source(
            key="ident",
            operator="ident",
            ipv4=_web("https://v4.ident.me/"),
            ipv6=_web("https://v6.ident.me/"),
        ),
        Source(
            key="desec",
            operator="desec",
            ipv4=_web("https://checkipv4.dedyn.io/"),
            ipv6=_web("https://checkipv6.dedyn.io/"),
            providers=frozenset({"desec", "desec_dyndns"}),
        ),
        Source(
            key="opendns",
            operator="cisco",
            ipv4=DnsServer(
                server=ip_address("208.67.222.222"),
                name="myip.opendns.com",
                tls_name="dns.opendns.com",
            ),
            ipv6=DnsServer(
                server=ip_address("2620:119:35::35"),
                name="myip.opendns.com",
                tls_name="dns.opendns.com",
            ),
        ),
        _of_provider(
            "dynu",
            "https://checkip.dynu.com/",
            "https://checkipv6.dynu.com/",
            Format.LABELLED,
        ),
        _of_provider(
            "ipv64",
            "https://ipv4.ipv64.net/ipcheck.php?ipv4",
            "https://ipv6.ipv64.net/ipcheck.php?ipv6",
        ),
        _of_provider("spdyn", "https://checkip.spdyn.de/"),
        Source(
            key="icanhazip",
            operator=_CLOUDFLARE,
            ipv4=_web("https://ipv4.icanhazip.com/"),
            ipv6=_web("https://ipv6.icanhazip.com/"),
        ),
        Source(
            key="ipify",
            operator=_CLOUDFLARE,
            ipv4=_web("https://api.ipify.org/"),
            ipv6=_web("https://api6.ipify.org/"),
        ),
        Source(
            # over TLS: a router that uses these addresses has no certificate for them
            key="cloudflare_dns",
            operator=_CLOUDFLARE,
            ipv4=_cloudflare_dns("1.1.1.1"),
            ipv6=_cloudflare_dns("2606:4700:4700::1111"),
        ),
        Source(
            key="google_dns",
            operator="google",
            ipv4=DnsServer(
                server=ip_address("216.239.32.10"),
                name="o-o.myaddr.l.google.com",
                record_type=RecordType.TXT,
            ),
            ipv6=DnsServer(
                server=ip_address("2001:4860:4802:32::a"),
                name="o-o.myaddr.l.google.com",
                record_type=RecordType.TXT,
            ),
        ),
        Source(
            key="google_stun",
            operator="google",
            ipv4=StunServer(host="stun.l.google.com", port=19302),
            ipv6=StunServer(host="stun.l.google.com", port=19302),
        ),
        Source(
            key="cloudflare_stun",
            operator=_CLOUDFLARE,
            ipv4=StunServer(host="stun.cloudflare.com"),
            ipv6=StunServer(host="stun.cloudflare.com"),
        ),
    )
}

# No client has an address of Cloudflare's network: such an answer is that of a proxy.
# https://www.cloudflare.com/ips/, list of 2023-09-28.
CLOUDFLARE_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "103.21.244.0/22",
        "103.22.200.0/22",
        "103.31.4.0/22",
        "104.16.0.0/13",
        "104.24.0.0/14",
        "108.162.192.0/18",
        "131.0.72.0/22",
        "141.101.64.0/18",
        "162.158.0.0/15",
        "172.64.0.0/13",
        "173.245.48.0/20",
        "188.114.96.0/20",
        "190.93.240.0/20",
        "197.234.240.0/22",
        "198.41.128.0/17",
        "2400:cb00::/32",
        "2405:8100::/32",
        "2405:b500::/32",
        "2606:4700::/32",
        "2803:f800::/32",
        "2a06:98c0::/29",
        "2c0f:f248::/32",
    )
)


def default_sources(family: Family) -> tuple[Source, ...]:
    """Return the sources of a family without those of providers."""
    return tuple(
        source
        for source in SOURCES.values()
        if source.method(family) and not source.of_users_only
    )


def sources_of_providers(family: Family) -> tuple[Source, ...]:
    """Return the sources of a family that belong to providers."""
    return tuple(
        source
        for source in SOURCES.values()
        if source.method(family) and source.of_users_only
    )
