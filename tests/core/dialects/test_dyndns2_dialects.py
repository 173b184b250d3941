"""The dyndns2 protocol as services have changed it: answers of their own, as data."""

from datetime import timedelta
from typing import Any

from multidict import CIMultiDict
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.dialects.dyndns2 import Meaning, ReturnCode
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidField,
    RateLimited,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.net.response import Response
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Result, Update
from custom_components.ddns_plus.core.providers.desec_dyndns import DesecDyndns
from custom_components.ddns_plus.core.providers.he import HurricaneElectric
from tests.providers.replay import (
    USER_AGENT,
    CannedResponse,
    Exchange,
    ReplayServer,
    Request,
)
from tests.providers.scenario import CANARY, canary

from .dyndns2_service import IPV4, request, service

_PHRASES = {
    "phrases": {r"no such name\b": "nohost", r"already so": "nochg"},
    "codes": {"done": ReturnCode(Meaning.UPDATED)},
}


def read(text: str, status: int = 200, hostnames: int = 1, **dialect: Any) -> Result:
    """Return what an answer means to a service that speaks a dialect."""
    asked = request(hostnames)
    answer = Response(status=status, headers=CIMultiDict(), text=text)
    try:
        results = service(**dialect).read_answer(asked, answer)
    except DdnsError as err:
        return err
    assert set(results) == set(asked.keys)
    (result,) = set(results.values())
    return result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("done", Outcome.UPDATED),
        ("<p>done</p>", Outcome.UPDATED),
        # a phrase goes before the words, wherever its line stands
        ("done\nAlready so", Outcome.UNCHANGED),
        ("<p>done</p><hr><p>\n  already so</p>", Outcome.UNCHANGED),
        # that of a success is the whole line
        ("already so since Monday", UnexpectedResponse),
        # and the first of them before the others
        ("already so\nno such name", InvalidField),
        # but only whole words, at the beginning of a line
        ("it is already so", UnexpectedResponse),
        ("already sold", UnexpectedResponse),
    ],
)
def test_phrases(text: str, result: Any) -> None:
    """What a line begins with can stand for a code."""
    said = read(text, **_PHRASES)
    assert said is result or type(said) is result


def test_a_phrase_stands_for_all_hostnames() -> None:
    """It says nothing of one of them."""
    assert read("done\nalready so", hostnames=3, **_PHRASES) is Outcome.UNCHANGED


def test_status_of_its_own_meaning() -> None:
    """A status stands for a code, unless the answer has one."""
    said = read("over quota", 403, statuses={403: "interval"})
    assert isinstance(said, RateLimited)
    assert said.account_wide
    assert read("good", statuses={200: "interval"}) is Outcome.UPDATED
    assert isinstance(read("nohost", 403, statuses={403: "interval"}), InvalidField)


def test_one_hostname_too_often() -> None:
    """Where the interval is the hostname's, the account goes on."""
    code = ReturnCode(Meaning.TOO_OFTEN, one_of_many=True)
    said = read("interval", codes={"interval": code})
    assert isinstance(said, RateLimited)
    assert not said.account_wide
    assert said.retry_after is None


@pytest.mark.parametrize(
    ("dialect", "login"),
    [
        ({}, ("someone", "cAn4ry")),
        ({"user_name": ""}, ("", "cAn4ry")),
        ({"user_name": "token", "password_field": "username"}, ("token", "someone")),
    ],
)
def test_login(dialect: dict[str, str], login: tuple[str, str]) -> None:
    """Which settings make up the credentials is data."""
    assert service(**dialect).login(request()) == login


def test_desec_deletes_what_is_not_set_again() -> None:
    """In time before its 183 days are over, but seldom: needless updates are not welcome."""
    keep_alive = DesecDyndns.info.limits.keep_alive
    assert keep_alive is not None
    assert timedelta(days=90) < keep_alive < timedelta(days=183)


async def test_secrets_of_hostnames(replay: ReplayServer) -> None:
    """What was sent for one hostname is not shown of the answer to another."""
    keys = {"a.example.com": canary("a"), "b.example.com": canary("b")}
    provider = HurricaneElectric({}, HttpClient(replay.session, user_agent=USER_AGENT))
    said = f"{canary('a')} and {canary('b')}"
    replay.expect(
        [
            Exchange(
                request=Request(
                    url="https://dyn.dns.he.net/nic/update",
                    query={"hostname": name, "myip": str(IPV4)},
                    login=(name, key),
                ),
                response=CannedResponse(body=said),
            )
            for name, key in keys.items()
        ]
    )
    updates = [
        Update(
            hostname=Hostname(name),
            family=Family.IPV4,
            address=IPV4,
            settings={"update_key": key},
        )
        for name, key in keys.items()
    ]
    provider.learn_secrets(updates)
    with provider.redacting():
        results = await provider.publish(updates)
    assert [request.login for request in replay.requests] == list(keys.items())
    for result in results:
        assert isinstance(result, UnexpectedResponse)
        assert result.said == "*** and ***"
    assert CANARY not in repr(provider)
    assert provider.http.secrets.redact(" ".join(keys.values())) == "*** ***"
