"""Differences of services that speak dyndns2 or have an update URL."""

from .case import HOME, IPV4, PASSWORD
from .explanation import SYSTEM, Explanation, both, instead

SERVICE_EXPLANATIONS = (
    Explanation(
        client="ddclient",
        cases=both("nsupdate_info", "selfhost"),
        parts=(SYSTEM,),
        why="as for others that speak dyndns2: no service documents it today",
    ),
    *(
        Explanation(
            client=client,
            cases=both("selfhost"),
            parts=(("parameter hostname", HOME, "1"),),
            why="selfHOST's API: the account stands for the name; 1 asks for dyndns2's words",
        )
        for client in ("ddclient", "inadyn")
    ),
    Explanation(
        client="inadyn",
        cases=both("nsupdate_info"),
        parts=(("host", "ipv4.nsupdate.info", "nsupdate.info"),),
        why="the hosts with a family find the address, which ours names; hosts of either "
        "family reach the other one",
    ),
    Explanation(
        client="ddclient",
        cases=(*both("joker", "simply_dyndns"), "opendns"),
        parts=(SYSTEM,),
        why="as for others that speak dyndns2: no service documents it today",
    ),
    Explanation(
        client="inadyn",
        cases=both("loopia"),
        parts=(
            ("host", "dns.loopia.se", "dyndns.loopia.se"),
            ("path", "/XDynDNSServer/XDynDNS.php", "/"),
        ),
        why="ours is the host that OPNsense and ddns-updater were tested with",
    ),
    Explanation(
        client="ddclient",
        cases=("opendns",),
        parts=(("parameter hostname", "home.opendns.com", "home"),),
        why="the hostname is the label of the network",
    ),
    Explanation(
        client="inadyn",
        cases=("he_tunnel",),
        parts=(("parameter hostname", "123456.tunnelbroker.net", "123456"),),
        why="forums.he.net: the number of the tunnel",
    ),
    Explanation(
        client="inadyn",
        cases=("changeip",),
        parts=(SYSTEM, *instead("myip", "ip", IPV4)),
        why="ddclient and ddns-updater say ip",
    ),
    *(
        Explanation(
            client=client,
            cases=("zoneedit",),
            parts=(
                ("host", "dynamic.zoneedit.com", "api.cp.zoneedit.com"),
                ("path", "/auth/dynamic.html", "/dyn/generic.php"),
                *instead("host", "hostname", HOME),
                *instead("dnsto", "myip", IPV4),
            ),
            why="ZoneEdit's article names the newer host, as ddns-updater quotes it",
        )
        for client in ("ddclient", "inadyn")
    ),
    Explanation(
        client="ddclient",
        cases=("dondominio",),
        parts=instead("password", "apikey", PASSWORD),
        why="DonDominio's API: apikey; password is its older name",
    ),
)
