"""The form of an internet connection: when it is added, changed, or its options are."""

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    ObjectSelector,
    ObjectSelectorConfig,
    ObjectSelectorField,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .const import (
    CONF_ALLOWED_NETWORKS,
    CONF_BUILT_IN_SOURCES,
    CONF_CHECKING,
    CONF_CUSTOM_SOURCES,
    CONF_INTERVAL,
    CONF_SOURCES,
    CONF_TRUST_SINGLE_SOURCE,
)
from .core.address import Family
from .core.detection import SOURCES, Format, check_custom_source
from .exceptions import InvalidFormError
from .settings import (
    DEFAULT_INTERVAL,
    ConnectionOptions,
    custom_source_arguments,
    default_source_keys,
)

_SHORTEST_INTERVAL = timedelta(seconds=60)
_SHORTEST_OWN_INTERVAL = timedelta(seconds=5)
_BOTH = "both"


def _selection(
    options: list[str], translation_key: str, *, multiple: bool = False
) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=options,
            translation_key=translation_key,
            mode=SelectSelectorMode.DROPDOWN,
            multiple=multiple,
        )
    )


_CUSTOM_SOURCE = ObjectSelector(
    ObjectSelectorConfig(
        multiple=True,
        label_field="url",
        description_field="family",
        translation_key="custom_source",
        fields={
            "url": ObjectSelectorField(
                required=True,
                selector=TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
            ),
            "family": ObjectSelectorField(
                required=True,
                selector=_selection(
                    [_BOTH, *(family.value for family in Family)], "family"
                ),
            ),
            "format": ObjectSelectorField(
                selector=_selection(
                    [Format.PLAIN.value, Format.JSON.value, Format.REGEX.value],
                    "format",
                )
            ),
            "expression": ObjectSelectorField(selector=TextSelector()),
            "header_name": ObjectSelectorField(selector=TextSelector()),
            "header_value": ObjectSelectorField(
                selector=TextSelector(
                    TextSelectorConfig(type=TextSelectorType.PASSWORD)
                )
            ),
            "allow_http": ObjectSelectorField(selector=BooleanSelector()),
        },
    )
)


def connection_schema() -> vol.Schema:
    """Return the form; its defaults are right for nearly everybody."""
    seconds = int(DEFAULT_INTERVAL.total_seconds())
    interval = {"hours": 0, "minutes": seconds // 60, "seconds": seconds % 60}
    sources = {
        vol.Optional(CONF_BUILT_IN_SOURCES, default=default_source_keys()): _selection(
            list(SOURCES), "source", multiple=True
        ),
        vol.Optional(CONF_CUSTOM_SOURCES): _CUSTOM_SOURCE,
    }
    checking = {
        vol.Optional(CONF_INTERVAL, default=interval): DurationSelector(),
        vol.Optional(CONF_TRUST_SINGLE_SOURCE, default=False): BooleanSelector(),
        vol.Optional(CONF_ALLOWED_NETWORKS): TextSelector(
            TextSelectorConfig(multiple=True)
        ),
    }
    return vol.Schema(
        {
            **{
                vol.Required(family.value, default=True): BooleanSelector()
                for family in Family
            },
            vol.Optional(CONF_SOURCES): section(
                vol.Schema(sources), {"collapsed": True}
            ),
            vol.Optional(CONF_CHECKING): section(
                vol.Schema(checking), {"collapsed": True}
            ),
        }
    )


def connection_options(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a filled-in form stands for; raises InvalidFormError."""
    sources = dict(user_input.get(CONF_SOURCES, {}))
    checking = dict(user_input.get(CONF_CHECKING, {}))
    custom = sources.get(CONF_CUSTOM_SOURCES, [])
    for item in custom:
        try:
            arguments = custom_source_arguments(item)
        except ValueError as err:
            raise InvalidFormError("base", "custom_wrong_family", name="") from err
        for key in check_custom_source(**arguments).values():
            raise InvalidFormError("base", f"custom_{key}", name=arguments["url"])
    for text in checking.get(CONF_ALLOWED_NETWORKS, ()):
        try:
            ip_network(text.strip())
        except ValueError as err:
            raise InvalidFormError("base", "invalid_network", name=text) from err
    if networks := checking.get(CONF_ALLOWED_NETWORKS):
        checking[CONF_ALLOWED_NETWORKS] = [text.strip() for text in networks]
    stored = {
        **{family.value: bool(user_input.get(family.value)) for family in Family},
        CONF_SOURCES: sources,
        CONF_CHECKING: checking,
    }
    _refuse_unusable(ConnectionOptions.from_mapping(stored))
    return stored


def _refuse_unusable(options: ConnectionOptions) -> None:
    """Refuse options with which no address could ever be believed."""
    if not options.families:
        raise InvalidFormError("base", "no_family")
    shortest = _SHORTEST_OWN_INTERVAL
    for family in options.families:
        sources = options.sources(family)
        if not sources:
            raise InvalidFormError("base", "no_source", family=family.value)
        if len({source.operator for source in sources}) < 2 and not (
            options.trust_single_source
        ):
            raise InvalidFormError("base", "single_operator", family=family.value)
        if any(source.key in SOURCES for source in sources):
            # the built-in sources are other people's machines
            shortest = _SHORTEST_INTERVAL
    if options.interval < shortest:
        raise InvalidFormError(
            "base", "interval_too_short", seconds=str(int(shortest.total_seconds()))
        )


class ConnectionOptionsFlow(OptionsFlow):
    """Changes the options of a connection."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form until what was filled in can be taken."""
        errors: dict[str, str] = {}
        placeholders: Mapping[str, str] = {}
        if user_input is not None:
            try:
                return self.async_create_entry(data=connection_options(user_input))
            except InvalidFormError as err:
                errors[err.shown.field] = err.shown.key
                placeholders = err.shown.placeholders
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                connection_schema(), user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders=placeholders,
        )
