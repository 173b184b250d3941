"""What an answer means: its status, how long to wait, and what of it may be shown."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import html
import json
from quopri import encodestring
from urllib.parse import quote, quote_plus

from hypothesis import given, strategies as st
from multidict import CIMultiDict
import pytest
from yarl import URL

from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    RateLimited,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.net.redaction import Secrets
from custom_components.ddns_plus.core.net.response import Response, retry_after

from .http_server import SECRET, SECRETS, shown

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (199, UnexpectedResponse),
        (200, None),
        (204, None),
        (300, UnexpectedResponse),
        (304, UnexpectedResponse),
        (400, UnexpectedResponse),
        (401, InvalidCredentials),
        (403, InvalidCredentials),
        (404, UnexpectedResponse),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (599, Unavailable),
    ],
)
def test_what_a_status_means(status: int, error: type[DdnsError] | None) -> None:
    """Every status has one meaning, and its text tells the body without the secrets."""
    response = Response(
        status=status,
        headers=CIMultiDict(),
        text=f"<p>no {quote(SECRET)}</p>",
        secrets=Secrets(SECRETS),
    )
    if error is None:
        response.raise_for_status()
        return
    with pytest.raises(DdnsError) as caught:
        response.raise_for_status()
    assert type(caught.value) is error
    assert caught.value.code == f"http_{status}"
    assert caught.value.said == f"HTTP {status} no ***"


@pytest.mark.parametrize("status", [429, 503])
def test_waits_are_handed_on(status: int) -> None:
    """What the server asks for is kept, for the whole account where it is one's rate."""
    response = Response(
        status=status, headers=CIMultiDict({"retry-after": "77"}), text=""
    )
    with pytest.raises(DdnsError) as caught:
        response.raise_for_status()
    assert caught.value.retry_after == timedelta(seconds=77)
    assert caught.value.account_wide is (status == 429)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 0000000000120 ", 120),
        ("999999999999999999", 86400),
        ("9" * 5000, 86400),
        ("Sun, 01 Nov 2026 12:01:30 GMT", 90),
        ("Sun, 01 Nov 2026 12:01:30 -0000", 90),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86400),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("soon", None),
        ("Sun, 99 Nov 2026 12:00:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: int | None) -> None:
    """Seconds and dates are understood, at most a day and never the past."""
    headers = CIMultiDict({} if value is None else {"Retry-After": value})
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(headers, NOW) == expected


@given(st.text())
def test_retry_after_of_anything(value: str) -> None:
    """No header does harm."""
    wait = retry_after({"Retry-After": value}, NOW)
    assert wait is None or timedelta() <= wait <= timedelta(days=1)


@pytest.mark.parametrize("text", ["{", "", "<html>", "[" * 100_000, '{"a": cAnary}'])
def test_not_json(text: str) -> None:
    """What is no JSON is told without the body."""
    response = Response(status=200, headers={}, text=text)
    with pytest.raises(UnexpectedResponse) as caught:
        response.json()
    assert caught.value.code == "not_json"
    assert "cAnary" not in shown(caught.value)
    assert caught.value.__context__ is None


def test_json() -> None:
    """JSON is read."""
    assert Response(status=200, headers={}, text='{"a": [1]}').json() == {"a": [1]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("<html><h1>Bad\r\n gateway</h1>\x00 now<br", "Bad gateway now"),
        ("x" * 1000, "x" * 119 + "…"),
        ("", ""),
    ],
)
def test_excerpt(text: str, expected: str) -> None:
    """An excerpt is short and fit for people."""
    assert Secrets(SECRETS).excerpt(text) == expected


def unicode_escaped(secret: str) -> str:
    """Return a secret as old JavaScript escapes it for URLs."""
    return "".join(
        f"%u{ord(each):04x}" if ord(each) < 0x10000 else quote(each) for each in secret
    )


