"""An HTTP session for a single request."""

import aiohttp


def one_time_session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    """Return a session without cookies, environment proxies or time limits.

    The session closes the connector.
    """
    return aiohttp.ClientSession(
        connector=connector,
        # a compressed body may exceed its limit
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
    )
