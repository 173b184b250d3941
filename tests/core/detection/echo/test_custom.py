"""Tests of the web services that users give."""

import aiohttp
from hypothesis import example, given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.echo.custom import (
    CustomService,
    check_custom_source,
    custom_source,
)
from custom_components.ddns_plus.core.detection.methods import Format, WebService
from custom_components.ddns_plus.core.detection.source import Transport
from custom_components.ddns_plus.core.errors import InvalidField

ECHO = "https://echo.example.org/"


def method(service: CustomService, family: Family) -> WebService:
    """Return how the source that a service makes is asked."""
    made = custom_source(service).method(family)
    assert isinstance(made, WebService)
    return made


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://echo.example.org/ip?token=1", None),
        ("  https://echo.example.org  ", None),
        ("https://11.22.33.44:8443/", None),
        ("https://[2606:2800::1]/", None),
        ("http://127.0.0.1:8123/api", None),
        ("http://192.168.1.1/cgi-bin/status", None),
        ("http://[fd00::1]/ip", None),
        ("http://[::1]:8080/", None),
        ("http://169.254.1.1/", None),
        ("http://localhost/", None),
        ("http://router/ip", None),
        ("http://router.local/", None),
        ("http://fritz.box.home.arpa/", None),
        ("http://ROUTER.LAN./", None),
        ("http://router.home/", None),
        ("http://echo.example.org/", "http_not_allowed"),
        ("http://11.22.33.44/", "http_not_allowed"),
        ("http://100.64.0.1/", "http_not_allowed"),
        ("http://notlocal/", None),
        ("http://example.notlocal/", "http_not_allowed"),
        ("https://me:secret@echo.example.org/", "credentials_in_url"),
        ("https://me@echo.example.org/", "credentials_in_url"),
        ("ftp://echo.example.org/", "invalid_url"),
        ("echo.example.org", "invalid_url"),
        ("//echo.example.org/", "invalid_url"),
        ("https://", "invalid_url"),
        ("https:///ip", "invalid_url"),
        ("https://echo.example.org:99999/", "invalid_url"),
        ("https://echo.example.org:0/", "invalid_url"),
        ("https://[2606::zz]/", "invalid_url"),
        ("https://[2606:2800::1%25eth0]/", "invalid_url"),
        ("http://[fe80::1%25eth0]/", "invalid_url"),
        ("https://echo example.org/", "invalid_url"),
        ("https://echo..example.org/", "invalid_url"),
        # other spellings of IPv4 addresses, which would pass for names at home
        ("http://185999660/", "invalid_url"),
        ("http://0xb16212c/", "invalid_url"),
        ("http://11.22.33.044/", "invalid_url"),
        ("http://11.22.8492/", "invalid_url"),
        ("http://192.168.1.256/", "invalid_url"),
        ("http://1.2.3.0x4./", "invalid_url"),
        ("http://nas2/", None),
        ("http://0x-files/", None),
        (f"https://{'a' * 64}.example.org/", "invalid_url"),
        ("https://münchen.example/ip", None),
        # no name: it cannot be decoded
        ("https://xn--nas.local/ip", "invalid_url"),
        ("", "invalid_url"),
    ],
)
def test_the_url_is_checked(url: str, error: str | None) -> None:
    """It must lead to a web server, over TLS unless that is at home."""
    found = check_custom_source(CustomService(url=url))
    assert found == ({"url": error} if error else {})


def test_http_can_be_allowed() -> None:
    """By the user's own decision."""
    url = "http://echo.example.org/"
    service = CustomService(url=url, allow_http=True)
    assert check_custom_source(service) == {}
    assert method(service, Family.IPV4).url == url
    assert method(service, Family.IPV4).transport is Transport.PLAIN


