"""Common parts of all steps: the form of a step, and results of earlier steps."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.data_entry_flow import FlowHandler, FlowResult, UnknownStep, section

from ..entries import DdnsConfigEntry
from .errors import FormError


def known[T](found: T | None) -> T:
    """Return the result of an earlier step.

    Raises UnknownStep if the flow has skipped that step.
    """
    if found is None:
        raise UnknownStep
    return found


def show_form[R: FlowResult[Any, Any]](
    flow: FlowHandler[Any, R, Any],
    step_id: str,
    schema: vol.Schema,
    values: Mapping[str, Any] | None,
    error: FormError | None,
    placeholders: Mapping[str, str] = MappingProxyType({}),
) -> R:
    """Show a form with its values, and an error at the field that caused it."""
    return flow.async_show_form(
        step_id=step_id,
        data_schema=flow.add_suggested_values_to_schema(schema, values),
        errors=errors_in(schema, error),
        description_placeholders={
            **placeholders,
            **(error.placeholders if error else {}),
        },
    )


def errors_in(schema: vol.Schema, error: FormError | None) -> dict[str, str]:
    """Return an error by the form's key that can show it.

    That is the field, else the section of the field, else the whole form.
    """
    if error is None:
        return {}
    for marker, value in schema.schema.items():
        in_section = isinstance(value, section) and error.field in value.schema.schema
        if in_section or marker == error.field:
            return {str(marker): error.key}
    return {"base": error.key}


def update_and_reload(
    flow: ConfigFlow, entry: DdnsConfigEntry, **changes: Any
) -> ConfigFlowResult:
    """Change an entry and reload it; its update listener does so if it has one."""
    result = flow.async_update_and_abort(entry, **changes)
    if not entry.update_listeners:
        flow.hass.config_entries.async_schedule_reload(entry.entry_id)
    return result
