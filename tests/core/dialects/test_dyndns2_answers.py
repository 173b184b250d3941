"""The dyndns2 protocol: what each answer means."""

from datetime import timedelta
import re
from typing import Any

from hypothesis import assume, given, strategies as st
from multidict import CIMultiDict
import pytest

from custom_components.ddns_plus.core.dialects.dyndns2 import (
    RETURN_CODES,
    Meaning,
    ReturnCode,
)
from custom_components.ddns_plus.core.dialects.update_url import (
    Results,
    UndividedRefusalError,
    UpdateRequest,
)
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.net.response import Response
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Result

from .dyndns2_service import IPV4, IPV6, request, service


def response(text: str, status: int = 200, wait: str = "") -> Response:
    """Return an answer."""
    headers = CIMultiDict({"Retry-After": wait} if wait else {})
    return Response(status=status, headers=headers, text=text)


def read(
    asked: UpdateRequest, text: str, status: int = 200, *, wait: str = ""
) -> list[Result]:
    """Return the results of an answer, in the order of what was asked."""
    answer = service().read_answer(asked, response(text, status, wait))
    return [answer[key] for key in asked.keys if key in answer]


def failure(result: Result) -> DdnsError:
    """Return a result that is an error."""
    assert isinstance(result, DdnsError)
    return result


@pytest.mark.parametrize(
    ("code", "error", "account_wide", "wait"),
    [
        ("badauth", InvalidCredentials, True, None),
        ("!donator", Refused, False, None),
        ("notfqdn", InvalidField, False, None),
        ("nohost", InvalidField, False, None),
        ("!yours", InvalidField, False, None),
        ("!active", InvalidField, False, None),
        ("fatal", InvalidField, False, None),
        ("numhost", Refused, False, None),
        ("badsys", Refused, False, None),
        ("abuse", Refused, True, None),
        ("badagent", Refused, True, None),
        ("dnserr", Unavailable, True, 10),
        ("911", Unavailable, True, 10),
        ("servererror", Unavailable, True, 10),
        ("interval", RateLimited, True, None),
        ("badip", UnexpectedResponse, False, None),
        ("badrequest", UnexpectedResponse, False, None),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_return_codes(
    code: str,
    error: type[DdnsError],
    account_wide: bool,
    wait: int | None,
    status: int,
) -> None:
    """Every code has one class and one behaviour, whatever the status says."""
    (result,) = map(
        failure, read(request(), f"{code.upper()} 93.184.216.34\r\n", status)
    )
    assert type(result) is error
    assert result.code == code
    assert result.reason
    assert result.account_wide is account_wide
    assert result.retry_after == (wait and timedelta(minutes=wait))
    assert not isinstance(result, InvalidField) or result.field == "hostname"


def test_every_return_code_is_tested() -> None:
    """The table above is complete."""
    (mark, _) = test_return_codes.pytestmark[::-1]  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} | {"good", "nochg"} == set(RETURN_CODES)


@pytest.mark.parametrize(
    ("asked", "expected"), [("30", 600), ("900", 900), ("soon", 600)]
)
def test_the_longer_wait_counts(asked: str, expected: int) -> None:
    """An outage lasts as long as the protocol says, or longer if the server says so."""
    (result,) = map(failure, read(request(), "911", 503, wait=asked))
    assert result.retry_after == timedelta(seconds=expected)


@pytest.mark.parametrize("code", ["interval"])
def test_a_rate_has_the_wait_of_the_server(code: str) -> None:
    """Too many updates wait as long as the server says."""
    (result,) = map(failure, read(request(), code, wait="90"))
    assert result.retry_after == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("good", Outcome.UPDATED),
        ("good 93.184.216.34", Outcome.UPDATED),
        ("  GOOD\t93.184.216.34  \r\n\r\n", Outcome.UPDATED),
        ("good,93.184.216.34", Outcome.UPDATED),
        ("good: 93.184.216.34", Outcome.UPDATED),
        ("good 2606:2800:220:1::/64", Outcome.UPDATED),
        ("nochg", Outcome.UNCHANGED),
        # of a family that was not sent
        ("nochg 2606:2800:220:1::45", Outcome.UNCHANGED),
        ("<b>nochg</b>\n<hr>", Outcome.UNCHANGED),
        ("<html><p>good 93.184.216.34</p>", Outcome.UPDATED),
        ("good\ngood", Outcome.UPDATED),
    ],
)
def test_success(text: str, outcome: Outcome) -> None:
    """Success is the word, alone or with the address that was sent."""
    assert read(request(), text) == [outcome]


