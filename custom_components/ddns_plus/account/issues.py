"""Repairs of an account and its hostnames."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..const import ATTR_SUBENTRY_ID, CONF_CONNECTION, DOMAIN
from ..core.engine.decide import Mode
from ..core.engine.state import AccountState, Failure
from ..core.errors import InvalidField
from ..core.observation import Unknown
from ..entries import DdnsConfigEntry, async_issues
from ..texts import option_text
from .failures import SHOWN, cause_texts
from .hostname import ManagedHostname

# repair of a hostname whose internet connection was removed
CONNECTION_GONE = "connection_gone"
# texts of when a stopped record is tried again
_NEXT_TRY = "next_try"
# repair of records whose address stays unknown
OUTDATED = "outdated"
_CONNECTION_REMOVED = "connection_removed"

# translation key, placeholders, and subentry id unless it is of the account
type _Issue = tuple[str, dict[str, str], str | None]


def connection_removed() -> InvalidField:
    """Return the error of a hostname whose internet connection was removed."""
    return InvalidField(
        CONF_CONNECTION,
        reason=_CONNECTION_REMOVED,
    )


@callback
def async_sync_issues(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    hostnames: Mapping[str, ManagedHostname],
    state: AccountState,
    misfits: Mapping[str, Unknown] = MappingProxyType({}),
) -> None:
    """Create the repairs that the state calls for, and delete those of before.

    `misfits` are hostnames whose settings lead to no address, and why.
    """
    wanted: dict[str, _Issue] = dict(_issues(hass, entry, hostnames, state))
    for key, unknown in misfits.items():
        texts = {"account": entry.title, "hostname": hostnames[key].hostname.unicode}
        wanted[f"{entry.entry_id}_{key}_address"] = unknown, texts, key
    for issue in async_issues(hass, entry):
        if issue.issue_id not in wanted and issue.translation_key != OUTDATED:
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)
    for issue_id, (translation_key, placeholders, subentry_id) in wanted.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            # the form of the hostname is the way to change its settings
            is_fixable=translation_key not in set(Unknown),
            severity=ir.IssueSeverity.ERROR,
            translation_key=str(translation_key),
            translation_placeholders=placeholders,
            data={ATTR_CONFIG_ENTRY_ID: entry.entry_id, ATTR_SUBENTRY_ID: subentry_id},
        )


def _issues(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    hostnames: Mapping[str, ManagedHostname],
    state: AccountState,
) -> Iterator[tuple[str, _Issue]]:
    """Yield the repairs that a state calls for, with their ids."""
    if state.failure is not None:
        key = SHOWN[state.failure.kind].account_issue
        if key is not None:
            texts = _placeholders(hass, entry, state.failure)
            yield f"{entry.entry_id}_account", (key, texts, None)
            # the account's repair covers its hostnames
            return
    for subentry_id, managed in hostnames.items():
        hostname = state.hostname(subentry_id)
        for family, mode in managed.modes.items():
            failure = hostname[family].failure
            if failure is None or failure.account_wide or mode is Mode.OFF:
                continue
            key = SHOWN[failure.kind].hostname_issue
            if failure.code == _CONNECTION_REMOVED:
                key = CONNECTION_GONE
            if key is not None:
                texts = _placeholders(hass, entry, failure)
                texts["hostname"] = managed.hostname.unicode
                yield f"{entry.entry_id}_{subentry_id}", (key, texts, subentry_id)
                break


def _placeholders(
    hass: HomeAssistant, entry: DdnsConfigEntry, failure: Failure
) -> dict[str, str]:
    texts = {"account": entry.title, **cause_texts(hass, failure)}
    if failure.again_at is None:
        return texts | {"next_try": option_text(hass, _NEXT_TRY, "after_submit")}
    local = dt_util.as_local(failure.again_at)
    planned = option_text(hass, _NEXT_TRY, "planned")
    return texts | {"next_try": planned.format(time=f"{local:%Y-%m-%d %H:%M}")}
