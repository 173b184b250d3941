"""Common parts of the flows that fix an issue."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..entries import DdnsConfigEntry


class FixFlow(RepairsFlow):
    """A flow that fixes an issue of an entry."""

    def __init__(self, entry_id: str) -> None:
        """Fix an issue of one entry."""
        self._entry_id = entry_id

    @property
    def entry(self) -> DdnsConfigEntry | None:
        """Return the entry if it is loaded: otherwise nothing can be fixed."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        loaded = entry is not None and entry.state is ConfigEntryState.LOADED
        return entry if loaded else None

    @property
    def placeholders(self) -> dict[str, str]:
        """Return the placeholders of the issue."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return dict((issue and issue.translation_placeholders) or {})

    def async_not_loaded(self) -> RepairsFlowResult:
        """Abort because the entry is not loaded."""
        return self.async_abort(reason="entry_not_loaded")

    def async_leave(self) -> RepairsFlowResult:
        """Change nothing, and ignore the issue."""
        registry = ir.async_get(self.hass)
        if registry.async_get_issue(DOMAIN, self.issue_id) is not None:
            registry.async_ignore(DOMAIN, self.issue_id, True)
        return self.async_abort(reason="left")


class ConfirmFlow(FixFlow):
    """A flow with an explanation that is confirmed."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Start with the explanation."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain, and act when confirmed."""
        if (entry := self.entry) is None:
            return self.async_not_loaded()
        if user_input is not None:
            return await self.async_confirmed(entry)
        return self.async_explain(self.placeholders)

    def async_explain(
        self, placeholders: Mapping[str, str], error: str | None = None
    ) -> RepairsFlowResult:
        """Show the explanation, with an error above it if a try has failed."""
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            errors={"base": error} if error else {},
            description_placeholders=placeholders,
        )

    async def async_confirmed(self, entry: DdnsConfigEntry) -> RepairsFlowResult:
        """Change nothing: there is nothing to decide."""
        return self.async_leave()
