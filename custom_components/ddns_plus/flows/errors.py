"""Errors of a form, as the form shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..account.failures import SHOWN, cause_texts
from ..core.errors import DdnsError, InvalidField


@dataclass(frozen=True, slots=True, kw_only=True)
class FormError:
    """An error of a form: under which field, which text, and what fills the text in."""

    field: str
    key: str
    placeholders: Mapping[str, str]


class InvalidFormError(Exception):
    """What was filled in cannot be taken."""

    def __init__(self, field: str, key: str, **placeholders: str) -> None:
        """Keep what to show."""
        super().__init__(key)
        self.shown = FormError(field=field, key=key, placeholders=placeholders)


def form_error(error: DdnsError, fields: Mapping[str, Any]) -> FormError:
    """Return how a form shows an error; one that names a field of the form goes there."""
    field = "base"
    if isinstance(error, InvalidField) and error.field in fields:
        field = error.field
    return FormError(
        field=field,
        key=SHOWN[error.kind].form_error,
        placeholders=cause_texts(error.code, error.said),
    )
