"""The form of an internet connection: when it is added, changed, or its options are."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_URL
from homeassistant.data_entry_flow import section
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    ObjectSelector,
    ObjectSelectorConfig,
    ObjectSelectorField,
    SelectOptionDict,
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
from .exceptions import FormError, InvalidFormError
from .forms import errors_in
from .settings import (
    DEFAULT_INTERVAL,
    ConnectionOptions,
    custom_source_arguments,
    default_source_keys,
)

_SHORTEST_INTERVAL = timedelta(seconds=60)
_SHORTEST_OWN_INTERVAL = timedelta(seconds=5)
_HEADER_NAME = "header_name"
_HEADER_VALUE = "header_value"
_FAMILY_NAMES = {Family.IPV4.value: "IPv4", Family.IPV6.value: "IPv6"}
_FORMAT_NAMES = {
    Format.PLAIN.value: "Plain text",
    Format.JSON.value: "JSON",
    Format.REGEX.value: "Regular expression",
}


def _selection(labels: Mapping[str, str], translation_key: str) -> SelectSelector:
    """Return a choice inside of a source, where Home Assistant does not translate yet."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=value, label=label)
                for value, label in labels.items()
            ],
            translation_key=translation_key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


_CUSTOM_SOURCE = ObjectSelector(
    ObjectSelectorConfig(
        multiple=True,
        label_field=CONF_URL,
        translation_key="custom_source",
        fields={
            CONF_URL: ObjectSelectorField(
                required=True,
                selector=TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
            ),
            "family": ObjectSelectorField(
                required=True,
                selector=_selection(
                    {"both": "IPv4 and IPv6", **_FAMILY_NAMES}, "family"
                ),
            ),
            "format": ObjectSelectorField(selector=_selection(_FORMAT_NAMES, "format")),
            "expression": ObjectSelectorField(selector=TextSelector()),
            _HEADER_NAME: ObjectSelectorField(selector=TextSelector()),
            _HEADER_VALUE: ObjectSelectorField(
                selector=TextSelector(
                    TextSelectorConfig(type=TextSelectorType.PASSWORD)
                )
            ),
            "allow_http": ObjectSelectorField(selector=BooleanSelector()),
        },
    )
)


