"""The options of an internet connection, read into typed values."""

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
from ..core.detection import (
    ROUTER,
    SOURCES,
    CustomService,
    Format,
    Policy,
    Source,
    custom_source,
    default_sources,
    sources_of_providers,
)

DEFAULT_INTERVAL = timedelta(minutes=3)


class RouterDifference(StrEnum):
    """Whose address is taken where the router has another one than is seen outside."""

    HOLD = "hold"
    OUTSIDE = "outside"
    ROUTER = "router"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySetting:
    """An entity that tells the public address of a family, in its state or an attribute."""

    entity_id: str
    family: Family
    attribute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """The options of an internet connection; nothing needs to be chosen.

    `chosen` are the built-in sources, by key; None leaves it to us, in this version and
    the next. `router` and `interface` tell one internet connection from another, where
    there are several: None leaves it to the system.
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
        """Read an entry's options."""
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
        """Return the built-in sources that are asked, by key."""
        return tuple(default_source_keys()) if self.chosen is None else self.chosen

    def sources(self, family: Family) -> list[Source]:
        """Return the sources to ask for a family, in order: the user's own first."""
        own = _with_own_keys(
            custom_source(custom_service(item)) for item in self.custom
        )
        # a source that a later version knows no more is left out
        built_in = [SOURCES[key] for key in self.built_in if key in SOURCES]
        return [source for source in [*own, *built_in] if source.way(family)]

    def sources_of_providers(self, family: Family) -> Sequence[Source]:
        """Return the sources that are asked where their provider is used, if any may be."""
        return sources_of_providers(family) if self.chosen is None else ()

    def believes_router_alone(self, family: Family, operators: Iterable[str]) -> bool:
        """Return whether only the router is asked: the user has decided that it is right."""
        return (
            family is Family.IPV4
            and self.router_difference is RouterDifference.ROUTER
            and ROUTER in operators
        )

    def policy(self, family: Family) -> Policy:
        """Return what may be believed of a family."""
        return Policy(
            interval=self.interval,
            trust_single=self.trust_single_source or family in self.fixed,
            heeds_router=self.router_difference is RouterDifference.HOLD,
            carrier_grade_nat=self.accept_carrier_grade_nat,
        )


def _with_own_keys(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield sources with a key of its own each: one host may have several services."""
    times = Counter[str]()
    for source in sources:
        times[source.key] += 1
        number = times[source.key]
        yield source if number == 1 else replace(source, key=f"{source.key} {number}")


def entity_setting(item: Mapping[str, Any]) -> EntitySetting:
    """Return an entity of the options form."""
    return EntitySetting(
        entity_id=item["entity_id"],
        family=Family(item["family"]),
        attribute=item.get("attribute") or None,
    )


def default_source_keys() -> list[str]:
    """Return the built-in sources that are asked unless others are chosen, in order."""
    return list(
        dict.fromkeys(
            source.key for family in Family for source in default_sources(family)
        )
    )


def custom_service(item: Mapping[str, Any]) -> CustomService:
    """Return a source of the options form as the core takes it; raises ValueError."""
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
