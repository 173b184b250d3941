"""The options of an internet connection: what was filled in is tried before it is saved."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow

from ..connection.options import ConnectionOptions
from ..connection.source_trial import async_table, async_try_sources, is_anything_to_try
from ..connection.sources import async_http_options
from .connection_form import ConnectionForm
from .errors import FormError, InvalidFormError
from .fields import errors_in


class ConnectionOptionsFlow(OptionsFlow):
    """Changes the options of a connection."""

    _form: ConnectionForm | None = None
    _typed: dict[str, Any]
    _read: dict[str, Any]
    _trial: asyncio.Task[str] | None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form until what was filled in can be taken."""
        form = self._form = self._form or ConnectionForm(
            self.hass, self.config_entry.options
        )
        if user_input is None:
            return self._show(form, None, None)
        try:
            self._read = form.read(user_input)
        except InvalidFormError as err:
            return self._show(form, user_input, err.shown)
        self._typed, self._trial = user_input, None
        if is_anything_to_try(ConnectionOptions.from_mapping(self._read)):
            return await self.async_step_trial()
        return await self.async_step_save()

    async def async_step_trial(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask the sources, which takes some seconds."""
        if self._trial is None:
            self._trial = self.hass.async_create_task(
                self._async_try(), f"{self.config_entry.title} trial", eager_start=False
            )
        if not self._trial.done():
            return self.async_show_progress(
                step_id="trial", progress_action="trial", progress_task=self._trial
            )
        return self.async_show_progress_done(next_step_id="tried")

    async def async_step_tried(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what the sources answered."""
        assert self._trial is not None
        return self.async_show_menu(
            step_id="tried",
            menu_options=["save", "change"],
            description_placeholders={"answers": self._trial.result()},
        )

    async def async_step_save(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the options over."""
        return self.async_create_entry(data=self._read)

    async def async_step_change(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form again, with what was filled in."""
        assert self._form is not None
        return self._show(self._form, self._typed, None)

    async def _async_try(self) -> str:
        """Return what the sources answer, as a table."""
        entry = self.config_entry
        is_running = entry.state is ConfigEntryState.LOADED
        tried = await async_try_sources(
            self.hass,
            ConnectionOptions.from_mapping(self._read),
            await async_http_options(self.hass),
            entry.runtime_data.back_off if is_running else None,
        )
        return await async_table(self.hass, tried)

    def _show(
        self,
        form: ConnectionForm,
        user_input: dict[str, Any] | None,
        error: FormError | None,
    ) -> ConfigFlowResult:
        """Show the form, with what was typed or is set now."""
        schema = form.schema(error)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema, form.values(user_input)
            ),
            errors=errors_in(schema, error),
            description_placeholders=error.placeholders if error else None,
        )
