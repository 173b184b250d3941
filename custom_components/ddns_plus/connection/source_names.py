"""Names of sources and texts of failures, in the server's language."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

from ..const import DOMAIN
from ..core.address import Address
from ..core.detection.catalog import SOURCES
from ..core.detection.source import FailureReason, SourceFailure

_SELECTOR = "selector"


class SourceNames:
    """Translated names of sources and failures."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Initialize with translated texts by key."""
        self._texts = texts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Self:
        """Return the names, loaded if necessary."""
        language = hass.config.language
        return cls(await async_get_translations(hass, language, _SELECTOR, {DOMAIN}))

    @classmethod
    @callback
    def async_get(cls, hass: HomeAssistant) -> Self:
        """Return the names from the cache."""
        language = hass.config.language
        return cls(async_get_cached_translations(hass, language, _SELECTOR, DOMAIN))

    def source(self, key: str) -> str:
        """Return the name of a source, or its host or entity id."""
        return self._text("source", key) if key in SOURCES else f"`{key}`"

    def expected(self, option: str, family: str, address: Address | None) -> str:
        """Return what would be known of a family's address."""
        text = self._text("expected", option)
        return text.format(family=family, address=address)

    def why(self, failure: SourceFailure) -> str:
        """Return why a source gave no address."""
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
