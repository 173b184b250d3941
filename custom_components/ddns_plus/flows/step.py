"""Common parts of all steps: the form of a step, and results of earlier steps."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentryFlow, OptionsFlow
from homeassistant.core import callback
from homeassistant.data_entry_flow import (
    AbortFlow,
    FlowHandler,
    FlowResult,
    UnknownStep,
    section,
)

from ..const import SUBENTRY_TYPE_HOSTNAME
from ..entries import DdnsConfigEntry
from ..texts import text_at
from .errors import FormError

IN_SECTION = "in_section"


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
    """Show a form with its values, and an error at the field that caused it.

    A section is open if it has the error, or a value that is not the default. As a
    section may be out of sight, its error also stands above the form.
    """
    shown = error.field if error else None
    wrong = {
        str(marker): isinstance(value, section)
        for marker, value in schema.schema.items()
        if marker == shown or (isinstance(value, section) and shown in _fields(value))
    }
    filled = {**placeholders, **(error.placeholders if error else {})}
    errors = dict.fromkeys(wrong or ("base",), error.key) if error else {}
    if error is not None and any(wrong.values()):
        [name] = wrong
        filled |= _repeated(flow, step_id, name, error, filled)
        errors["base"] = IN_SECTION
    opened = {
        marker: _unfolded(value, (values or {}).get(marker), str(marker) in wrong)
        if isinstance(value, section)
        else value
        for marker, value in schema.schema.items()
    }
    return flow.async_show_form(
        step_id=step_id,
        data_schema=flow.add_suggested_values_to_schema(vol.Schema(opened), values),
        errors=errors,
        description_placeholders=filled,
    )


def folded(fields: Mapping[vol.Marker, Any]) -> section:
    """Return a section, which `show_form` opens where that is called for."""
    return section(vol.Schema(fields), {"collapsed": True})


def _unfolded(found: section, values: Mapping[str, Any] | None, wrong: bool) -> section:
    """Return a section that is open if it is wrong, or has values of its own."""
    typed = values or {}
    is_open = wrong or any(
        typed.get(marker) not in (None, "", [], _default(marker))
        for marker in _fields(found)
    )
    return section(found.schema, {"collapsed": not is_open})


def _fields(found: section) -> Mapping[vol.Marker, Any]:
    fields: Mapping[vol.Marker, Any] = found.schema.schema
    return fields


def _default(marker: vol.Marker) -> Any:
    """Return what a field has if nothing was chosen; a switch is off."""
    return False if marker.default is vol.UNDEFINED else marker.default()


@callback
def _repeated(
    flow: FlowHandler[Any, Any, Any],
    step_id: str,
    name: str,
    error: FormError,
    placeholders: Mapping[str, str],
) -> dict[str, str]:
    """Return the placeholders of the text that repeats the error of a section."""
    texts: tuple[str, ...] = ("config",)
    if isinstance(flow, OptionsFlow):
        texts = ("options",)
    elif isinstance(flow, ConfigSubentryFlow):
        texts = ("config_subentries", SUBENTRY_TYPE_HOSTNAME)
    category, *inner = texts
    step = (category, *inner, "step", step_id, "sections", name)
    field = text_at(flow.hass, *step, "data", error.field)
    problem = text_at(flow.hass, category, *inner, "error", error.key)
    return {
        "wrong_section": text_at(flow.hass, *step, "name"),
        "wrong_field": field.format(**placeholders),
        "problem": problem.format(**placeholders),
    }


def present_entry(flow: FlowHandler[Any, Any, Any], entry_id: str) -> DdnsConfigEntry:
    """Return the entry that a flow changes. Raises AbortFlow if it is gone."""
    entry = flow.hass.config_entries.async_get_entry(entry_id)
    if entry is None:
        raise AbortFlow("entry_gone")
    return entry
