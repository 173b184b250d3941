"""Services with an update URL and a few known phrases as answers."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
import re
from typing import ClassVar, override
from urllib.parse import urlencode

from yarl import URL

from ..address import Address, Family
from ..errors import Authority, DdnsError, UnexpectedResponse
from ..net.redaction import strip_tags
from ..net.response import Response
from ..outcome import Outcome
from .update_url import Results, UpdateRequest, UpdateUrlProvider

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# what a phrase means: an outcome, or what makes the error
type Sense = Outcome | Callable[[], DdnsError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where an update is sent: the URL, and the query that is added to it.

    The body is `form`, or else `body`. `login` is for the Basic scheme.
    `source` is the address of this machine that the connection is made from.
    """

    url: str | URL
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    form: Mapping[str, str] | None = None
    body: str | None = None
    login: tuple[str, str] | None = None
    source: Address | None = None


class PhraseProvider(UpdateUrlProvider):
    """A service that answers in phrases. Subclasses set `info` and `phrases`.

    `phrases` are regular expressions, case aside, by what they mean: for a refusal what
    a line of the answer begins with, for a success the whole line, with the `address`
    that the record has now as a group. The first that fits counts. `refusals` are for
    HTTP statuses that say enough where no phrase fits. `answers_in_pages`: other lines
    may stand around a phrase of success.
    """

    phrases: ClassVar[Mapping[str, Sense]]
    refusals: ClassVar[Mapping[int, Callable[[], DdnsError]]] = {}
    answers_in_pages: ClassVar[bool] = False

    @abstractmethod
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent. Raises DdnsError if it cannot be sent."""

    def said(self, response: Response) -> str:
        """Return the part of an answer in which phrases are looked for."""
        return strip_tags(response.text)

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError."""
        target = self.target(request)
        form = target.form
        response = await self.http.request(
            target.method,
            target.url,
            params=target.query,
            headers=None if form is None else _FORM,
            data=target.body if form is None else urlencode(form),
            basic_auth=target.login,
            source=target.source,
        )
        return request.all(self._outcome(request, response))

    def _outcome(self, request: UpdateRequest, response: Response) -> Outcome:
        """Return what an answer means. Raises the error that it stands for.

        A refusal goes before a success. A success counts with a status of success only,
        without other words, and not when it tells of another address than was sent.
        """
        lines = [line.strip() for line in self.said(response).splitlines()]
        lines = [line for line in lines if line]
        successes: list[tuple[Outcome, re.Match[str]]] = []
        for phrase, sense in self.phrases.items():
            for line in lines:
                if not isinstance(sense, Outcome):
                    if re.match(phrase, line, re.IGNORECASE):
                        raise sense()
                elif found := re.fullmatch(phrase, line, re.IGNORECASE):
                    successes.append((sense, found))
        is_all = self.answers_in_pages or len(successes) == len(lines)
        if successes and is_all and 200 <= response.status < 300:
            for _, found in successes:
                told = found.groupdict().get("address") or found.group()
                raise_for_other_address(request, addresses_in(told))
            return successes[0][0]
        if (refusal := self.refusals.get(response.status)) is not None:
            raise refusal().of(Authority.PAGE)
        response.raise_for_status()
        raise response.not_understood()


def addresses_in(text: str) -> frozenset[Address]:
    """Return the addresses among the words of a text."""
    found: set[Address] = set()
    for word in re.findall(r"[0-9a-f:.]{2,}", text, re.IGNORECASE):
        try:
            found.add(ip_address(word.rstrip(".")))
        except ValueError:
            continue
    return frozenset(found)


def raise_for_other_address(request: UpdateRequest, told: frozenset[Address]) -> None:
    """Raise UnexpectedResponse when an answer tells of other addresses than were sent.

    Families are looked at one by one; of one that is not told nothing is known.
    """
    for family, address in request.addresses.items():
        if address not in told and any(Family.of(each) is family for each in told):
            raise UnexpectedResponse(
                reason="other_address",
                maybe_applied=True,
            )
