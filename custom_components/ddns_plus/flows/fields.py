"""Fields of a provider as Home Assistant selectors, and typed values as settings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
import re
from typing import Any

import voluptuous as vol

from homeassistant.core import HomeAssistant
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

from ..const import CONF_ADVANCED, CONF_CONNECTION
from ..core.hostname import Hostname, InvalidHostnameError, hostnames_in
from ..core.provider_info import Field, FieldKind, Setting, Settings
from ..entries import async_connection_entries
from .errors import InvalidFormError
from .step import folded

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# what is copied around an issued secret: blanks and quotation marks
_AROUND = " \t\r\n\xa0;,\"'`“”„‘’«»"
# what stands before it in headers and URLs
_BEFORE = re.compile(
    r"(?:authorization:\s*)?(?:bearer|token)(?:\s+|\s*[=:]\s*)", re.IGNORECASE
)


def _choice(field: Field) -> Selector[Any]:
    return SelectSelector(
        SelectSelectorConfig(
            options=list(field.choices),
            translation_key=field.key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def number_selector() -> NumberSelector:
    """Return a box without bounds: Home Assistant's own error would name no field."""
    return NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1))


def _text(field: Field) -> Selector[Any]:
    if field.multiline:
        # a field of several lines cannot hide its text, even a secret
        return TextSelector(TextSelectorConfig(multiline=True))
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
    FieldKind.HOST: _text,
    FieldKind.HOSTNAME: _text,
    FieldKind.INTEGER: lambda _: number_selector(),
    FieldKind.TEXT: _text,
    FieldKind.URL: _text,
}


def schema_of(
    fields: Iterable[Field],
    extra: Mapping[vol.Marker, Any] | None = None,
    extra_advanced: Mapping[vol.Marker, Any] | None = None,
    *,
    extra_last: Mapping[vol.Marker, Any] | None = None,
    keep_secrets: bool = False,
) -> vol.Schema:
    """Return the schema of fields, with an optional section of advanced ones if any.

    With `keep_secrets`, an empty secret keeps the stored one.
    """
    plain: dict[vol.Marker, Any] = dict(extra or {})
    advanced: dict[vol.Marker, Any] = {}
    for field in fields:
        keep = keep_secrets and field.secret
        marker = vol.Required if field.required and not keep else vol.Optional
        default = vol.UNDEFINED if field.default is None else field.default
        target = advanced if field.advanced else plain
        target[marker(field.key, default=default)] = _SELECTORS[field.kind](field)
    plain |= extra_last or {}
    advanced |= extra_advanced or {}
    if advanced:
        plain[vol.Optional(CONF_ADVANCED)] = folded(advanced)
    return vol.Schema(plain)


def settings_from(
    fields: Iterable[Field], user_input: Mapping[str, Any], kept: Settings
) -> dict[str, Setting]:
    """Return the settings of a filled-in form, without empty ones.

    `kept` are the stored secrets that empty fields keep. Raises InvalidFormError.
    """
    typed = {**user_input, **user_input.get(CONF_ADVANCED, {})}
    settings: dict[str, Setting] = {}
    for field in fields:
        value = _setting(field, typed.get(field.key))
        if value is None:
            value = kept.get(field.key, field.default)
        if value is not None:
            settings[field.key] = value
        elif field.required:
            raise InvalidFormError(field.key, "required")
    return settings


def _setting(field: Field, typed: Any) -> Setting | None:
    """Return a typed value as stored, None if it is empty. Raises InvalidFormError."""
    value = typed.strip() if isinstance(typed, str) else typed
    if value is None or value == "":
        return None
    if field.pattern:
        value = copied(str(value))
        if not re.fullmatch(field.pattern, value):
            raise InvalidFormError(field.key, "secret_malformed")
    elif field.secret and not field.multiline and _CONTROL.search(str(value)):
        raise InvalidFormError(field.key, "secret_has_line_break")
    if field.kind is FieldKind.INTEGER:
        return whole_number(field, float(value))
    if field.kind is FieldKind.HOST:
        # as an IPv6 address stands in a URL
        found = re.fullmatch(r"\[(.*)\]", str(value))
        return found[1] if found else str(value)
    if field.kind is FieldKind.HOSTNAME:
        return one_hostname(field.key, value).fqdn
    setting: Setting = value
    return setting