@pytest.mark.parametrize("code", ["good", "nochg"])
@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("1.2.3.4", (IPV4,)),
        ("0.0.0.0", (IPV4,)),
        ("93.184.216.34 198.51.100.9", (IPV4,)),
        ("2606:2800:220:1::45", (IPV6,)),
        ("93.184.216.34,2606:2800:220:1::45", (IPV4, IPV6)),
    ],
)
def test_another_address(code: str, text: str, addresses: tuple[Any, ...]) -> None:
    """A word of success with another address of a family that was sent is none."""
    for result in map(failure, read(request(1, *addresses), f"{code} {text}")):
        assert isinstance(result, UnexpectedResponse)
        assert result.reason == "other_address"
        assert result.maybe_applied


def test_another_address_of_one_hostname() -> None:
    """The other hostname of the request was updated."""
    updated, other = read(request(2), "good 93.184.216.34\ngood 1.2.3.4")
    assert updated is Outcome.UPDATED
    assert failure(other).reason == "other_address"


@pytest.mark.parametrize("code", ["good", "nochg"])
@pytest.mark.parametrize(
    "text",
    [
        " morning",
        " day, the service is in maintenance",
        ", but nothing was done",
        ": false",
        " 93.184.216.34 abuse",
        " host was updated",
        "\nbadauth",
        "\nand an advertisement",
    ],
)
@pytest.mark.parametrize("page", ["{}", "<html><body>{}</body></html>"])
def test_more_than_the_word(code: str, text: str, page: str) -> None:
    """A word of success with more than an address behind it may be anything."""
    try:
        (result,) = read(request(), page.format(code + text.replace("\n", "<br>\n")))
    except UnexpectedResponse as err:
        result = err
    error = failure(result)
    assert isinstance(error, UnexpectedResponse)
    assert error.maybe_applied


@given(
    code=st.sampled_from(["good", "nochg"]),
    glue=st.sampled_from(
        [" ", ": ", ", ", "\n", " 93.184.216.34 ", " 93.184.216.34\n"]
    ),
    prose=st.from_regex(r"[a-z][a-z0-9 .,!?:-]*", fullmatch=True),
    hostnames=st.integers(1, 3),
    addresses=st.sampled_from([(IPV4,), (IPV6,), (IPV4, IPV6)]),
)
def test_any_prose_behind_the_word(
    code: str, glue: str, prose: str, hostnames: int, addresses: tuple[Any, ...]
) -> None:
    """Whatever is said besides the word, it is no success for all."""
    assume(not re.fullmatch(r"((good|nochg|[0-9a-f:.]+)[ .,:]*)+", prose))
    answer = _attempt(request(hostnames, *addresses), response(f"{code}{glue}{prose}"))
    assert not all(isinstance(result, Outcome) for result in answer.values())


@pytest.mark.parametrize(
    "text",
    [
        "goodbye",
        "not good",
        "OK",
        "no-good 93.184.216.34",
        "1.2.3.4 good",
        "<html>Good morning</html>",
        "<html><p>911 is for emergencies</p><p>Abuse: abuse@example.net</p>",
        "nochange",
        ";good",
    ],
)
def test_no_success_and_no_code(text: str) -> None:
    """Words that only look like codes are not understood."""
    with pytest.raises(UnexpectedResponse) as caught:
        read(request(), text)
    assert caught.value.code == "unknown_answer"


