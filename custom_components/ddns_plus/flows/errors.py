"""Errors of a form, as the form shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant

from ..account.failures import SHOWN, cause_texts
from ..core.errors import DdnsError, InvalidField


@dataclass(frozen=True, slots=True, kw_only=True)
class FormError:
    """An error of a form: its field, its text, and the placeholders of the text."""

    field: str
    key: str
    placeholders: Mapping[str, str]


class InvalidFormError(Exception):
    """Invalid input in a form."""

    def __init__(self, field: str, key: str, **placeholders: str) -> None:
        """Show the text `key` at a field."""
        super().__init__(key)
        self.shown = FormError(field=field, key=key, placeholders=placeholders)


def form_error(
    hass: HomeAssistant, error: DdnsError, fields: Mapping[str, Any]
) -> FormError:
    """Return an error for a form, at the field that it names if the form has that."""
    field = "base"
    if isinstance(error, InvalidField) and error.field in fields:
        field = error.field
    return FormError(
        field=field,
        key=SHOWN[error.kind].form_error,
        placeholders=cause_texts(hass, error),
    )
