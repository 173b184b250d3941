"""The cases of providers with an update URL of their own."""

from hashlib import sha1

from aiohttp import web

from .case import HOME, IPV4, IPV6, PASSWORD, USER, Case, InadynAccount, says
from .recording_server import Answer

DUCKDNS_HOME = "canary.duckdns.org"
DUCKDNS_OTHER = "canary2.duckdns.org"
DYNV6_HOME = "canary.dynv6.net"
TOKEN = "canary0token0with0forty0characters000000"
FREEDNS_CREDENTIALS = sha1(f"{USER}|{PASSWORD}".encode()).hexdigest()
_V1_TOKEN = "Y2FuYXJ5dG9rZW5jYW5hcnl0b2tlbjox"
_OLD_IPV4 = "93.184.216.1"
_NAMECHEAP = (
    '<?xml version="1.0" encoding="utf-16"?><interface-response>'
    f"<Command>SETDNSHOST</Command><IP>{IPV4}</IP><ErrCount>0</ErrCount>"
    "<Done>true</Done></interface-response>"
)


def _freedns() -> Answer:
    """Return a FreeDNS with one record, which tells its update URL."""
    url = f"https://freedns.afraid.org/dynamic/update.php?{_V1_TOKEN}"

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.path != "/api/":
            return web.Response(text=f"Updated {HOME} to {IPV4} in 0.1 seconds\n")
        assert request.query["sha"] == FREEDNS_CREDENTIALS
        return web.Response(text=f"{HOME}|{_OLD_IPV4}|{url}\n")

    return answer


TOKEN_CASES = (
    *(
        Case(
            slug="duckdns",
            variant=variant,
            settings={"token": TOKEN},
            hostnames=hostnames,
            addresses=(address,),
            ddclient={"protocol": "duckdns", "password": TOKEN},
            inadyn=InadynAccount(
                section="provider default@duckdns.org", settings={"username": TOKEN}
            ),
            provider=says("OK"),
        )
        for variant, hostnames, address in (
            ("", (DUCKDNS_HOME,), IPV4),
            ("IPv6", (DUCKDNS_HOME,), IPV6),
            ("two hostnames", (DUCKDNS_HOME, DUCKDNS_OTHER), IPV4),
        )
    ),
    *(
        Case(
            slug="dynv6",
            variant=variant,
            settings={"token": TOKEN},
            hostnames=(DYNV6_HOME,),
            addresses=(address,),
            inadyn=InadynAccount(section=section, settings={"username": TOKEN}),
            provider=says("addresses updated"),
            hosts=frozenset({"ipv4.dynv6.com"}),
        )
        for variant, address, section in (
            ("", IPV4, "provider default@ipv4.dynv6.com"),
            ("IPv6", IPV6, "provider default@dynv6.com"),
        )
    ),
    Case(
        slug="ddnss",
        settings={"token": TOKEN},
        hostnames=("canary.ddnss.de",),
        inadyn=InadynAccount(
            section="provider default@ddnss.de",
            settings={"username": USER, "password": PASSWORD},
        ),
        provider=says("Updated 1 hostname."),
        hosts=frozenset({"ddnss.de"}),
    ),
    Case(
        slug="freedns",
        settings={},
        hostname_settings={"update_key": TOKEN[:24]},
        inadyn=InadynAccount(
            section="custom freedns",
            settings={
                "username": USER,
                "password": PASSWORD,
                "ddns-server": "sync.afraid.org",
                "ddns-path": f"/u/{TOKEN[:24]}/?address=%i",
            },
        ),
        provider=says(f"Updated {HOME} to {IPV4} in 0.1 seconds\n"),
    ),
    Case(
        slug="freedns_v1",
        settings={},
        hostname_settings={"update_key": _V1_TOKEN},
        ddclient={"protocol": "freedns", "login": USER, "password": PASSWORD},
        inadyn=InadynAccount(
            section="provider default@freedns.afraid.org",
            settings={"username": USER, "password": PASSWORD},
        ),
        hosts=frozenset({"freedns.afraid.org"}),
        provider=_freedns,
    ),
    *(
        Case(
            slug="namecheap",
            variant=variant,
            settings={"zone": "example.org", "password": PASSWORD},
            hostnames=(hostname,),
            ddclient={
                "protocol": "namecheap",
                "login": "example.org",
                "password": PASSWORD,
            },
            inadyn=InadynAccount(
                # as its example for this provider
                section="custom namecheap",
                settings={
                    "username": "example.org",
                    "password": PASSWORD,
                    "ddns-server": "dynamicdns.park-your-domain.com",
                    "ddns-path": f"/update?domain=%u&password=%p&host={host}&ip=%i",
                },
            ),
            provider=says(_NAMECHEAP),
        )
        for variant, hostname, host in (
            ("", HOME, "home"),
            ("apex", "example.org", "@"),
        )
    ),
    Case(
        slug="freemyip",
        settings={},
        hostname_settings={"update_key": TOKEN[:24]},
        hostnames=("canary.freemyip.com",),
        ddclient={"protocol": "freemyip", "password": TOKEN[:24]},
        inadyn=InadynAccount(
            section="provider default@freemyip.com", settings={"password": TOKEN[:24]}
        ),
        provider=says("OK"),
    ),
    Case(
        slug="cloudns_dyndns",
        settings={},
        hostname_settings={"update_key": TOKEN},
        ddclient={
            "protocol": "cloudns",
            "dynurl": f"https://ipv4.cloudns.net/api/dynamicURL/?q={TOKEN}",
        },
        provider=says("OK"),
    ),
    Case(
        slug="dnsmadeeasy_dyndns",
        settings={"username": USER},
        hostname_settings={"record_id": 1007, "update_key": PASSWORD},
        ddclient={"protocol": "dnsmadeeasy", "login": USER, "password": PASSWORD},
        provider=says("success"),
    ),
    Case(
        slug="sitelutions",
        settings={"username": USER, "password": PASSWORD},
        hostname_settings={"record_id": 1007},
        ddclient={"protocol": "sitelutions", "login": USER, "password": PASSWORD},
        inadyn=InadynAccount(
            section="provider default@sitelutions.com",
            settings={"username": USER, "password": PASSWORD},
        ),
        provider=says("success"),
        hosts=frozenset({"www.sitelutions.com"}),
    ),
    *(
        Case(
            slug="njalla_dyndns",
            variant=variant,
            settings={},
            hostname_settings={"update_key": PASSWORD},
            addresses=addresses,
            ddclient={"protocol": "njalla", "password": PASSWORD},
            provider=says(
                '{"status": 200, "message": "record updated", "value": '
                f'{{"A": "{IPV4}", "AAAA": "{IPV6}"}}}}'
            ),
        )
        for variant, addresses in (("", (IPV4,)), ("both families", (IPV4, IPV6)))
    ),
    Case(
        slug="is_1984",
        settings={"token": TOKEN},
        ddclient={"protocol": "1984", "password": TOKEN},
        provider=says(f'{{"ok": true, "msg": "updated", "ip": "{IPV4}"}}'),
    ),
)
