"""Hostnames: whatever people type becomes one canonical form, or a clear no."""

from hypothesis import assume, example, given, strategies as st
import pytest

from custom_components.ddns_plus.core.hostname import (
    Hostname,
    HostnameProblem,
    InvalidHostnameError,
    hostnames_in,
)

LABEL_63 = "a" * 63
NAME_253 = ".".join([LABEL_63] * 3 + ["a" * 61])


@pytest.mark.parametrize(
    ("text", "fqdn"),
    [
        ("home.example.org", "home.example.org"),
        ("Home.EXAMPLE.org", "home.example.org"),
        ("home.example.org.", "home.example.org"),
        ("  home.example.org\n", "home.example.org"),
        ("\u200bhome.example.org\ufeff", "home.example.org"),
        ("\u200b home.example.org", "home.example.org"),
        ("ho\u00adme.example.org", "home.example.org"),
        ("ｈｏｍｅ．ｅｘａｍｐｌｅ．ｏｒｇ", "home.example.org"),
        ("home。example｡org。", "home.example.org"),
        ("example.org", "example.org"),
        ("*.example.org", "*.example.org"),
        ("_dmarc.example.org", "_dmarc.example.org"),
        ("my_home.example.org", "my_home.example.org"),
        ("1.example.org", "1.example.org"),
        ("4.3.2.1.in-addr.arpa", "4.3.2.1.in-addr.arpa"),
        ("a--b.r3---sn.example.org", "a--b.r3---sn.example.org"),
        ("nas.lan", "nas.lan"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("mu\u0308nchen.example", "xn--mnchen-3ya.example"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("日本語。jp", "xn--wgv71a119e.jp"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("*.пример.рф", "*.xn--e1afmkfd.xn--p1ai"),
        ("xn--ls8h.example", "xn--ls8h.example"),
        (f"{LABEL_63}.example", f"{LABEL_63}.example"),
        (NAME_253, NAME_253),
        (f"{NAME_253}.", NAME_253),
    ],
)
def test_a_hostname_has_one_canonical_form(text: str, fqdn: str) -> None:
    """Lower case, punycode, no trailing dot."""
    hostname = Hostname.parse(text)
    assert hostname.fqdn == str(hostname) == fqdn
    assert Hostname.parse(hostname.unicode) == hostname


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", HostnameProblem.EMPTY),
        (" \t\u00a0", HostnameProblem.EMPTY),
        ("\u200b", HostnameProblem.EMPTY),
        ("my home.example.org", HostnameProblem.BLANKS),
        ("my\u3000home.example.org", HostnameProblem.BLANKS),
        ("my\nhome.example.org", HostnameProblem.BLANKS),
        ("home.example.org,nas.example.org", HostnameProblem.BLANKS),
        ("home.example.org;nas", HostnameProblem.BLANKS),
        ("192.0.2.1", HostnameProblem.ADDRESS),
        ("192.0.2.1.", HostnameProblem.ADDRESS),
        ("１９２.0.2.1", HostnameProblem.ADDRESS),
        ("1.2.3", HostnameProblem.ADDRESS),
        ("3232235777", HostnameProblem.ADDRESS),
        ("2001:db8::1", HostnameProblem.ADDRESS),
        ("[2001:DB8::1]", HostnameProblem.ADDRESS),
        ("fe80::1%eth0", HostnameProblem.ADDRESS),
        ("https://home.example.org", HostnameProblem.URL),
        ("home.example.org/path", HostnameProblem.URL),
        ("home.example.org:8123", HostnameProblem.URL),
        ("192.0.2.1:80", HostnameProblem.URL),
        ("me@home.example.org", HostnameProblem.EMAIL),
        ("home.example.org?a=b", HostnameProblem.URL),
        ("home.example.org#a", HostnameProblem.URL),
        ("home\\example.org", HostnameProblem.URL),
        ("home", HostnameProblem.NOT_QUALIFIED),
        ("localhost.", HostnameProblem.NOT_QUALIFIED),
        ("münchen", HostnameProblem.NOT_QUALIFIED),
        ("*", HostnameProblem.NOT_QUALIFIED),
        ("*.org", HostnameProblem.NOT_QUALIFIED),
        ("home.*.org", HostnameProblem.WILDCARD),
        ("*home.example.org", HostnameProblem.WILDCARD),
        ("**.example.org", HostnameProblem.WILDCARD),
        ("*.*.example.org", HostnameProblem.WILDCARD),
        ("＊＊.example.org", HostnameProblem.WILDCARD),
        (".", HostnameProblem.EMPTY_LABEL),
        ("...", HostnameProblem.EMPTY_LABEL),
        (".example.org", HostnameProblem.EMPTY_LABEL),
        ("home..org", HostnameProblem.EMPTY_LABEL),
        ("home.example.org..", HostnameProblem.EMPTY_LABEL),
        ("-home.example.org", HostnameProblem.LABEL),
        ("home-.example.org", HostnameProblem.LABEL),
        ("home.example.123", HostnameProblem.NUMBER),
        ("home.example!.org", HostnameProblem.LABEL),
        ("ho'me.example.org", HostnameProblem.LABEL),
        ("home\x00.example.org", HostnameProblem.LABEL),
        ("💩.example", HostnameProblem.LABEL),
        ("☃.example", HostnameProblem.LABEL),
        ("ü_x.example", HostnameProblem.LABEL),
        ("\u0301a.example", HostnameProblem.LABEL),
        ("\ud800.example", HostnameProblem.LABEL),
        ("home⒈example.org", HostnameProblem.LABEL),
        ("xn--.example", HostnameProblem.LABEL),
        ("xn--abc-.example", HostnameProblem.LABEL),
        ("xn--99999999.example", HostnameProblem.LABEL),
        ("xn---37kte9d.example", HostnameProblem.LABEL),
        ("xn--mnchen-3YÄ.example", HostnameProblem.LABEL),
        (f"{LABEL_63}a.example", HostnameProblem.TOO_LONG),
        ("ü" * 60 + ".example", HostnameProblem.TOO_LONG),
        ("㌀" * 900 + ".example", HostnameProblem.TOO_LONG),
        (f"{NAME_253}a", HostnameProblem.TOO_LONG),
        (f"{NAME_253}a.", HostnameProblem.TOO_LONG),
        ("a." * 100_000, HostnameProblem.TOO_LONG),
        ("\ufdfa" * 900, HostnameProblem.BLANKS),
    ],
)
def test_what_is_no_hostname_gets_a_clear_no(
    text: str, problem: HostnameProblem
) -> None:
    """It says what is wrong, never just that something is."""
    with pytest.raises(InvalidHostnameError) as caught:
        Hostname.parse(text)
    assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Home.example.org", ["home.example.org"]),
        ("http://home.example.org:8123/x", ["home.example.org"]),
        ("HTTPS://home.example.org?a=b", ["home.example.org"]),
        ("home.example.org:8123", ["home.example.org"]),
        ("home.example.org/", ["home.example.org"]),
        ("a.example.org,b.example.org", ["a.example.org", "b.example.org"]),
        (
            " a.example.org ; https://b.example.org/\n",
            ["a.example.org", "b.example.org"],
        ),
        ("a.example.org b.example.org", ["a.example.org", "b.example.org"]),
    ],
)
def test_what_is_meant_is_plain(text: str, names: list[str]) -> None:
    """The hostname in a URL, and the names of a list."""
    assert [name.fqdn for name in hostnames_in(text)] == names


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", HostnameProblem.EMPTY),
        (" , ", HostnameProblem.BLANKS),
        ("my home.example.org", HostnameProblem.BLANKS),
        ("home,nas.example.org", HostnameProblem.BLANKS),
        ("https://me:secret@home.example.org/", HostnameProblem.URL),
        ("ftp://home.example.org/", HostnameProblem.URL),
        ("http://192.0.2.1/", HostnameProblem.ADDRESS),
        ("192.0.2.1:80", HostnameProblem.ADDRESS),
        ("2001:db8::1", HostnameProblem.ADDRESS),
        ("me@home.example.org", HostnameProblem.EMAIL),
        ("http://home/", HostnameProblem.NOT_QUALIFIED),
        ("a.example.org," * 200, HostnameProblem.TOO_LONG),
    ],
)
def test_what_is_not_plain_gets_a_clear_no(text: str, problem: HostnameProblem) -> None:
    """Nothing is guessed."""
    with pytest.raises(InvalidHostnameError) as caught:
        hostnames_in(text)
    assert caught.value.problem is problem