@pytest.mark.parametrize(
    ("answer", "expression", "error"),
    [
        (Format.PLAIN, "", None),
        (Format.TRACE, "", None),
        (Format.LABELLED, "", None),
        (Format.LABELLED, "ip", "expression_not_used"),
        (Format.PLAIN, "ip", "expression_not_used"),
        (Format.TRACE, "ip", "expression_not_used"),
        (Format.JSON, "ip", None),
        (Format.JSON, "data.0.ip", None),
        (Format.JSON, "ipv4-address.wan_ip", None),
        (Format.JSON, "", "expression_missing"),
        (Format.JSON, "data..ip", "invalid_json_path"),
        (Format.JSON, ".ip", "invalid_json_path"),
        (Format.JSON, "ip.", "invalid_json_path"),
        (Format.JSON, "my ip", "invalid_json_path"),
        (Format.REGEX, r"IP: ([\d.]+)", None),
        (Format.REGEX, r"(?:IPv4|IP): (?P<ip>[\d.]+)", None),
        (Format.REGEX, "", "expression_missing"),
        (Format.REGEX, r"IP: [\d.]+", "regex_groups"),
        (Format.REGEX, r"(IP): ([\d.]+)", "regex_groups"),
        (Format.REGEX, "(", "invalid_regex"),
        (Format.REGEX, "*(a)", "invalid_regex"),
        (Format.REGEX, "(a){99999999999999999999}", "invalid_regex"),
        (Format.REGEX, "(" * 5000 + ")" * 5000, "invalid_regex"),
    ],
)
def test_the_expression_is_checked(
    answer: Format, expression: str, error: str | None
) -> None:
    """It must be one of its kind, and be there only when it is used."""
    found = check_custom_source(
        CustomService(url=ECHO, answer=answer, expression=expression)
    )
    assert found == ({"expression": error} if error else {})


@pytest.mark.parametrize(
    ("name", "value", "errors"),
    [
        ("", "", {}),
        ("X-Api-Key", "s3cret", {}),
        ("Authorization", "Bearer a b\tc", {}),
        ("X-Api-Key", "", {"header_value": "header_without_value"}),
        ("", "s3cret", {"header_name": "header_without_name"}),
        ("X Api Key", "s3cret", {"header_name": "invalid_header"}),
        ("X-Api-Key:", "s3cret", {"header_name": "invalid_header"}),
        ("X-Api-Key", "s3cret\r\nHost: x", {"header_value": "invalid_header"}),
        ("X-Api-Key", "gehéim", {"header_value": "invalid_header"}),
        (
            "X\n",
            " ",
            {"header_name": "invalid_header", "header_value": "invalid_header"},
        ),
    ],
)
def test_the_header_is_checked(name: str, value: str, errors: dict[str, str]) -> None:
    """Name and value belong together, and hold nothing that would end the header."""
    found = check_custom_source(
        CustomService(url=ECHO, header_name=name, header_value=value)
    )
    assert found == errors


@pytest.mark.parametrize(
    ("username", "password", "errors"),
    [
        ("", "", {}),
        ("me", "s3cret", {}),
        # a token in place of a name
        ("t0ken", "", {}),
        ("mich", "gehéim: 1", {}),
        ("", "s3cret", {"username": "password_without_username"}),
        ("me:too", "s3cret", {"username": "invalid_username"}),
        ("me\n", "s3cret", {"username": "invalid_username"}),
        ("me", "s3cret\r\nHost: x", {"password": "invalid_password"}),
        ("me", "\x7f", {"password": "invalid_password"}),
    ],
)
def test_user_name_and_password_are_checked(
    username: str, password: str, errors: dict[str, str]
) -> None:
    """What basic authentication cannot carry is refused (RFC 7617)."""
    service = CustomService(url=ECHO, username=username, password=password)
    assert check_custom_source(service) == errors
    if not errors:
        wanted = (username, password) if username else None
        assert method(service, Family.IPV4).credentials == wanted


def test_there_is_one_authorization_only() -> None:
    """A header of that name would take the place of user name and password."""
    service = CustomService(
        url=ECHO,
        username="me",
        header_name="AUTHORIZATION",
        header_value="Bearer s3cret",
    )
    assert check_custom_source(service) == {"header_name": "authorization_twice"}


