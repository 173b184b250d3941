"""The one table from core errors to what Home Assistant shows for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import ATTR_SUBENTRY_ID, DOMAIN
from .core.engine import Reason, Skip, Stop, Wait
from .core.errors import DdnsError, InvalidField
from .core.state import AccountState, Failure, FailureKind
from .hostname_view import Published
from .settings import ManagedHostname


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a kind of failure is shown: in a form, and as a repair (None: it cures itself).

    Credentials have no repair of their own: Home Assistant's reauthentication asks.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FormError:
    """An error of a form: under which field, which text, and what fills the text in."""

    field: str
    key: str
    placeholders: Mapping[str, str]


class InvalidFormError(Exception):
    """What was filled in cannot be taken."""

    def __init__(self, field: str, key: str, **placeholders: str) -> None:
        """Keep what to show."""
        super().__init__(key)
        self.shown = FormError(field=field, key=key, placeholders=placeholders)


def form_error(error: DdnsError, fields: Mapping[str, Any]) -> FormError:
    """Return how a form shows an error; one that names a field of the form goes there."""
    field = "base"
    if isinstance(error, InvalidField) and error.field in fields:
        field = error.field
    return FormError(
        field=field,
        key=SHOWN[FailureKind.of(error)].form_error,
        placeholders={"error_code": error.code, "error_detail": error.detail},
    )


def raise_for_published(results: Sequence[Published]) -> None:
    """Raise what a person who asked for an update should know: the first that failed.

    Raises HomeAssistantError.
    """
    for published in results:
        texts = {"hostname": published.managed.hostname.unicode}
        decision, result = published.decision, published.result
        if isinstance(decision, Stop):
            texts["error_code"] = decision.failure.code
            texts["error_detail"] = decision.failure.detail
            raise _error("update_stopped", texts)
        if isinstance(decision, Wait):
            texts["until"] = dt_util.as_local(decision.until).strftime("%X")
            raise _error("update_waiting", texts)
        if isinstance(decision, Skip) and decision.reason is Reason.ADDRESS_UNKNOWN:
            raise _error("address_unknown", texts)
        if isinstance(result, DdnsError):
            texts["error_code"] = result.code
            texts["error_detail"] = result.detail
            # the provider's own exception ends here, with all it may carry
            raise _error("update_failed", texts)


def _error(key: str, placeholders: dict[str, str]) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


@callback
def async_sync_issues(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    hostnames: Mapping[str, ManagedHostname],
    account: AccountState,
) -> None:
    """Raise the repairs that the state calls for, and take back all others."""
    wanted = dict(_issues(entry, hostnames, account))
    prefix = f"{entry.entry_id}_"
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(prefix) and issue_id not in wanted:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, (translation_key, placeholders, subentry_id) in wanted.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=True,
            severity=ir.IssueSeverity.ERROR,
            translation_key=translation_key,
            translation_placeholders=placeholders,
            data={ATTR_CONFIG_ENTRY_ID: entry.entry_id, ATTR_SUBENTRY_ID: subentry_id},
        )


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Take back all repairs of an entry."""
    async_sync_issues(hass, entry, {}, AccountState())


def _issues(
    entry: ConfigEntry[Any],
    hostnames: Mapping[str, ManagedHostname],
    account: AccountState,
) -> Iterator[tuple[str, tuple[str, dict[str, str], str | None]]]:
    """Yield the repairs that a state calls for: id, and key, placeholders, subentry."""
    if account.failure is not None:
        key = SHOWN[account.failure.kind].account_issue
        if key is not None:
            texts = _placeholders(entry, account.failure)
            yield f"{entry.entry_id}_account", (key, texts, None)
            # the account's own repair says it for all of its hostnames
            return
    for subentry_id, managed in hostnames.items():
        state = account.hostname(subentry_id)
        failures = [item.failure for item in state.families.values() if item.failure]
        for failure in failures:
            key = SHOWN[failure.kind].hostname_issue
            if key is not None:
                texts = _placeholders(entry, failure)
                texts["hostname"] = managed.hostname.unicode
                issue_id = f"{entry.entry_id}_{subentry_id}"
                yield issue_id, (key, texts, subentry_id)
                break


def _placeholders(entry: ConfigEntry[Any], failure: Failure) -> dict[str, str]:
    return {
        "account": entry.title,
        "error_code": failure.code,
        "error_detail": failure.detail or failure.code,
    }
