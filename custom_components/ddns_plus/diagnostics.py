"""Diagnostics: what helps to find a fault, put together piece by piece, nothing else.

People put these files in public places: no names, no whole addresses, and of an error
only its code, for the text may be the provider's own.
"""

from collections.abc import Iterable, Mapping
import hashlib
from ipaddress import ip_network
from typing import Any

from yarl import URL

from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import instance_id
from homeassistant.helpers.device_registry import DeviceEntry

from .account import AccountCoordinator
from .connection import ConnectionCoordinator, Watched
from .core.address import Address, Family
from .core.detection import SOURCES, custom_source
from .core.engine import Decision, Skip, Stop, Wait
from .core.hostname import Hostname
from .core.providers.base import Field, Settings
from .core.state import Failure, FamilyState
from .entity import DdnsConfigEntry
from .hostname_view import HostnameView
from .settings import custom_source_arguments

# enough to see that two addresses differ, or that one is of the wrong provider
_SHOWN_BITS = {Family.IPV4: 16, Family.IPV6: 32}

# codes of which the text is never the provider's: it says where the code failed
_OUR_OWN = frozenset({"internal_error"})


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: DdnsConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an account or a connection."""
    coordinator = entry.runtime_data
    if isinstance(coordinator, ConnectionCoordinator):
        return _connection(coordinator)
    return _account(coordinator, coordinator.data, await instance_id.async_get(hass))


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: DdnsConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of one hostname and its account, or of the whole entry."""
    coordinator = entry.runtime_data
    subentry_id = device.config_subentry_id
    if isinstance(coordinator, AccountCoordinator) and subentry_id:
        salt = await instance_id.async_get(hass)
        return _account(coordinator, [subentry_id], salt)
    return await async_get_config_entry_diagnostics(hass, entry)


def _account(
    account: AccountCoordinator, subentry_ids: Iterable[str], salt: str
) -> dict[str, Any]:
    """Return what is known of an account and some of its hostnames."""
    info, state = account.provider.info, account.state
    return {
        "provider": info.slug,
        "settings": _settings(info.fields, account.provider.settings),
        "failure": _failure(state.failure),
        "retry_at": _text(state.retry_at),
        "hostnames": [
            _hostname(account, account.data[subentry_id], salt)
            for subentry_id in subentry_ids
        ],
    }


def _settings(fields: Iterable[Field], settings: Settings) -> dict[str, Any]:
    """Return which settings are filled in; with what only where that tells nothing."""
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
    """Return what is known of a hostname."""
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
    """Return what is known of a record."""
    attempt = state.attempt
    return {
        "published": _masked(state.published),
        "outcome": _text(state.outcome),
        "changed_at": _text(state.changed_at),
        "confirmed_at": _text(state.confirmed_at),
        "sent_at": _text(state.sent_at),
        "drift_sent_at": _text(state.drift_sent_at),
        "attempt": attempt
        and {"address": _masked(attempt.address), "at": _text(attempt.at)},
        "failure": _failure(state.failure),
        "failures": state.failures,
        "retry_at": _text(state.retry_at),
        "retry_binding": state.retry_binding,
    }


def _failure(failure: Failure | None) -> dict[str, Any] | None:
    """Return a failure without the provider's words."""
    if failure is None:
        return None
    return {
        "kind": failure.kind.value,
        "code": failure.code,
        "detail": failure.detail if failure.code in _OUR_OWN else None,
        "field": failure.field,
        "address": _masked(failure.address),
        "account_wide": failure.account_wide,
        "maybe_applied": failure.maybe_applied,
        "at": _text(failure.at),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    """Return a decision, and why and until when it holds."""
    why = decision.failure.code if isinstance(decision, Stop) else decision.reason.value
    until = decision.until if isinstance(decision, (Skip, Wait)) else None
    action = type(decision).__name__.lower()
    return {"action": action, "reason": why, "until": _text(until)}


def _connection(connection: ConnectionCoordinator) -> dict[str, Any]:
    """Return what is known of a connection."""
    options, names = connection.options, _own_names(connection)
    waits = connection.back_off.waits(connection.hass.loop.time())
    return {
        "online": connection.online,
        "last_change": _text(connection.last_change),
        "families": sorted(options.families),
        "interval": options.interval.total_seconds(),
        "trust_single_source": options.trust_single_source,
        "allowed_networks": len(options.allowed_networks),
        "built_in_sources": list(options.built_in),
        # a URL of the user's own may hold a token anywhere but in the scheme
        "custom_sources": [
            {
                "scheme": URL(str(item[CONF_URL])).scheme,
                "family": item.get("family"),
                "format": item.get("format"),
                "header": bool(item.get("header_name")),
            }
            for item in options.custom
        ],
        "back_off": {
            names.get(operator, operator): round(wait.total_seconds())
            for operator, wait in waits.items()
        },
        **{
            family.value: _watched(watched, names)
            for family, watched in connection.data.items()
        },
    }


def _own_names(connection: ConnectionCoordinator) -> Mapping[str, str]:
    """Return another name for each source that the user brought along, and who runs it."""
    known = {source.operator for source in SOURCES.values()}
    names: dict[str, str] = {}
    for number, item in enumerate(connection.options.custom, 1):
        source = custom_source(**custom_source_arguments(item))
        for name in {source.key, source.operator} - known:
            names.setdefault(name, f"custom {number}")
    return names


def _watched(watched: Watched, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what is known of the address of a family."""
    knowledge, asked = watched.knowledge, watched.round
    return {
        "known": _masked(knowledge.known),
        "unknown": _text(knowledge.observation.unknown),
        "flapping": knowledge.flapping,
        "next_check_in": knowledge.delay.total_seconds(),
        "verdict": asked and asked.verdict.value,
        "votes": [
            {
                "operator": names.get(vote.operator, vote.operator),
                "source": names.get(vote.source, vote.source),
                "address": _masked(vote.address),
                "at": _text(vote.at),
                "latency_ms": round(vote.latency.total_seconds() * 1000),
            }
            for vote in (asked.votes if asked else ())
        ],
        "failures": {
            names.get(source, source): str(failure)
            for source, failure in (asked.failures.items() if asked else ())
        },
    }


def _masked(address: Address | None) -> str | None:
    """Return the network part of an address."""
    if address is None:
        return None
    bits = _SHOWN_BITS[Family.of(address)]
    return str(ip_network((address, bits), strict=False))


def _digest(hostname: Hostname, salt: str) -> str:
    """Return what tells hostnames apart, and cannot be compared with guesses."""
    return hashlib.sha256(f"{salt}\0{hostname}".encode()).hexdigest()[:8]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