@pytest.mark.parametrize(
    ("url", "errors"),
    [
        ("https://192.168.1.1/", {}),
        ("https://[fd00::1]/", {}),
        ("https://router.local:8443/", {}),
        ("https://router/", {}),
        ("http://router/", {}),
        ("https://echo.example.org/", {"verify_tls": "verify_tls_outside"}),
        ("https://11.22.33.44/", {"verify_tls": "verify_tls_outside"}),
        ("https://[2606:2800::1]/", {"verify_tls": "verify_tls_outside"}),
        ("https://100.64.0.1/", {"verify_tls": "verify_tls_outside"}),
        ("https://local.example.org/", {"verify_tls": "verify_tls_outside"}),
        ("https://192.168.1.1.example.org/", {"verify_tls": "verify_tls_outside"}),
    ],
)
def test_certificates_may_be_unverified_in_the_lan_only(
    url: str, errors: dict[str, str]
) -> None:
    """Outside anybody on the way could answer."""
    service = CustomService(url=url, verify_tls=False)
    assert check_custom_source(service) == errors
    if errors:
        with pytest.raises(InvalidField):
            custom_source(service)
        return
    methods = [
        item for family in Family if (item := custom_source(service).method(family))
    ]
    assert methods
    for item in methods:
        assert isinstance(item, WebService)
        assert not item.verify_tls
        assert item.local
        assert item.transport is Transport.LAN


def test_everything_wrong_is_told_at_once() -> None:
    """One error per field; making the source raises the first."""
    wrong = CustomService(
        url="nonsense",
        answer=Format.REGEX,
        expression="(",
        header_name="X",
        password="s3cret",
    )
    assert check_custom_source(wrong) == {
        "url": "invalid_url",
        "expression": "invalid_regex",
        "header_value": "header_without_value",
        "username": "password_without_username",
    }
    with pytest.raises(InvalidField) as caught:
        custom_source(wrong)
    assert (caught.value.field, caught.value.code) == ("url", "invalid_url")


def test_an_address_in_the_url_settles_the_family() -> None:
    """Outside it can be asked over its own family only."""
    foreign = CustomService(url="https://[2606::1]/", family=Family.IPV4)
    assert check_custom_source(foreign) == {"family": "wrong_family"}
    ipv4 = custom_source(CustomService(url="https://11.22.33.44/"))
    assert (ipv4.ipv4 is not None, ipv4.ipv6) == (True, None)
    ipv6 = custom_source(CustomService(url="https://[2606::1]/"))
    assert (ipv6.ipv4, ipv6.ipv6 is not None) == (None, True)
    named = custom_source(CustomService(url=ECHO))
    assert named.ipv4 == named.ipv6
    only = custom_source(CustomService(url=ECHO, family=Family.IPV6))
    assert only.ipv4 is None
    assert method(CustomService(url=ECHO, family=Family.IPV6), Family.IPV6).url == ECHO


def test_a_local_service_may_be_asked_for_either_family() -> None:
    """A router at an IPv4 address knows its IPv6 address, too."""
    router = CustomService(url="http://192.168.1.1/", family=Family.IPV6)
    assert check_custom_source(router) == {}
    assert custom_source(router).ipv4 is None
    assert method(router, Family.IPV6).local
    unsaid = custom_source(CustomService(url="http://192.168.1.1/"))
    assert unsaid.ipv6 is None
    assert not unsaid.outside


