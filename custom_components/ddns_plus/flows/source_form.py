"""Custom sources in the form of a connection: web services and entities."""

from collections.abc import Iterator, Mapping
from typing import Any

from yarl import URL

from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, valid_entity_id
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
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

from ..connection.entity_source import is_of_router
from ..connection.options import custom_service
from ..const import (
    BOTH_FAMILIES,
    CONF_ACCEPT_TRANSLATED,
    CONF_CUSTOM_SOURCES,
    CONF_ENTITIES,
    CONF_NETWORK,
    CONF_SOURCES,
    DOMAIN,
)
from ..core.address import Family
from ..core.detection.echo.custom import check_custom_source
from ..core.detection.methods import Format
from .errors import InvalidFormError

_FAMILY_NAMES = {family.value: family.label for family in Family}
_FORMAT_NAMES = {
    Format.PLAIN.value: "Plain text",
    Format.JSON.value: "JSON",
    Format.REGEX.value: "Regular expression",
}
_ENTITY_DOMAINS = ["sensor", "input_text", "text"]
_ENTITY_ID = "entity_id"
_ATTRIBUTE = "attribute"
_VERIFY_TLS = "verify_tls"
# each secret, and the field that it needs
_SECRETS = {"header_value": "header_name", "password": "username"}

_TEXT = ObjectSelectorField(selector=TextSelector())
_SECRET = ObjectSelectorField(
    selector=TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
    )
)


def _selection(labels: Mapping[str, str], translation_key: str) -> SelectSelector:
    """Return a choice within a source; Home Assistant does not translate it yet."""
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


CUSTOM_SOURCES = ObjectSelector(
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
                    {BOTH_FAMILIES: "IPv4 and IPv6", **_FAMILY_NAMES}, "family"
                ),
            ),
            "format": ObjectSelectorField(selector=_selection(_FORMAT_NAMES, "format")),
            "expression": _TEXT,
            "username": _TEXT,
            "password": _SECRET,
            "header_name": _TEXT,
            "header_value": _SECRET,
            _VERIFY_TLS: ObjectSelectorField(default=True, selector=BooleanSelector()),
            "allow_http": ObjectSelectorField(selector=BooleanSelector()),
        },
    )
)
ENTITY_SOURCES = ObjectSelector(
    ObjectSelectorConfig(
        multiple=True,
        label_field=_ENTITY_ID,
        translation_key="entity_source",
        fields={
            _ENTITY_ID: ObjectSelectorField(
                required=True,
                selector=EntitySelector(EntitySelectorConfig(domain=_ENTITY_DOMAINS)),
            ),
            "family": ObjectSelectorField(
                required=True, selector=_selection(_FAMILY_NAMES, "family")
            ),
            _ATTRIBUTE: _TEXT,
        },
    )
)


class CustomSources:
    """The custom web services of a form, with their secrets, which are never shown."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Remember the stored secrets."""
        self._secrets = dict(_secrets(options))

    def shown(self, options: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the services in the shape of the form."""
        return [
            {
                # a missing value means on
                _VERIFY_TLS: True,
                **{key: value for key, value in item.items() if key not in _SECRETS},
            }
            for item in _items(options, CONF_CUSTOM_SOURCES)
        ]

    def read(self, user_input: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the services as stored. Raises InvalidFormError."""
        self._secrets |= _secrets(user_input)
        items = _items(user_input, CONF_CUSTOM_SOURCES)
        urls = {item[CONF_URL].strip() for item in items}
        custom = [self._whole(item, urls) for item in items]
        for item in custom:
            service = custom_service(item)
            for key in check_custom_source(service).values():
                raise InvalidFormError(
                    CONF_CUSTOM_SOURCES, f"custom_{key}", value=service.url
                )
        return custom

    def _whole(self, item: Mapping[str, Any], urls: set[str]) -> dict[str, Any]:
        """Return a service with its remembered secrets.

        `urls` are those of all services in the form.
        """
        whole = {**item, CONF_URL: item[CONF_URL].strip()}
        if whole.get(_VERIFY_TLS) is True:
            del whole[_VERIFY_TLS]
        for secret, name in _SECRETS.items():
            if not whole.get(name) or whole.get(secret):
                continue
            if kept := self._kept(whole[CONF_URL], secret, urls):
                whole[secret] = kept
        return whole

    def _kept(self, url: str, secret: str, urls: set[str]) -> str | None:
        """Return the secret of a service, at this URL or another of the same host.

        Raises InvalidFormError if the service may have moved to another host: never
        send the secret to another host, never drop it silently.
        """
        if kept := self._secrets.get((url, secret)):
            return kept
        if (host := _host(url)) is None:
            # another check reports the malformed URL
            return None
        moved = [
            (_host(before), value)
            for (before, key), value in self._secrets.items()
            if key == secret and before not in urls
        ]
        here = {value for before, value in moved if before == host}
        if len(here) == 1:
            return here.pop()
        if moved:
            raise InvalidFormError(
                CONF_CUSTOM_SOURCES, "custom_secret_again", value=url
            )
        return None


def read_entities(
    hass: HomeAssistant, user_input: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the entities as stored. Raises InvalidFormError."""
    registry = er.async_get(hass)
    network = user_input.get(CONF_NETWORK, {})
    translated = network.get(CONF_ACCEPT_TRANSLATED, False)
    entities = []
    for item in _items(user_input, CONF_ENTITIES):
        entity_id = item[_ENTITY_ID]
        if not valid_entity_id(entity_id):
            raise InvalidFormError(CONF_ENTITIES, "invalid_entity", value=entity_id)
        entry = registry.async_get(entity_id)
        if entry is not None and entry.platform == DOMAIN:
            # our own entity repeats the known address
            raise InvalidFormError(CONF_ENTITIES, "own_entity", value=entity_id)
        if (
            item["family"] == Family.IPV6
            and is_of_router(hass, entity_id)
            and not translated
        ):
            # the router's own IPv6 address always differs from this machine's
            raise InvalidFormError(CONF_ENTITIES, "entity_of_router", value=entity_id)
        attribute = (item.get(_ATTRIBUTE) or "").strip()
        entities.append(
            {
                _ENTITY_ID: entity_id,
                "family": item["family"],
                **({_ATTRIBUTE: attribute} if attribute else {}),
            }
        )
    return entities


def _items(options: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return the custom sources of a kind."""
    items: list[Mapping[str, Any]] = cv.ensure_list(
        options.get(CONF_SOURCES, {}).get(key)
    )
    return items


def _secrets(options: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each secret with its URL and its field."""
    for item in _items(options, CONF_CUSTOM_SOURCES):
        for secret in _SECRETS:
            if value := item.get(secret):
                yield (item[CONF_URL].strip(), secret), value


def _host(url: str) -> tuple[str, str] | None:
    """Return the scheme and the host of a URL, None if it is malformed."""
    try:
        parsed = URL(url)
    except ValueError:
        return None
    return (parsed.scheme, parsed.raw_host) if parsed.raw_host else None
