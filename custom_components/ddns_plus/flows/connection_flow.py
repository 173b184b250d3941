"""Steps of the flow that adds internet connections, and renames them."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector
from homeassistant.util import slugify

from ..const import CONF_KIND, EntryKind
from ..entries import DdnsConfigEntry, async_connection_entries
from .connection_form import ConnectionForm
from .discovered_router import withdraw_offers_besides
from .errors import FormError, InvalidFormError
from .step import present_entry, show_form

DEFAULT_CONNECTION_NAME = "Internet connection"
_NAME = {vol.Required(CONF_NAME, default=DEFAULT_CONNECTION_NAME): TextSelector()}


class ConnectionFlow(ConfigFlow):
    """A flow with the forms of an internet connection."""

    _connection: ConnectionForm | None = None

    async def async_step_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add an internet connection, with or without accounts."""
        form = self._connection = self._connection or ConnectionForm(self.hass)
        error: FormError | None = None
        if user_input is not None:
            try:
                options = form.read(user_input)
                name = self._connection_name(user_input)
            except InvalidFormError as err:
                error = err.shown
            else:
                withdraw_offers_besides(self)
                return self.async_create_entry(
                    title=name,
                    data={CONF_KIND: EntryKind.CONNECTION.value},
                    options=options,
                )
        schema = vol.Schema({**_NAME, **form.schema().schema})
        return show_form(self, "connection", schema, form.values(user_input), error)

    async def async_step_reconfigure_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the name of an internet connection; its options have their own flow."""
        entry = present_entry(self, self.context["entry_id"])
        error: FormError | None = None
        if user_input is not None:
            try:
                name = self._connection_name(user_input, entry)
            except InvalidFormError as err:
                error = err.shown
            else:
                if not entry.update_listeners:
                    # it does not run: this is a new try
                    self.hass.config_entries.async_schedule_reload(entry.entry_id)
                return self.async_update_and_abort(entry, title=name)
        values = user_input or {CONF_NAME: entry.title}
        return show_form(
            self, "reconfigure_connection", vol.Schema(_NAME), values, error
        )

    async def async_step_import(
        self, import_data: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Add the connection that an account needs; empty options are the default."""
        # several accounts may ask for it at the same time
        await self.async_set_unique_id(EntryKind.CONNECTION.value)
        if async_connection_entries(self.hass):
            return self.async_abort(reason="already_configured")
        return self.async_create_entry(
            title=DEFAULT_CONNECTION_NAME,
            data={CONF_KIND: EntryKind.CONNECTION.value},
            options=import_data or {},
        )

    def _connection_name(
        self, user_input: Mapping[str, Any], changed: DdnsConfigEntry | None = None
    ) -> str:
        """Return the name of a connection. Raises InvalidFormError if it is taken."""
        name: str = user_input[CONF_NAME].strip() or DEFAULT_CONNECTION_NAME
        for entry in async_connection_entries(self.hass):
            if entry is not changed and slugify(entry.title) == slugify(name):
                raise InvalidFormError(CONF_NAME, "name_taken", value=name)
        return name
