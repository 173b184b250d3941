"""Custom web services: validation, and the source each makes."""

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
import re

from yarl import URL

from ...address import Address, Family
from ...errors import InvalidField
from ...net.local_host import is_local, is_number
from ..catalog import CLOUDFLARE_NETWORKS, Source
from ..methods import Format, WebService
from .answers import check_expression
from .companies import company, company_at

# published networks, and those of 1.1.1.1, which it runs for APNIC
_CLOUDFLARE_NETWORKS = (
    *CLOUDFLARE_NETWORKS,
    ip_network("1.0.0.0/24"),
    ip_network("1.1.1.0/24"),
)

# RFC 1035, 2.3.4, and underscores, which some local names have
_HOST_NAME = re.compile(r"[0-9A-Za-z_-]{1,63}(?:\.[0-9A-Za-z_-]{1,63})*\.?")
# RFC 9110, 5.6.2 and 5.5
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
# control characters, and lone surrogates, which have no encoding
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomService:
    """A custom web service; possible secrets are not in the repr.

    Without a family the URL is asked for both. `allow_http` allows http:// outside the
    LAN, where anything on the path could answer.
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
    """Return the errors of a custom web service: field key -> error key."""
    errors: dict[str, str] = {}
    if error := _check_url(service.url, service.allow_http):
        errors["url"] = error
    else:
        url = URL(service.url.strip())
        local = is_local(url.raw_host or "")
        # a LAN service reports what it knows, so either family may be used
        if service.family is not None and not local:
            if service.family not in reachable_families(url):
                errors["family"] = "wrong_family"
        if not service.verify_tls and not local:
            errors["verify_tls"] = "verify_tls_outside"
    if error := check_expression(service.answer, service.expression):
        errors["expression"] = error
    return errors | _check_header(service) | _check_credentials(service)


def custom_source(service: CustomService) -> Source:
    """Return the source of a custom web service.

    Its operator is the company of the host; on the LAN it is the host without port.
    Raises InvalidField for the first error of check_custom_source.
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
    """Return the errors of the header."""
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
    """Return the errors of the user name and password (RFC 7617, section 2)."""
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
    """Return the error key of a URL, None if it is valid."""
    try:
        parsed = URL(url.strip())
        host = parsed.raw_host or ""
        # a name may be none: that is found out when it is decoded
        if parsed.scheme not in ("http", "https") or not (parsed.host and parsed.port):
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
    """Return the address in place of a host name, None for a name."""
    try:
        # a URL cannot have a zone ("%eth0"): such a name is refused later
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def reachable_families(url: URL) -> set[Family]:
    """Return the families of a URL's host: an address has only one."""
    address = _literal(url.raw_host or "")
    return set(Family) if address is None else {Family.of(address)}


def _operator(url: URL) -> str:
    """Return the operator of a URL: a company, or a host of the LAN."""
    host = (url.raw_host or "").rstrip(".")
    if url.path.startswith("/cdn-cgi/"):
        # Cloudflare's network answers this path for any name
        return "cloudflare"
    if (address := _literal(host)) is not None:
        if any(address in network for network in _CLOUDFLARE_NETWORKS):
            return "cloudflare"
        # one spelling per IPv6 address
        return company_at(address) or str(address)
    return host if is_local(host) else company(host)