def copied(text: str) -> str:
    """Return an issued secret without what was copied around it."""
    while (left := _without_prefix(text.strip(_AROUND))) != text:
        text = left
    return text


def _without_prefix(text: str) -> str:
    found = _BEFORE.match(text)
    return text[found.end() :] if found else text


def one_hostname(key: str, text: str) -> Hostname:
    """Return the hostname typed into a field. Raises InvalidFormError."""
    try:
        first, *others = hostnames_in(text)
        return Hostname.parse(text) if others else first
    except InvalidHostnameError as err:
        raise InvalidFormError(key, err.problem.value, value=text) from err


def whole_number(field: Field, typed: float) -> int:
    """Return the whole number typed. Raises InvalidFormError if it is not allowed."""
    if typed.is_integer() and field.allows(int(typed)):
        return int(typed)
    raise InvalidFormError(
        field.key,
        f"{field.key}_not_allowed",
        value=str(int(typed) if typed.is_integer() else typed),
        allowed=field.allowed,
    )


def secrets_in(fields: Iterable[Field], settings: Settings) -> dict[str, Setting]:
    """Return the secrets among some settings."""
    return {
        field.key: settings[field.key]
        for field in fields
        if field.secret and field.key in settings
    }


def suggested(fields: Iterable[Field], settings: Settings) -> dict[str, Any]:
    """Return stored settings in the shape of the form, without secrets."""
    values: dict[str, Any] = {}
    for field in fields:
        if field.secret or field.key not in settings:
            continue
        value = settings[field.key]
        if field.kind is FieldKind.HOSTNAME:
            value = Hostname(str(value)).unicode
        target = values.setdefault(CONF_ADVANCED, {}) if field.advanced else values
        target[field.key] = value
    return values


def own_words(fields: Iterable[Field]) -> dict[str, str]:
    """Return the placeholders of labels: the provider's own word if it is another."""
    return {
        f"called_{field.key}": f" ({field.called})" if _is_other_word(field) else ""
        for field in fields
    }


def examples(fields: Iterable[Field]) -> dict[str, str]:
    """Return the placeholders of descriptions: examples of what is typed."""
    return {f"example_{field.key}": field.example for field in fields if field.example}


def allowed_numbers(fields: Iterable[Field]) -> dict[str, str]:
    """Return the placeholders of descriptions: the numbers that fields allow."""
    return {
        f"allowed_{field.key}": field.allowed
        for field in fields
        if field.kind is FieldKind.INTEGER
    }


def _is_other_word(field: Field) -> bool:
    """Return True if the provider's word for a field differs from the field's key."""
    word = field.called.casefold().replace(" ", "")
    return word not in ("", field.key.replace("_", ""))


def hostnames_selector(
    offered: Sequence[Hostname], *, multiple: bool, parent: str = ""
) -> SelectSelector | TextSelector:
    """Return the list of offered hostnames, open to other ones.

    Names directly below a `parent` need not be typed whole.
    """
    if not offered:
        config = TextSelectorConfig(multiple=multiple)
        if parent:
            config["suffix"] = f".{parent}"
        return TextSelector(config)
    return SelectSelector(
        SelectSelectorConfig(
            options=sorted(hostname.unicode for hostname in offered),
            custom_value=True,
            multiple=multiple,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def connection_fields(hass: HomeAssistant) -> dict[vol.Marker, Any]:
    """Return the choice of the internet connection if there are several."""
    options = [
        SelectOptionDict(value=entry.entry_id, label=entry.title)
        for entry in async_connection_entries(hass)
    ]
    if len(options) < 2:
        return {}
    selector = SelectSelector(
        SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
    )
    first = options[0]["value"]
    return {vol.Required(CONF_CONNECTION, default=first): selector}
