"""What config entries and subentries hold, read into typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_network
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from .const import (
    CONF_ALLOWED_NETWORKS,
    CONF_BUILT_IN_SOURCES,
    CONF_CHECKING,
    CONF_CONNECTION,
    CONF_CUSTOM_SOURCES,
    CONF_HOSTNAME,
    CONF_INTERVAL,
    CONF_IPV6_SUFFIX,
    CONF_KIND,
    CONF_SETTINGS,
    CONF_SOURCES,
    CONF_TRUST_SINGLE_SOURCE,
    EntryKind,
)
from .core.address import Family, Network, compose, parse_suffix
from .core.detection import SOURCES, Format, Source, custom_source, default_sources
from .core.engine import Mode
from .core.hostname import Hostname
from .core.observation import Observation
from .core.providers.base import Settings

DEFAULT_INTERVAL = timedelta(minutes=3)
_LAN_PREFIX_LENGTH = 64
_BOTH_FAMILIES = "both"


def entry_kind(entry: ConfigEntry[Any]) -> EntryKind:
    """Return what an entry stands for."""
    return EntryKind(entry.data[CONF_KIND])


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedHostname:
    """A hostname subentry."""

    subentry_id: str
    hostname: Hostname
    modes: Mapping[Family, Mode]
    settings: Settings
    ipv6_suffix: IPv6Address | None = None
    connection_id: str | None = None

    @classmethod
    def from_subentry(cls, subentry: ConfigSubentry) -> Self:
        """Read a subentry."""
        data = subentry.data
        suffix = data.get(CONF_IPV6_SUFFIX)
        return cls(
            subentry_id=subentry.subentry_id,
            hostname=Hostname(data[CONF_HOSTNAME]),
            modes={family: Mode(data[family.value]) for family in Family},
            settings=dict(data[CONF_SETTINGS]),
            ipv6_suffix=parse_suffix(suffix) if suffix else None,
            connection_id=data.get(CONF_CONNECTION),
        )

    def observe(self, observation: Observation) -> Observation:
        """Return what an observation of the connection means for this hostname.

        A record for another machine of the network takes only the prefix from it.
        """
        address = observation.address
        if self.ipv6_suffix is None or not isinstance(address, IPv6Address):
            return observation
        prefix = IPv6Network((address, _LAN_PREFIX_LENGTH), strict=False)
        return Observation(
            family=observation.family,
            address=compose(prefix, self.ipv6_suffix),
            source=observation.source,
            checked_at=observation.checked_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """The options of an internet connection; nothing needs to be chosen."""

    families: frozenset[Family] = frozenset(Family)
    built_in: tuple[str, ...]
    custom: tuple[Mapping[str, Any], ...] = ()
    interval: timedelta = DEFAULT_INTERVAL
    trust_single_source: bool = False
    allowed_networks: tuple[Network, ...] = ()

    @classmethod
    def from_mapping(cls, options: Mapping[str, Any]) -> Self:
        """Read an entry's options."""
        sources = options.get(CONF_SOURCES, {})
        checking = options.get(CONF_CHECKING, {})
        interval = checking.get(CONF_INTERVAL)
        return cls(
            families=frozenset(
                family for family in Family if options.get(family.value, True)
            ),
            built_in=tuple(sources.get(CONF_BUILT_IN_SOURCES, default_source_keys())),
            custom=tuple(sources.get(CONF_CUSTOM_SOURCES, ())),
            interval=timedelta(**interval) if interval else DEFAULT_INTERVAL,
            trust_single_source=checking.get(CONF_TRUST_SINGLE_SOURCE, False),
            allowed_networks=tuple(
                ip_network(text) for text in checking.get(CONF_ALLOWED_NETWORKS, ())
            ),
        )

    def sources(self, family: Family) -> list[Source]:
        """Return the sources to ask for a family, in order: the user's own first."""
        own = [custom_source(**custom_source_arguments(item)) for item in self.custom]
        # a source that a later version knows no more is left out
        built_in = [SOURCES[key] for key in self.built_in if key in SOURCES]
        return [
            source for source in [*own, *built_in] if source.url(family) is not None
        ]


def default_source_keys() -> list[str]:
    """Return the built-in sources that are asked unless others are chosen, in order."""
    return list(
        dict.fromkeys(
            source.key for family in Family for source in default_sources(family)
        )
    )


def custom_source_arguments(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source of the options form as the core takes it; raises ValueError."""
    family = item.get("family") or _BOTH_FAMILIES
    return {
        "url": str(item.get("url") or "").strip(),
        "family": None if family == _BOTH_FAMILIES else Family(family),
        "answer": Format(item.get("format") or Format.PLAIN),
        "expression": item.get("expression") or "",
        "header_name": item.get("header_name") or "",
        "header_value": item.get("header_value") or "",
        "allow_http": bool(item.get("allow_http")),
    }


def hostname_subentry_data(
    hostname: Hostname,
    modes: Mapping[Family, Mode],
    settings: Settings,
    *,
    ipv6_suffix: str | None = None,
    connection_id: str | None = None,
) -> dict[str, Any]:
    """Return the data of a hostname subentry."""
    data: dict[str, Any] = {
        CONF_HOSTNAME: hostname.fqdn,
        CONF_SETTINGS: dict(settings),
        **{family.value: mode.value for family, mode in modes.items()},
    }
    if ipv6_suffix:
        data[CONF_IPV6_SUFFIX] = ipv6_suffix
    if connection_id:
        data[CONF_CONNECTION] = connection_id
    return data
