"""deSEC's API: bulk changes, and the errors of their parts.

Reference: the docstring of the package.
"""

from collections.abc import Mapping, Sequence
from typing import Any, override

from ...dialects.batches import PartsRefusedError
from ...dialects.in_the_way import cname_in_the_way
from ...dialects.json_api import JsonApi, malformed
from ...dialects.paging import Answer
from ...errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    UnexpectedResponse,
)
from ...net.response import Response

_WHOLE = -1
VANISHED = "record_vanished"
# of an error of which it stays open which part of a change is meant
SPOILS = frozenset({"http_400", "http_413", "token_not_permitted"})


class DesecApi(JsonApi):
    """The calls that a token makes."""

    @override
    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        writes: bool | None = None,
    ) -> Answer:
        """Return a successful answer; only a bulk change is refused in parts."""
        try:
            return await super().call(
                method, path, params=params, json=json, writes=writes
            )
        except PartsRefusedError as refused:
            if method == "PATCH":
                raise
            error = next(iter(refused.errors.values()))
        raise _unclear(error)

    async def patch(self, path: str, parts: Sequence[Mapping[str, object]]) -> Any:
        """Change several things at once, all or none.

        Raises PartsRefusedError where it is told which of them are refused, DdnsError.
        """
        try:
            return (await self.call("PATCH", path, json=parts)).body
        except PartsRefusedError as refused:
            if _WHOLE not in refused.errors:
                if max(refused.errors) >= len(parts):
                    raise malformed("answer_incomplete") from None
                raise
            error = refused.errors[_WHOLE]
            if len(parts) == 1:
                raise error from None
            raise _unclear(error) from None
        except InvalidCredentials as err:
            if err.code != "token_not_permitted":
                raise
            # the token has just read: its policies leave out some of the names
            raise Refused(**err.words).of(err.authority) from None
        except RateLimited as err:
            # writes are counted for each domain
            wait = err.retry_after
            raise RateLimited(**err.words, retry_after=wait) from None

    @override
    def _answer(self, response: Response) -> Answer:
        """Return a successful answer, or raise what the other kind stands for."""
        if response.status != 400:
            return super()._answer(response)
        body = response.json()
        parts = dict(enumerate(body)) if isinstance(body, list) else {_WHOLE: body}
        errors = {
            index: _refusal(response, part) for index, part in parts.items() if part
        }
        if not errors:
            raise UnexpectedResponse("http_400", reason="refused_without_reason")
        raise PartsRefusedError(errors)


def _unclear(error: DdnsError) -> UnexpectedResponse:
    """Return the error of a refusal of which it stays open what is meant."""
    return UnexpectedResponse(
        "http_400", error.said, reason=error.reason, facts=error.facts
    )


def _refusal(response: Response, part: object) -> DdnsError:
    """Return what is wrong with one part of a change."""
    said: Mapping[str, object] = part if isinstance(part, dict) else {"": part}
    text = ", ".join(f"{key}: {value}" for key, value in said.items())
    detail = response.excerpt(text)
    if "is required" in text:
        # the record set was deleted in the meantime
        return UnexpectedResponse(VANISHED, detail)
    if "conflicting type present" in text:
        return cname_in_the_way()
    if "ttl" in said:
        return InvalidField("ttl", "ttl_refused", detail)
    if "subname" in said:
        return InvalidField("hostname", "hostname_refused", detail)
    return UnexpectedResponse("refused", detail)
