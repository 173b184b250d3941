"""URLs of servers that a user names: https, or http to a host nearby."""

from yarl import URL

from ..hostname import is_host
from ..net.local_host import is_local


def server_url_problem(text: str, allow_http: bool) -> str | None:
    """Return the error key of what is wrong with a server's URL, None if nothing is."""
    try:
        url = URL(text)
        # a name may be none: that is found out when it is decoded
        host, port = url.host, url.port
    except ValueError:
        return "server_url_malformed"
    if url.scheme not in ("http", "https") or not host or not port:
        return "server_url_malformed"
    if not is_host(url.raw_host or ""):
        return "server_url_bad_host"
    if url.user is not None or url.password is not None:
        return "server_url_has_credentials"
    if url.query_string or url.fragment or text.endswith(("?", "#")):
        return "server_url_has_query"
    if url.scheme == "http" and not is_local(host):
        return "server_url_http_public"
    if url.scheme == "http" and not allow_http:
        return "server_url_http_not_allowed"
    return None
