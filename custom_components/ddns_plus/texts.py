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
def option_text(hass: HomeAssistant, selector: str, option: str) -> str:
    """Return the text of an option, empty if there is none."""
    return _text(hass, "selector", f"{selector}.options.{option}")


@callback
def provider_help(hass: HomeAssistant, slug: str) -> str:
    """Return where a person finds the credentials that a provider asks for."""
    return option_text(hass, f"provider_{slug}", "credentials_help")


@callback
def _text(
    hass: HomeAssistant, category: str, key: str, language: str | None = None
) -> str:
    """Return a text; Home Assistant itself fills the gaps of a language with English."""
    for each in (language or hass.config.language, ENGLISH):
        texts: Mapping[str, str] = async_get_cached_translations(
            hass, each, category, DOMAIN
        )
        if text := texts.get(f"component.{DOMAIN}.{category}.{key}"):
            return text
    return ""