class ConnectionForm:
    """The form, which remembers the headers' values: they are not shown a second time."""

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        """Begin with what is set now, if the connection exists."""
        self._options = options or {}
        self._header_values = dict(_header_values(self._options))

    def schema(self) -> vol.Schema:
        """Return the form; its defaults are right for nearly everybody."""
        seconds = int(DEFAULT_INTERVAL.total_seconds())
        interval = {"hours": 0, "minutes": seconds // 60, "seconds": seconds % 60}
        sources = {
            vol.Optional(
                CONF_BUILT_IN_SOURCES, default=default_source_keys()
            ): SelectSelector(
                SelectSelectorConfig(
                    options=list(SOURCES),
                    translation_key="source",
                    mode=SelectSelectorMode.DROPDOWN,
                    multiple=True,
                )
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

    def values(self, user_input: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what to show in the form: what was typed, else what is set now."""
        values = dict(self._options if user_input is None else user_input)
        sources = dict(values.get(CONF_SOURCES, {}))
        if CONF_BUILT_IN_SOURCES in sources:
            # a source that a later version knows no more cannot be chosen
            sources[CONF_BUILT_IN_SOURCES] = [
                key for key in sources[CONF_BUILT_IN_SOURCES] if key in SOURCES
            ]
        if CONF_CUSTOM_SOURCES in sources:
            sources[CONF_CUSTOM_SOURCES] = [
                {key: value for key, value in item.items() if key != _HEADER_VALUE}
                for item in _custom_sources(values)
            ]
        return {**values, CONF_SOURCES: sources}

    def read(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options that a filled-in form stands for; raises InvalidFormError."""
        self._header_values |= _header_values(user_input)
        sources = dict(user_input.get(CONF_SOURCES, {}))
        if custom := [self._with_header(item) for item in _custom_sources(user_input)]:
            sources[CONF_CUSTOM_SOURCES] = custom
        if sources.get(CONF_BUILT_IN_SOURCES) == default_source_keys():
            # a later version may know better ones
            del sources[CONF_BUILT_IN_SOURCES]
        for item in custom:
            arguments = custom_source_arguments(item)
            for key in check_custom_source(**arguments).values():
                raise InvalidFormError(
                    CONF_CUSTOM_SOURCES, f"custom_{key}", value=arguments["url"]
                )
        checking = dict(user_input.get(CONF_CHECKING, {}))
        if CONF_ALLOWED_NETWORKS in checking:
            networks = _networks(checking[CONF_ALLOWED_NETWORKS])
            checking[CONF_ALLOWED_NETWORKS] = networks
        stored = {
            **{family.value: user_input[family.value] for family in Family},
            CONF_SOURCES: sources,
            CONF_CHECKING: checking,
        }
        _refuse_unusable(ConnectionOptions.from_mapping(stored))
        return stored

    def _with_header(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return a source with its header's value, which need not be typed again."""
        whole = {**item, CONF_URL: item[CONF_URL].strip()}
        if whole.get(_HEADER_NAME) and not whole.get(_HEADER_VALUE):
            whole[_HEADER_VALUE] = self._header_values.get(whole[CONF_URL], "")
        return whole


def _custom_sources(options: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the user's own sources."""
    sources: list[Mapping[str, Any]] = cv.ensure_list(
        options.get(CONF_SOURCES, {}).get(CONF_CUSTOM_SOURCES)
    )
    return sources


def _header_values(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the value of each header, and the URL that it is for."""
    for item in _custom_sources(options):
        if value := item.get(_HEADER_VALUE):
            yield item[CONF_URL].strip(), value


def _networks(texts: list[str]) -> list[str]:
    """Return networks as they are stored; lines that are empty do no harm."""
    networks: list[str] = []
    for text in filter(None, map(str.strip, texts)):
        try:
            # an address with a length means the network that it is in
            networks.append(str(ip_network(text, strict=False)))
        except ValueError as err:
            raise InvalidFormError(
                CONF_ALLOWED_NETWORKS, "invalid_network", value=text
            ) from err
    return networks


def _refuse_unusable(options: ConnectionOptions) -> None:
    """Refuse options with which no address could ever be believed."""
    if not options.families:
        raise InvalidFormError("base", "no_family")
    shortest = _SHORTEST_OWN_INTERVAL
    for family in sorted(options.families):
        name = _FAMILY_NAMES[family]
        sources = options.sources(family)
        if not sources:
            raise InvalidFormError(CONF_BUILT_IN_SOURCES, "no_source", family=name)
        operators = {source.operator for source in sources}
        if len(operators) < 2 and not options.trust_single_source:
            raise InvalidFormError(
                CONF_BUILT_IN_SOURCES, "single_operator", family=name
            )
        if any(source.key in SOURCES for source in sources):
            # the built-in sources are other people's machines
            shortest = _SHORTEST_INTERVAL
    if options.interval < shortest:
        raise InvalidFormError(
            CONF_INTERVAL,
            "interval_too_short",
            seconds=str(int(shortest.total_seconds())),
        )


class ConnectionOptionsFlow(OptionsFlow):
    """Changes the options of a connection."""

    _form: ConnectionForm | None = None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form until what was filled in can be taken."""
        form = self._form = self._form or ConnectionForm(self.config_entry.options)
        error: FormError | None = None
        if user_input is not None:
            try:
                return self.async_create_entry(data=form.read(user_input))
            except InvalidFormError as err:
                error = err.shown
        schema = form.schema()
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema, form.values(user_input)
            ),
            errors=errors_in(schema, error),
            description_placeholders=error.placeholders if error else None,
        )
