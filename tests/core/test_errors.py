"""The seven errors, and what they may carry."""

from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.errors import (
    DdnsError,
    FailureKind,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
    redacting,
)


@pytest.mark.parametrize(
    "error_type", [Refused, RateLimited, Unavailable, UnexpectedResponse]
)
def test_an_error_keeps_its_facts(error_type: type[DdnsError]) -> None:
    """For the engine, which decides by them, and for people."""
    error = error_type(
        "911",
        "the server is out of order",
        account_wide=True,
        maybe_applied=True,
        retry_after=timedelta(minutes=30),
    )
    assert isinstance(error, DdnsError)
    assert (error.code, error.said) == ("911", "the server is out of order")
    assert error.account_wide
    assert error.maybe_applied
    assert error.retry_after == timedelta(minutes=30)


def test_the_cut_leaves_no_part_of_a_secret() -> None:
    """Secrets are hidden while the text is whole, also by an error that takes it over."""
    said = f"{'x' * 190} a secret\nof two lines {'x' * 50}"
    with redacting(lambda text: text.replace("secret\nof two lines", "***")):
        error = Refused("no", said)
        shown = f"{error!r} {Unavailable(**error.words)!r}"
    assert error.said == f"{'x' * 190} a *** xx…"
    assert "secret" not in shown
    assert "secret" in Refused("no", "after it: secret").said


def test_an_error_concerns_one_record_and_nothing_happened_unless_said() -> None:
    """The plain case needs no words."""
    error = Unavailable("timeout")
    assert not error.account_wide
    assert not error.maybe_applied
    assert error.retry_after is None
    assert error.said == ""


def test_credentials_concern_the_whole_account() -> None:
    """There is one set of them."""
    assert InvalidCredentials("badauth").account_wide
    assert not InvalidCredentials("badauth").maybe_applied


def test_a_field_is_named() -> None:
    """So that a form can show the error where it belongs."""
    error = InvalidField("hostname", "nohost", "no such hostname in this account")
    assert error.field == "hostname"
    assert not error.account_wide


def test_the_text_is_all_that_is_known() -> None:
    """What a trace-back shows."""
    assert str(Unavailable("timeout")) == "timeout"
    assert str(Unavailable(reason="timeout")) == "timeout"
    assert str(Unavailable("911", "Busy.", reason="outage")) == "911: outage: Busy."
    error = UnexpectedResponse("redirected", reason="away", facts={"status": "301"})
    assert str(error) == "redirected: away: status=301"


def test_a_reason_is_the_code_where_there_is_no_other() -> None:
    """The provider's own word comes first."""
    assert Refused(reason="zone_read_only").code == "zone_read_only"
    assert Refused("abuse", reason="blocked").code == "abuse"
    assert InvalidField("hostname", reason="not_here").code == "not_here"
    assert InvalidCredentials(reason="wrong_token").code == "wrong_token"


def test_another_error_takes_the_words_over() -> None:
    """All of them."""
    error = Unavailable("911", "Busy.", reason="outage", facts={"status": "503"})
    assert str(Refused(**error.words)) == str(error)


@pytest.mark.parametrize(
    ("error", "kind", "stops"),
    [
        (InvalidCredentials("x"), FailureKind.INVALID_CREDENTIALS, True),
        (InvalidField("hostname", "x"), FailureKind.INVALID_FIELD, True),
        (Refused("x"), FailureKind.REFUSED, True),
        (RateLimited("x"), FailureKind.RATE_LIMITED, False),
        (Unavailable("x"), FailureKind.UNAVAILABLE, False),
        (UnexpectedResponse("x"), FailureKind.UNEXPECTED_RESPONSE, False),
        (DdnsError("x"), FailureKind.UNEXPECTED_RESPONSE, False),
    ],
)
def test_the_kind_says_what_must_happen_next(
    error: DdnsError, kind: FailureKind, *, stops: bool
) -> None:
    """A person must act, or time passes."""
    assert error.kind is kind
    assert error.kind.stops is stops


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\r\nlines", "two lines"),
        ("  blanks \t between ", "blanks between"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("null\x00byte", "null byte"),
        ("right\u202eleft", "right left"),
        ("Größe ✓ 大", "Größe ✓ 大"),
    ],
)
def test_the_words_of_a_provider_are_harmless_in_a_log(text: str, line: str) -> None:
    """No line breaks, no control characters, no reversed text."""
    error = UnexpectedResponse(text, text, facts={"target": text})
    assert (error.code, error.said, error.facts) == (line, line, {"target": line})


@given(code=st.text(max_size=300), detail=st.text(max_size=1000))
def test_the_text_is_always_one_short_printable_line(code: str, detail: str) -> None:
    """Whatever the provider answers."""
    error = UnexpectedResponse(code, detail)
    assert len(error.code) <= 60
    assert len(error.said) <= 200
    assert all(character.isprintable() for character in str(error))
    assert str(error) == str(error).strip()


def test_a_long_text_is_cut_where_one_can_see_it() -> None:
    """An ellipsis stands for the rest."""
    assert Unavailable("timeout", "x" * 200).said == "x" * 200
    assert Unavailable("timeout", "x" * 201).said == "x" * 199 + "…"
