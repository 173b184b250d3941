"""An HTTP session for one question: nothing is kept, nothing is taken from elsewhere."""

import aiohttp


def one_time_session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    """Return a session without cookies, proxies of the environment or limits of its own.

    The connector is the session's, and closed with it.
    """
    return aiohttp.ClientSession(
        connector=connector,
        # what is compressed may be larger than the limit of a body
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
    )