@given(st.text(max_size=80))
@example("http://a.org:1/,b.org")
def test_a_line_is_read_or_refused(text: str) -> None:
    """What one name is for `parse` is the same name here."""
    try:
        name = Hostname.parse(text)
    except InvalidHostnameError:
        try:
            names = hostnames_in(text)
        except InvalidHostnameError:
            return
        assert names
        return
    assert list(hostnames_in(text)) == [name]


labels = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?", fullmatch=True)


@given(st.text(max_size=40) | st.lists(labels | st.text(max_size=8)).map(".".join))
@example("ⅷ.example")
@example("ǆ.example")
@example("a\u0345.example")
@example("xn--a.example")
@example("xn--fa-hia.example")
@example("xn--80ak6aa92e.example")
@example("xn--zzzzzzzzzz.example")
@example("אבג.example")
@example("1א.example")
@example("ᾳ.example")
def test_anything_is_canonical_or_refused(text: str) -> None:
    """And what is canonical can be read again, from DNS and from the screen."""
    try:
        hostname = Hostname.parse(text)
    except InvalidHostnameError:
        return
    assert Hostname.parse(hostname.fqdn) == hostname
    assert Hostname.parse(hostname.unicode) == hostname
    assert hostname.fqdn.isascii()
    assert hostname.fqdn == hostname.fqdn.lower().strip(".")
    assert len(hostname.fqdn) <= 253
    assert all(1 <= len(label) <= 63 for label in hostname.fqdn.split("."))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", max_size=12))
