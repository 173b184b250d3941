"""Steps of the flow that adds internet connections, and changes their names."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector
from homeassistant.util import slugify

from ..const import CONF_KIND, EntryKind
from ..entries import connections
from .connection_form import ConnectionForm
from .discovered_router import withdraw_offers_besides
from .errors import FormError, InvalidFormError
from .fields import errors_in

DEFAULT_CONNECTION_NAME = "Internet connection"
_NAME = {vol.Required(CONF_NAME, default=DEFAULT_CONNECTION_NAME): TextSelector()}


class ConnectionFlow(ConfigFlow):
    """A flow with the forms of an internet connection."""

    _connection: ConnectionForm | None = None

    async def async_step_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add an internet connection, also to only watch its address."""
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
        schema = vol.Schema({**_NAME, **form.schema(error).schema})
        return self._show_connection(
            "connection", schema, form.values(user_input), error
        )

    async def async_step_reconfigure_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the name of an internet connection; all else are its options."""
        entry = self._get_reconfigure_entry()
        error: FormError | None = None
        if user_input is not None:
            try:
                name = self._connection_name(user_input, entry)
            except InvalidFormError as err:
                error = err.shown
            else:
                return self._update_and_reload(entry, title=name)
        values = user_input or {CONF_NAME: entry.title}
        schema = vol.Schema(_NAME)
        return self._show_connection("reconfigure_connection", schema, values, error)

    async def async_step_system(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add the connection that an account needs, with defaults right for most."""
        # accounts that are set up at once ask once each
        await self.async_set_unique_id(EntryKind.CONNECTION.value)
        if connections(self.hass):
            return self.async_abort(reason="already_configured")
        return self.async_create_entry(
            title=DEFAULT_CONNECTION_NAME, data={CONF_KIND: EntryKind.CONNECTION.value}
        )

    def _show_connection(
        self,
        step_id: str,
        schema: vol.Schema,
        values: Mapping[str, Any],
        error: FormError | None,
    ) -> ConfigFlowResult:
        """Show a form of a connection, with what was typed or is set now."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors_in(schema, error),
            description_placeholders=error.placeholders if error else None,
        )

    def _connection_name(
        self, user_input: Mapping[str, Any], changed: ConfigEntry[Any] | None = None
    ) -> str:
        """Return the name of a connection; raises InvalidFormError if another has it."""
        name: str = user_input[CONF_NAME].strip() or DEFAULT_CONNECTION_NAME
        for entry in connections(self.hass):
            if entry is not changed and slugify(entry.title) == slugify(name):
                raise InvalidFormError(CONF_NAME, "name_taken", value=name)
        return name

    def _update_and_reload(
        self, entry: ConfigEntry[Any], **changes: Any
    ) -> ConfigFlowResult:
        """Change an entry; its listener reloads it, if it is loaded and has one."""
        result = self.async_update_and_abort(entry, **changes)
        if not entry.update_listeners:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result
