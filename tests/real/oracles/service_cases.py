"""The cases of services that speak dyndns2, or something close to it."""

from .case import PASSWORD, USER, Case, says
from .clients import ACCOUNT, LOGIN, dyndns2, known

_TUNNEL = "123456.tunnelbroker.net"

SERVICE_CASES = (
    *Case(
        slug="joker", settings=ACCOUNT, ddclient=dyndns2("svc.joker.com")
    ).in_both_families,
    *Case(
        slug="simply_dyndns", settings=ACCOUNT, ddclient=dyndns2("dyndns.simply.com")
    ).in_both_families,
    *Case(
        slug="loopia",
        settings=ACCOUNT,
        inadyn=known("default@loopia.com"),
        hosts=frozenset({"dns.loopia.se"}),
    ).in_both_families,
    Case(
        slug="opendns",
        settings=ACCOUNT,
        hostnames=("home.opendns.com",),
        ddclient=dyndns2("updates.opendns.com"),
    ),
    Case(
        slug="he_tunnel",
        settings={"username": USER},
        hostname_settings={"update_key": PASSWORD},
        hostnames=(_TUNNEL,),
        inadyn=known("default@tunnelbroker.net"),
    ),
    Case(
        slug="changeip",
        settings=ACCOUNT,
        ddclient={"protocol": "changeip", **LOGIN},
        inadyn=known("default@changeip.com"),
        provider=says("200 Successful Update\n"),
    ),
    Case(
        slug="zoneedit",
        settings={"username": USER, "token": PASSWORD},
        ddclient={"protocol": "zoneedit1", **LOGIN},
        inadyn=known("default@zoneedit.com"),
        hosts=frozenset({"dynamic.zoneedit.com"}),
        provider=says('<SUCCESS CODE="200" TEXT="updated" ZONE="example.org">\n'),
    ),
    Case(
        slug="dondominio",
        settings={"username": USER, "api_key": PASSWORD},
        ddclient={"protocol": "dondominio", **LOGIN},
        provider=says("OK\n"),
    ),
)
