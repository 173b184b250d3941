"""Where ours asks something else than ddclient and inadyn do, and why that is right."""

from collections.abc import Mapping

from .case import HOME, IPV4, IPV6, PASSWORD, USER
from .comparison import Difference
from .explanation import SYSTEM, Explanation, both, instead
from .service_differences import SERVICE_EXPLANATIONS
from .token_cases import (
    DUCKDNS_HOME,
    DUCKDNS_OTHER,
    DYNV6_HOME,
    FREEDNS_CREDENTIALS,
    TOKEN,
)

_DUCKDNS = f"GET https://www.duckdns.org/update [parameter domains={{}}] [parameter token={TOKEN}] [parameter ip={IPV4}]"

_WHY_PATH = (
    "help.dyn.com, Perform Update: the URL is /v3/update; that with /nic/update is "
    "called the legacy one"
)
_WHY_OVH_HOST = (
    "OVHcloud's guide to DynHost names dns.eu.ovhapis.com; www.ovh.com is the older one"
)
_WHY_WILDCARD = (
    "easyDNS, Dynamic Update Specs: it is an option; what the user has set for the "
    "record is not ours to switch off"
)
_WHY_NOCHG = (
    "DNS-O-Matic's API: any value but NOCHG resets these options at the services behind"
)
_WHY_KEPT = (
    "Dynu's protocol: without the word an IPv6 address is taken from the connection"
)
_WHY_LOGIN_OF_DESEC = (
    "deSEC accepts an empty user name; the names are in hostname, which one request may "
    "have several of"
)
_WHY_PRESERVE = (
    "deSEC, IP Update API: an address that is not sent is taken from the connection or "
    "deleted; each family's own parameter and `preserve` for the other prevent it"
)
_WHY_VERBOSE = (
    "Duck DNS's specification: verbose tells whether something changed, nothing else"
)
_WHY_DUCKDNS_IPV6 = (
    "Duck DNS's specification: ip takes an address of either kind, but ipv6 is what also "
    "keeps it from detecting one, and what goes beside an IPv4 address"
)
_WHY_TOGETHER = "the service takes a comma-separated list: one request, not several"
_WHY_LOOK_UP = (
    "ours asks for the token of the record, so that it needs neither the account's "
    "password nor a list of all records"
)
_WHY_ADDRESS = "ours names the address, so that the connection's source does not matter"
_WHY_RECORD_ID = "the record's number, which the others take in place of the hostname"
_WHY_NO_LOGIN = (
    "the credential is in the URL; inadyn's custom section sends user name and password "
    "along whether they are wanted or not"
)
_WHY_PATCH = (
    "Cloudflare's API: PUT overwrites a record, with its TTL, proxy, comment and tags; "
    "PATCH changes the address alone"
)


