"""Table of failures: how each kind is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback

from ..core.engine.state import Failure
from ..core.errors import DdnsError, FailureKind
from ..texts import reason_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Translation keys of a failure: in a form, and as a repair (None: no repair).

    Refused credentials have no repair: Home Assistant starts reauthentication.
    """

    form_error: str
    hostname_issue: str | None = None
    account_issue: str | None = None


SHOWN: Mapping[FailureKind, Shown] = {
    FailureKind.INVALID_CREDENTIALS: Shown(form_error="invalid_credentials"),
    FailureKind.INVALID_FIELD: Shown(
        form_error="invalid_field", hostname_issue="hostname_invalid"
    ),
    FailureKind.REFUSED: Shown(
        form_error="refused",
        hostname_issue="hostname_refused",
        account_issue="account_refused",
    ),
    FailureKind.RATE_LIMITED: Shown(form_error="rate_limited"),
    FailureKind.UNAVAILABLE: Shown(form_error="unavailable"),
    FailureKind.UNEXPECTED_RESPONSE: Shown(form_error="unexpected_response"),
}


@callback
def cause_texts(hass: HomeAssistant, cause: DdnsError | Failure) -> dict[str, str]:
    """Return the placeholders that name the cause of a failure."""
    return {"error_code": cause.code, "error_detail": explained(hass, cause)}


@callback
def explained(
    hass: HomeAssistant, cause: DdnsError | Failure, *, language: str | None = None
) -> str:
    """Return our sentence and what the provider said, the code where there is neither.

    `language` is that of the server unless another one is named.
    """
    sentence = reason_text(hass, cause.reason, cause.facts, language=language)
    return ": ".join(text for text in (sentence, cause.said) if text) or cause.code
