"""The seven errors of a provider, named by what must happen next rather than by their cause."""

from datetime import timedelta

_LONGEST_CODE = 60
_LONGEST_DETAIL = 200


class DdnsError(Exception):
    """Something that kept a hostname from being updated."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        account_wide: bool = False,
        maybe_applied: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        """Keep the facts.

        `code` is the provider's own word or our short name of the cause, `detail` a
        sentence without secrets. `account_wide` says that every hostname of the account
        is concerned, `maybe_applied` that the update may have taken effect,
        `retry_after` that the provider must not be asked earlier.
        """
        self.code = _one_line(code, _LONGEST_CODE)
        self.detail = _one_line(detail, _LONGEST_DETAIL)
        super().__init__(": ".join(text for text in (self.code, self.detail) if text))
        self.account_wide = account_wide
        self.maybe_applied = maybe_applied
        self.retry_after = retry_after


class InvalidCredentials(DdnsError):
    """The account's credentials are refused: a person must give new ones."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep the facts; credentials always concern the whole account."""
        super().__init__(code, detail, account_wide=True)


class InvalidField(DdnsError):
    """One setting is wrong: a person must change it."""

    def __init__(self, field: str, code: str, detail: str = "") -> None:
        """Keep the facts; `field` is the key of the setting, "hostname" for the name itself."""
        super().__init__(code, detail)
        self.field = field


class Refused(DdnsError):
    """The provider will not do it until a person has settled it there."""


class RateLimited(DdnsError):
    """The provider wants to be asked less often."""


class Unavailable(DdnsError):
    """The provider could not be reached or is out of order."""


class UnexpectedResponse(DdnsError):
    """The provider answered something that we do not understand."""


def _one_line(text: str, longest: int) -> str:
    """Return a text of others as it may stand in a log: printable, on one short line."""
    printable = (character if character.isprintable() else " " for character in text)
    line = " ".join("".join(printable).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
