"""The seven errors, and what they may carry."""

from datetime import timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
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
    assert (error.code, error.detail) == ("911", "the server is out of order")
    assert error.account_wide
    assert error.maybe_applied
    assert error.retry_after == timedelta(minutes=30)


def test_an_error_concerns_one_record_and_nothing_happened_unless_said() -> None:
    """The plain case needs no words."""
    error = Unavailable("timeout")
    assert not error.account_wide
    assert not error.maybe_applied
    assert error.retry_after is None
    assert error.detail == ""


def test_credentials_concern_the_whole_account() -> None:
    """There is one set of them."""
    assert InvalidCredentials("badauth").account_wide
    assert not InvalidCredentials("badauth").maybe_applied


def test_a_field_is_named() -> None:
    """So that a form can show the error where it belongs."""
    error = InvalidField("hostname", "nohost", "no such hostname in this account")
    assert error.field == "hostname"
    assert not error.account_wide


def test_the_text_is_code_and_detail() -> None:
    """What a trace-back shows."""
    assert str(Unavailable("timeout")) == "timeout"
    assert str(Unavailable("timeout", "no answer")) == "timeout: no answer"


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
    error = UnexpectedResponse(text, text)
    assert (error.code, error.detail) == (line, line)


@settings(deadline=None)
@given(code=st.text(max_size=300), detail=st.text(max_size=1000))
def test_the_text_is_always_one_short_printable_line(code: str, detail: str) -> None:
    """Whatever the provider answers."""
    error = UnexpectedResponse(code, detail)
    assert len(error.code) <= 60
    assert len(error.detail) <= 200
    assert all(character.isprintable() for character in str(error))
    assert str(error) == str(error).strip()


def test_a_long_text_is_cut_where_one_can_see_it() -> None:
    """An ellipsis stands for the rest."""
    assert Unavailable("timeout", "x" * 200).detail == "x" * 200
    assert Unavailable("timeout", "x" * 201).detail == "x" * 199 + "…"
