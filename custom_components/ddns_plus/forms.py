"""Forms: a provider's fields as Home Assistant selectors, and back; nothing else knows both."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .const import CONF_ADVANCED, CONF_CONNECTION, DOMAIN, EntryKind
from .core.hostname import Hostname
from .core.providers.base import Field, FieldKind, Provider, Setting
from .settings import entry_kind


def _choice(field: Field) -> Selector[Any]:
    return SelectSelector(
        SelectSelectorConfig(
            options=list(field.choices),
            translation_key=field.key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _integer(field: Field) -> Selector[Any]:
    config = NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1)
    if field.minimum is not None:
        config["min"] = field.minimum
    if field.maximum is not None:
        config["max"] = field.maximum
    return NumberSelector(config)


def _text(field: Field) -> Selector[Any]:
    if field.secret:
        return TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        )
    if field.kind is FieldKind.URL:
        return TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
    return TextSelector()


_SELECTORS: Mapping[FieldKind, Callable[[Field], Selector[Any]]] = {
    FieldKind.BOOLEAN: lambda _: BooleanSelector(),
    FieldKind.CHOICE: _choice,
    FieldKind.HOSTNAME: _text,
    FieldKind.INTEGER: _integer,
    FieldKind.TEXT: _text,
    FieldKind.URL: _text,
}


def schema_of(
    fields: Iterable[Field],
    extra: Mapping[vol.Marker, Any] | None = None,
    extra_advanced: Mapping[vol.Marker, Any] | None = None,
    *,
    keep_secrets: bool = False,
) -> vol.Schema:
    """Return the form for fields; `keep_secrets` lets a secret be left empty."""
    plain: dict[vol.Marker, Any] = dict(extra or {})
    advanced: dict[vol.Marker, Any] = {}
    for field in fields:
        keep = keep_secrets and field.secret
        marker = vol.Required if field.required and not keep else vol.Optional
        default = vol.UNDEFINED if field.default is None else field.default
        target = advanced if field.advanced else plain
        target[marker(field.key, default=default)] = _SELECTORS[field.kind](field)
    advanced |= extra_advanced or {}
    if advanced:
        plain[vol.Required(CONF_ADVANCED)] = section(
            vol.Schema(advanced), {"collapsed": True}
        )
    return vol.Schema(plain)


def settings_from(
    fields: Iterable[Field], user_input: Mapping[str, Any]
) -> dict[str, Setting]:
    """Return the settings that a filled-in form stands for; empty fields are left out."""
    flat = {**user_input, **user_input.get(CONF_ADVANCED, {})}
    settings: dict[str, Setting] = {}
    for field in fields:
        value = flat.get(field.key)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            continue
        settings[field.key] = int(value) if field.kind is FieldKind.INTEGER else value
    return settings


def suggested(fields: Iterable[Field], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to show in a form that changes settings; never a secret."""
    values: dict[str, Any] = {}
    for field in fields:
        if field.secret or field.key not in settings:
            continue
        target = values.setdefault(CONF_ADVANCED, {}) if field.advanced else values
        target[field.key] = settings[field.key]
    return values


def provider_selector(
    providers: Mapping[str, type[Provider]], first: str
) -> SelectSelector:
    """Return the searchable list of providers; names of brands need no translation."""
    options = [
        SelectOptionDict(value=slug, label=provider.info.name)
        for slug, provider in providers.items()
    ]
    options.sort(key=lambda option: option["label"].casefold())
    return SelectSelector(
        SelectSelectorConfig(
            options=[*options, SelectOptionDict(value=first, label=first)],
            translation_key="provider",
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def hostnames_selector(
    offered: Sequence[Hostname], *, multiple: bool
) -> SelectSelector | TextSelector:
    """Return the list of offered hostnames, into which others can be typed."""
    if not offered:
        return TextSelector(TextSelectorConfig(multiple=multiple))
    return SelectSelector(
        SelectSelectorConfig(
            options=sorted(hostname.unicode for hostname in offered),
            custom_value=True,
            multiple=multiple,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def connection_fields(hass: HomeAssistant) -> dict[vol.Marker, Any]:
    """Return the choice of the internet connection, when there is a choice."""
    connections: list[ConfigEntry[Any]] = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry_kind(entry) is EntryKind.CONNECTION
    ]
    if len(connections) < 2:
        return {}
    options = [
        SelectOptionDict(value=entry.entry_id, label=entry.title)
        for entry in connections
    ]
    selector = SelectSelector(
        SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
    )
    return {vol.Optional(CONF_CONNECTION): selector}
