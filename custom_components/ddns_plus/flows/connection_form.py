"""Form of a connection: for a new connection, and for the options of an existing one."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    DurationSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)

from ..connection.entity_source import EntitySource
from ..connection.options import (
    DEFAULT_INTERVAL,
    ConnectionOptions,
    default_source_keys,
)
from ..const import (
    CONF_ALLOWED_NETWORKS,
    CONF_BUILT_IN_SOURCES,
    CONF_CHECKING,
    CONF_CUSTOM_SOURCES,
    CONF_ENTITIES,
    CONF_FIXED,
    CONF_INTERVAL,
    CONF_NETWORK,
    CONF_PUSH,
    CONF_SOURCES,
    CONF_TRUST_SINGLE_SOURCE,
)
from ..core.address import Family, parse_address, refusal
from ..core.detection.catalog import SOURCES
from ..core.detection.judge.quorum import independent_voters
from ..core.detection.source import Transport
from .errors import InvalidFormError
from .network_form import network_schema, read_network
from .source_form import CUSTOM_SOURCES, ENTITY_SOURCES, CustomSources, read_entities
from .step import folded

_SHORTEST_INTERVAL = timedelta(seconds=60)
_SHORTEST_INTERVAL_AT_HOME = timedelta(seconds=5)
_LONGEST_INTERVAL = timedelta(days=1)


class ConnectionForm:
    """The form of a connection, with the secrets of sources, which are never shown."""

    def __init__(
        self, hass: HomeAssistant, options: Mapping[str, Any] | None = None
    ) -> None:
        """Show the stored options if the connection exists."""
        self._hass = hass
        self._options = options or {}
        self._custom = CustomSources(self._options)

    def schema(self) -> vol.Schema:
        """Return the schema."""
        return vol.Schema(
            {
                **{
                    vol.Required(family.value, default=True): BooleanSelector()
                    for family in Family
                },
                vol.Optional(CONF_SOURCES): folded(_sources_schema()),
                vol.Optional(CONF_CHECKING): folded(_checking_schema()),
                vol.Optional(CONF_NETWORK): folded(network_schema()),
            }
        )

    def values(self, user_input: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the values typed, else the stored ones, in the shape of the form."""
        values = dict(self._options if user_input is None else user_input)
        sources = dict(values.get(CONF_SOURCES, {}))
        if CONF_BUILT_IN_SOURCES in sources:
            # a later version may not have the source any more
            sources[CONF_BUILT_IN_SOURCES] = [
                key for key in sources[CONF_BUILT_IN_SOURCES] if key in SOURCES
            ]
        if CONF_CUSTOM_SOURCES in sources:
            sources[CONF_CUSTOM_SOURCES] = self._custom.shown(values)
        return {**values, CONF_SOURCES: sources}

    def read(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options of a filled-in form as stored. Raises InvalidFormError."""
        checking = dict(user_input.get(CONF_CHECKING, {}))
        custom = self._custom.read(user_input)
        if CONF_ALLOWED_NETWORKS in checking:
            networks = _networks(checking[CONF_ALLOWED_NETWORKS])
            checking[CONF_ALLOWED_NETWORKS] = networks
        stored = {
            **{family.value: user_input[family.value] for family in Family},
            CONF_SOURCES: self._sources(user_input, custom),
            CONF_CHECKING: checking,
            CONF_NETWORK: read_network(user_input.get(CONF_NETWORK, {})),
        }
        self._refuse_unusable(ConnectionOptions.from_mapping(stored))
        return stored

    def _sources(
        self, user_input: Mapping[str, Any], custom: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Return the sources as stored. Raises InvalidFormError."""
        sources = dict(user_input.get(CONF_SOURCES, {}))
        if set(sources.get(CONF_BUILT_IN_SOURCES, ())) == set(default_source_keys()):
            # the default sources of a later version may differ
            del sources[CONF_BUILT_IN_SOURCES]
        if custom:
            sources[CONF_CUSTOM_SOURCES] = custom
        if CONF_ENTITIES in sources:
            sources[CONF_ENTITIES] = read_entities(self._hass, user_input)
        for family in Family:
            if text := str(sources.pop(_fixed(family), None) or "").strip():
                sources[_fixed(family)] = _fixed_address(text, family)
        return sources

    def _refuse_unusable(self, options: ConnectionOptions) -> None:
        """Refuse options that can never lead to a known address."""
        if not options.families:
            raise InvalidFormError("base", "no_family")
        shortest = _SHORTEST_INTERVAL_AT_HOME
        for family in sorted(options.families):
            if (address := options.fixed.get(family)) is not None:
                if refusal(address, options.allowed_networks) is not None:
                    raise InvalidFormError(
                        _fixed(family), "fixed_not_allowed", value=str(address)
                    )
                continue
            name = family.label
            asked = set(self._asked(options, family))
            if not asked:
                raise InvalidFormError(CONF_BUILT_IN_SOURCES, "no_source", family=name)
            operators = {operator for operator, _ in asked}
            one_is_enough = options.policy(family).trust_single
            one_is_enough |= options.believes_router_alone(family, operators)
            if len(independent_voters(asked)) < 2 and not one_is_enough:
                raise InvalidFormError(
                    CONF_BUILT_IN_SOURCES, "single_operator", family=name
                )
            if any(
                method.transport is not Transport.LAN
                for source in options.sources(family)
                if (method := source.method(family))
            ):
                # public services are not asked as often as the LAN
                shortest = _SHORTEST_INTERVAL
        if options.interval > _LONGEST_INTERVAL:
            raise InvalidFormError(CONF_INTERVAL, "interval_too_long")
        if options.interval < shortest:
            raise InvalidFormError(
                CONF_INTERVAL,
                "interval_too_short",
                seconds=str(int(shortest.total_seconds())),
            )

    def _asked(
        self, options: ConnectionOptions, family: Family
    ) -> Iterator[tuple[str, Transport]]:
        """Yield operator and transport of each source of a family."""
        for source in options.sources(family):
            if (method := source.method(family)) is not None:
                yield source.operator, method.transport
        for setting in options.entities:
            if setting.family is family:
                entity = EntitySource(self._hass, setting)
                yield entity.operator, entity.transport


def _fixed(family: Family) -> str:
    """Return the field of a family's fixed address."""
    return f"{CONF_FIXED}_{family}"


def _sources_schema() -> dict[vol.Marker, Any]:
    return {
        vol.Optional(
            CONF_BUILT_IN_SOURCES, default=default_source_keys()
        ): SelectSelector(
            SelectSelectorConfig(
                options=[str(key) for key in SOURCES],
                translation_key="source",
                mode=SelectSelectorMode.DROPDOWN,
                multiple=True,
            )
        ),
        vol.Optional(CONF_CUSTOM_SOURCES): CUSTOM_SOURCES,
        vol.Optional(CONF_ENTITIES): ENTITY_SOURCES,
        **{vol.Optional(_fixed(family)): TextSelector() for family in Family},
    }


def _checking_schema() -> dict[vol.Marker, Any]:
    seconds = int(DEFAULT_INTERVAL.total_seconds())
    interval = {"hours": 0, "minutes": seconds // 60, "seconds": seconds % 60}
    return {
        # a negative one is refused in our words
        vol.Optional(CONF_INTERVAL, default=interval): DurationSelector(
            DurationSelectorConfig(allow_negative=True)
        ),
        vol.Optional(CONF_PUSH, default=True): BooleanSelector(),
        vol.Optional(CONF_TRUST_SINGLE_SOURCE, default=False): BooleanSelector(),
        vol.Optional(CONF_ALLOWED_NETWORKS): TextSelector(
            TextSelectorConfig(multiple=True)
        ),
    }


def _networks(texts: list[str]) -> list[str]:
    """Return networks as stored, without empty lines. Raises InvalidFormError."""
    networks: list[str] = []
    for text in filter(None, map(str.strip, texts)):
        try:
            # an address with a length means its network
            networks.append(str(ip_network(text, strict=False)))
        except ValueError as err:
            raise InvalidFormError(
                CONF_ALLOWED_NETWORKS, "invalid_network", value=text
            ) from err
    return networks


def _fixed_address(text: str, family: Family) -> str:
    """Return a fixed address as stored. Raises InvalidFormError."""
    name = family.label
    try:
        address = parse_address(text, family)
    except ValueError as err:
        raise InvalidFormError(
            _fixed(family), "fixed_malformed", value=text, family=name
        ) from err
    if (why := refusal(address)) is not None:
        raise InvalidFormError(_fixed(family), f"fixed_{why}", value=text)
    return str(address)
