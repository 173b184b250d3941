"""Requests of the user's own: whatever is filled in stays in its place."""

from collections.abc import Mapping
import json
from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.errors import Refused
from custom_components.ddns_plus.core.provider_info import Settings
from custom_components.ddns_plus.core.providers.custom import Custom
from custom_components.ddns_plus.core.providers.custom.parse import parse_request
from custom_components.ddns_plus.core.providers.custom.request import FilledRequest
from custom_components.ddns_plus.core.providers.custom.template import (
    MalformedError,
    Template,
)

URL = "https://dyn.example.net/set/{hostname}/x?a={address}&p={password}&z=1"
VALUES = {
    "hostname": "home.example.net",
    "address": "93.184.216.34",
    "ipv4": "93.184.216.34",
    "username": "someone",
    "password": "secret",
    "token": "token",
}
BREAKS = set("\r\n\0\u2028")
# all that can be encoded, with what has a meaning somewhere more often
TEXTS = st.text(
    st.one_of(
        st.sampled_from("&=?#/%+;:\"'\\{}<>\r\n\t ,@\0\u2028"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=20,
)


def fill(values: Mapping[str, str] = VALUES, **settings: str) -> FilledRequest:
    """Return a request as it is sent."""
    whole: Settings = {"url": URL, "method": "post", **settings}
    return parse_request(whole).fill(values)


def problems(**settings: str | bool) -> Mapping[str, str]:
    """Return what is wrong with settings, of which the others are right."""
    usual: Settings = {"url": "https://dyn.example.net/?a={address}"}
    return Custom.check_settings({**usual, **settings})


@given(TEXTS, TEXTS)
def test_values_stay_in_their_place_in_a_url(hostname: str, password: str) -> None:
    """No value can add a part of the path, a parameter, or change the host."""
    request = fill({**VALUES, "hostname": hostname, "password": password})
    parts = urlsplit(str(request.url))
    assert parts.netloc == "dyn.example.net"
    assert parts.fragment == ""
    assert [unquote(part) for part in parts.path.split("/")] == [
        *("", "set"),
        hostname,
        "x",
    ]
    assert parse_qsl(parts.query, keep_blank_values=True) == [
        ("a", "93.184.216.34"),
        ("p", password),
        ("z", "1"),
    ]
    # as it goes over the wire: nothing that ends a line, or the address
    assert request.url.raw_path_qs.isascii()
    assert not set(request.url.raw_path_qs) & set(" \r\n\t\0#")


@given(TEXTS)
def test_values_stay_in_their_text_in_json(password: str) -> None:
    """No value can leave its quotation marks."""
    body = '{"a": {"{hostname}": ["{password}", "{{x}} {password}"]}, "n": 1}'
    request = fill({**VALUES, "password": password}, body=body)
    assert request.data is not None
    assert json.loads(request.data) == {
        "a": {"home.example.net": [password, f"{{x}} {password}"]},
        "n": 1,
    }


@given(TEXTS)
def test_values_stay_in_their_parameter_in_a_form(password: str) -> None:
    """No value can add a parameter."""
    request = fill(
        {**VALUES, "password": password},
        content_type="form",
        body="host={hostname}\n p={password}&fixed=a%20b+c",
    )
    assert request.data is not None
    assert parse_qsl(request.data.decode("ascii"), keep_blank_values=True) == [
        ("host", "home.example.net"),
        ("p", password),
        ("fixed", "a b c"),
    ]


@given(TEXTS)
def test_values_stay_in_their_header(password: str) -> None:
    """No value can add a header: what would end the line is not sent at all."""
    values = {**VALUES, "password": password}
    settings = {"headers": "X-Key: {password}\nX-Other: b"}
    if set(password) & BREAKS:
        with pytest.raises(Refused, match="invalid_request"):
            fill(values, **settings)
    elif all(character.isprintable() for character in password):
        request = fill(values, **settings)
        assert dict(request.headers) == {"X-Key": password, "X-Other": "b"}


@given(TEXTS)
def test_values_end_no_line_of_a_text(password: str) -> None:
    """Neither in a body that is a text."""
    body = "first {password}\nsecond {hostname}"
    values = {**VALUES, "password": password}
    settings = {"content_type": "text", "body": body}
    if set(password) & BREAKS:
        with pytest.raises(Refused, match="invalid_request"):
            fill(values, **settings)
    elif all(character.isprintable() for character in password):
        request = fill(values, **settings)
        assert request.data == f"first {password}\nsecond home.example.net".encode()


@given(st.text(max_size=30))
def test_any_text_is_a_template_or_not(text: str) -> None:
    """What nothing is wrong with can be filled in, and brackets can be meant."""
    try:
        template = Template.parse(text)
    except MalformedError:
        pass
    else:
        template.fill(dict.fromkeys(template.names, ""))
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert Template.parse(doubled).fill({}) == text


@given(st.text('{}"\\ttl:,[]1 a', max_size=30))
def test_any_text_is_json_or_not(text: str) -> None:
    """What nothing is wrong with can be filled in."""
    if not problems(method="post", body=text) and text.strip():
        request = fill({**VALUES, "ttl": "60"}, body=text)
        assert request.data is not None
        json.loads(request.data)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("dyn.example.net/{address}", "server_url_malformed"),
        ("https:///{address}", "server_url_malformed"),
        ("ftp://dyn.example.net/{address}", "server_url_malformed"),
        ("https://dyn.example.net:0x1/{address}", "server_url_malformed"),
        ("https://{hostname}/{address}", "placeholder_in_host"),
        ("https://dyn.{zone}/{address}", "placeholder_in_host"),
        ("https://dyn.example.net\\{address}", "placeholder_in_host"),
        ("https://dyn.example.net:{ttl}/{address}", "placeholder_in_host"),
        ("https://{username}:{password}@example.net/{address}", "placeholder_in_host"),
        ("https://a:b@dyn.example.net/{address}", "server_url_has_credentials"),
        ("https://dyn.example.net/{address}#here", "url_has_fragment"),
        ("http://dyn.example.net/{address}", "server_url_http_public"),
        ("http://127.0.0.1/{address}", "server_url_http_not_allowed"),
        ("https://dyn.example.net/{address", "placeholder_unbalanced"),
        ("https://dyn.example.net/address}", "placeholder_unbalanced"),
        ("https://dyn.example.net/{{address}", "placeholder_unbalanced"),
        ("https://dyn.example.net/{ip}", "placeholder_unknown"),
        ("https://dyn.example.net/{}", "placeholder_unknown"),
        ("https://dyn.example.net/{address!r}", "placeholder_unknown"),
        ("https://dyn.example.net/{address.__class__}", "placeholder_unknown"),
        ("https://dyn.example.net/{{address}}", "address_missing"),
        ("https://dyn.example.net/{hostname}", "address_missing"),
    ],
)
def test_wrong_url(url: str, problem: str) -> None:
    """Each mistake in a URL has a name, and stands at the URL."""
    assert problems(url=url) == {"url": problem}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"headers": "X-Key"}, {"headers": "headers_malformed"}),
        ({"headers": "X Key: a"}, {"headers": "headers_malformed"}),
        ({"headers": "X-Key: a\x00"}, {"headers": "headers_malformed"}),
        ({"headers": "X-Key: {keys}"}, {"headers": "placeholder_unknown"}),
        ({"headers": "X-Key: {"}, {"headers": "placeholder_unbalanced"}),
        ({"headers": "Host: example.org"}, {"headers": "header_not_allowed"}),
        ({"headers": "content-length: 1"}, {"headers": "header_not_allowed"}),
        ({"headers": "A: 1\na: 2"}, {"headers": "header_twice"}),
        (
            {"headers": "Authorization: x", "authentication": "bearer", "token": "t"},
            {"headers": "authorization_twice"},
        ),
        ({"body": "{"}, {"body": "body_not_json"}),
        ({"body": "NaN"}, {"body": "body_not_json"}),
        ({"body": "[" * 9000}, {"body": "body_not_json"}),
        ({"body": "1" * 10_001}, {"body": "body_too_long"}),
        ({"body": '{"a": {address}}'}, {"body": "placeholder_outside_quotes"}),
        ({"body": '{"a": "{addres}"}'}, {"body": "placeholder_unknown"}),
        ({"body": '{"a": "{"}'}, {"body": "placeholder_unbalanced"}),
        ({"body": '{"a": "{address}"}'}, {}),
        ({"body": '{"a": {"b": {"c": {ttl}}}}'}, {}),
        ({"body": "a={b}", "content_type": "form"}, {"body": "placeholder_unknown"}),
        ({"body": "\ud800", "content_type": "text"}, {"body": "body_malformed"}),
        ({"success": "("}, {"success": "pattern_malformed"}),
        ({"unchanged": "*"}, {"unchanged": "pattern_malformed"}),
        ({"bad_credentials": "["}, {"bad_credentials": "pattern_malformed"}),
        ({"authentication": "basic"}, {"username": "required", "password": "required"}),
        (
            {"authentication": "basic", "password": "p"},
            {"username": "required"},
        ),
        ({"authentication": "bearer"}, {"token": "required"}),
        ({"password": "p"}, {"password": "credential_not_used"}),
        ({"headers": "X-Key: {token}"}, {"token": "required"}),
        ({"headers": "X-Key: {token}", "token": "t"}, {}),
        (
            {"address_mode": "both_in_one"},
            {"address_mode": "address_of_which_family"},
        ),
        ({"method": "get", "body": '"{password}"', "headers": "A: 1"}, {}),
    ],
)
def test_wrong_settings(settings: Settings, expected: Mapping[str, str]) -> None:
    """Each mistake has a name and stands at its field."""
    assert problems(**{key: str(value) for key, value in settings.items()}) == expected


