"""Tests of the table of web services, and of those that users give."""

from ipaddress import ip_address

from hypothesis import example, given, strategies as st
import pytest
from yarl import URL

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection import (
    SOURCES,
    Format,
    check_custom_source,
    custom_source,
    default_sources,
)
from custom_components.ddns_plus.core.detection.sources import CLOUDFLARE_NETWORKS
from custom_components.ddns_plus.core.errors import InvalidField


def test_the_defaults_can_settle_everything() -> None:
    """For each family at least three operators, spares at the end."""
    assert [source.key for source in default_sources(Family.IPV4)] == [
        "cloudflare",
        "amazon",
        "ident",
        "desec",
        "icanhazip",
        "ipify",
    ]
    assert [source.key for source in default_sources(Family.IPV6)] == [
        "cloudflare",
        "ident",
        "desec",
        "icanhazip",
        "ipify",
    ]
    for family in Family:
        operators = [source.operator for source in default_sources(family)]
        assert len(set(operators)) >= 3
        firsts = list(dict.fromkeys(operators))
        assert operators[: len(firsts)] == firsts


@pytest.mark.parametrize("key", SOURCES)
def test_built_in_services_obey_the_rules_for_users(key: str) -> None:
    """They are asked over TLS, by name, and would be recognised if a user gave them."""
    source = SOURCES[key]
    assert source.key == key
    for family in Family:
        url = source.url(family)
        if url is None:
            continue
        assert URL(url).scheme == "https"
        assert (
            check_custom_source(
                url,
                family=family,
                answer=source.format,
                expression=source.expression,
            )
            == {}
        )
        assert custom_source(url, answer=source.format).operator == source.operator


def test_networks_of_cloudflare_hold_the_addresses_that_were_told_wrongly() -> None:
    """And not those of homes."""
    for text, held in (
        ("104.18.0.0", True),
        ("172.64.1.1", True),
        ("2606:4700::6812:0", True),
        ("11.22.33.44", False),
        ("2606:2800:220:1::44", False),
    ):
        address = ip_address(text)
        assert any(address in network for network in CLOUDFLARE_NETWORKS) is held


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
        (f"https://{'a' * 64}.example.org/", "invalid_url"),
        ("https://münchen.example/ip", None),
        ("", "invalid_url"),
    ],
)
def test_the_url_is_checked(url: str, error: str | None) -> None:
    """It must lead to a web server, over TLS unless that is at home."""
    assert check_custom_source(url) == ({"url": error} if error else {})


def test_http_can_be_allowed() -> None:
    """By the user's own decision."""
    url = "http://echo.example.org/"
    assert check_custom_source(url, allow_http=True) == {}
    assert custom_source(url, allow_http=True).url(Family.IPV4) == url


@pytest.mark.parametrize(
    ("answer", "expression", "error"),
    [
        (Format.PLAIN, "", None),
        (Format.TRACE, "", None),
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
        "https://echo.example.org", answer=answer, expression=expression
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
        "https://echo.example.org", header_name=name, header_value=value
    )
    assert found == errors


def test_everything_wrong_is_told_at_once() -> None:
    """One error per field; making the source raises the first."""
    wrong = {
        "answer": Format.REGEX,
        "expression": "(",
        "header_name": "X",
    }
    assert check_custom_source("nonsense", **wrong) == {
        "url": "invalid_url",
        "expression": "invalid_regex",
        "header_value": "header_without_value",
    }
    with pytest.raises(InvalidField) as caught:
        custom_source("nonsense", **wrong)
    assert (caught.value.field, caught.value.code) == ("url", "invalid_url")


def test_an_address_in_the_url_settles_the_family() -> None:
    """It can be asked over its own family only."""
    assert check_custom_source("https://[2606::1]/", family=Family.IPV4) == {
        "family": "wrong_family"
    }
    assert custom_source("https://11.22.33.44/").url(Family.IPV6) is None
    assert custom_source("https://[2606::1]/").url(Family.IPV4) is None
    named = custom_source("https://echo.example.org/")
    assert named.url(Family.IPV4) == named.url(Family.IPV6)
    only = custom_source("https://echo.example.org/", family=Family.IPV6)
    assert only.url(Family.IPV4) is None
    assert only.url(Family.IPV6) == "https://echo.example.org/"


@pytest.mark.parametrize(
    ("url", "operator"),
    [
        ("https://echo.example.org/ip", "echo.example.org"),
        ("https://echo.example.org:8443/other", "echo.example.org"),
        ("https://ECHO.example.org./", "echo.example.org"),
        ("http://127.0.0.1:1/", "127.0.0.1"),
        ("http://127.0.0.1:2/", "127.0.0.1"),
        ("http://[::1]:1/", "::1"),
        ("http://[0:0:0:0:0:0:0:1]:2/", "::1"),
        ("https://icanhazip.com/", "cloudflare"),
        ("https://ipv6.icanhazip.com/", "cloudflare"),
        ("https://www.cloudflare.com/cdn-cgi/trace", "cloudflare"),
        ("https://whoami.somebody.workers.dev/", "cloudflare"),
        ("https://v4.tnedi.me/", "ident"),
        ("https://checkip.amazonaws.com/", "amazon"),
        ("https://my-own-bucket.amazonaws.com/", "my-own-bucket.amazonaws.com"),
        ("https://noticanhazip.com/", "noticanhazip.com"),
        ("https://home.dedyn.io/", "home.dedyn.io"),
        ("https://münchen.example/", "xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example"),
    ],
)
def test_who_runs_it(url: str, operator: str) -> None:
    """Two ports of a host, and two hosts of a company, are one operator."""
    assert custom_source(url).operator == operator


def test_nothing_secret_is_shown() -> None:
    """URL and header may hold a token."""
    source = custom_source(
        "https://echo.example.org:8443/c4n4ry?token=c4n4ry",
        header_name="X-Token",
        header_value="c4n4ry",
        answer=Format.JSON,
        expression="ip",
    )
    assert source.key == "echo.example.org:8443"
    assert source.header == ("X-Token", "c4n4ry")
    assert (source.format, source.expression) == (Format.JSON, "ip")
    assert "c4n4ry" not in repr(source)


@given(
    st.one_of(st.text(), st.text().map("https://{}".format)),
    st.sampled_from(Format),
    st.text(),
)
@example("https://[::1%25lo]/", Format.PLAIN, "")
@example("https://xn--a/", Format.PLAIN, "")
def test_any_text_is_either_checked_or_made(
    url: str, answer: Format, expression: str
) -> None:
    """Bad input gets an error naming the field; what passes can be asked."""
    errors = check_custom_source(url, answer=answer, expression=expression)
    if errors:
        assert set(errors) <= {"url", "expression"}
        with pytest.raises(InvalidField):
            custom_source(url, answer=answer, expression=expression)
        return
    source = custom_source(url, answer=answer, expression=expression)
    assert source.operator
    assert source.key
    assert any(source.url(family) for family in Family)
