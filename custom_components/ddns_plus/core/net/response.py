"""Answer to an HTTP request, and what its status means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import json
from typing import Any

from ..errors import (
    Authority,
    InvalidCredentials,
    RateLimited,
    Unavailable,
    UnexpectedResponse,
)
from .redaction import Secrets

_LONGEST_WAIT = timedelta(days=1)


def maybe_applied(*, writes: bool, status: int | None) -> bool:
    """Return True if a request that failed may have changed something.

    Only 3xx and 4xx say that a write was not carried out (RFC 9110, 15.4 and 15.5);
    `status` is None where no answer came.
    """
    return writes and not (status is not None and 300 <= status < 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, whatever its status; `headers` ignore case, `text` is the decoded body.

    `writes`: the request was to change something. `secrets` are those of the account: a
    server may send back what it was sent.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)
    writes: bool = True
    secrets: Secrets = field(default_factory=Secrets, repr=False, compare=False)

    @property
    def maybe_applied(self) -> bool:
        """Return True if the change may be made, unless the body is known to deny it."""
        return maybe_applied(writes=self.writes, status=self.status)

    def json(self) -> Any:
        """Return the body read as JSON.

        Raises UnexpectedResponse, without the body, when it is something else.
        """
        try:
            return json.loads(self.text)
        except ValueError, RecursionError:
            error = UnexpectedResponse(
                reason="not_json",
                facts={"status": str(self.status)},
                maybe_applied=self.maybe_applied,
            )
        # outside of the handler: a chained exception would carry the body
        raise error

    def excerpt(self, text: str | None = None) -> str:
        """Return the beginning of the body, or of a part of it, fit to be shown."""
        return self.secrets.excerpt(self.text if text is None else text)

    def raise_for_status(self) -> None:
        """Raise the error that the status stands for; do nothing for 2xx.

        Raises InvalidCredentials, RateLimited, Unavailable or UnexpectedResponse.
        Source: RFC 9110 section 15, RFC 6585 section 4.
        """
        if 200 <= self.status < 300:
            return
        code = f"http_{self.status}"
        detail = f"HTTP {self.status} {self.excerpt()}"
        wait, maybe = retry_after(self.headers), self.maybe_applied
        if self.status in (401, 403):
            raise InvalidCredentials(code, detail).of(Authority.PAGE)
        if self.status == 429:
            raise RateLimited(code, detail, account_wide=True, retry_after=wait)
        if self.status >= 500:
            raise Unavailable(code, detail, maybe_applied=maybe, retry_after=wait)
        raise UnexpectedResponse(code, detail, maybe_applied=maybe)

    def not_understood(self, text: str | None = None) -> UnexpectedResponse:
        """Return the error of a body, or of a part of it, that has no known meaning."""
        maybe = self.maybe_applied
        if shown := self.excerpt(text):
            return UnexpectedResponse("unknown_answer", shown, maybe_applied=maybe)
        return UnexpectedResponse(reason="empty_answer", maybe_applied=maybe)


def retry_after(
    headers: Mapping[str, str], now: datetime | None = None
) -> timedelta | None:
    """Return how long a server asks to wait, at most a day; None if it does not say.

    Source: RFC 9110 section 10.2.3: seconds or a date. The date is of the server's
    clock, as is its header Date.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        # int() refuses thousands of digits; nine are more than a day already
        seconds = int(value.lstrip("0")[:9] or 0)
        return min(timedelta(seconds=seconds), _LONGEST_WAIT)
    if (moment := _moment(value)) is None:
        return None
    now = now or _moment(headers.get("Date", "")) or datetime.now(UTC)
    return min(max(moment - now, timedelta()), _LONGEST_WAIT)


def _moment(value: str) -> datetime | None:
    """Return the time in a header, None if it is none."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError, OverflowError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
