"""URLs of servers that a user names: https, or http to a host nearby."""

from ipaddress import ip_address

from yarl import URL

from ..address import Refusal, refusal

_NEARBY = frozenset({Refusal.LINK_LOCAL, Refusal.LOOPBACK, Refusal.PRIVATE})
# RFC 6761, 6762, 8375; "internal" by ICANN; "lan" by custom
_NEARBY_DOMAINS = ("localhost", "local", "home.arpa", "internal", "lan")


def server_url_problem(text: str, allow_http: bool) -> str | None:
    """Return the error key of what is wrong with a server's URL, None if nothing is."""
    try:
        url = URL(text)
        port = url.port
    except ValueError:
        return "server_url_malformed"
    if url.scheme not in ("http", "https") or not url.host or not port:
        return "server_url_malformed"
    if url.user is not None or url.password is not None:
        return "server_url_has_credentials"
    if url.query_string or url.fragment or text.endswith(("?", "#")):
        return "server_url_has_query"
    if url.scheme == "http" and not _is_nearby(url.host):
        return "server_url_http_public"
    if url.scheme == "http" and not allow_http:
        return "server_url_http_not_allowed"
    return None


def _is_nearby(host: str) -> bool:
    """Return whether a host is this machine or in the local network, by its name alone."""
    try:
        return refusal(ip_address(host)) in _NEARBY
    except ValueError:
        labels = host.rstrip(".").lower()
        return "." not in labels or any(
            f".{labels}".endswith(f".{domain}") for domain in _NEARBY_DOMAINS
        )
