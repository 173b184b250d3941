"""What sources are called and why they failed, in the language of this Home Assistant."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

from ..const import DOMAIN
from ..core.detection.catalog import SOURCES
from ..core.detection.source import FailureReason, SourceFailure

_SELECTOR = "selector"


class SourceNames:
    """The names, for texts that are put together here: those are in no other language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Keep the texts."""
        self._texts = texts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Self:
        """Return the names, whatever has been loaded."""
        language = hass.config.language
        return cls(await async_get_translations(hass, language, _SELECTOR, {DOMAIN}))

    @classmethod
    @callback
    def async_get(cls, hass: HomeAssistant) -> Self:
        """Return the names as they were loaded with the integration."""
        language = hass.config.language
        return cls(async_get_cached_translations(hass, language, _SELECTOR, DOMAIN))

    def source(self, key: str) -> str:
        """Return what a source is called: in words, or by its host or entity."""
        return self._text("source", key) if key in SOURCES else f"`{key}`"

    def why(self, failure: SourceFailure) -> str:
        """Return in plain words why there is no address."""
        text = self._text("failure", failure.reason)
        if failure.refusal is not None:
            return f"{text} ({self._text('refusal', failure.refusal)})"
        if failure.status is not None:
            return f"{text} ({failure.status})"
        if failure.reason is FailureReason.BACKING_OFF and failure.retry_after:
            seconds = round(failure.retry_after.total_seconds())
            return f"{text} ({timedelta(seconds=seconds)})"
        return text

    def _text(self, selector: str, option: str) -> str:
        path = f"component.{DOMAIN}.{_SELECTOR}.{selector}.options.{option}"
        return self._texts.get(path, option)