def test_any_punycode_is_canonical_or_refused(text: str) -> None:
    """Whatever stands behind "xn--"."""
    try:
        hostname = Hostname.parse(f"xn--{text}.example")
    except InvalidHostnameError:
        return
    assert hostname.fqdn == f"xn--{text}.example"
    assert Hostname.parse(hostname.unicode) == hostname


@given(st.lists(labels, min_size=2, max_size=5))
def test_case_and_the_trailing_dot_make_no_difference(parts: list[str]) -> None:
    """Else one hostname could be added twice."""
    assume(not parts[-1].isdigit())
    text = ".".join(parts)
    try:
        hostname = Hostname.parse(text)
    except InvalidHostnameError:
        assume(False)
    for variant in (text.upper(), text.lower(), f"{text}.", f" {text} "):
        assert Hostname.parse(variant) == hostname


@pytest.mark.parametrize(
    ("fqdn", "shown"),
    [
        ("xn--mnchen-3ya.example", "münchen.example"),
        ("*.xn--e1afmkfd.xn--p1ai", "*.пример.рф"),
        ("home.example.org", "home.example.org"),
        # IDNA 2008 knows no emoji, but the names exist
        ("xn--ls8h.example", "xn--ls8h.example"),
        ("xn--a.example", "xn--a.example"),
    ],
)
def test_people_see_the_name_as_they_write_it(fqdn: str, shown: str) -> None:
    """Where it could be typed in again."""
    assert Hostname.parse(fqdn).unicode == shown


def test_a_wildcard_is_known_as_one() -> None:
    """Some providers do not take them."""
    assert Hostname.parse("*.example.org").wildcard
    assert not Hostname.parse("home.example.org").wildcard


def test_the_parent_is_one_label_up() -> None:
    """Up to the name below the top-level domain."""
    parent = Hostname.parse("*.home.example.org").parent
    assert parent == Hostname.parse("home.example.org")
    assert parent.parent == Hostname.parse("example.org")
    assert parent.parent.parent is None


def test_a_zone_holds_its_apex_and_what_is_below() -> None:
    """By whole labels: a name that only ends alike is outside."""
    zone = Hostname.parse("example.org")
    for inside in ("example.org", "home.example.org", "*.a.b.example.org"):
        assert Hostname.parse(inside).within(zone)
    for outside in ("badexample.org", "example.com", "example.org.uk"):
        assert not Hostname.parse(outside).within(zone)


def test_a_name_is_told_relative_to_its_zone() -> None:
    """Empty at the apex."""
    zone = Hostname.parse("example.org")
    assert Hostname.parse("example.org").relative_to(zone) == ""
    assert Hostname.parse("a.b.example.org").relative_to(zone) == "a.b"
    assert Hostname.parse("*.example.org").relative_to(zone) == "*"
    with pytest.raises(ValueError, match="outside"):
        Hostname.parse("example.com").relative_to(zone)


def test_the_zone_is_the_one_with_the_longest_suffix() -> None:
    """A zone of its own below another is the one that counts."""
    zones = [
        Hostname.parse(name)
        for name in ("example.org", "home.example.org", "me.example.org", "a.org")
    ]
    for name, zone in (
        ("nas.home.example.org", "home.example.org"),
        ("home.example.org", "home.example.org"),
        ("myhome.example.org", "example.org"),
        ("*.example.org", "example.org"),
    ):
        assert Hostname.parse(name).zone(zones) == Hostname.parse(zone)
    assert Hostname.parse("example.com").zone(zones) is None
    assert Hostname.parse("example.com").zone([]) is None
