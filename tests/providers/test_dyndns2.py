"""A dyndns2 server that the user names: what its settings may be, and what they do."""

from typing import Any

import pytest

from custom_components.ddns_plus.core.dialects.dyndns2 import Ipv6Mode
from custom_components.ddns_plus.core.providers.dyndns2 import Dyndns2
from tests.texts import text_at

from .offline import offline


def settings(**more: Any) -> dict[str, Any]:
    """Return an account's settings."""
    return {
        "server_url": "https://dyn.example.net/nic/update",
        "username": "someone",
        "password": "cAn4ry",
    } | more


@pytest.mark.parametrize(
    ("url", "allow_http", "problem"),
    [
        ("https://dyn.example.net", False, None),
        ("https://dyn.example.net:8443/dyndns/update", False, None),
        (" https://bücher.example/nic/update ", False, None),
        ("https://192.168.1.5/nic/update", False, None),
        ("https://[2001:db8::1]/nic/update", False, None),
        ("dyn.example.net", False, "server_url_malformed"),
        ("dyn.example.net:8443/update", False, "server_url_malformed"),
        ("//dyn.example.net/", False, "server_url_malformed"),
        ("https://", False, "server_url_malformed"),
        ("https:///nic/update", False, "server_url_malformed"),
        ("https://dyn.example.net:99999/", False, "server_url_malformed"),
        ("https://dyn.example.net:port/", False, "server_url_malformed"),
        ("https://[::1/", False, "server_url_malformed"),
        ("ftp://dyn.example.net/", False, "server_url_malformed"),
        ("javascript:alert(1)", False, "server_url_malformed"),
        ("", False, "server_url_malformed"),
        ("https://me:pw@dyn.example.net/", False, "server_url_has_credentials"),
        ("https://me@dyn.example.net/", False, "server_url_has_credentials"),
        ("https://:pw@dyn.example.net/", False, "server_url_has_credentials"),
        ("https://dyn.example.net/?hostname=x", False, "server_url_has_query"),
        ("https://dyn.example.net/update?", False, "server_url_has_query"),
        ("https://dyn.example.net/#top", False, "server_url_has_query"),
        ("http://dyn.example.net/", False, "server_url_http_public"),
        ("http://dyn.example.net/", True, "server_url_http_public"),
        ("http://93.184.216.34/", True, "server_url_http_public"),
        ("http://[2606:2800:220:1::44]/", True, "server_url_http_public"),
        ("http://100.64.0.1/", True, "server_url_http_public"),
        ("http://notlocalhost.example/", True, "server_url_http_public"),
        ("http://192.168.1.5/", False, "server_url_http_not_allowed"),
        ("http://localhost:8080/update", False, "server_url_http_not_allowed"),
        ("http://192.168.1.5/", True, None),
        ("http://127.0.0.1:8080/", True, None),
        ("http://[fd00::1]/", True, None),
        ("http://localhost:8080/update", True, None),
        ("http://dns.localhost/", True, None),
        ("http://router/", True, None),
        ("http://router.lan/", True, None),
        ("http://nas.local/", True, None),
        ("http://NAS.Home.Arpa./", True, None),
        ("http://router.home/", True, None),
        # 93.184.216.34 in other spellings, which would pass for names at home
        ("http://1572395042/", True, "server_url_bad_host"),
        ("http://0x5db8d822/", True, "server_url_http_public"),
        ("http://93.12114978/", True, "server_url_bad_host"),
    ],
)
def test_server_url(url: str, allow_http: bool, problem: str | None) -> None:
    """Https everywhere; http only nearby, and only when it is wanted."""
    wrong = Dyndns2.check_settings(settings(server_url=url, allow_http=allow_http))
    assert wrong == ({} if problem is None else {"server_url": problem})


@pytest.mark.parametrize(
    ("parameter", "problem"),
    [
        ("", None),
        ("ip6", None),
        ("my-ip.v6_", None),
        ("ip&hostname", "ipv6_parameter_malformed"),
        ("ip 6", "ipv6_parameter_malformed"),
        ("ip6=", "ipv6_parameter_malformed"),
    ],
)
def test_ipv6_parameter(parameter: str, problem: str | None) -> None:
    """A parameter's name has no characters that mean something in a URL."""
    wrong = Dyndns2.check_settings(settings(ipv6_parameter=parameter))
    assert wrong == ({} if problem is None else {"ipv6_parameter": problem})


def provider(**more: Any) -> Dyndns2:
    """Return an account."""
    return Dyndns2(settings(**more), offline())


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("https://dyn.example.net", "https://dyn.example.net/nic/update"),
        (" https://dyn.example.net ", "https://dyn.example.net/nic/update"),
        ("https://dyn.example.net/", "https://dyn.example.net/"),
        ("https://dyn.example.net/up", "https://dyn.example.net/up"),
        ("https://dyn.example.net:444", "https://dyn.example.net:444/nic/update"),
    ],
)
def test_path(url: str, used: str) -> None:
    """The usual path is added where there is none; a slash is one."""
    assert provider(server_url=url).dialect.url == used


def test_defaults() -> None:
    """Without more settings both addresses go in one parameter, and together."""
    made = provider()
    assert made.dialect.ipv6_mode is Ipv6Mode.COMMA
    assert made.families_together
    assert made.info.pairs_families
    assert not made.dialect.allow_http


def test_separate_requests_need_no_company() -> None:
    """An address that did not change is not sent again where nothing asks for it."""
    made = provider(ipv6_mode="separate_request")
    assert not made.families_together
    assert not made.info.pairs_families
    assert Dyndns2.info.pairs_families


def test_own_parameter() -> None:
    """The parameter for IPv6 has the name that the user gave it."""
    made = provider(ipv6_mode="own_parameter", ipv6_parameter="ip6")
    assert made.dialect.ipv6_mode is Ipv6Mode.OWN_PARAMETER
    assert made.dialect.ipv6_parameter == "ip6"


def test_identity() -> None:
    """Server and user tell accounts apart."""
    first = Dyndns2.identity(settings())
    assert first.title == "DynDNS2 server (dyn.example.net, someone)"
    assert first != Dyndns2.identity(settings(username="another"))
    assert first != Dyndns2.identity(settings(server_url="https://other.example.net"))
    assert first == Dyndns2.identity(settings(password="another"))


def advice(service: Dyndns2, code: str) -> str:
    """Return what a person is told of a return code."""
    text = text_at("selector", "reason", "options", service.codes[code].reason)
    assert text is not None
    return text


@pytest.mark.parametrize("code", ["abuse", "badip"])
def test_advice_for_a_server_that_takes_one_address(code: str) -> None:
    """Who sends both addresses in one parameter is told what else there is."""
    assert "IPv6" in advice(provider(), code)
    alone = provider(ipv6_mode="separate_request")
    assert "IPv6" not in advice(alone, code)
