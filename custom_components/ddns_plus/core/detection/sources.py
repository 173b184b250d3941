"""The web services that tell the public address: the table, and those the user gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
import re

from yarl import URL

from ..address import Address, Family, Network, Refusal, refusal
from ..errors import InvalidField
from .answers import Format, check_expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A web service that tells the address it sees, one URL per family it can see.

    All sources of an operator have one vote together. A user's URL and header may hold
    a secret, so neither is shown.
    """

    key: str
    operator: str
    ipv4_url: str | None = field(default=None, repr=False)
    ipv6_url: str | None = field(default=None, repr=False)
    format: Format = Format.PLAIN
    expression: str = ""
    header: tuple[str, str] | None = field(default=None, repr=False)

    def url(self, family: Family) -> str | None:
        """Return the URL that is asked for a family, None if it cannot tell it."""
        return self.ipv4_url if family is Family.IPV4 else self.ipv6_url


_CLOUDFLARE = "cloudflare"

# In the order they are asked; of an operator the later ones are spares. Not in this
# table: hosts that answer in either family, want to be asked once a minute at most, or
# send a page for people. The trace is asked by name: the addresses 1.1.1.1 and 1.0.0.1
# are squatted by routers, and have answered with addresses of Cloudflare's own (2025-10).
SOURCES: Mapping[str, Source] = {
    source.key: source
    for source in (
        Source(
            key="cloudflare",
            operator=_CLOUDFLARE,
            ipv4_url="https://api.cloudflare.com/cdn-cgi/trace",
            ipv6_url="https://api.cloudflare.com/cdn-cgi/trace",
            format=Format.TRACE,
        ),
        Source(
            key="amazon",
            operator="amazon",
            ipv4_url="https://checkip.amazonaws.com/",
        ),
        Source(
            key="ident",
            operator="ident",
            ipv4_url="https://v4.ident.me/",
            ipv6_url="https://v6.ident.me/",
        ),
        Source(
            key="desec",
            operator="desec",
            ipv4_url="https://checkipv4.dedyn.io/",
            ipv6_url="https://checkipv6.dedyn.io/",
        ),
        Source(
            key="icanhazip",
            operator=_CLOUDFLARE,
            ipv4_url="https://ipv4.icanhazip.com/",
            ipv6_url="https://ipv6.icanhazip.com/",
        ),
        Source(
            key="ipify",
            operator=_CLOUDFLARE,
            ipv4_url="https://api.ipify.org/",
            ipv6_url="https://api6.ipify.org/",
        ),
    )
}

# No home has an address of Cloudflare's network: such an answer is that of a proxy in
# between, whoever gives it. https://www.cloudflare.com/ips/, list of 2023-09-28.
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

# Domains whose every host is run by one operator: a user's URL there is no second opinion.
_OPERATOR_DOMAINS: Mapping[str, str] = {
    "cloudflare.com": _CLOUDFLARE,
    "cloudflareclient.com": _CLOUDFLARE,
    "icanhazip.com": _CLOUDFLARE,
    "ident.me": "ident",
    "ipify.org": _CLOUDFLARE,
    "one.one.one.one": _CLOUDFLARE,
    "pages.dev": _CLOUDFLARE,
    "tnedi.me": "ident",
    "workers.dev": _CLOUDFLARE,
}
_OPERATOR_HOSTS: Mapping[str, str] = {
    URL(url).raw_host or "": source.operator
    for source in SOURCES.values()
    for url in (source.ipv4_url, source.ipv6_url)
    if url is not None
}

# names that stand for a machine of the local network (RFC 6761, RFC 6762, RFC 8375,
# ICANN's .internal of 2024), and what home routers use without having asked
_LOCAL_DOMAINS = ("home", "home.arpa", "internal", "lan", "local", "localhost")
_LOCAL_ADDRESSES = frozenset({Refusal.LINK_LOCAL, Refusal.LOOPBACK, Refusal.PRIVATE})
# RFC 1035, 2.3.4, and the underscores that some names at home have
_HOST_NAME = re.compile(r"[0-9A-Za-z_-]{1,63}(?:\.[0-9A-Za-z_-]{1,63})*\.?")
# RFC 9110, 5.6.2 and 5.5
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")


