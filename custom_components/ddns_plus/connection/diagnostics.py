"""Diagnostics of a connection.

They contain no custom names, no whole addresses, and no text from a source.
"""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from yarl import URL

from homeassistant.const import CONF_URL
from homeassistant.util import dt as dt_util

from ..core.address import Address, Family
from ..core.detection.catalog import SOURCES
from ..core.detection.echo.custom import custom_source
from ..core.detection.judge.quorum import Vote
from ..core.detection.judge.round import Round
from ..core.json_form import text_or_none
from .address_watch import Watched
from .coordinator import ConnectionCoordinator
from .options import ConnectionOptions, custom_service

# enough to see that two addresses differ or belong to another provider
_SHOWN_BITS = {Family.IPV4: 16, Family.IPV6: 32}

type Names = Mapping[str, str]


def connection_diagnostics(connection: ConnectionCoordinator) -> dict[str, Any]:
    """Return the diagnostics of a connection."""
    names, now = _own_names(connection.options), connection.hass.loop.time()
    reputation = connection.sources.reputation
    router = connection.router
    return {
        "online": connection.online,
        "last_change": text_or_none(connection.last_change),
        "options": _options(connection.options),
        "asked": _renamed(connection.asked, names),
        "back_off": {
            names.get(operator, operator): round(wait.total_seconds())
            for operator, wait in connection.back_off.waits(now).items()
        },
        "outvoted": _renamed(reputation.outvoted(now), names),
        "demoted": sorted(
            names.get(source, source) for source in reputation.demoted(now)
        ),
        "push": dict(connection.push.channels()),
        "router": {
            "found": connection.sources.gateway() is not None,
            "prefix_length": router.prefix and router.prefix.prefixlen,
            "ipv6": masked(router.address),
        },
        **{
            family.value: _watched(watched, names)
            for family, watched in connection.data.items()
        },
    }


def masked(address: Address | None) -> str | None:
    """Return the network part of an address."""
    if address is None:
        return None
    bits = _SHOWN_BITS[Family.of(address)]
    return str(ip_network((address, bits), strict=False))


def _options(options: ConnectionOptions) -> dict[str, Any]:
    """Return the options; of custom sources only their kind."""
    return {
        "families": sorted(options.families),
        "interval": options.interval.total_seconds(),
        "push": options.push,
        "trust_single_source": options.trust_single_source,
        "allowed_networks": len(options.allowed_networks),
        "router_chosen": options.router is not None,
        "interface_chosen": options.interface is not None,
        "router_difference": options.router_difference.value,
        "accept_carrier_grade_nat": options.accept_carrier_grade_nat,
        "accept_translated": options.accept_translated,
        "fixed": sorted(options.fixed),
        "built_in_sources": list(options.built_in),
        # a custom URL may hold a token anywhere except in the scheme
        "custom_sources": [
            {
                "scheme": URL(str(item[CONF_URL])).scheme,
                "family": item.get("family"),
                "format": item.get("format"),
                "header": bool(item.get("header_name")),
            }
            for item in options.custom
        ],
        "entities": [
            {"family": item.family.value, "attribute": item.attribute is not None}
            for item in options.entities
        ],
    }


def _own_names(options: ConnectionOptions) -> Names:
    """Return a neutral name for each custom source and operator."""
    known = {source.operator for source in SOURCES.values()}
    names: dict[str, str] = {}
    for number, item in enumerate(options.custom, 1):
        source = custom_source(custom_service(item))
        for name in {source.key, source.operator} - known:
            names.setdefault(name, f"custom {number}")
    for number, setting in enumerate(options.entities, 1):
        names.setdefault(setting.entity_id, f"entity {number}")
    return names


def _renamed(counts: Mapping[str, int], names: Names) -> dict[str, int]:
    """Return counts by source, with neutral names."""
    renamed: dict[str, int] = {}
    for source, count in sorted(counts.items()):
        name = names.get(source, source)
        renamed[name] = renamed.get(name, 0) + count
    return renamed


def _watched(watched: Watched, names: Names) -> dict[str, Any]:
    state = watched.state
    return {
        "known": masked(state.known),
        "unknown": text_or_none(state.observation.unknown),
        "situation": state.situation.value,
        "suspected": state.suspected.value,
        "rounds": state.rounds,
        "unsettled": state.unsettled,
        "offline": state.offline,
        "flapping": state.flapping,
        "agreed_on_lan": state.on_lan,
        "next_check_in": state.delay.total_seconds(),
        **_round(watched.round, names),
    }


def _round(found: Round | None, names: Names) -> dict[str, Any]:
    if found is None:
        return {"verdict": None, "votes": [], "failures": {}}
    return {
        "verdict": found.verdict.value,
        "bound_to_interface": found.endpoint.interface is not None,
        "bound_to_address": found.endpoint.address is not None,
        "votes": [_vote(vote, names) for vote in found.votes],
        "failures": {
            names.get(source, source): str(failure)
            for source, failure in found.failures.items()
        },
    }


def _vote(vote: Vote, names: Names) -> dict[str, Any]:
    age = dt_util.utcnow() - vote.at
    return {
        "operator": names.get(vote.operator, vote.operator),
        "source": names.get(vote.source, vote.source),
        "transport": vote.transport.value,
        "address": masked(vote.address),
        "age": round(age.total_seconds()),
        "latency_ms": round(vote.latency.total_seconds() * 1000),
    }