def test_what_has_no_value_is_left_out() -> None:
    """Of parameters and members; not of what would become something else without."""
    url = "https://dyn.example.net/?a={ipv4}&b={ipv6}&c=x{ttl}&d"
    request = fill(
        url=url, body='{"four": "{ipv4}", "six": ["{ipv6}"], "ttl": {ttl}, "{ttl}": 1}'
    )
    assert request.url.raw_query_string == "a=93.184.216.34&d"
    assert json.loads(request.data or b"") == {"four": "93.184.216.34", "six": []}
    form = fill(url=url, content_type="form", body="a={ipv4}&b={ipv6}")
    assert form.data == b"a=93.184.216.34"
    places: tuple[dict[str, str], ...] = (
        {"url": "https://dyn.example.net/{ipv6}"},
        {"headers": "X-Address: {ipv6}"},
        {"content_type": "text", "body": "{ipv6}"},
        {"body": '"{ipv6}"'},
    )
    for settings in places:
        with pytest.raises(Refused) as caught:
            fill(VALUES, **settings)
        assert caught.value.code == "needs_both_families"
        assert caught.value.__context__ is None


def test_a_number_is_one() -> None:
    """The TTL may stand without quotation marks, and be a text within them."""
    request = fill({**VALUES, "ttl": "60"}, body='[{ttl}, "{ttl}", { ttl }]')
    assert json.loads(request.data or b"") == [60, "60", 60]
    assert request.headers["Content-Type"] == "application/json"
    whole = parse_request({"url": URL, "method": "post", "body": "{ttl}"})
    assert whole.needed == {"hostname", "ttl"}


