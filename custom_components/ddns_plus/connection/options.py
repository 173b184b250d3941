"""Options of an internet connection as typed values."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Self

from ..const import (
    BOTH_FAMILIES,
    CONF_ACCEPT_CARRIER_GRADE_NAT,
    CONF_ACCEPT_TRANSLATED,
    CONF_ALLOWED_NETWORKS,
    CONF_BUILT_IN_SOURCES,
    CONF_CHECKING,
    CONF_CUSTOM_SOURCES,
    CONF_ENTITIES,
    CONF_FIXED,
    CONF_INTERFACE,
    CONF_INTERVAL,
    CONF_NETWORK,
    CONF_PUSH,
    CONF_ROUTER,
    CONF_ROUTER_DIFFERENCE,
    CONF_SOURCES,
    CONF_TRUST_SINGLE_SOURCE,
)
from ..core.address import Address, Family, Network
from ..core.detection.catalog import (
    SOURCES,
    Source,
    default_sources,
    sources_of_providers,
)
from ..core.detection.echo.custom import CustomService, custom_source
from ..core.detection.judge.address_state import Policy
from ..core.detection.methods import Format
from ..core.observation import ROUTER

DEFAULT_INTERVAL = timedelta(minutes=3)


class RouterDifference(StrEnum):
    """The address that counts if the router and the public services disagree."""

    HOLD = "hold"
    OUTSIDE = "outside"
    ROUTER = "router"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySetting:
    """An entity with the public address of a family, in its state or an attribute."""

    entity_id: str
    family: Family
    attribute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """The options of an internet connection, all with a default.

    `chosen` are the keys of built-in sources; None means the defaults of the version.
    `router` and `interface` select one of several connections; None means that of the
    system.
    """

    families: frozenset[Family] = frozenset(Family)
    chosen: tuple[str, ...] | None = None
    custom: tuple[Mapping[str, Any], ...] = ()
    entities: tuple[EntitySetting, ...] = ()
    fixed: Mapping[Family, Address]
    interval: timedelta = DEFAULT_INTERVAL
    push: bool = True
    trust_single_source: bool = False
    allowed_networks: tuple[Network, ...] = ()
    router: IPv4Address | None = None
    interface: str | None = None
    router_difference: RouterDifference = RouterDifference.HOLD
    accept_carrier_grade_nat: bool = False
    accept_translated: bool = False

    @classmethod
    def from_mapping(cls, options: Mapping[str, Any]) -> Self:
        """Return the options stored in an entry."""
        sources = options.get(CONF_SOURCES, {})
        checking = options.get(CONF_CHECKING, {})
        network = options.get(CONF_NETWORK, {})
        interval = checking.get(CONF_INTERVAL)
        chosen = sources.get(CONF_BUILT_IN_SOURCES)
        router = network.get(CONF_ROUTER)
        return cls(
            families=frozenset(
                family for family in Family if options.get(family.value, True)
            ),
            chosen=None if chosen is None else tuple(chosen),
            custom=tuple(sources.get(CONF_CUSTOM_SOURCES, ())),
            entities=tuple(map(entity_setting, sources.get(CONF_ENTITIES, ()))),
            fixed={
                family: ip_address(address)
                for family in Family
                if (address := sources.get(f"{CONF_FIXED}_{family}"))
            },
            interval=timedelta(**interval) if interval else DEFAULT_INTERVAL,
            push=checking.get(CONF_PUSH, True),
            trust_single_source=checking.get(CONF_TRUST_SINGLE_SOURCE, False),
            allowed_networks=tuple(
                ip_network(text) for text in checking.get(CONF_ALLOWED_NETWORKS, ())
            ),
            router=IPv4Address(router) if router else None,
            interface=network.get(CONF_INTERFACE) or None,
            router_difference=RouterDifference(
                network.get(CONF_ROUTER_DIFFERENCE, RouterDifference.HOLD)
            ),
            accept_carrier_grade_nat=network.get(CONF_ACCEPT_CARRIER_GRADE_NAT, False),
            accept_translated=network.get(CONF_ACCEPT_TRANSLATED, False),
        )

    @property
    def built_in(self) -> tuple[str, ...]:
        """Return the keys of the built-in sources to ask."""
        return tuple(default_source_keys()) if self.chosen is None else self.chosen

    def sources(self, family: Family) -> list[Source]:
        """Return the sources to ask for a family, custom ones first."""
        own = _with_own_keys(
            custom_source(custom_service(item)) for item in self.custom
        )
        # a later version may not have the source any more
        built_in = [SOURCES[key] for key in self.built_in if key in SOURCES]
        return [source for source in [*own, *built_in] if source.method(family)]

    def sources_of_providers(self, family: Family) -> Sequence[Source]:
        """Return the sources of providers, to ask if an account of the provider exists."""
        return sources_of_providers(family) if self.chosen is None else ()

    def believes_router_alone(self, family: Family, operators: Iterable[str]) -> bool:
        """Return True if the router is asked and the user trusts it alone."""
        return (
            family is Family.IPV4
            and self.router_difference is RouterDifference.ROUTER
            and ROUTER in operators
        )

    def policy(self, family: Family) -> Policy:
        """Return the policy for the answers about a family."""
        return Policy(
            interval=self.interval,
            trust_single=self.trust_single_source or family in self.fixed,
            heeds_router=self.router_difference is RouterDifference.HOLD,
            carrier_grade_nat=self.accept_carrier_grade_nat,
        )


def _with_own_keys(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield sources with a unique key each: one host may have several services."""
    times = Counter[str]()
    for source in sources:
        times[source.key] += 1
        number = times[source.key]
        yield source if number == 1 else replace(source, key=f"{source.key} {number}")


def entity_setting(item: Mapping[str, Any]) -> EntitySetting:
    """Return an entity of the stored options."""
    return EntitySetting(
        entity_id=item["entity_id"],
        family=Family(item["family"]),
        attribute=item.get("attribute") or None,
    )


def default_source_keys() -> list[str]:
    """Return the keys of the default sources, in order."""
    return list(
        dict.fromkeys(
            source.key for family in Family for source in default_sources(family)
        )
    )


def custom_service(item: Mapping[str, Any]) -> CustomService:
    """Return a web service of the stored options. Raises ValueError."""
    family = item.get("family") or BOTH_FAMILIES
    return CustomService(
        url=str(item.get("url") or "").strip(),
        family=None if family == BOTH_FAMILIES else Family(family),
        answer=Format(item.get("format") or Format.PLAIN),
        expression=item.get("expression") or "",
        header_name=item.get("header_name") or "",
        header_value=item.get("header_value") or "",
        username=item.get("username") or "",
        password=item.get("password") or "",
        verify_tls=item.get("verify_tls", True),
        allow_http=bool(item.get("allow_http")),
    )
