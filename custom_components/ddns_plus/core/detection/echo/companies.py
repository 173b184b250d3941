"""Companies behind the hosts of custom web services."""

from collections.abc import Mapping

from yarl import URL

from ...address import Address
from ..catalog import SOURCES
from ..methods import DnsServer, WebService

# Domains of one company, by the name of its operator. Names of customers' machines in
# these domains belong to the same company's network.
_DOMAINS: Mapping[str, str] = {
    domain: operator
    for operator, domains in {
        "amazon": ("amazonaws.com", "aws.amazon.com", "cloudfront.net"),
        "akamai": ("akamai.com", "akamai.net", "akamaihd.net", "akamaized.net"),
        "cisco": ("cisco.com", "dnsomatic.com", "opendns.com", "umbrella.com"),
        "cloudflare": (
            "cloudflare-dns.com",
            "cloudflare.com",
            "cloudflareclient.com",
            "icanhazip.com",
            "icanhaztrace.com",
            "ipify.org",
            "one.one.one.one",
            "pages.dev",
            "workers.dev",
        ),
        "desec": ("desec.io", "desec.org"),
        "dyn": ("dyn.com", "dyndns.com", "dyndns.org"),
        "dynu": ("dynu.com",),
        "google": ("dns.google", "google.com", "googleapis.com", "googledomains.com"),
        "ident": ("ident.me", "tnedi.me"),
        "noip": ("no-ip.com", "noip.com"),
        "proton": ("ip.me", "proton.me", "protonvpn.com"),
        "spdyn": ("securepoint.de", "spdyn.de"),
        "wtf": ("myip.wtf", "wtfismyip.com"),
    }.items()
    for domain in domains
}
# Domains of providers in which customers' own machines have names: the operator, and the
# first labels of the provider's own services.
_SHARED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "dedyn.io": ("desec", ("checkip", "checkipv4", "checkipv6", "update", "www")),
    "ddns.net": ("noip", ("www",)),
    "duckdns.org": ("duckdns", ("www",)),
    "dynu.net": ("dynu", ("checkip", "www")),
    "github.io": ("github", ("www",)),
    "ipv64.net": ("ipv64", ("ipv4", "ipv6", "www")),
}
_HOSTS: Mapping[str, str] = {
    URL(method.url).raw_host or "": source.operator
    for source in SOURCES.values()
    for method in (source.ipv4, source.ipv6)
    if isinstance(method, WebService)
}
_SERVERS: Mapping[Address, str] = {
    method.server: source.operator
    for source in SOURCES.values()
    for method in (source.ipv4, source.ipv6)
    if isinstance(method, DnsServer)
}
# labels below a country's domain under which names are sold, as in "example.co.uk"
_SECOND_LEVEL = frozenset(
    [
        "ac",
        "biz",
        "co",
        "com",
        "edu",
        "ed",
        "gob",
        "gen",
        "gov",
        "go",
        "govt",
        "gv",
        "idv",
        "ind",
        "info",
        "ltd",
        "me",
        "mil",
        "name",
        "ne",
        "net",
        "nic",
        "nom",
        "nsw",
        "or",
        "org",
        "plc",
        "pro",
        "sch",
        "web",
    ]
)
_COUNTRY_LENGTH = 2


def company(host: str) -> str:
    """Return the operator of a public host name: a known one, else its domain.

    The domain is the part that is sold as a whole ("example.co.uk").
    """
    if (operator := _HOSTS.get(host)) is not None:
        return operator
    labels = host.split(".")
    for start in range(len(labels) - 1):
        domain = ".".join(labels[start:])
        if (operator := _DOMAINS.get(domain)) is not None:
            return operator
        if domain in _SHARED:
            operator, services = _SHARED[domain]
            below = labels[:start]
            if not below or below[-1] in services:
                return operator
            return ".".join(labels[start - 1 :])
    return ".".join(labels[-_sold_labels(labels) :])


def company_at(address: Address) -> str | None:
    """Return the operator of a known server, None for another address."""
    return _SERVERS.get(address)


def _sold_labels(labels: list[str]) -> int:
    """Return the number of labels of the part of a name that is sold as a whole."""
    if len(labels) > 2 and len(labels[-1]) == _COUNTRY_LENGTH:
        return 3 if labels[-2] in _SECOND_LEVEL else 2
    return 2