EXPLANATIONS = (
    *SERVICE_EXPLANATIONS,
    Explanation(
        client="ddclient",
        cases=(
            *("dyndns2", "dyndns2 IPv6", "dyndns2 two hostnames"),
            *("dynu", "dnsomatic", "inwx_dyndns", "ipv64"),
            *both("dyn", "he", "infomaniak_dyndns", "spdyn", "strato"),
            *both("desec_dyndns"),
        ),
        parts=(SYSTEM,),
        why="DynDNS, Query Specifications (2002): optional, and dyndns where it is not "
        "given; none of these services documents it today",
    ),
    Explanation(
        client="inadyn",
        cases=both("strato"),
        parts=(SYSTEM,),
        why="as for ddclient: not among the parameters in STRATO's FAQ",
    ),
    Explanation(
        client="ddclient",
        cases=both("noip"),
        parts=(("parameter system", "noip", None),),
        why="noip.com/integrate/request: not among the parameters",
    ),
    Explanation(
        client="inadyn",
        cases=("dyndns2 two hostnames",),
        parts=(
            (
                "request",
                (
                    "GET https://dyndns.example.net/nic/update "
                    f"[login={USER}:{PASSWORD}] [parameter hostname={HOME}] "
                    f"[parameter myip={IPV4}]"
                ),
                None,
            ),
            ("parameter hostname", "two.example.org", f"{HOME},two.example.org"),
        ),
        why=_WHY_TOGETHER,
    ),
    *(
        Explanation(
            client=client,
            cases=cases,
            parts=parts,
            why=why,
        )
        for client in ("ddclient", "inadyn")
        for cases, parts, why in (
            (both("dyn"), (("path", "/nic/update", "/v3/update"),), _WHY_PATH),
            (
                both("ovh_dynhost"),
                (("host", "www.ovh.com", "dns.eu.ovhapis.com"),),
                _WHY_OVH_HOST,
            ),
            (both("easydns"), (("parameter wildcard", "OFF", None),), _WHY_WILDCARD),
            (("dynu",), (("parameter myipv6", None, "no"),), _WHY_KEPT),
            (
                ("dnsomatic",),
                tuple(
                    (f"parameter {name}", None, "NOCHG")
                    for name in ("wildcard", "mx", "backmx")
                ),
                _WHY_NOCHG,
            ),
            (
                ("desec_dyndns",),
                (
                    *instead("myip", "myipv4", IPV4),
                    ("parameter myipv6", None, "preserve"),
                ),
                _WHY_PRESERVE,
            ),
            (
                ("desec_dyndns IPv6",),
                (
                    *instead("myip", "myipv6", IPV6),
                    ("parameter myipv4", None, "preserve"),
                ),
                _WHY_PRESERVE,
            ),
            (
                both("desec_dyndns"),
                (("login", f"{HOME}:{PASSWORD}", f":{PASSWORD}"),),
                _WHY_LOGIN_OF_DESEC,
            ),
            (
                (*both("duckdns"), "duckdns two hostnames"),
                (("parameter verbose", None, "true"),),
                _WHY_VERBOSE,
            ),
            (("duckdns IPv6",), instead("ip", "ipv6", IPV6), _WHY_DUCKDNS_IPV6),
            (("freemyip",), (("parameter myip", None, IPV4),), _WHY_ADDRESS),
            (
                ("sitelutions",),
                (
                    ("host", "www.sitelutions.com", "api2.sitelutions.com"),
                    ("parameter id", HOME, "1007"),
                ),
                f"{_WHY_RECORD_ID}; the host is that of ddclient 4",
            ),
            (
                ("freedns_v1",),
                (
                    (
                        "request",
                        (
                            "GET https://freedns.afraid.org/api/ "
                            "[parameter action=getdyndns] [parameter v=2] "
                            f"[parameter sha={FREEDNS_CREDENTIALS}]"
                        ),
                        None,
                    ),
                ),
                _WHY_LOOK_UP,
            ),
        )
    ),
    Explanation(
        client="inadyn",
        cases=both("noip"),
        parts=(("host", "dynupdate.noip.com", "dynupdate.no-ip.com"),),
        why="noip.com/integrate/request names dynupdate.no-ip.com",
    ),
    Explanation(
        client="ddclient",
        cases=("inwx_dyndns",),
        parts=(("parameter hostname", HOME, None),),
        why="INWX: the credentials stand for the hostname, the parameter is ignored",
    ),
    Explanation(
        client="ddclient",
        cases=("ipv64",),
        parts=(*instead("hostname", "domain", HOME), *instead("myip", "ip", IPV4)),
        why="IPv64's own names, with ip6 beside them; those of dyndns2 are their aliases",
    ),
    Explanation(
        client="ddclient",
        cases=both("duckdns"),
        parts=(("parameter domains", DUCKDNS_HOME, DUCKDNS_HOME.split(".")[0]),),
        why="Duck DNS's specification has the first label alone",
    ),
    *(
        Explanation(
            client=client,
            cases=("duckdns two hostnames",),
            parts=(
                ("request", _DUCKDNS.format(first), None),
                (
                    "parameter domains",
                    second,
                    f"{DUCKDNS_HOME.split('.')[0]},{DUCKDNS_OTHER.split('.')[0]}",
                ),
            ),
            why=_WHY_TOGETHER,
        )
        for client, first, second in (
            ("ddclient", DUCKDNS_HOME, DUCKDNS_OTHER),
            ("inadyn", DUCKDNS_HOME.split(".")[0], DUCKDNS_OTHER.split(".")[0]),
        )
    ),
    Explanation(
        client="inadyn",
        cases=both("dynv6"),
        parts=instead("hostname", "zone", DYNV6_HOME),
        why="dynv6.com/docs/apis: zone is the name, hostname its alias",
    ),
    Explanation(
        client="inadyn",
        cases=("dynv6",),
        parts=(
            ("host", "ipv4.dynv6.com", "dynv6.com"),
            ("parameter ipv4", "auto", IPV4),
        ),
        why=_WHY_ADDRESS,
    ),
    Explanation(
        client="inadyn",
        cases=("dynv6 IPv6",),
        parts=(("parameter ipv6", "auto", IPV6),),
        why=_WHY_ADDRESS,
    ),
    Explanation(
        client="inadyn",
        cases=("ddnss",),
        parts=(
            ("parameter user", USER, None),
            ("parameter pwd", PASSWORD, None),
            ("parameter key", None, TOKEN),
        ),
        why="ddnss.de/info.php: either is accepted; the key is not the account's password",
    ),
    Explanation(
        client="inadyn",
        cases=("ddnss",),
        parts=(("parameter ip", None, IPV4),),
        why=_WHY_ADDRESS,
    ),
    Explanation(
        client="inadyn",
        cases=("ddnss",),
        parts=(("host", "ddnss.de", "www.ddnss.de"),),
        why="ddnss.de/info.php names www.ddnss.de",
    ),
    Explanation(
        client="ddclient",
        cases=("dnsmadeeasy_dyndns",),
        parts=(("parameter id", HOME, "1007"),),
        why=_WHY_RECORD_ID,
    ),
    Explanation(
        client="ddclient",
        cases=("cloudns_dyndns",),
        parts=(("parameter proxy", "1", None), ("parameter ip", None, IPV4)),
        why="ClouDNS, article 175, has ip; proxy is for a header of a proxy's",
    ),
    Explanation(
        client="inadyn",
        cases=("freedns",),
        parts=(("login", f"{USER}:{PASSWORD}", None),),
        why=_WHY_NO_LOGIN,
    ),
    Explanation(
        client="inadyn",
        cases=("namecheap", "namecheap apex"),
        parts=(("login", f"example.org:{PASSWORD}", None),),
        why=_WHY_NO_LOGIN,
    ),
    Explanation(
        client="ddclient",
        cases=("namecheap apex",),
        parts=(("parameter host", "example.org", "@"),),
        why="Namecheap, article 29: @ stands for the domain itself, host is a label",
    ),
    *(
        Explanation(
            client="inadyn",
            cases=cases,
            parts=(
                ("method", "PUT", "PATCH"),
                *(
                    (f"body {name}", value, None)
                    for name, value in (
                        ("name", f'"{HOME}"'),
                        ("type", record_type),
                        ("ttl", "1"),
                        ("proxied", "false"),
                    )
                ),
            ),
            why=_WHY_PATCH,
        )
        for cases, record_type in (
            (("cloudflare", "cloudflare both families"), '"A"'),
            (("cloudflare both families",), '"AAAA"'),
        )
    ),
)


def _by_case() -> Mapping[tuple[str, str], Mapping[Difference, str]]:
    """Return the explanations of each client and case."""
    found: dict[tuple[str, str], dict[Difference, str]] = {}
    for explanation in EXPLANATIONS:
        for case in explanation.cases:
            reasons = found.setdefault((explanation.client, case), {})
            reasons |= {
                Difference(*parts): explanation.why for parts in explanation.parts
            }
    return found


DIFFERENCES = _by_case()

# what ddclient speaks and nothing here does
NOT_OURS = {
    **dict.fromkeys(
        (*("dslreports1", "godaddy", "nfsn", "woima"),),
        "no provider yet",
    ),
    **dict.fromkeys(("dyndns1", "googledomains", "yandex"), "the service is gone"),
    "dinahosting": "3.10 sends no command, a fault that version 4 has mended",
    "dnsexit": "RemoteUpdate.sv, which the service has no more",
    "keysystems": "ddclient 3.10 sends no request: it calls its own function wrongly",
    "hetzner": "the API of dns.hetzner.com, which was shut down in 2026",
}
