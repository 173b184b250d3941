"""The JSON form of frozen dataclasses: written by their fields, strictly read by their types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from ipaddress import ip_address
from types import NoneType, UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints

from .address import Address

# a time of other years is damage, and would leave no room for reckoning
_YEARS = range(1970, 3000)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonForm:
    """A dataclass that can be stored as JSON."""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the JSON form; raises ValueError, KeyError or TypeError when it is damaged."""
        stored = _typed(data, dict)
        form: type = cls
        readers = _readers(form)
        return cls(**{name: read(stored[name]) for name, read in readers.items()})


def _plain(value: Any) -> Any:
    """Return the JSON form of a field's value."""
    match value:
        case None | bool() | int():
            return value
        case datetime():
            return value.isoformat()
        case JsonForm():
            return value.as_json()
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
    return str(value)


@cache
def _readers(form: type) -> dict[str, Callable[[Any], Any]]:
    """Return what reads each field of a dataclass."""
    return {name: _reader(hint) for name, hint in get_type_hints(form).items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return what reads a value of a type."""
    if hint is Address:
        return lambda value: ip_address(_typed(value, str))
    if hint is datetime:
        return _moment
    if isinstance(hint, UnionType):
        (inner,) = (each for each in get_args(hint) if each is not NoneType)
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is Mapping:
        read_key, read_item = (_reader(each) for each in get_args(hint))
        return lambda value: {
            read_key(key): read_item(item) for key, item in _typed(value, dict).items()
        }
    if get_origin(hint) is tuple:
        read_member = _reader(get_args(hint)[0])
        return lambda value: tuple(read_member(item) for item in _typed(value, list))
    if issubclass(hint, JsonForm):
        form: Callable[[Any], JsonForm] = hint.from_json
        return form
    if issubclass(hint, StrEnum):
        return lambda value: hint(_typed(value, str))
    return lambda value: _typed(value, hint)


def _typed[ValueT](value: Any, kind: type[ValueT]) -> ValueT:
    """Return a value of exactly this type: a boolean is no number, nor is a number true."""
    if type(value) is not kind:
        raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
    return value


def _moment(value: Any) -> datetime:
    """Read a time, which must name its time zone."""
    moment = datetime.fromisoformat(_typed(value, str))
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise ValueError("not a time with its time zone")
    return moment.astimezone(UTC)


def text_or_none(value: object) -> str | None:
    """Return the text of a value, None for None."""
    return None if value is None else str(value)
