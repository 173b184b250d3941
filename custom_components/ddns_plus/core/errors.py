"""The seven errors of a provider, named by what must happen next rather than by their cause."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Self, TypedDict

_LONGEST_CODE = 60
_LONGEST_WORDS = 200

# a context, not a parameter: a provider need not think of it
_redact: ContextVar[Callable[[str], str]] = ContextVar("redact", default=str)


@contextmanager
def redacting(redact: Callable[[str], str]) -> Iterator[None]:
    """Redact what the provider says in every error that is made in this context."""
    token = _redact.set(redact)
    try:
        yield
    finally:
        _redact.reset(token)


class FailureKind(StrEnum):
    """The kind of an error: what must happen next."""

    INVALID_CREDENTIALS = "invalid_credentials"
    INVALID_FIELD = "invalid_field"
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    UNEXPECTED_RESPONSE = "unexpected_response"

    @property
    def stops(self) -> bool:
        """Return True if a person must act before the next try."""
        return self in _STOPPING


class Authority(StrEnum):
    """Who speaks in a refusal, and what comes of asking again."""

    # any server on the way, a proxy or the page of an outage
    PAGE = "page"
    # the provider, in its own words
    PROVIDER = "provider"
    # a provider that blocks clients that ask again
    FINAL = "final"


_STOPPING = frozenset(
    {FailureKind.INVALID_CREDENTIALS, FailureKind.INVALID_FIELD, FailureKind.REFUSED}
)


class Words(TypedDict):
    """What an error says, as another error takes it over."""

    code: str
    said: str
    reason: str
    facts: Mapping[str, str]


class DdnsError(Exception):
    """Something that kept a hostname from being updated.

    `kind` says what must happen next.
    """

    kind: ClassVar[FailureKind] = FailureKind.UNEXPECTED_RESPONSE
    authority = Authority.PROVIDER

    def __init__(
        self,
        code: str = "",
        said: str = "",
        *,
        reason: str = "",
        facts: Mapping[str, str] | None = None,
        account_wide: bool = False,
        maybe_applied: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        """Make one printable line of each text.

        `code` is the provider's own word or our short name of the cause, `said` what the
        provider said, which `redacting` rids of secrets. `reason` is the key of our own sentence, and the
        code where there is no other; `facts` fill its placeholders. `account_wide`: every
        hostname of the account is concerned. `maybe_applied`: the update may have taken
        effect. `retry_after`: the provider must not be asked earlier.
        """
        self.code = _one_line(code or reason, _LONGEST_CODE)
        # before the cut, which could leave a part of a secret
        self.said = _one_line(_redact.get()(said), _LONGEST_WORDS)
        self.reason = reason
        self.facts = {
            name: _one_line(fact, _LONGEST_WORDS)
            for name, fact in (facts or {}).items()
        }
        own = reason if reason != self.code else ""
        given = ", ".join(f"{name}={fact}" for name, fact in self.facts.items())
        texts = (self.code, own, given, self.said)
        super().__init__(": ".join(text for text in texts if text))
        self.account_wide = account_wide
        self.maybe_applied = maybe_applied
        self.retry_after = retry_after

    def of(self, authority: Authority) -> Self:
        """Return this error with the authority of its sender."""
        self.authority = authority
        return self

    @property
    def words(self) -> Words:
        """Return what another error says that stands for this one."""
        return {
            "code": self.code,
            "said": self.said,
            "reason": self.reason,
            "facts": self.facts,
        }


class InvalidCredentials(DdnsError):
    """The account's credentials are refused: a person must give new ones."""

    kind = FailureKind.INVALID_CREDENTIALS

    def __init__(
        self,
        code: str = "",
        said: str = "",
        *,
        reason: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Make it an error of the whole account, which has one set of credentials."""
        super().__init__(code, said, reason=reason, facts=facts, account_wide=True)


class InvalidField(DdnsError):
    """One setting is wrong: a person must change it."""

    kind = FailureKind.INVALID_FIELD

    def __init__(
        self,
        field: str,
        code: str = "",
        said: str = "",
        *,
        reason: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Name the setting by its key; "hostname" stands for the name itself."""
        super().__init__(code, said, reason=reason, facts=facts)
        self.field = field


class Refused(DdnsError):
    """The provider will not do it until a person has settled it there."""

    kind = FailureKind.REFUSED


class RateLimited(DdnsError):
    """The provider wants to be asked less often."""

    kind = FailureKind.RATE_LIMITED


class Unavailable(DdnsError):
    """The provider could not be reached or is out of order."""

    kind = FailureKind.UNAVAILABLE


class UnexpectedResponse(DdnsError):
    """The provider answered something that we do not understand."""


def _one_line(text: str, longest: int) -> str:
    """Return a text of others as it may stand in a log: printable, on one short line."""
    printable = (character if character.isprintable() else " " for character in text)
    line = " ".join("".join(printable).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
