"""Flow that changes the options of a connection: sources are tried before saving."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlow,
)

from ..connection.options import ConnectionOptions
from ..connection.source_trial import (
    async_expected_text,
    async_table,
    async_try_sources,
    concerns_sources,
    expectations,
    is_anything_to_try,
)
from ..connection.sources import async_http_options
from .connection_form import ConnectionForm
from .errors import FormError, InvalidFormError
from .step import known, present_entry, show_form


@dataclass(frozen=True, slots=True)
class OptionsDraft:
    """An accepted form of options: the values typed, and the options read from them."""

    typed: Mapping[str, Any] = field(repr=False)
    read: Mapping[str, Any] = field(repr=False)


class ConnectionOptionsFlow(OptionsFlow):
    """Changes the options of a connection."""

    _form: ConnectionForm | None = None
    _draft: OptionsDraft | None = None
    _trial: asyncio.Task[Mapping[str, str]] | None = None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form until its values are accepted."""
        form = self._form = self._form or ConnectionForm(self.hass, self._entry.options)
        if user_input is None:
            return self._show(form)
        try:
            read = form.read(user_input)
        except InvalidFormError as err:
            return self._show(form, user_input, err.shown)
        self._draft, self._trial = OptionsDraft(user_input, read), None
        old = ConnectionOptions.from_mapping(self._entry.options)
        new = ConnectionOptions.from_mapping(read)
        if is_anything_to_try(new) and concerns_sources(old, new):
            return await self.async_step_trial()
        return await self.async_step_save()

    async def async_step_trial(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask the sources, which takes some seconds."""
        trial = self._trial = self._trial or self.hass.async_create_task(
            self._async_try(self._entry, known(self._draft).read),
            f"{self._entry.title} trial",
            eager_start=False,
        )
        if not trial.done():
            return self.async_show_progress(
                step_id="trial", progress_action="trial", progress_task=trial
            )
        return self.async_show_progress_done(next_step_id="tried")

    async def async_step_tried(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the answers of the sources."""
        return self.async_show_menu(
            step_id="tried",
            menu_options=["save", "change"],
            description_placeholders=known(self._trial).result(),
        )

    async def async_step_save(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Save the options."""
        present_entry(self, self.handler)
        return self.async_create_entry(data=known(self._draft).read)

    async def async_step_change(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form again, with the values typed."""
        return self._show(known(self._form), known(self._draft).typed)

    async def _async_try(
        self, entry: ConfigEntry[Any], typed: Mapping[str, Any]
    ) -> Mapping[str, str]:
        """Return what would be known, and the answers of the sources as a table."""
        is_running = entry.state is ConfigEntryState.LOADED
        options = ConnectionOptions.from_mapping(typed)
        http = await async_http_options(self.hass)
        back_off = entry.runtime_data.back_off if is_running else None
        tried = await async_try_sources(self.hass, options, http, back_off)
        expected = expectations(self.hass, options, http, tried)
        return {
            "expected": await async_expected_text(self.hass, expected),
            "answers": await async_table(self.hass, tried),
        }

    @property
    def _entry(self) -> ConfigEntry[Any]:
        """Return the connection. Raises AbortFlow if it is gone."""
        return present_entry(self, self.handler)

    def _show(
        self,
        form: ConnectionForm,
        user_input: Mapping[str, Any] | None = None,
        error: FormError | None = None,
    ) -> ConfigFlowResult:
        """Show the form, with the values typed, else with the stored ones."""
        values = form.values(user_input)
        return show_form(self, "init", form.schema(), values, error)
