"""What the flows that fix an issue have in common."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN


class FixFlow(RepairsFlow):
    """A flow that fixes an issue of an entry."""

    def __init__(self, entry_id: str) -> None:
        """Keep the entry."""
        self._entry_id = entry_id

    @property
    def entry(self) -> ConfigEntry[Any] | None:
        """Return the entry if it runs: nothing can be settled otherwise."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        running = entry is not None and entry.state is ConfigEntryState.LOADED
        return entry if running else None

    @property
    def placeholders(self) -> dict[str, str]:
        """Return what the texts of the issue are filled with."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return dict((issue and issue.translation_placeholders) or {})

    def async_not_loaded(self) -> RepairsFlowResult:
        """End, for the entry does not run."""
        return self.async_abort(reason="entry_not_loaded")

    def async_leave(self) -> RepairsFlowResult:
        """Leave everything as it is, and ask no more as long as it stays so."""
        registry = ir.async_get(self.hass)
        if registry.async_get_issue(DOMAIN, self.issue_id) is not None:
            registry.async_ignore(DOMAIN, self.issue_id, True)
        return self.async_abort(reason="left")
