"""Texts of ours in the language of the server, English where that lacks one."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_load_integrations,
)

from .const import DOMAIN

ENGLISH = "en"


async def async_load_texts(hass: HomeAssistant) -> None:
    """Load the texts: a form may be shown before the integration is set up."""
    await async_load_integrations(hass, {DOMAIN})


@callback
def option_text(
    hass: HomeAssistant, selector: str, option: str, *, language: str | None = None
) -> str:
    """Return the text of an option, empty if there is none.

    Home Assistant itself fills the gaps of a language with English.
    """
    path = ("selector", selector, "options", option)
    return text_at(hass, *path, language=language)


@callback
def text_at(
    hass: HomeAssistant, category: str, *path: str, language: str | None = None
) -> str:
    """Return the text at a path, empty if there is none."""
    key = ".".join(("component", DOMAIN, category, *path))
    for each in (language or hass.config.language, ENGLISH):
        texts = async_get_cached_translations(hass, each, category, DOMAIN)
        if text := texts.get(key):
            return text
    return ""


@callback
def provider_help(hass: HomeAssistant, slug: str) -> str:
    """Return where a person finds the credentials that a provider asks for."""
    return option_text(hass, f"provider_{slug}", "credentials_help")


@callback
def unknown_text(hass: HomeAssistant, reason: str) -> str:
    """Return the words for why an address is unknown, as its entity has them."""
    path = ("sensor", "published", "state_attributes", "unknown", "state", reason)
    return text_at(hass, "entity", *path)


@callback
def reason_text(
    hass: HomeAssistant,
    reason: str,
    facts: Mapping[str, str],
    *,
    language: str | None = None,
) -> str:
    """Return the sentence of a reason, empty if there is none that the facts fill in."""
    try:
        return option_text(hass, "reason", reason, language=language).format(**facts)
    except KeyError:
        # another version has stored the facts
        return ""