@pytest.mark.parametrize(
    ("url", "operator"),
    [
        ("https://ipv64.net/ipcheck.php", "ipv64"),
        ("https://ipv6.ipv64.net/ipcheck.php", "ipv64"),
        # somebody's own machine, which has its name there
        ("https://echo.ipv64.net/", "echo.ipv64.net"),
        ("https://checkip.dynu.com/", "dynu"),
        ("https://echo.example.org/ip", "example.org"),
        ("https://echo.example.org:8443/other", "example.org"),
        ("https://ECHO.example.org./", "example.org"),
        ("http://echo.home.arpa/", "echo.home.arpa"),
        ("http://nas/", "nas"),
        # names of one company
        ("https://ifconfig.co/", "ifconfig.co"),
        ("https://v4.ifconfig.co/", "ifconfig.co"),
        ("https://v4.ipinfo.io/", "ipinfo.io"),
        ("https://api.my-ip.io/", "my-ip.io"),
        ("https://api4.my-ip.io/", "my-ip.io"),
        ("https://v4.echo.example.co.uk/", "example.co.uk"),
        ("https://echo.example.com.au/", "example.com.au"),
        ("https://echo.example.de/", "example.de"),
        ("https://co.uk/", "co.uk"),
        ("https://checkip.dedyn.io/", "desec"),
        ("https://desec.io/", "desec"),
        ("https://myip.dnsomatic.com/", "cisco"),
        ("https://diagnostic.opendns.com/", "cisco"),
        ("https://208.67.222.222/", "cisco"),
        ("https://domains.google.com/checkip", "google"),
        ("https://checkip.dyndns.org/", "dyn"),
        ("https://checkip.dyndns.com/", "dyn"),
        ("http://127.0.0.1:1/", "127.0.0.1"),
        ("http://127.0.0.1:2/", "127.0.0.1"),
        ("http://[::1]:1/", "::1"),
        ("http://[0:0:0:0:0:0:0:1]:2/", "::1"),
        ("https://icanhazip.com/", "cloudflare"),
        ("https://ipv6.icanhazip.com/", "cloudflare"),
        ("https://www.cloudflare.com/cdn-cgi/trace", "cloudflare"),
        ("https://cloudflare-dns.com/cdn-cgi/trace", "cloudflare"),
        # made by Cloudflare in front of whoever has the name
        ("https://echo.example.org/cdn-cgi/trace", "cloudflare"),
        ("https://echo.example.org/ip/cdn-cgi/trace", "example.org"),
        ("https://1.1.1.1/", "cloudflare"),
        ("https://1.0.0.1/", "cloudflare"),
        ("https://[2606:4700:4700::1111]/", "cloudflare"),
        ("https://104.18.0.1/", "cloudflare"),
        ("https://1.1.2.1/", "1.1.2.1"),
        ("https://whoami.somebody.workers.dev/", "cloudflare"),
        ("https://v4.tnedi.me/", "ident"),
        ("https://checkip.amazonaws.com/", "amazon"),
        ("https://my-own-bucket.amazonaws.com/", "amazon"),
        ("https://noticanhazip.com/", "noticanhazip.com"),
        ("https://home.dedyn.io/", "home.dedyn.io"),
        ("https://echo.home.dedyn.io/", "home.dedyn.io"),
        ("https://münchen.example/", "xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example"),
    ],
)
def test_who_runs_it(url: str, operator: str) -> None:
    """Two ports of a host, and two hosts of a company, are one operator."""
    assert custom_source(CustomService(url=url)).operator == operator


def test_nothing_secret_is_shown() -> None:
    """URL, header and password may hold a token."""
    service = CustomService(
        url="https://echo.example.org:8443/c4n4ry?token=c4n4ry",
        header_name="X-Token",
        header_value="c4n4ry",
        username="me",
        password="c4n4ry",
        answer=Format.JSON,
        expression="ip",
    )
    source = custom_source(service)
    made = method(service, Family.IPV4)
    assert source.key == "echo.example.org:8443"
    assert made.header == ("X-Token", "c4n4ry")
    assert made.credentials == ("me", "c4n4ry")
    assert (made.format, made.expression) == (Format.JSON, "ip")
    for shown in (service, source, made):
        assert "c4n4ry" not in repr(shown)
        assert "c4n4ry" not in str(shown)


@given(
    st.one_of(st.text(), st.text().map("https://{}".format)),
    st.sampled_from(Format),
    st.text(),
    st.text(),
    st.text(),
)
@example("https://[::1%25lo]/", Format.PLAIN, "", "", "")
@example("https://xn--a/", Format.PLAIN, "", "", "")
@example("https://router/", Format.PLAIN, "", "\ud800", "\udfff")
def test_any_text_is_either_checked_or_made(
    url: str, answer: Format, expression: str, username: str, password: str
) -> None:
    """Bad input gets an error naming the field; what passes can be asked."""
    service = CustomService(
        url=url,
        answer=answer,
        expression=expression,
        username=username,
        password=password,
    )
    errors = check_custom_source(service)
    if errors:
        assert set(errors) <= {"url", "expression", "username", "password"}
        with pytest.raises(InvalidField):
            custom_source(service)
        return
    source = custom_source(service)
    assert source.operator
    assert source.key
    methods = [item for family in Family if (item := source.method(family))]
    assert methods
    for item in methods:
        assert isinstance(item, WebService)
        if item.credentials:
            assert aiohttp.encode_basic_auth(*item.credentials).isascii()
