"""The cases of dyndns2 and of its dialects."""

from collections.abc import Mapping

from .case import HOME, IPV4, IPV6, PASSWORD, USER, Case, InadynAccount, says

_ACCOUNT = {"username": USER, "password": PASSWORD}
_LOGIN = {"login": USER, "password": PASSWORD}
_PATH = "/nic/update?hostname=%h&myip=%i"


def _dyndns2(server: str, **changes: str) -> Mapping[str, str]:
    """Return ddclient's options for a server that speaks the protocol."""
    return {"protocol": "dyndns2", "server": server, **_LOGIN, **changes}


def _known(section: str, **changes: str) -> InadynAccount:
    """Return an account at a provider that inadyn knows."""
    return InadynAccount(section=f"provider {section}", settings=_ACCOUNT | changes)


def _custom(server: str, path: str = _PATH, **changes: str) -> InadynAccount:
    """Return an account at a server that inadyn is told of."""
    return InadynAccount(
        section="custom server",
        settings={**_ACCOUNT, "ddns-server": server, "ddns-path": path, **changes},
    )


DYNDNS_CASES = (
    *(
        Case(
            slug="dyndns2",
            variant=variant,
            settings={**_ACCOUNT, "server_url": "https://dyndns.example.net"},
            hostnames=hostnames,
            addresses=(address,),
            ddclient=_dyndns2("dyndns.example.net"),
            inadyn=_custom("dyndns.example.net"),
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
        ddclient=_dyndns2("nsupdate.info", login=HOME),
        inadyn=_known("ipv4@nsupdate.info", username=HOME),
        hosts=frozenset({"ipv4.nsupdate.info"}),
    ).in_both_families,
    *Case(
        slug="selfhost",
        settings=_ACCOUNT,
        ddclient=_dyndns2("carol.selfhost.de"),
        inadyn=_known("default@selfhost.de"),
    ).in_both_families,
    *Case(
        slug="dyn",
        settings=_ACCOUNT,
        ddclient={"protocol": "dyndns2", **_LOGIN},
        inadyn=_known("default@dyndns.org"),
    ).in_both_families,
    *Case(
        slug="noip",
        settings=_ACCOUNT,
        ddclient={"protocol": "noip", **_LOGIN},
        inadyn=_known("default@noip.com"),
        hosts=frozenset({"dynupdate.noip.com"}),
    ).in_both_families,
    Case(
        slug="dynu",
        settings=_ACCOUNT,
        ddclient=_dyndns2("api.dynu.com"),
        inadyn=_known("default@dynu.com"),
    ),
    *Case(
        slug="he",
        settings={},
        hostname_settings={"update_key": PASSWORD},
        ddclient=_dyndns2("dyn.dns.he.net", login=HOME),
        inadyn=_known("dyndns@he.net", username=HOME),
    ).in_both_families,
    *Case(
        slug="ovh_dynhost",
        settings=_ACCOUNT,
        ddclient={"protocol": "ovh", **_LOGIN},
        inadyn=_known("default@ovh.com"),
        hosts=frozenset({"www.ovh.com"}),
    ).in_both_families,
    *Case(
        slug="easydns",
        settings={"username": USER, "token": PASSWORD},
        ddclient={"protocol": "easydns", **_LOGIN},
        inadyn=_known("default@easydns.com"),
        provider=says("NOERROR\n"),
    ).in_both_families,
    Case(
        slug="dnsomatic",
        settings=_ACCOUNT,
        ddclient=_dyndns2("updates.dnsomatic.com"),
        inadyn=_known("default@dnsomatic.com"),
    ),
    *Case(
        slug="infomaniak_dyndns",
        settings=_ACCOUNT,
        ddclient=_dyndns2("infomaniak.com"),
        inadyn=_custom("infomaniak.com"),
    ).in_both_families,
    *Case(
        slug="spdyn",
        settings=_ACCOUNT,
        ddclient=_dyndns2("update.spdyn.de"),
        inadyn=_known("default@spdyn.de"),
    ).in_both_families,
    *Case(
        slug="strato",
        settings=_ACCOUNT,
        ddclient=_dyndns2("dyndns.strato.com"),
        inadyn=_known("default@strato.com"),
    ).in_both_families,
    Case(
        slug="inwx_dyndns",
        settings=_ACCOUNT,
        ddclient=_dyndns2("dyndns.inwx.com"),
        inadyn=_custom("dyndns.inwx.com", "/nic/update?myip=%i"),
    ),
    Case(
        slug="ipv64",
        settings={"token": PASSWORD},
        ddclient=_dyndns2("ipv64.net", login="token"),
        inadyn=_custom("ipv64.net", "/nic/update?domain=%h&ip=%i", username="token"),
    ),
    *Case(
        slug="desec_dyndns",
        settings={"token": PASSWORD},
        # as deSEC's documentation configures ddclient: the login is the domain
        ddclient=_dyndns2("update.dedyn.io", login=HOME),
        inadyn=_custom("update.dedyn.io", username=HOME),
        provider=says("good"),
    ).in_both_families,
)
