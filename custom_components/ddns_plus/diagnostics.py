"""Diagnostics: what helps to find a fault, put together piece by piece, nothing else."""

from collections.abc import Mapping
import hashlib
from ipaddress import ip_network
from typing import Any

from yarl import URL

from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .account import AccountCoordinator
from .connection import ConnectionCoordinator, Watched
from .core.address import Address, Family
from .core.engine import Decision, Publish, Skip, Stop, Wait
from .core.hostname import Hostname
from .core.state import FamilyState
from .entity import DdnsConfigEntry
from .hostname_view import HostnameView

# enough to see that two addresses differ, or that one is of the wrong provider
_SHOWN_BITS = {Family.IPV4: 16, Family.IPV6: 32}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: DdnsConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an account or a connection."""
    coordinator = entry.runtime_data
    if isinstance(coordinator, ConnectionCoordinator):
        return _connection(coordinator)
    return _account(coordinator)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: DdnsConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of one hostname, or of the whole entry."""
    coordinator = entry.runtime_data
    subentry_id = device.config_subentry_id
    if isinstance(coordinator, AccountCoordinator) and subentry_id:
        return _hostname(coordinator.data[subentry_id])
    return await async_get_config_entry_diagnostics(hass, entry)


def _account(account: AccountCoordinator) -> dict[str, Any]:
    """Return what is known of an account."""
    info, state = account.provider.info, account.state
    return {
        "provider": info.slug,
        # which settings are filled in, not with what; choices and numbers are harmless
        "settings": {
            field.key: account.provider.settings[field.key]
            if field.choices or isinstance(account.provider.settings[field.key], bool)
            else "set"
            for field in info.fields
            if field.key in account.provider.settings
        },
        "failure": state.failure and state.failure.code,
        "retry_at": _text(state.retry_at),
        "hostnames": [_hostname(view) for view in account.data.values()],
    }


def _hostname(view: HostnameView) -> dict[str, Any]:
    """Return what is known of a hostname."""
    managed = view.managed
    return {
        "hostname": _masked_name(managed.hostname),
        "wildcard": managed.hostname.wildcard,
        "labels": managed.hostname.fqdn.count(".") + 1,
        "ipv6_suffix": managed.ipv6_suffix is not None,
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
    return {
        "published": _masked_address(state.published),
        "outcome": _text(state.outcome),
        "changed_at": _text(state.changed_at),
        "confirmed_at": _text(state.confirmed_at),
        "sent_at": _text(state.sent_at),
        "attempt_open": state.attempt is not None,
        "failure": state.failure
        and {
            "kind": state.failure.kind.value,
            "code": state.failure.code,
            "detail": state.failure.detail,
            "at": _text(state.failure.at),
        },
        "failures": state.failures,
        "retry_at": _text(state.retry_at),
    }


def _decision(decision: Decision) -> str:
    """Return a decision in short."""
    match decision:
        case Skip(reason=reason) | Publish(reason=reason) | Wait(reason=reason):
            return f"{type(decision).__name__.lower()}: {reason}"
        case Stop(failure=failure):
            return f"stop: {failure.code}"


def _connection(connection: ConnectionCoordinator) -> dict[str, Any]:
    """Return what is known of a connection."""
    options = connection.options
    return {
        "online": connection.online,
        "last_change": _text(connection.last_change),
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
            operator: round(wait.total_seconds())
            for operator, wait in connection.back_off.waits(
                connection.hass.loop.time()
            ).items()
            if operator not in _own_operators(connection)
        },
        **{
            family.value: _watched(watched, _own_operators(connection))
            for family, watched in connection.data.items()
        },
    }


def _own_operators(connection: ConnectionCoordinator) -> Mapping[str, str]:
    """Return another name for each operator and source that the user brought along."""
    names: dict[str, str] = {}
    own = len(connection.options.custom)
    for family in Family:
        for number, source in enumerate(connection.options.sources(family)[:own]):
            if source.key not in connection.options.built_in:
                names[source.operator] = names[source.key] = f"own {number + 1}"
    return names


def _watched(watched: Watched, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what is known of the address of a family."""
    knowledge, asked = watched.knowledge, watched.round
    return {
        "known": _masked_address(knowledge.known),
        "unknown": _text(knowledge.observation.unknown),
        "flapping": knowledge.flapping,
        "next_check_in": knowledge.delay.total_seconds(),
        "verdict": asked and asked.verdict.value,
        "votes": [
            {
                "operator": names.get(vote.operator, vote.operator),
                "source": names.get(vote.source, vote.source),
                "address": _masked_address(vote.address),
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


def _masked_address(address: Address | None) -> str | None:
    """Return the network part of an address."""
    if address is None:
        return None
    bits = _SHOWN_BITS[Family.of(address)]
    return str(ip_network((address, bits), strict=False))


def _masked_name(hostname: Hostname) -> str:
    """Return a short digest, so that two hostnames can be told apart."""
    return hashlib.sha256(hostname.fqdn.encode()).hexdigest()[:8]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