@given(
    secret=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=6
    ).map(lambda text: f"s3cr3t{text}"),
    login=st.text(st.characters(codec="ascii"), max_size=5),
)
def test_no_excerpt_tells_a_secret(secret: str, login: str) -> None:
    """A secret is hidden in every form it travels in, escaped once or twice."""
    basic = b64encode(f"{login}:{secret}".encode()).decode()
    escapes: list[Callable[[str], str]] = [
        str,
        lambda text: quote(text, safe=""),
        quote_plus,
        lambda text: URL.build(path="/", query={"s": text}).raw_query_string[2:],
        lambda text: json.dumps(text)[1:-1],
        html.escape,
    ]
    forms = {second(first(secret)) for first in escapes for second in escapes}
    forms |= {
        "".join(f"%{byte:02x}" for byte in secret.encode()),
        unicode_escaped(secret),
        encodestring(secret.encode()).decode(),
        f"{secret[:8]}\r\n{secret[8:]}",
        secret.swapcase() if secret.isascii() else secret,
    }
    secrets = Secrets([secret])
    for form in forms:
        assert "s3cr3t" not in secrets.excerpt(f"[{form}]").lower()
    assert secrets.excerpt(f"[{secret.encode().hex()}]") == "[***]"
    # what is left of base64 are characters shared with the neighbours of the secret
    left = secrets.excerpt(f"[{basic}]")
    assert len(left) <= len(b64encode(f"{login}:".encode())) + len("[***]") + 3


@given(st.integers(8, 14))
def test_a_secret_that_was_cut(length: int) -> None:
    """What is left of a secret is hidden, if it is half of it at least."""
    secret = "correct-horse_9"
    secrets = Secrets([secret])
    assert secrets.excerpt(f"[{secret[:length]}]") == "[***]"
    assert secrets.excerpt(f"[{secret[-length:]}]") == "[***]"
    assert secrets.excerpt(f"[{quote(secret[:length])}…") == "[***…"
    assert secrets.excerpt("[correct]") == "[correct]"


@pytest.mark.parametrize("secret", ["a" * 999 + "b", "b" + "a" * 999, "\\" * 9, "a%2"])
@pytest.mark.parametrize("character", ["a", "\\", "<", ">", "%25", "&amp;", "a\n", " "])
def test_an_answer_is_read_as_far_as_it_is_shown(secret: str, character: str) -> None:
    """The length of an answer makes no difference behind what is shown of it."""
    text = f"<p>it is {character * 4000}"
    assert Secrets([secret]).excerpt(text * 20) == Secrets([secret]).excerpt(text)


def test_a_secret_behind_a_long_head() -> None:
    """What is shown begins at the first word, however many tags are before it."""
    secrets = Secrets(["<b>secret</b>"])
    page = f"{'<meta name=x>' * 5000}\n<b>secret</b> is wrong"
    assert secrets.excerpt(page) == "*** is wrong"


def test_excerpt_with_a_short_secret() -> None:
    """A short secret is a secret too."""
    assert Secrets(["ab"]).excerpt("token=ab; x") == "token=***; x"
    assert Secrets(["%20"]).excerpt("a b%20c") == "a b***c"
    assert Secrets([""]).excerpt("nothing is secret") == "nothing is secret"


def test_a_secret_that_is_learned_late() -> None:
    """What a hostname brings along counts from then on, without its outer blanks too."""
    secrets = Secrets(["first"])
    response = Response(status=200, headers={}, text="first later", secrets=secrets)
    assert response.excerpt() == "*** later"
    secrets.learn([" later "])
    assert response.excerpt() == "*** ***"
    assert str(response.not_understood()) == "unknown_answer: *** ***"
    assert str(response.not_understood("<b>later</b> today")) == (
        "unknown_answer: *** today"
    )
    assert response.not_understood(" ").code == "empty_answer"


def test_half_a_character_in_a_secret() -> None:
    """Such a secret cannot be sent, and does no harm."""
    assert Secrets(["abc\ud800"]).excerpt("abc") == "abc"
