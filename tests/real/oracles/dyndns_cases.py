"""The cases of dyndns2 and of its dialects."""

from .case import HOME, IPV4, IPV6, PASSWORD, USER, Case, says
from .clients import ACCOUNT, LOGIN, custom, dyndns2, known

DYNDNS_CASES = (
    *(
        Case(
            slug="dyndns2",
            variant=variant,
            settings={**ACCOUNT, "server_url": "https://dyndns.example.net"},
            hostnames=hostnames,
            addresses=(address,),
            ddclient=dyndns2("dyndns.example.net"),
            inadyn=custom("dyndns.example.net"),
            provider=says(f"good {address}\n" * len(hostnames)),
        )
        for variant, hostnames, address in (
            ("", (HOME,), IPV4),
            ("IPv6", (HOME,), IPV6),
            ("two hostnames", (HOME, "two.example.org"), IPV4),
        )
    ),
    *Case(
        slug="nsupdate_info",
        settings={},
        hostname_settings={"update_key": PASSWORD},
        ddclient=dyndns2("nsupdate.info", login=HOME),
        inadyn=known("ipv4@nsupdate.info", username=HOME),
        hosts=frozenset({"ipv4.nsupdate.info"}),
    ).in_both_families,
    *Case(
        slug="selfhost",
        settings=ACCOUNT,
        ddclient=dyndns2("carol.selfhost.de"),
        inadyn=known("default@selfhost.de"),
    ).in_both_families,
    *Case(
        slug="dyn",
        settings=ACCOUNT,
        ddclient={"protocol": "dyndns2", **LOGIN},
        inadyn=known("default@dyndns.org"),
    ).in_both_families,
    *Case(
        slug="noip",
        settings=ACCOUNT,
        ddclient={"protocol": "noip", **LOGIN},
        inadyn=known("default@noip.com"),
        hosts=frozenset({"dynupdate.noip.com"}),
    ).in_both_families,
    Case(
        slug="dynu",
        settings=ACCOUNT,
        ddclient=dyndns2("api.dynu.com"),
        inadyn=known("default@dynu.com"),
    ),
    *Case(
        slug="he",
        settings={},
        hostname_settings={"update_key": PASSWORD},
        ddclient=dyndns2("dyn.dns.he.net", login=HOME),
        inadyn=known("dyndns@he.net", username=HOME),
    ).in_both_families,
    *Case(
        slug="ovh_dynhost",
        settings=ACCOUNT,
        ddclient={"protocol": "ovh", **LOGIN},
        inadyn=known("default@ovh.com"),
        hosts=frozenset({"www.ovh.com"}),
    ).in_both_families,
    *Case(
        slug="easydns",
        settings={"username": USER, "token": PASSWORD},
        ddclient={"protocol": "easydns", **LOGIN},
        inadyn=known("default@easydns.com"),
        provider=says("NOERROR\n"),
    ).in_both_families,
    Case(
        slug="dnsomatic",
        settings=ACCOUNT,
        ddclient=dyndns2("updates.dnsomatic.com"),
        inadyn=known("default@dnsomatic.com"),
    ),
    *Case(
        slug="infomaniak_dyndns",
        settings=ACCOUNT,
        ddclient=dyndns2("infomaniak.com"),
        inadyn=custom("infomaniak.com"),
    ).in_both_families,
    *Case(
        slug="spdyn",
        settings=ACCOUNT,
        ddclient=dyndns2("update.spdyn.de"),
        inadyn=known("default@spdyn.de"),
    ).in_both_families,
    *Case(
        slug="strato",
        settings=ACCOUNT,
        ddclient=dyndns2("dyndns.strato.com"),
        inadyn=known("default@strato.com"),
    ).in_both_families,
    Case(
        slug="inwx_dyndns",
        settings=ACCOUNT,
        ddclient=dyndns2("dyndns.inwx.com"),
        inadyn=custom("dyndns.inwx.com", "/nic/update?myip=%i"),
    ),
    Case(
        slug="ipv64",
        settings={"token": PASSWORD},
        ddclient=dyndns2("ipv64.net", login="token"),
        inadyn=custom("ipv64.net", "/nic/update?domain=%h&ip=%i", username="token"),
    ),
    *Case(
        slug="desec_dyndns",
        settings={"token": PASSWORD},
        # as deSEC's documentation configures ddclient: the login is the domain
        ddclient=dyndns2("update.dedyn.io", login=HOME),
        inadyn=custom("update.dedyn.io", username=HOME),
        provider=says("good"),
    ).in_both_families,
)
