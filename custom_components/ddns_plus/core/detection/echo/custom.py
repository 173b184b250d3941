"""The web services that a user gives: what is wrong with one, and the source it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
import re

from yarl import URL

from ...address import Address, Family
from ...errors import InvalidField
from ...net.local_host import is_local, is_number
from ..catalog import CLOUDFLARE_NETWORKS, SOURCES, Source
from ..methods import Format, WebService
from .answers import check_expression

# Domains whose every host is run by one operator: a user's URL there is no second opinion.
_OPERATOR_DOMAINS: Mapping[str, str] = {
    "cloudflare-dns.com": "cloudflare",
    "cloudflare.com": "cloudflare",
    "cloudflareclient.com": "cloudflare",
    "dynu.com": "dynu",
    "icanhazip.com": "cloudflare",
    "ident.me": "ident",
    "ipify.org": "cloudflare",
    "one.one.one.one": "cloudflare",
    "pages.dev": "cloudflare",
    "spdyn.de": "spdyn",
    "tnedi.me": "ident",
    "workers.dev": "cloudflare",
}
# Single hosts: below some of these domains are machines of people with a name there.
_OPERATOR_HOSTS: Mapping[str, str] = {
    "ipv64.net": "ipv64",
    "www.ipv64.net": "ipv64",
} | {
    URL(method.url).raw_host or "": source.operator
    for source in SOURCES.values()
    for method in (source.ipv4, source.ipv6)
    if isinstance(method, WebService)
}

# its published ones, and those of 1.1.1.1, which it runs for APNIC
_CLOUDFLARE_NETWORKS = (
    *CLOUDFLARE_NETWORKS,
    ip_network("1.0.0.0/24"),
    ip_network("1.1.1.0/24"),
)

# RFC 1035, 2.3.4, and the underscores that some names at home have
_HOST_NAME = re.compile(r"[0-9A-Za-z_-]{1,63}(?:\.[0-9A-Za-z_-]{1,63})*\.?")
# RFC 9110, 5.6.2 and 5.5
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
# control characters, and halves of characters, which no encoding has
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomService:
    """A web service as a user describes it; whatever may hold a secret is not shown.

    Without a family, both are asked at the URL. Without `allow_http`, http:// is for
    hosts of the local network only: elsewhere anybody on the way could answer.
    """

    url: str = field(repr=False)
    family: Family | None = None
    answer: Format = Format.PLAIN
    expression: str = ""
    header_name: str = ""
    header_value: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    verify_tls: bool = True
    allow_http: bool = False


def check_custom_source(service: CustomService) -> dict[str, str]:
    """Return what is wrong with a user's web service: field key -> error key."""
    errors: dict[str, str] = {}
    if error := _check_url(service.url, service.allow_http):
        errors["url"] = error
    else:
        url = URL(service.url.strip())
        local = is_local(url.raw_host or "")
        # what is in the house tells what it knows, so it may be asked in either family
        if service.family is not None and not local:
            if service.family not in reachable_families(url):
                errors["family"] = "wrong_family"
        if not service.verify_tls and not local:
            errors["verify_tls"] = "verify_tls_outside"
    if error := check_expression(service.answer, service.expression):
        errors["expression"] = error
    return errors | _check_header(service) | _check_credentials(service)


def custom_source(service: CustomService) -> Source:
    """Return the source that a user's web service makes.

    Its operator is the host whatever the port, or the one known to run that host. Raises
    InvalidField for the first thing that check_custom_source finds wrong.
    """
    for key, error in check_custom_source(service).items():
        raise InvalidField(key, error)
    url = URL(service.url.strip())
    families = reachable_families(url) if service.family is None else {service.family}
    method = WebService(
        url=str(url),
        format=service.answer,
        expression=service.expression,
        header=(service.header_name, service.header_value)
        if service.header_name
        else None,
        credentials=(service.username, service.password) if service.username else None,
        verify_tls=service.verify_tls,
        local=is_local(url.raw_host or ""),
    )
    return Source(
        key=url.host_port_subcomponent or "",
        operator=_operator(url),
        ipv4=method if Family.IPV4 in families else None,
        ipv6=method if Family.IPV6 in families else None,
    )


def _check_header(service: CustomService) -> dict[str, str]:
    """Return what is wrong with the header."""
    name, value = service.header_name, service.header_value
    if value and not name:
        return {"header_name": "header_without_name"}
    if name and not value:
        return {"header_value": "header_without_value"}
    errors = {}
    if name and not _HEADER_NAME.fullmatch(name):
        errors["header_name"] = "invalid_header"
    if value and not _HEADER_VALUE.fullmatch(value):
        errors["header_value"] = "invalid_header"
    return errors


def _check_credentials(service: CustomService) -> dict[str, str]:
    """Return what is wrong with the user name and password (RFC 7617, section 2)."""
    if service.password and not service.username:
        return {"username": "password_without_username"}
    if ":" in service.username or _UNSENDABLE.search(service.username):
        return {"username": "invalid_username"}
    if _UNSENDABLE.search(service.password):
        return {"password": "invalid_password"}
    if service.username and service.header_name.lower() == "authorization":
        return {"header_name": "authorization_twice"}
    return {}


def _check_url(url: str, allow_http: bool) -> str | None:
    """Return what is wrong with a URL, None if nothing."""
    try:
        parsed = URL(url.strip())
        host = parsed.raw_host or ""
        if parsed.scheme not in ("http", "https") or not parsed.port:
            return "invalid_url"
    except ValueError:
        return "invalid_url"
    if _literal(host) is None:
        if is_number(host) or not _HOST_NAME.fullmatch(host):
            return "invalid_url"
    if parsed.user is not None or parsed.password is not None:
        return "credentials_in_url"
    if parsed.scheme == "http" and not allow_http and not is_local(host):
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


def _operator(url: URL) -> str:
    """Return who runs a URL's host: the operator known for it, else the host itself."""
    host = (url.raw_host or "").rstrip(".")
    if url.path.startswith("/cdn-cgi/"):
        # whatever the name, the answer is made by Cloudflare's network in front of it
        return "cloudflare"
    if (address := _literal(host)) is not None:
        if any(address in network for network in _CLOUDFLARE_NETWORKS):
            return "cloudflare"
        # one spelling for every way to write an IPv6 address
        return str(address)
    for domain, operator in _OPERATOR_DOMAINS.items():
        if host == domain or host.endswith(f".{domain}"):
            return operator
    return _OPERATOR_HOSTS.get(host, host)
