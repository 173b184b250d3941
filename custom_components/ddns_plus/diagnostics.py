"""Diagnostics of an entry or a hostname, built from a list of allowed facts.

Users publish these files: they hold no names and no whole addresses. Errors are given by
their code, since the text may be the provider's own.
"""

from collections.abc import Iterable
import hashlib
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import instance_id
from homeassistant.helpers.device_registry import DeviceEntry

from .account.coordinator import AccountCoordinator
from .account.view import HostnameView
from .connection.coordinator import ConnectionCoordinator
from .connection.diagnostics import connection_diagnostics, masked
from .const import CONF_KIND, CONF_PROVIDER
from .core.address import Family
from .core.engine.decide import Decision, Skip, Stop, Wait
from .core.engine.state import Failure, FamilyState
from .core.hostname import Hostname
from .core.json_form import text_or_none
from .core.provider_info import Field, Settings
from .entries import DdnsConfigEntry, EntryCoordinator

# errors whose text is ours: it names the line of code that failed
_OUR_OWN = frozenset({"internal_error"})


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: DdnsConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an account or a connection.

    An entry that is not loaded has only its kind and the reason.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return {
            "kind": entry.data.get(CONF_KIND),
            "provider": entry.data.get(CONF_PROVIDER),
            "state": entry.state.value,
            "reason": entry.error_reason_translation_key,
        }
    return await _diagnostics(hass, entry.runtime_data)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: DdnsConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of one hostname and its account, or of the whole entry."""
    if entry.state is not ConfigEntryState.LOADED:
        return await async_get_config_entry_diagnostics(hass, entry)
    return await _diagnostics(hass, entry.runtime_data, device.config_subentry_id)


async def _diagnostics(
    hass: HomeAssistant, coordinator: EntryCoordinator, subentry_id: str | None = None
) -> dict[str, Any]:
    """Return the diagnostics of a connection, of an account or of one hostname."""
    if isinstance(coordinator, AccountCoordinator):
        subentry_ids = [subentry_id] if subentry_id else coordinator.data
        return _account(coordinator, subentry_ids, await instance_id.async_get(hass))
    assert isinstance(coordinator, ConnectionCoordinator)
    return connection_diagnostics(coordinator)


def _account(
    account: AccountCoordinator, subentry_ids: Iterable[str], salt: str
) -> dict[str, Any]:
    """Return the facts on an account and some of its hostnames."""
    info, state = account.provider.info, account.state
    return {
        "provider": info.slug,
        "settings": _settings(info.fields, account.provider.settings),
        "failure": _failure(state.failure),
        "retry_at": text_or_none(state.retry_at),
        "hostnames": [
            _hostname(account, account.data[subentry_id], salt)
            for subentry_id in subentry_ids
        ],
    }


def _settings(fields: Iterable[Field], settings: Settings) -> dict[str, Any]:
    """Return which settings are filled in, with the value of choices and numbers."""
    return {
        field.key: settings[field.key]
        if not field.secret
        and (field.choices or not isinstance(settings[field.key], str))
        else "set"
        for field in fields
        if settings.get(field.key) not in (None, "")
    }


def _hostname(
    account: AccountCoordinator, view: HostnameView, salt: str
) -> dict[str, Any]:
    """Return the facts on a hostname."""
    managed = view.managed
    return {
        "hostname": _digest(managed.hostname, salt),
        "wildcard": managed.hostname.wildcard,
        "labels": managed.hostname.fqdn.count(".") + 1,
        "settings": _settings(account.provider.info.hostname_fields, managed.settings),
        "ipv6_suffix": managed.ipv6_suffix is not None,
        "connection_chosen": managed.connection_id is not None,
        "status": view.status.value,
        "paused": view.state.paused,
        "dns_match": view.dns_match,
        **{
            family.value: {
                "mode": managed.modes[family].value,
                "decision": _decision(view.decisions[family]),
                **_family(view.state[family]),
            }
            for family in Family
        },
    }


def _family(state: FamilyState) -> dict[str, Any]:
    """Return the facts on a record."""
    attempt = state.attempt
    return {
        "published": masked(state.published),
        "outcome": text_or_none(state.outcome),
        "changed_at": text_or_none(state.changed_at),
        "confirmed_at": text_or_none(state.confirmed_at),
        "sent_at": text_or_none(state.sent_at),
        "drift_sent_at": text_or_none(state.drift_sent_at),
        "attempt": attempt
        and {"address": masked(attempt.address), "at": text_or_none(attempt.at)},
        "failure": _failure(state.failure),
        "failures": state.failures,
        "retry_at": text_or_none(state.retry_at),
        "asked_until": text_or_none(state.asked_until),
    }


def _failure(failure: Failure | None) -> dict[str, Any] | None:
    """Return a failure without the provider's words."""
    if failure is None:
        return None
    return {
        "kind": failure.kind.value,
        "code": failure.code,
        "reason": failure.reason or None,
        "detail": failure.said if failure.code in _OUR_OWN else None,
        "field": failure.field,
        "address": masked(failure.address),
        "account_wide": failure.account_wide,
        "maybe_applied": failure.maybe_applied,
        "at": text_or_none(failure.at),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    """Return a decision, its reason and its end."""
    why = decision.failure.code if isinstance(decision, Stop) else decision.reason.value
    until = decision.until if isinstance(decision, (Skip, Wait)) else None
    action = type(decision).__name__.lower()
    return {"action": action, "reason": why, "until": text_or_none(until)}


def _digest(hostname: Hostname, salt: str) -> str:
    """Return a salted digest, which tells hostnames apart but does not reveal them."""
    return hashlib.sha256(f"{salt}\0{hostname}".encode()).hexdigest()[:8]