def test_what_is_written_is_sent_as_it_is() -> None:
    """Escapes that are there already stay; what has no place in a URL gets escaped."""
    url = "https://dyn.example.net/a%2Fb/100%/ü b?q=%41+c&r=[{address}]&s={{}}"
    request = fill(url=url, headers="Content-Type: application/x\nX-A:  b: c ")
    assert request.url.raw_path_qs == (
        "/a%2Fb/100%25/%C3%BC%20b?q=%41+c&r=%5B93.184.216.34%5D&s=%7B%7D"
    )
    assert dict(request.headers) == {"Content-Type": "application/x", "X-A": "b: c"}
    assert request.data is None
    assert fill(method="get", body='"{address}"').data is None


def test_url_is_shown_without_secrets() -> None:
    """Neither those of the fields nor those that somebody wrote into the URL."""
    url = (
        "https://dyn.example.net/0123456789abcdef0123/{token}/v1"
        "?user={username}&key=s3cr3t-k3y&host={hostname}&x=s3cr3t{address}&m=on&lonely-key"
    )
    request = fill(url=url)
    assert request.shown == (
        "https://dyn.example.net/***/***/v1"
        "?user=***&key=***&host=home.example.net&x=***93.184.216.34&m=on&***"
    )
    assert request.shown not in repr(request.url)
    secrets = parse_request(
        {
            "url": url,
            "method": "post",
            "headers": "X-Key: k3y-in-a-header",
            "body": '{"key": "k3y-in-json"}',
        }
    ).secrets
    assert {
        "0123456789abcdef0123",
        "s3cr3t-k3y",
        "s3cr3t",
        "lonely-key",
        "k3y-in-a-header",
        "k3y-in-json",
    } <= secrets