@pytest.mark.parametrize("text", ["", " \r\n ", "<html></html>"])
def test_empty(text: str) -> None:
    """An empty answer is told as one."""
    with pytest.raises(UnexpectedResponse) as caught:
        read(request(), text)
    assert caught.value.code == "empty_answer"


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("good\nnochg", [Outcome.UPDATED, Outcome.UNCHANGED]),
        ("nochg\ngood", [Outcome.UNCHANGED, Outcome.UPDATED]),
        (
            "good 2606:2800:220:1::44\nnochg 93.184.216.34",
            [Outcome.UNCHANGED, Outcome.UPDATED],
        ),
        (
            "good\nnochg 93.184.216.34",
            [Outcome.UNCHANGED, Outcome.UPDATED],
        ),
        ("good 93.184.216.34,2606:2800:220:1::44", [Outcome.UPDATED] * 2),
    ],
)
def test_lines_of_two_addresses(text: str, results: list[Outcome]) -> None:
    """One line may stand for both addresses, or each has its own, in any order."""
    assert read(request(1, IPV4, IPV6), text) == results


def test_lines_of_several_hostnames_with_two_addresses() -> None:
    """A line for each hostname is for both of its addresses."""
    assert read(request(2, IPV4, IPV6), "good\nnochg") == [
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.UNCHANGED,
        Outcome.UNCHANGED,
    ]


def test_a_code_of_one_address() -> None:
    """One address can be refused while the other is taken."""
    updated, refused = read(request(1, IPV4, IPV6), "good 93.184.216.34\nbadip")
    assert updated is Outcome.UPDATED
    assert failure(refused).code == "badip"


def test_more_lines_than_hostnames() -> None:
    """Words of success beyond the hostnames do no harm, others make all doubtful."""
    assert read(request(2), "good\nnochg\ngood") == [
        Outcome.UPDATED,
        Outcome.UNCHANGED,
    ]
    for result in map(failure, read(request(2), "good\nnochg\nabuse\n911")):
        assert isinstance(result, UnexpectedResponse)
        assert result.maybe_applied


def test_codes_of_a_service() -> None:
    """A service may have words of its own, and its own meaning for common ones."""
    made = service(
        codes={
            "no_change": ReturnCode(Meaning.UNCHANGED),
            "911": ReturnCode(Meaning.REFUSED, "a bad request"),
        }
    )
    assert made.read_answer(request(), response("no_change")) == request().all(
        Outcome.UNCHANGED
    )
    (error,) = made.read_answer(request(), response("911")).values()
    assert isinstance(error, Refused)


def _attempt(asked: UpdateRequest, answer: Response) -> Results:
    """Return what an answer means, errors of the whole included."""
    try:
        return service().read_answer(asked, answer)
    except DdnsError as err:
        return asked.all(err)
    except UndividedRefusalError:
        assert len(asked.keys) > 1
        return asked.all(UnexpectedResponse("undivided"))


_WORDS = st.sampled_from(
    [
        *RETURN_CODES,
        "<b>",
        "</b>",
        "\n",
        "\r\n",
        " ",
        "\ufeff",
        "93.184.216.34",
        "::1",
        "\x00",
    ]
)
_TEXTS = st.text() | st.lists(_WORDS | st.text(max_size=3)).map("".join)


@given(
    text=_TEXTS,
    status=st.sampled_from([200, 204, 302, 400, 401, 403, 404, 429, 500, 503]),
    hostnames=st.integers(1, 4),
    addresses=st.sampled_from([(IPV4,), (IPV6,), (IPV4, IPV6)]),
)
def test_any_answer(
    text: str, status: int, hostnames: int, addresses: tuple[Any, ...]
) -> None:
    """No answer does harm: success needs its word at the beginning of a line."""
    asked = request(hostnames, *addresses)
    answer = _attempt(asked, response(text, status))
    assert set(answer) <= set(asked.keys)
    assert answer
    successes = [result for result in answer.values() if isinstance(result, Outcome)]
    if successes:
        stripped = text.replace("<b>", "\n").replace("</b>", "\n")
        starts = [line.strip().lower() for line in stripped.splitlines()]
        assert any(line.startswith(("good", "nochg")) for line in starts)
    for result in answer.values():
        assert isinstance(result, Outcome | DdnsError)