def default_sources(family: Family) -> tuple[Source, ...]:
    """Return the sources for a family that are asked unless the user chooses others."""
    return tuple(source for source in SOURCES.values() if source.url(family))


def check_custom_source(
    url: str,
    *,
    family: Family | None = None,
    answer: Format = Format.PLAIN,
    expression: str = "",
    header_name: str = "",
    header_value: str = "",
    allow_http: bool = False,
) -> dict[str, str]:
    """Return what is wrong with a source that the user gives: field key -> error key.

    Without a family, both are asked at the URL. Without `allow_http`, http:// is for
    hosts of the local network only: elsewhere anybody on the way could answer.
    """
    errors: dict[str, str] = {}
    if error := _check_url(url, allow_http):
        errors["url"] = error
    elif family is not None and family not in reachable_families(URL(url.strip())):
        errors["family"] = "wrong_family"
    if error := check_expression(answer, expression):
        errors["expression"] = error
    if header_value and not header_name:
        errors["header_name"] = "header_without_name"
    elif header_name and not header_value:
        errors["header_value"] = "header_without_value"
    else:
        if header_name and not _HEADER_NAME.fullmatch(header_name):
            errors["header_name"] = "invalid_header"
        if header_value and not _HEADER_VALUE.fullmatch(header_value):
            errors["header_value"] = "invalid_header"
    return errors


def custom_source(
    url: str,
    *,
    family: Family | None = None,
    answer: Format = Format.PLAIN,
    expression: str = "",
    header_name: str = "",
    header_value: str = "",
    allow_http: bool = False,
) -> Source:
    """Return the source that the user gives.

    Its operator is the host whatever the port, or the one known to run that host. Raises
    InvalidField for the first thing that check_custom_source finds wrong.
    """
    errors = check_custom_source(
        url,
        family=family,
        answer=answer,
        expression=expression,
        header_name=header_name,
        header_value=header_value,
        allow_http=allow_http,
    )
    for key, error in errors.items():
        raise InvalidField(key, error)
    parsed = URL(url.strip())
    families = reachable_families(parsed) if family is None else {family}
    return Source(
        key=parsed.host_port_subcomponent or "",
        operator=_operator(parsed),
        ipv4_url=str(parsed) if Family.IPV4 in families else None,
        ipv6_url=str(parsed) if Family.IPV6 in families else None,
        format=answer,
        expression=expression,
        header=(header_name, header_value) if header_name else None,
    )


def _check_url(url: str, allow_http: bool) -> str | None:
    """Return what is wrong with a URL, None if nothing."""
    try:
        parsed = URL(url.strip())
        host = parsed.raw_host or ""
        if parsed.scheme not in ("http", "https") or not parsed.port:
            return "invalid_url"
    except ValueError:
        return "invalid_url"
    if _literal(host) is None and not _HOST_NAME.fullmatch(host):
        return "invalid_url"
    if parsed.user is not None or parsed.password is not None:
        return "credentials_in_url"
    if parsed.scheme == "http" and not allow_http and not _is_local(host):
        return "http_not_allowed"
    return None


def _literal(host: str) -> Address | None:
    """Return the address that a URL has in place of a name, None if it has a name."""
    try:
        # a zone ("%eth0") has no place in a URL: it is refused as the name that it is not
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def reachable_families(url: URL) -> set[Family]:
    """Return the families in which a URL's host can be asked: an address has but one."""
    address = _literal(url.raw_host or "")
    return set(Family) if address is None else {Family.of(address)}


def _is_local(host: str) -> bool:
    """Return whether a host is on the local network, as far as its name tells."""
    address = _literal(host)
    if address is not None:
        return refusal(address) in _LOCAL_ADDRESSES
    labels = host.lower().rstrip(".")
    return "." not in labels or any(
        labels.endswith(f".{domain}") for domain in _LOCAL_DOMAINS
    )


def _operator(url: URL) -> str:
    """Return who runs a URL's host: the operator known for it, else the host itself."""
    host = (url.raw_host or "").rstrip(".")
    if (address := _literal(host)) is not None:
        # one spelling for every way to write an IPv6 address
        return str(address)
    for domain, operator in _OPERATOR_DOMAINS.items():
        if host == domain or host.endswith(f".{domain}"):
            return operator
    return _OPERATOR_HOSTS.get(host, host)
