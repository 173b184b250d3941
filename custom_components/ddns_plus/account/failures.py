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

from ..const import ATTR_SUBENTRY_ID, CONF_CONNECTION, DOMAIN
from ..core.engine.decide import Mode, Reason, Skip, Stop, Wait
from ..core.engine.state import AccountState, Failure, Outcome
from ..core.errors import DdnsError, FailureKind, InvalidField
from ..entries import ManagedHostname
from .view import Published


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

# the repair of a hostname of which the internet connection was removed
CONNECTION_GONE = "connection_gone"
_CONNECTION_REMOVED = "connection_removed"

# translation keys of what a person who asked for an update may be told
_NO_ADDRESS = ("not_publishable", "address_unknown")
_GRAVEST_FIRST = ("update_stopped", "update_failed", "update_waiting", *_NO_ADDRESS)


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
        key=SHOWN[error.kind].form_error,
        placeholders=_cause(error.code, error.said),
    )


def connection_removed() -> InvalidField:
    """Return the error of a hostname of which the internet connection was removed."""
    return InvalidField(
        CONF_CONNECTION,
        _CONNECTION_REMOVED,
        "its internet connection was removed: choose another one",
    )


def raise_for_published(results: Sequence[Published]) -> None:
    """Raise what a person who asked for an update should know: the gravest of all.

    Raises HomeAssistantError.
    """
    reached = {
        published.managed.subentry_id
        for published in results
        if isinstance(published.result, Outcome)
    }
    troubles = [
        (key, texts)
        for published in results
        for key, texts in _troubles(published)
        # a line without IPv6 is no trouble when IPv4 was published
        if key not in _NO_ADDRESS or published.managed.subentry_id not in reached
    ]
    if troubles:
        key, texts = min(troubles, key=lambda item: _GRAVEST_FIRST.index(item[0]))
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=texts,
        )


def _troubles(published: Published) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what kept an update from being made: translation key and placeholders."""
    texts = {"hostname": published.managed.hostname.unicode}
    match published.decision, published.result:
        case _, DdnsError(code=code, said=detail):
            # the provider's own exception ends here, with all it may carry
            yield "update_failed", {**texts, **_cause(code, detail)}
        case Stop(failure=failure), _:
            cause = _cause(failure.code, failure.said)
            yield "update_stopped", {**texts, **cause}
        case Wait(until=until), _:
            local = dt_util.as_local(until)
            yield "update_waiting", {**texts, "until": f"{local:%Y-%m-%d %H:%M:%S}"}
        case Skip(reason=Reason.ADDRESS_UNKNOWN), _:
            yield "address_unknown", texts
        case Skip(reason=Reason.NOT_PUBLISHABLE), _:
            yield "not_publishable", texts


def _cause(code: str, detail: str) -> dict[str, str]:
    return {"error_code": code, "error_detail": detail or code}


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
        for family, mode in managed.modes.items():
            failure = state[family].failure
            if failure is None or failure.account_wide or mode is Mode.OFF:
                continue
            key = SHOWN[failure.kind].hostname_issue
            if failure.code == _CONNECTION_REMOVED:
                key = CONNECTION_GONE
            if key is not None:
                texts = _placeholders(entry, failure)
                texts["hostname"] = managed.hostname.unicode
                yield f"{entry.entry_id}_{subentry_id}", (key, texts, subentry_id)
                break


def _placeholders(entry: ConfigEntry[Any], failure: Failure) -> dict[str, str]:
    return {"account": entry.title, **_cause(failure.code, failure.said)}
